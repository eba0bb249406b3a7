"""The invariants of check 34, after every restart. Their own arithmetic, not the product's."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.crash.books import Books, PersonBook, Place
from tests.crash.browser import LINKS
from tests.crash.gradebook import Posts, posted, scores
from tests.crash.snapshot import Rows, Snapshot
from tests.crash.verdict import Kind, Violation
from tests.crash.work import done_work
from tracks.people.actions import token_hash


def violations(seen: Snapshot, books: Books, ledger: Posts) -> list[Violation]:
    """What is wrong at this moment; the tool may run, the clients stand still."""
    return [
        *_integrity(seen),
        *_promises(seen, books),
        *_only_once(seen),
        *_stages(seen),
        *_counters(seen),
        *scores(seen, ledger),
        *posted(ledger),
    ]


def _integrity(seen: Snapshot) -> Iterator[Violation]:
    """I6."""
    for problem in seen.problems:
        yield Violation(Kind.INTEGRITY, problem)


def _promises(seen: Snapshot, books: Books) -> Iterator[Violation]:
    """I1, and that nothing is stored which nobody sent."""
    steps: dict[int, Rows] = defaultdict(list)
    for row in seen.step_work:
        steps[row.person_id].append(row)
    joint: dict[int, Rows] = defaultdict(list)
    for row in seen.phase_work:
        joint[row.person_id].append(row)
    schools = {row.id: row.school_id for row in seen.people}
    links = {(row.person_id, seen.addresses[row.resource_link_id]) for row in seen.scores}
    used = {(row.person_id, seen.step_places[row.step_id]) for row in seen.uses}
    for book in books.people.values():
        person = seen.person_of.get(book.sub)
        if person is None:
            if book.links_acked:
                yield Violation(Kind.LOST, f"{book.sub}: the launch")
            continue
        yield from _entry(seen, book, person, schools[person], links)
        yield from _step_promises(seen, book, steps[person])
        yield from _joint_promises(seen, book, joint[person])
        done = {seen.step_places[r.step_id] for r in steps[person] if r.done_at is not None}
        yield from _use_promises(book, {place for who, place in used if who == person}, done)


def _entry(
    seen: Snapshot,
    book: PersonBook,
    person: int,
    school: int | None,
    links: set[tuple[int, str]],
) -> Iterator[Violation]:
    for link in book.links_acked:
        if (person, LINKS[link]) not in links:
            yield Violation(Kind.LOST, f"{book.sub}: the score expected since launch {link}")
    if book.signed_in and token_hash(book.signed_in) not in seen.sign_ins:
        yield Violation(Kind.LOST, f"{book.sub}: the sign-in")
    if any(token_hash(old) in seen.sign_ins for old in book.signed_out):
        yield Violation(Kind.DOUBLE, f"{book.sub}: a sign-in that a later launch replaced")
    if book.school_acked is not None and school != book.school_acked:
        yield Violation(Kind.LOST, f"{book.sub}: school {book.school_acked}, found {school}")
    if school not in (None, book.school_tried):
        yield Violation(Kind.TORN, f"{book.sub}: school {school}, which nobody chose")


def _step_promises(seen: Snapshot, book: PersonBook, rows: Rows) -> Iterator[Violation]:
    found = {seen.step_places[row.step_id]: row for row in rows}
    for place in found.keys() - book.steps.keys():
        yield Violation(Kind.TORN, f"{book.sub} {place}: work that nobody did")
    for place, step in book.steps.items():
        row = found.get(place)
        name = f"{book.sub} {'/'.join(place)}"
        if row is None:
            if step.done_acked or step.acked is not None:
                yield Violation(Kind.LOST, f"{name}: all of it")
            continue
        if step.done_acked and row.done_at is None:
            yield Violation(Kind.LOST, f"{name}: that it is done")
        if row.done_at is not None and not step.done_tried:
            yield Violation(Kind.TORN, f"{name}: done, which nobody said")
        if not step.may_be_stored(row.answer):
            yield Violation(Kind.LOST, f"{name}: promised {step.acked}, found {row.answer}")
        if row.revision < step.forms_acked:
            yield Violation(Kind.LOST, f"{name}: revision {row.revision} of {step.forms_acked}")
        if row.revision > step.forms:
            yield Violation(Kind.DOUBLE, f"{name}: revision {row.revision} of {step.forms}")
        if (row.answer is None) != (row.revision == 0) or (row.answer is None) != (
            row.saved_at is None
        ):
            yield Violation(Kind.TORN, f"{name}: answer, revision and time do not go together")


def _joint_promises(seen: Snapshot, book: PersonBook, rows: Rows) -> Iterator[Violation]:
    found = {(seen.module_slugs[row.module_id], row.phase) for row in rows}
    for place in book.joint_acked - found:
        yield Violation(Kind.LOST, f"{book.sub}: joint work {place}")
    for place in found - book.joint_tried:
        yield Violation(Kind.TORN, f"{book.sub}: joint work {place} that nobody recorded")


def _use_promises(book: PersonBook, used: set[Place], done: set[Place]) -> Iterator[Violation]:
    """Of the steps only `les` is a resource, whose use counts at the school."""
    for place, step in book.steps.items():
        counts = place[1] == "les" and step.had_school
        if counts and place in done and place not in used:
            yield Violation(Kind.TORN, f"{book.sub} {place}: done, and its use not counted")
    for place in used - done:
        yield Violation(Kind.TORN, f"{book.sub} {place}: used, and not done")


def _only_once(seen: Snapshot) -> Iterator[Violation]:
    """I3. The keys forbid most of it; this looks at the rows all the same."""
    keys: dict[str, Iterable[object]] = {
        "account": (row.sub for row in seen.accounts),
        "person": (row.person_id for row in seen.accounts),
        "step": ((r.person_id, r.step_id, r.alone) for r in seen.step_work),
        "joint work": ((r.person_id, r.module_id, r.phase) for r in seen.phase_work),
        "use": ((r.person_id, r.step_id, r.way) for r in seen.uses),
        "job": ((r.kind, r.key) for r in seen.outbox),
    }
    for name, values in keys.items():
        for key, count in Counter(values).items():
            if count > 1:
                yield Violation(Kind.DOUBLE, f"{name} {key}: {count} times")
    if len(seen.people) != len(seen.accounts):
        what = f"{len(seen.people)} people with {len(seen.accounts)} accounts"
        yield Violation(Kind.TORN, what)


_STAGES = ("started", "together", "tried", "followed_up")


def _stages(seen: Snapshot) -> Iterator[Violation]:
    """I2: a done step and the stage it stands for are one commit."""
    done = done_work(seen)
    school_of = {row.id: row.school_id for row in seen.people}
    noted: dict[int, frozenset[str]] = {}
    for row in seen.track_work:
        noted[row.person_id] = frozenset(
            stage for stage in _STAGES if getattr(row, f"{stage}_at") is not None
        )
        if row.school_id != school_of[row.person_id]:
            what = f"person {row.person_id}: of school {school_of[row.person_id]}"
            yield Violation(Kind.TORN, f"{what}, the work of {row.school_id}")
    for person, work in done.items():
        if noted.get(person, frozenset()) != work.stages():
            found = sorted(noted.get(person, ()))
            what = f"person {person}: stages {found}, the work says {sorted(work.stages())}"
            yield Violation(Kind.TORN, what)


def _counters(seen: Snapshot) -> Iterator[Violation]:
    """I4, I5: each counter is what a recount of the work gives."""
    school_of = {row.id: row.school_id for row in seen.people}
    stages: Counter[tuple[int, str]] = Counter()
    for person, work in done_work(seen).items():
        if school_of[person] is not None:
            stages.update((school_of[person], stage) for stage in work.stages())
    kept = {(row.school_id, s): getattr(row, s) for row in seen.school_tracks for s in _STAGES}
    yield from _compare("stage", kept, stages)
    uses = Counter((school_of[row.person_id], row.step_id, row.way) for row in seen.uses)
    ways = ("programme", "independent")
    kept_uses = {
        (row.school_id, row.step_id, way): getattr(row, way)
        for row in seen.school_resources
        for way in ways
    }
    yield from _compare("use", kept_uses, uses)


def _compare(name: str, kept: Mapping[Any, int], recount: Mapping[Any, int]) -> Iterator[Violation]:
    for key in kept.keys() | recount.keys():
        stored, counted = kept.get(key, 0), recount.get(key, 0)
        if stored != counted:
            kind = Kind.DOUBLE if stored > counted else Kind.TORN
            yield Violation(kind, f"counter {name} {key}: {stored}, a recount says {counted}")
