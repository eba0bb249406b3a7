"""Persons of the measured world: signed in as browsers, or as the service knows them."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

from tests.bench.browser import Browser
from tests.bench.lms import sign_in
from tests.bench.servers import Server, tool_server
from tests.bench.world import World
from tracks.app import open_database
from tracks.catalogue.queries import Edition, Shelf
from tracks.catalogue.rules import Outline
from tracks.db import Database
from tracks.people.models import person
from tracks.progress.actions import Worker, complete_steps
from tracks.settings import Settings


def signed_in(
    server: Server, world: World, numbers: Iterable[int], changes: Mapping[str, Any] | None = None
) -> list[Browser]:
    return [
        sign_in(Browser(server.connection), server.port, world.school_id, number, changes)
        for number in numbers
    ]


@dataclass(frozen=True, slots=True)
class Service:
    """The tool without its web side, in this process."""

    database: Database
    edition: Edition
    workers: Iterator[Worker]

    @property
    def readings(self) -> list[Outline]:
        return [step for step in self.edition.steps if step.slug.startswith("les-")]

    def complete(self, who: Worker, steps: Sequence[Outline]) -> None:
        with self.database.writing() as session:
            fresh = complete_steps(session, who, self.edition, steps, datetime.now(UTC))
        assert len(fresh) == len(steps)


def service(
    world: World, track: str, persons: int, changes: Mapping[str, Any] | None = None
) -> Service:
    """With persons who have come by a launch of that track, so that a score is due for each."""
    with tool_server(world) as server:
        signed_in(server, world, range(persons), changes)
    database = open_database(Settings(database_url=world.database_url))
    with database.reading() as session:
        edition = Shelf().current(session, *track.split("/"))
        rows = session.execute(
            select(person.c.id, person.c.municipality_id, person.c.school_id).order_by(person.c.id)
        ).all()
    assert edition is not None
    assert len(rows) == persons
    workers = iter([Worker(r.id, r.municipality_id, r.school_id) for r in rows])
    return Service(database, edition, workers)


def own_cpu(work: Callable[[], int]) -> float:
    """CPU microseconds of this process for each of the operations that `work` does."""
    began = time.process_time()
    operations = work()
    return (time.process_time() - began) * 1e6 / operations
