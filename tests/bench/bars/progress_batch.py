"""Bar 5, third part: a hundred completions at once, against the driver with nothing above it."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from tests.bench.bench import Bench
from tests.bench.library import LONG_TRACK
from tests.bench.measuring import in_turn, rounds_at_most
from tests.bench.people import own_cpu, service
from tests.bench.result import Comparison, Limit, Result
from tests.fakes.forge import PREFIX
from tracks.progress.actions import Worker

BATCHES = 10  # a round
LAUNCH = {
    PREFIX + "custom": {"resource": LONG_TRACK},
    PREFIX + "resource_link": {"id": "link-long", "title": "Long"},
}


def measure(bench: Bench) -> list[Result]:
    world = bench.sqlite()
    file = Path(make_url(world.database_url).database or "")
    ours = service(world, LONG_TRACK, BATCHES * (rounds_at_most(bench.pairs) + 1), LAUNCH)
    steps = ours.readings
    done: list[list[Worker]] = []

    def ours_round() -> float:
        people = list(islice(ours.workers, BATCHES))
        done.append(people)

        def work() -> int:
            for who in people:
                ours.complete(who, steps)
            return len(people)

        return own_cpu(work)

    with closing(_copy(file, world.folder / "raw.sqlite")) as raw, closing(_open(file)) as read:

        def raw_round() -> float:
            batches = [_written(read, who.person_id) for who in done.pop(0)]

            def work() -> int:
                for batch in batches:
                    _write(raw, batch)
                return len(batches)

            return own_cpu(work)

        ours_round()  # theirs writes what ours wrote a round ago, and every second pair begins
        pairs = in_turn(ours_round, raw_round, bench.pairs)
    ours.database.engine.dispose()
    return [
        Comparison(
            name="5 batch of 100 completions, SQLite",
            ours=f"complete_steps with {len(steps)} steps of one person in one transaction",
            theirs="the rows that ours left, by sqlite3's executemany, ready made, in one",
            how=f"{BATCHES} persons a round: {len(steps)} steps, the track, the counter, the "
            "score, the job; WAL, synchronous=FULL and foreign keys on both sides; batches per "
            "CPU second, ours to theirs",
            limit=Limit(floor=0.6, goal=0.9, at_most=False),
            pairs=pairs,
        )
    ]


def _open(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _copy(file: Path, copy: Path) -> sqlite3.Connection:
    made = _open(copy)
    with closing(_open(file)) as source:
        source.backup(made)
    made.execute(
        "INSERT OR IGNORE INTO school_track (school_id, track_id, municipality_id, changed_at) "
        "SELECT DISTINCT school_id, track_id, municipality_id, worked_at FROM track_work"
    )
    return made


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows as the driver takes them."""

    steps: Sequence[tuple[Any, ...]]
    track: tuple[Any, ...]
    score: tuple[Any, ...]
    job: tuple[Any, ...]
    school: tuple[Any, ...]


def _written(read: sqlite3.Connection, person_id: int) -> _Batch:
    key = (person_id,)

    def one(statement: str) -> tuple[Any, ...]:
        (row,) = read.execute(statement, key).fetchall()
        return tuple(row)

    return _Batch(
        steps=read.execute("SELECT * FROM step_work WHERE person_id = ?", key).fetchall(),
        track=one(
            "SELECT last_step_id, worked_at, started_at, person_id, track_id FROM track_work "
            "WHERE person_id = ?"
        ),
        score=one(
            "SELECT wanted, wanted_at, failed, person_id, resource_link_id FROM score "
            "WHERE person_id = ?"
        ),
        job=one(
            "SELECT kind, key, payload, edition, due_at, tries, vanished FROM outbox "
            "WHERE key LIKE ? || ':%'"
        ),
        school=one("SELECT worked_at, school_id, track_id FROM track_work WHERE person_id = ?"),
    )


def _write(raw: sqlite3.Connection, batch: _Batch) -> None:
    places = ", ".join("?" * len(batch.steps[0]))
    raw.execute("BEGIN IMMEDIATE")
    raw.executemany(f"INSERT INTO step_work VALUES ({places})", batch.steps)
    raw.execute(
        "UPDATE track_work SET last_step_id = ?, worked_at = ?, started_at = ? "
        "WHERE person_id = ? AND track_id = ?",
        batch.track,
    )
    raw.execute(
        "UPDATE score SET wanted = ?, wanted_at = ?, failed = ? "
        "WHERE person_id = ? AND resource_link_id = ?",
        batch.score,
    )
    raw.execute(
        "INSERT INTO outbox (kind, key, payload, edition, due_at, tries, vanished) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        batch.job,
    )
    raw.execute(
        "UPDATE school_track SET started = started + 1, changed_at = ? "
        "WHERE school_id = ? AND track_id = ?",
        batch.school,
    )
    raw.execute("COMMIT")
