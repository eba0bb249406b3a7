"""What a teacher's pages take, beside a worker whose LMS is down, with and without a backlog.

Two processes with the same settings, one with the backlog, asked in turn.
"""

import logging
import statistics
import tempfile
import time
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from flask.testing import FlaskClient

from lti.http import GuardedHttp
from tests.backpressure.backlog import paced_worker, pile_up
from tests.convergence.run import ALWAYS_IN, FIELDS, STEPS, ags_claim
from tests.factories.databases import published_sqlite
from tests.factories.tool import Tool
from tests.fakes.scripted_lms import Routed, ScriptedLms

TURNS = 60  # browsers; each does a turn of one page and one post for each step


@dataclass(frozen=True)
class Times:
    """Seconds of each request: on the clock, and of the processor."""

    page: list[float]
    post: list[float]
    page_cpu: list[float]
    post_cpu: list[float]

    def add(self, other: "Times") -> None:
        for name, values in vars(other).items():
            getattr(self, name).extend(values)

    @staticmethod
    def none() -> "Times":
        return Times([], [], [], [])


# 95 of 100 were this quick, in ms: without the backlog, and with it.
Compared = dict[str, tuple[float, float]]


def compare(people: int, turns: int = TURNS) -> Compared:
    context = get_context("spawn")
    sides = []
    for count in (0, people):
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, count), daemon=True)
        process.start()
        sides.append((process, ours))
    for _, pipe in sides:
        assert pipe.recv() == "ready"
    found = [Times.none(), Times.none()]
    for turn in range(turns):
        # Each goes first as often as the other.
        for side in (0, 1) if turn % 2 else (1, 0):
            pipe = sides[side][1]
            pipe.send("go")
            found[side].add(pipe.recv())
    for process, pipe in sides:
        pipe.send("stop")
        process.join(30)
    without, with_backlog = found
    return {
        "step page": (_p95(without.page), _p95(with_backlog.page)),
        "step page, CPU": (_p95(without.page_cpu), _p95(with_backlog.page_cpu)),
        "step post": (_p95(without.post), _p95(with_backlog.post)),
        "step post, CPU": (_p95(without.post_cpu), _p95(with_backlog.post_cpu)),
    }


def _p95(seconds: list[float]) -> float:
    return 1000 * statistics.quantiles(seconds, n=20)[-1]


def _serve(pipe: Connection, people: int) -> None:
    logging.disable()
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{published_sqlite(Path(folder))}"
        tool = Tool(url, Path(folder) / "data", **ALWAYS_IN)
        lms = ScriptedLms("moodle")  # never comes up
        if people:
            pile_up(tool, lms, people)
        worker = paced_worker(tool.database, Routed(GuardedHttp(allow_loopback=True), lms))
        tool.database.on_jobs = worker.wake
        worker.start()
        pipe.send("ready")
        number = 0
        while pipe.recv() == "go":
            browser = tool.launch(sub=f"teacher-{number}", changes=ags_claim(lms))
            pipe.send(_turn(tool, browser))
            number += 1
        worker.stop()


def _turn(tool: Tool, browser: FlaskClient) -> Times:
    times = Times.none()
    token = tool.form_token(browser)
    for step in STEPS:
        path = f"/t/sample/maaling/{step}"
        began, ran = time.perf_counter(), time.thread_time()
        assert tool.get(browser, path).status_code == 200
        times.page.append(time.perf_counter() - began)
        times.page_cpu.append(time.thread_time() - ran)
        fields = {**FIELDS, "form_token": token}
        origin = {"Origin": tool.settings.base_url}
        began, ran = time.perf_counter(), time.thread_time()
        answer = browser.post(path, data=fields, base_url=tool.settings.base_url, headers=origin)
        times.post.append(time.perf_counter() - began)
        times.post_cpu.append(time.thread_time() - ran)
        assert answer.status_code == 303
    return times
