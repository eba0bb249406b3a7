"""A teacher's requests at a steady pace, in turns alone and beside authors at their worst."""

import itertools
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.beside_authors.served import Browser, SignedIn, Site
from tests.content.test_pathological import GENERATORS
from tests.convergence.run import FIELDS, STEPS
from tests.tracks.authoring.pages import FILE, text_of
from tests.tracks.authoring.pages import field as value_of

EVERY_S = 0.04  # one request of the teacher's
# What one author may ask for in a minute is bounded: a check every two seconds
EACH_TEXT_S = 2.0
STEP_BYTES = 60 * 1024
STEPS_OF_A_FILE = 3
PAGES = (f"{FILE}/preview", f"{FILE}/preview?view=leader", "/authoring/maaling/publish")


@dataclass
class Found:
    """Seconds of each request of the teacher's, and what the authors were told."""

    alone: list[float] = field(default_factory=list)
    beside: list[float] = field(default_factory=list)
    asked: int = 0  # pages and checks of authors
    wrong: list[str] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return p95(self.beside) / p95(self.alone)


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def compare(site: Site, pairs: int, block_s: float) -> Found:
    found = Found()
    teacher = Browser(site, site.teacher)
    _asks(teacher, block_s / 2)  # what is new the first time
    for pair in range(pairs):
        for are_beside in (False, True) if pair % 2 else (True, False):
            if are_beside:
                with _authors(site, found):
                    found.beside += _asks(teacher, block_s)
            else:
                found.alone += _asks(teacher, block_s)
    return found


def _asks(teacher: Browser, seconds: float) -> list[float]:
    """At its pace, however long an answer takes."""
    took: list[float] = []
    began = time.monotonic()
    for number, step in enumerate(itertools.cycle(STEPS)):
        due = began + number * EVERY_S
        if due > began + seconds:
            return took
        time.sleep(max(0.0, due - time.monotonic()))
        path = f"/t/sample/maaling/{step}"
        sent = max(due, time.monotonic()) if number else time.monotonic()
        if number % 2:
            status, _ = teacher.post(path, FIELDS)
            assert status == 303, status
        else:
            status, _ = teacher.get(path)
            assert status == 200, status
        took.append(time.monotonic() - sent)
    raise AssertionError("steps never end")


@contextmanager
def _authors(site: Site, found: Found) -> Iterator[None]:
    stop = threading.Event()
    threads = [
        threading.Thread(target=_author, args=(site, who, number, stop, found))
        for number, who in enumerate(site.authors)
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _author(site: Site, who: SignedIn, number: int, stop: threading.Event, found: Found) -> None:
    browser = Browser(site, who)
    texts = itertools.cycle(list(GENERATORS.items())[number::2])
    for turn, (name, generate) in enumerate(texts):
        if stop.is_set():
            return
        ends = time.monotonic() + EACH_TEXT_S
        status, page = browser.get(FILE)
        if status == 200:
            # never the same twice: what has been read or drawn is kept
            text = _with(text_of(page), generate(STEP_BYTES), f"{number}-{turn}-{ends}")
            fields = {n: value_of(page, n) for n in ("revision", "begun")}
            status, _ = browser.post(FILE, {**fields, "text": text, "go": "check"})
        _note(found, status, f"check of {name}")
        for path in PAGES:
            if stop.is_set():
                return
            _note(found, browser.get(path)[0], f"{path} of {name}")
        stop.wait(max(0.0, ends - time.monotonic()))


def _with(text: str, hostile: str, mark: str) -> str:
    """The file up to its first step's text, then several steps of hostile text."""
    head = text.partition("\n### ")[0]
    steps = (
        f"\n### Hostile {n} {{#hostile-{n} minutes=5}}\n\n{mark}\n\n{hostile}\n"
        for n in range(STEPS_OF_A_FILE)
    )
    return head + "".join(steps)


def _note(found: Found, status: int, what: str) -> None:
    found.asked += 1
    if status not in {200, 303, 409, 413, 429}:
        found.wrong.append(f"{what}: {status}")
