"""Everything the checks look at, read in one transaction: one moment of the database."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, and_, func, select, text, update

from tracks.adoption.models import resource_use, school_resource, school_track
from tracks.catalogue.models import module, step
from tracks.db import metadata
from tracks.db.engine import make_engine
from tracks.jobs.models import outbox
from tracks.lms.models import resource_link, score
from tracks.people.models import account, person, sign_in
from tracks.progress.models import phase_work, step_work, track_work

Rows = list[Row[Any]]


@dataclass(frozen=True)
class Snapshot:
    person_of: dict[str, int]  # by sub
    accounts: Rows
    people: Rows
    sign_ins: frozenset[str]  # token hashes
    module_slugs: dict[int, str]
    step_places: dict[int, tuple[str, str]]
    addresses: dict[int, str]  # by resource link
    step_work: Rows
    phase_work: Rows
    track_work: Rows
    uses: Rows
    school_tracks: Rows
    school_resources: Rows
    scores: Rows
    outbox: Rows
    problems: tuple[str, ...]  # of the database file itself


def take(connection: Connection) -> Snapshot:
    def rows(table: Table) -> Rows:
        return list(connection.execute(select(table)).all())

    accounts = rows(account)
    slugs = {row.id: row.slug for row in rows(module)}
    return Snapshot(
        person_of={row.sub: row.person_id for row in accounts},
        accounts=accounts,
        people=rows(person),
        sign_ins=frozenset(row.token_hash for row in rows(sign_in)),
        module_slugs=slugs,
        step_places={row.id: (slugs[row.module_id], row.slug) for row in rows(step)},
        addresses={row.id: row.address for row in rows(resource_link)},
        step_work=rows(step_work),
        phase_work=rows(phase_work),
        track_work=rows(track_work),
        uses=rows(resource_use),
        school_tracks=rows(school_track),
        school_resources=rows(school_resource),
        scores=rows(score),
        outbox=rows(outbox),
        problems=tuple(_problems(connection)),
    )


def _problems(connection: Connection) -> list[str]:
    if connection.dialect.name == "sqlite":
        found = [row[0] for row in connection.execute(text("PRAGMA integrity_check")).all()]
        dangling = connection.execute(text("PRAGMA foreign_key_check")).all()
        return [f"integrity_check: {line}" for line in found if line != "ok"] + [
            f"foreign_key_check: a row of {row[0]} points nowhere" for row in dangling
        ]
    problems = []
    for table in metadata.sorted_tables:
        for key in table.foreign_keys:
            target = key.column.table.alias()
            orphans = connection.execute(
                select(func.count())
                .select_from(table.outerjoin(target, key.parent == target.c[key.column.name]))
                .where(and_(key.parent.is_not(None), target.c[key.column.name].is_(None)))
            ).scalar_one()
            if orphans:
                problems.append(f"{orphans} rows of {table.name} point nowhere: {key.parent.name}")
    return problems


class Inspector:
    """Looks at the database beside the tool.

    Leaves no connection open: on SQLite the last one to close tidies up the write-ahead log, and
    whoever opens the file after a kill must be the one who recovers it.
    """

    def __init__(self, url: str) -> None:
        self._engine = make_engine(url, pool_size=1)
        options: dict[str, Any] = {"tracks_writes": False}
        if self._engine.dialect.name == "postgresql":
            options = {"isolation_level": "REPEATABLE READ"}
        self._reading: Engine = self._engine.execution_options(**options)

    def snapshot(self) -> Snapshot:
        try:
            with self._reading.begin() as connection:
                return take(connection)
        finally:
            self._engine.dispose()

    def wait_until_alone(self) -> None:
        """PostgreSQL finishes what a killed client had sent last; then that process ends, too."""
        if self._engine.dialect.name != "postgresql":
            return
        others = text(
            "select count(*) from pg_stat_activity where datname = current_database() "
            "and backend_type = 'client backend' and pid <> pg_backend_pid()"
        )
        end = time.monotonic() + 60
        try:
            with self._engine.connect() as connection:
                while connection.execute(others).scalar_one():
                    connection.rollback()
                    assert time.monotonic() < end, "a killed client's connection stays open"
                    time.sleep(0.005)
        finally:
            self._engine.dispose()

    def let_leases_end(self) -> None:
        """Time passes: every lease has run out and every pause is over.

        Stands for waiting 90 seconds and longer (tracks.jobs.rules.LEASE). Only while no process
        that could hold a lease is alive: a lease cut short under a living worker is no test.
        """
        now = datetime.now(UTC)
        try:
            with self._engine.begin() as connection:
                connection.execute(
                    update(outbox).where(outbox.c.lease_until > now).values(lease_until=now)
                )
                connection.execute(update(outbox).where(outbox.c.due_at > now).values(due_at=now))
        finally:
            self._engine.dispose()

    def take_up_set_aside(self) -> int:
        """What an operator does with jobs parked as killers of their worker: how many.

        A job in flight at five kills in a row looks like one (F7), and here kills come every
        second.
        """
        try:
            with self._engine.begin() as connection:
                return connection.execute(
                    update(outbox)
                    .where(outbox.c.reason == "worker_vanished", outbox.c.parked_at.is_not(None))
                    .values(parked_at=None, vanished=0, reason=None)
                ).rowcount
        finally:
            self._engine.dispose()

    def let_pauses_end(self) -> None:
        """Time passes for jobs that are to be tried later; nobody holds those."""
        now = datetime.now(UTC)
        try:
            with self._engine.begin() as connection:
                connection.execute(
                    update(outbox)
                    .where(outbox.c.lease.is_(None), outbox.c.due_at > now)
                    .values(due_at=now)
                )
        finally:
            self._engine.dispose()

    def waiting_jobs(self) -> int:
        try:
            with self._reading.begin() as connection:
                return int(
                    connection.execute(select(func.count()).select_from(outbox)).scalar_one()
                )
        finally:
            self._engine.dispose()
