"""A tool for all the cases of a module, and a tool with the gradebook of an LMS."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient

from lti.http import GuardedHttp
from tests.convergence.run import ags_claim
from tests.factories.databases import empty_postgres
from tests.factories.gradebook import Gradebook, worker_for
from tests.factories.tool import Tool
from tests.fakes.scripted_lms import Routed, ScriptedLms
from tracks.jobs.models import outbox
from tracks.lms.actions import COLUMN_JOB, SCORE_JOB


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared_tool(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Tool]:
    """As `tool`; only for modules whose tests use nothing else that has a database."""
    folder = tmp_path_factory.mktemp("shared")
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        copy = folder / "tracks.sqlite"
        copy.write_bytes(template.read_bytes())
        url = f"sqlite:///{copy}"
    else:
        url = request.getfixturevalue("postgres_url")
        empty_postgres(url)
    made = Tool(url, folder / "data")
    yield made
    made.close()


OF_SCORES = outbox.c.kind.in_([SCORE_JOB, COLUMN_JOB])


class Course:
    """A tool, its worker, and the gradebook of the LMS; time stands still unless told to pass."""

    def __init__(self, tool: Tool, clock: time_machine.Traveller) -> None:
        self.tool = tool
        self.gradebook = Gradebook(tool.http)
        self.worker = worker_for(tool.database, tool.http)
        self.clock = clock

    def later(self, **parts: float) -> int:
        """Let time pass, then run what is due; how many jobs."""
        self.clock.shift(timedelta(**parts))
        return self.worker.drain()

    def until_quiet(self, hours: int = 24) -> None:
        for _ in range(hours * 12):
            self.later(minutes=5)
            if not self.tool.count(outbox, outbox.c.parked_at.is_(None), OF_SCORES):
                return

    def do(self, browser: FlaskClient, step: str, **fields: str) -> None:
        path = f"/t/sample/maaling/enheter/{step}"
        answer = self.tool.post(browser, path, **(fields or {"go": "done"}))
        assert answer.status_code == 303

    def says(self, browser: FlaskClient) -> str:
        return self.tool.get(browser, "/t/sample/maaling?lang=en").text


@pytest.fixture
def course(tool: Tool) -> Iterator[Course]:
    # Real time, so that connections and certificates are as old as they seem.
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        yield Course(tool, clock)


class RealCourse(Course):
    """The same, with an LMS behind real HTTP."""

    def __init__(self, tool: Tool, clock: time_machine.Traveller, lms: ScriptedLms) -> None:
        super().__init__(tool, clock)
        self.lms = lms
        self.http = GuardedHttp(allow_loopback=True, total_seconds=lms.slow / 2)
        self.worker = worker_for(tool.database, Routed(self.http, lms))

    def launch(
        self, sub: str = "teacher-1", *, item: str | None = "1", **parts: Any
    ) -> FlaskClient:
        """`item` None: the link has no column, and may get one."""
        changes = {**ags_claim(self.lms, item), **parts.pop("changes", {})}
        return self.tool.launch(sub=sub, changes=changes, **parts)


@pytest.fixture
def real_course(tool: Tool) -> Iterator[RealCourse]:
    with (
        time_machine.travel(datetime.now(UTC), tick=False) as clock,
        ScriptedLms("moodle", slow=10) as lms,
    ):
        made = RealCourse(tool, clock, lms)
        yield made
        made.http.close()
