"""Check 34, a short run, and proof that it would notice. The long one: `python -m tests.crash`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, text

from tests.crash.checks import violations
from tests.crash.databases import amqp_url, is_reachable, postgres_database
from tests.crash.gradebook import settled
from tests.crash.lms import Post
from tests.crash.run import ACKS, Report, Run
from tests.crash.snapshot import take
from tests.crash.verdict import Kind
from tracks.db import metadata
from tracks.db.engine import make_engine

pytestmark = pytest.mark.server


def _is_clean(report: Report, cycles: int) -> None:
    assert report.violations == [], "\n".join(report.lines())
    assert report.cycles == cycles
    assert report.fewest_acks >= ACKS
    assert report.without_answer > 0, "no request was cut off: nothing was tried"


def test_sqlite_keeps_every_promise_and_what_is_broken_then_is_noticed() -> None:
    """One test: the faults need a database after a run, and workers of pytest share none."""
    with Run("SQLite", None, "memory://") as run:
        _is_clean(run(12), 12)
        run.site.kill(run.site.commands)

        assert [name for name in FAULTS if not _is_noticed(run, name)] == []
        _faults_in_the_gradebook_are_noticed(run)


def test_postgresql_keeps_every_promise() -> None:
    with postgres_database() as url, Run("PostgreSQL", url, "memory://") as run:
        _is_clean(run(8), 8)


def test_server_and_worker_apart_keep_every_promise() -> None:
    if not is_reachable(amqp_url()):
        pytest.skip("NOT RUN: no RabbitMQ at TRACKS_TEST_AMQP_URL, nor on 127.0.0.1:5672")
    with Run("SQLite, server and worker", None, amqp_url()) as run:
        report = run(6)
    assert report.violations == [], "\n".join(report.lines())
    assert report.cycles == 6


def _one(table: str, condition: str) -> str:
    """Which row is the first, by its key, of those that fit."""
    key = ", ".join(column.name for column in metadata.tables[table].primary_key)
    return f"({key}) = (SELECT {key} FROM {table} WHERE {condition} ORDER BY {key} LIMIT 1)"


_TEXT = "answer LIKE '{\"text\"%'"
FAULTS = {
    "a completion gone": (
        "DELETE FROM step_work WHERE {promised}",
        {Kind.LOST, Kind.TORN},
    ),
    "a completion undone": (
        "UPDATE step_work SET done_at = NULL WHERE {promised}",
        {Kind.LOST, Kind.TORN},
    ),
    "another text": (
        'UPDATE step_work SET answer = \'{"text":"another"}\' WHERE ' + _one("step_work", _TEXT),
        {Kind.LOST},
    ),
    "a text saved twice": (
        "UPDATE step_work SET revision = revision + 30 WHERE " + _one("step_work", _TEXT),
        {Kind.DOUBLE},
    ),
    "a text without its time": (
        "UPDATE step_work SET saved_at = NULL WHERE " + _one("step_work", _TEXT),
        {Kind.TORN},
    ),
    "joint work gone": (
        "DELETE FROM phase_work WHERE " + _one("phase_work", "1"),
        {Kind.LOST, Kind.TORN},
    ),
    "a stage not noted": (
        "UPDATE track_work SET started_at = NULL WHERE "
        + _one("track_work", "started_at IS NOT NULL"),
        {Kind.TORN},
    ),
    "a stage counted twice": ("UPDATE school_track SET started = started + 1", {Kind.DOUBLE}),
    "a stage not counted": ("UPDATE school_track SET tried = tried - 1", {Kind.TORN}),
    "a use counted twice": ("UPDATE school_resource SET programme = programme + 1", {Kind.DOUBLE}),
    "a use not noted": ("DELETE FROM resource_use", {Kind.TORN, Kind.DOUBLE}),
    "a score not raised": (
        "UPDATE score SET wanted = wanted - 1, sent = wanted - 1 WHERE "
        + _one("score", "wanted > 1"),
        {Kind.TORN},
    ),
    "a score without a job": (
        "UPDATE score SET sent = NULL WHERE " + _one("score", "sent IS NOT NULL"),
        {Kind.TORN},
    ),
    "a school forgotten": ("UPDATE person SET school_id = NULL", {Kind.LOST, Kind.TORN}),
    "a sign-in forgotten": ("DELETE FROM sign_in", {Kind.LOST}),
    "a person without account": (
        "DELETE FROM account WHERE " + _one("account", "1"),
        {Kind.LOST, Kind.TORN},
    ),
    "a row that points nowhere": (
        "UPDATE resource_use SET municipality_id = 999",
        {Kind.INTEGRITY},
    ),
    "a job left over": (
        "INSERT INTO outbox (kind, key, payload, edition, due_at, tries, vanished) "
        "VALUES ('send_score', '0:0', '{}', 1, '2026-01-01 00:00:00', 0, 0)",
        {Kind.TORN},
    ),
}


@contextmanager
def _database(run: Run) -> Iterator[Connection]:
    """Whatever is changed is taken back."""
    engine = make_engine(run.site.database_url, pool_size=1)
    with engine.connect() as opened:
        opened.execute(text("PRAGMA defer_foreign_keys = ON"))
        yield opened
        opened.rollback()
    engine.dispose()


def _promised(run: Run) -> str:
    """Which row is a completion that was acknowledged, of a step that counts by itself (A, C), by
    somebody whose score is that of the whole track: of a module's the others are no part."""
    sub, module, step = next(
        (person.sub, *place)
        for person in run.books.people.values()
        if "track" in person.links_acked
        for place, book in person.steps.items()
        if book.done_acked and place[1] in {"les", "en-av-tre", "flere", "tanker", "provd"}
    )
    return (
        f"NOT alone AND person_id = (SELECT person_id FROM account WHERE sub = '{sub}') "
        "AND step_id = (SELECT step.id FROM step JOIN module ON module.id = step.module_id "
        f"WHERE module.slug = '{module}' AND step.slug = '{step}')"
    )


def _is_noticed(run: Run, fault: str) -> bool:
    statement, kinds = FAULTS[fault]
    statement = statement.replace("{promised}", _promised(run))
    with _database(run) as connection:
        assert connection.execute(text(statement)).rowcount > 0, fault
        seen = take(connection)
    ledger = run.lms.ledger.copy()
    found = [*violations(seen, run.books, ledger), *settled(seen, ledger)]
    return kinds <= {violation.kind for violation in found}


def _faults_in_the_gradebook_are_noticed(run: Run) -> None:
    with _database(run) as connection:
        seen = take(connection)
    ledger = run.lms.ledger.copy()
    assert violations(seen, run.books, ledger) == []
    assert list(settled(seen, ledger)) == []
    column, posts = next((c, p) for c, p in ledger.items() if p[-1].given > 1)
    last = posts[-1]
    later = datetime.now(UTC).replace(year=2100)
    faults: list[tuple[Post, ...]] = [
        (*posts, replace(last, given=last.given - 1, timestamp=later)),
        (*posts, last),
        (*posts, replace(last, timestamp=later, is_taken=False)),
        (),
    ]
    for fault in faults:
        wrong = {**ledger, column: fault}
        assert [*violations(seen, run.books, wrong), *settled(seen, wrong)] != [], fault
