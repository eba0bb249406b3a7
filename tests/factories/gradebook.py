"""The gradebook of an LMS behind the HTTP port: its rules, and the faults the test asks for."""

import json
import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from urllib.parse import parse_qsl

from lti.errors import TransientServiceError
from lti.ports import Http, HttpAnswer
from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens
from lti.tool.grades import Grades
from tests.factories.keys import tool_keys
from tests.fakes.lti_ports import RecordingHttp, Sent
from tracks.db import Database
from tracks.jobs.worker import Worker
from tracks.lms.jobs import handlers
from tracks.lms.stores import SystemClock

LMS = "https://lms.example"
ITEM = f"{LMS}/items/1"

Rules = Literal["moodle", "openedx", "canvas"]


@dataclass(frozen=True)
class Posted:
    """One score as it arrived, taken or not."""

    user: str
    given: float
    timestamp: datetime
    activity: str
    grading: str


class Gradebook:
    """`faults` are used up one a score: "refused" (nothing arrives), "lost" (taken, but the
    answer never comes back) or the status of an answer. `is_down`: all are "refused"."""

    def __init__(self, http: RecordingHttp, rules: Rules = "moodle") -> None:
        self.rules = rules
        self.grades: dict[str, Posted] = {}
        self.posted: list[Posted] = []
        self.taken: list[Posted] = []
        self.faults: deque[str | int] = deque()
        self.is_down = False
        self.retry_after: str | None = None
        self._lock = threading.Lock()
        http.answers[f"{LMS}/token"] = self._token
        http.answers[f"{ITEM}/scores"] = self._score
        http.answers[f"{ITEM}/results"] = self._results

    def _token(self, sent: Sent) -> HttpAnswer:
        if self.is_down:
            raise TransientServiceError("connect_failed")
        asked = dict(parse_qsl((sent.body or b"").decode()))
        granted = {
            "access_token": "t",
            "token_type": "Bearer",
            "expires_in": 3600,
            "scope": asked["scope"],
        }
        return HttpAnswer(200, {}, json.dumps(granted).encode())

    def _score(self, sent: Sent) -> HttpAnswer:
        with self._lock:
            return self._judge(json.loads(sent.body or b"{}"))

    def _judge(self, body: dict[str, object]) -> HttpAnswer:
        posted = Posted(
            str(body["userId"]),
            float(str(body["scoreGiven"])) * 100 / float(str(body["scoreMaximum"])),
            datetime.fromisoformat(str(body["timestamp"])),
            str(body["activityProgress"]),
            str(body["gradingProgress"]),
        )
        self.posted.append(posted)
        fault = "refused" if self.is_down else self.faults.popleft() if self.faults else None
        if fault == "refused":
            raise TransientServiceError("connect_failed")
        if isinstance(fault, int):
            headers = {"retry-after": self.retry_after} if self.retry_after else {}
            return HttpAnswer(fault, headers, b"")
        held = self.grades.get(posted.user)
        if held is not None and not self._is_later(posted.timestamp, held.timestamp):
            if self.rules == "openedx":
                return HttpAnswer(400, {}, b'{"timestamp": ["Score is not newer"]}')
            return HttpAnswer(409, {}, b"")
        self.grades[posted.user] = posted
        self.taken.append(posted)
        if fault == "lost":
            raise TransientServiceError("read_timeout")
        return HttpAnswer(201 if self.rules == "openedx" else 200, {}, b"")

    def _is_later(self, new: datetime, held: datetime) -> bool:
        if self.rules == "moodle":
            # It compares whole seconds.
            return int(new.timestamp()) > int(held.timestamp())
        return self.rules == "canvas" or new > held

    def _results(self, sent: Sent) -> HttpAnswer:
        if self.is_down:
            raise TransientServiceError("connect_failed")
        found = [
            {"id": f"{ITEM}/results/{p.user}", "userId": p.user, "resultScore": p.given}
            | {"resultMaximum": 100, "scoreOf": ITEM}
            for p in self.grades.values()
        ]
        return HttpAnswer(200, {}, json.dumps(found).encode())


def worker_for(database: Database, http: Http) -> Worker:
    """A worker that sends scores through `http`; `drain()` runs what is due."""
    clock = SystemClock()
    tokens = AccessTokenSource(http, tool_keys(), clock, MemoryAccessTokens())
    return Worker(database, handlers(Grades(http, tokens, clock)), "memory://")
