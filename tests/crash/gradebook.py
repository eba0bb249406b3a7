"""Scores: what should be sent, by whom, and what the LMS has seen."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise

from tests.crash.browser import LINKS
from tests.crash.lms import Column, Post
from tests.crash.snapshot import Snapshot
from tests.crash.verdict import Kind, Violation
from tests.crash.work import done_work

Posts = Mapping[Column, tuple[Post, ...]]
SECOND = timedelta(seconds=1)
_LINK_OF = {address: link for link, address in LINKS.items()}


def scores(seen: Snapshot, ledger: Posts) -> Iterator[Violation]:
    """I2: what the gradebook should show follows from the work, and somebody is to send it."""
    done = done_work(seen)
    jobs = {row.key for row in seen.outbox if row.kind == "send_score"}
    sub_of = {row.person_id: row.sub for row in seen.accounts}
    for row in seen.scores:
        address = seen.addresses[row.resource_link_id]
        name = f"{row.sub} {address}"
        wanted = done[row.person_id].percent(address)
        if row.wanted != wanted:
            yield Violation(Kind.TORN, f"{name}: wanted {row.wanted}, the work says {wanted}")
        owner = sub_of.get(row.person_id)
        if row.failed is not None or row.sub != owner:
            yield Violation(Kind.TORN, f"{name}: failed {row.failed}, of {owner}")
        is_waiting = row.wanted is not None and row.wanted != row.sent
        if is_waiting and f"{row.person_id}:{row.resource_link_id}" not in jobs:
            yield Violation(Kind.TORN, f"{name}: {row.wanted} waits, and no job will send it")
        posts = ledger.get((_LINK_OF[address], row.sub), ())
        if row.sent is not None and not any(p.is_taken and p.given == row.sent for p in posts):
            yield Violation(Kind.TORN, f"{name}: noted as sent ({row.sent}), never taken")
        if any(row.wanted is None or p.given > row.wanted for p in posts):
            yield Violation(Kind.TORN, f"{name}: sent more than {row.wanted}")


def posted(ledger: Posts) -> Iterator[Violation]:
    """What the LMS saw: later each time, by a second at least, and never fewer points."""
    for column, posts in ledger.items():
        for before, after in pairwise(posts):
            if after.timestamp < before.timestamp + SECOND:
                times = f"{before.timestamp} then {after.timestamp}"
                yield Violation(Kind.DOUBLE, f"{column}: {times}")
            if after.given < before.given:
                yield Violation(Kind.DOUBLE, f"{column}: {before.given} then {after.given}")
        if any(not post.is_taken for post in posts):
            yield Violation(Kind.DOUBLE, f"{column}: a score that was not later than the last")


def settled(seen: Snapshot, ledger: Posts) -> Iterator[Violation]:
    """Once all is sent: the gradebook shows what the work says, for everybody."""
    for row in seen.scores:
        address = seen.addresses[row.resource_link_id]
        posts = ledger.get((_LINK_OF[address], row.sub), ())
        final = posts[-1].given if posts else None
        if not final == row.wanted == row.sent:
            what = f"wanted {row.wanted}, noted as sent {row.sent}, in the gradebook {final}"
            yield Violation(Kind.LOST, f"{row.sub} {address}: {what}")
    for row in seen.outbox:
        what = f"job {row.key}: tries {row.tries}, {row.reason}, parked {row.parked_at}"
        yield Violation(Kind.TORN, f"left over: {what}")
