"""A course of the tool's LMS, with its list behind the HTTP port and a worker that fetches it."""

import re
from datetime import datetime, timedelta
from typing import Any

import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens
from lti.tool.groups import CourseGroups
from lti.tool.roster import Rosters
from tests.factories.keys import tool_keys
from tests.factories.tool import ISSUER, Tool
from tests.fakes.course_list import CourseList, members
from tests.fakes.forge import PREFIX
from tests.fakes.lti_ports import RecordingHttp
from tracks.db import Database
from tracks.jobs.worker import Worker
from tracks.lms.jobs import roster_handlers
from tracks.lms.models import course, course_member
from tracks.lms.stores import SystemClock

GROUPS = "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice"
NRPS = "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice"
CONTEXT = "course-v1:Asker+T1+2026"


def roster_worker(database: Database, http: RecordingHttp) -> Worker:
    clock = SystemClock()
    tokens = AccessTokenSource(http, tool_keys(), clock, MemoryAccessTokens())
    services = Rosters(http, tokens, clock), CourseGroups(http, tokens, clock)
    return Worker(database, roster_handlers(*services), "memory://")


class ListedCourse:
    """`lead()` is a launch by the one who leads it; time stands still unless told to pass."""

    def __init__(self, tool: Tool, clock: time_machine.Traveller) -> None:
        self.tool = tool
        self.clock = clock
        self.list = CourseList(tool.http, ISSUER, CONTEXT, members(20))
        self.worker = roster_worker(tool.database, tool.http)

    def lead(self, client: FlaskClient | None = None, *, sub: str = "lead", **changes: Any) -> Any:
        return self.tool.launch(client, sub=sub, leads=True, changes=changes)

    def later(self, **parts: float) -> int:
        """Let time pass, then run what is due; how many jobs."""
        self.clock.shift(timedelta(**parts))
        return self.worker.drain()

    def sync(self, client: FlaskClient | None = None) -> None:
        """By the button if a browser is given, else by a launch an hour later."""
        self.clock.shift(timedelta(hours=1))
        if client is None:
            self.lead()
        else:
            self.tool.post(client, self.path + "/fetch")
        assert self.worker.drain() == 1

    @property
    def row(self) -> Any:
        (row,) = self.tool.rows(select(course))
        return row

    @property
    def path(self) -> str:
        return f"/courses/{self.row.id}"

    def page(self, client: FlaskClient) -> str:
        answer = self.tool.get(client, f"{self.path}?lang=en")
        assert answer.status_code == 200, answer.text
        return re.sub(r"\s+", " ", answer.text)

    @property
    def active(self) -> set[str]:
        table = course_member
        return {r.sub for r in self.tool.rows(select(table.c.sub).where(table.c.is_active))}

    @property
    def stored(self) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.tool.rows(select(course_member))]

    def synced_at(self) -> datetime | None:
        found: datetime | None = self.row.synced_at
        return found


def groups_claim(**changes: Any) -> dict[str, Any]:
    scope = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"
    return {
        GROUPS: {
            "context_groups_url": f"{ISSUER}/groups",
            "context_group_sets_url": f"{ISSUER}/sets",
            "scope": [scope],
            **changes,
        }
    }


def in_context(context_id: str, title: str = "Course two") -> dict[str, Any]:
    return {PREFIX + "context": {"id": context_id, "title": title}}
