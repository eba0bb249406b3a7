"""A municipality that takes in lists: what the pages and the worker do, without either."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, update

from tests.factories.tool import Tool
from tracks.jobs.rules import Job
from tracks.jobs.worker import Done
from tracks.people.models import person, school
from tracks.rosters.columns import ListKind, guess
from tracks.rosters.jobs import apply_list, read_list
from tracks.rosters.lists import beginning
from tracks.rosters.models import roster_entry, roster_import
from tracks.rosters.plan import counts, import_of
from tracks.rosters.records import Source
from tracks.rosters.rules import Counts
from tracks.rosters.staging import PIECE, begin_import, move
from tracks.rosters.workflow import State

STAFF_HEAD = "Ansattnr;Navn;Orgnr;Stilling;Skjermet"
UNITS_HEAD = "Orgnr;Skolenavn;Skoletype;Antall lærere;Dato"


def organisation_numbers(count: int) -> list[str]:
    """The first of those that are right: nine digits, the last a control digit."""
    weights = (3, 2, 7, 6, 5, 4, 3, 2)
    found: list[str] = []
    start = 90_000_000
    while len(found) < count:
        control = -sum(int(d) * w for d, w in zip(str(start), weights, strict=True)) % 11
        if control != 10:
            found.append(f"{start}{control}")
        start += 1
    return found


def organisation_number(number: int) -> str:
    return organisation_numbers(number + 1)[-1]


class Lists:
    def __init__(self, tool: Tool, folder: Path) -> None:
        self.tool = tool
        self.folder = folder
        with tool.database.writing() as session:
            self.person_id: int = session.execute(
                person.insert()
                .values(municipality_id=tool.municipality_id, created_at=datetime.now(UTC))
                .returning(person.c.id)
            ).scalar_one()

    def take_in(
        self,
        body: str | bytes,
        kind: ListKind = ListKind.STAFF,
        *,
        complete: bool = True,
        source: str = Source.LIST,
    ) -> int:
        """Uploaded, its columns as guessed, and read; the import's id."""
        data = body if isinstance(body, bytes) else body.encode()
        path = self.folder / "upload"
        path.write_bytes(data)
        chosen: dict[str, int] = {}
        if source == Source.LIST:
            headings, _ = beginning(path)
            chosen = {field.value: index for field, index in guess(kind, headings).items()}
        now = datetime.now(UTC)
        with self.tool.database.writing() as session:
            made = begin_import(
                session,
                municipality_id=self.tool.municipality_id,
                person_id=self.person_id,
                source=source,
                file_name="list.csv",
                pieces=(data[n : n + PIECE] for n in range(0, len(data), PIECE)),
                list_kind=kind,
                columns=chosen,
                now=now,
            )
            move(session, made, State.READING, now, is_complete=complete)
        self.run(read_list, made)
        return made

    def staff(self, rows: Iterable[str], **how: Any) -> int:
        return self.take_in("\n".join([STAFF_HEAD, *rows]) + "\n", ListKind.STAFF, **how)

    def units(self, rows: Iterable[str], **how: Any) -> int:
        return self.take_in("\n".join([UNITS_HEAD, *rows]) + "\n", ListKind.UNITS, **how)

    def run(self, handler: Any, import_id: int) -> None:
        job = Job(0, "", "", {"import_id": import_id}, 1, "", 0, "")
        outcome = handler(self.tool.database, job)
        assert isinstance(outcome, Done)
        with self.tool.database.writing() as session:
            outcome.write(session)

    def would_change(self, import_id: int) -> Counts:
        with self.tool.database.reading() as session:
            return counts(session, import_of(session, import_id))

    def apply(self, import_id: int, *, gone: int = 0) -> str:
        """The state after it."""
        with self.tool.database.writing() as session:
            session.execute(
                update(roster_import)
                .where(roster_import.c.id == import_id)
                .values(confirmed_gone=gone)
            )
            assert move(session, import_id, State.APPLYING, datetime.now(UTC))
        self.run(apply_list, import_id)
        return self.state(import_id)

    def state(self, import_id: int) -> str:
        found = self.tool.rows(select(roster_import.c.state).where(roster_import.c.id == import_id))
        return str(found[0][0])

    def has(self, rows: Iterable[str], **how: Any) -> None:
        """The list of staff is true already."""
        made = self.staff(rows, **how)
        assert self.apply(made, gone=self.would_change(made).people_gone) == State.APPLIED

    def working(self) -> set[tuple[str, str, str, str | None]]:
        """(key, unit, task, name) of who works where now."""
        rows = self.tool.rows(
            select(roster_entry.c.key, school.c.name, roster_entry.c.task, person.c.name)
            .join(school, school.c.id == roster_entry.c.school_id)
            .join(person, person.c.id == roster_entry.c.person_id)
            .where(roster_entry.c.ended_at.is_(None))
        )
        return {tuple(row) for row in rows}

    def people(self) -> int:
        return int(self.tool.rows(select(func.count()).select_from(person))[0][0])
