"""A teacher's requests at a steady pace, in turns alone and beside authors at their worst."""

import itertools
import statistics
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.beside_authors.served import Browser, Site
from tests.content.test_pathological import GENERATORS
from tests.convergence.run import FIELDS, STEPS
from tests.tracks.authoring.pages import FILE, text_of
from tests.tracks.authoring.pages import field as value_of

EVERY_S = 0.04  # one request of the teacher's
# What one author may ask for in a minute is bounded: a check every two seconds
EACH_TEXT_S = 2.0
STEP_BYTES = 60 * 1024
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
    authors = [Author.of(site, number) for number in range(len(site.authors))]
    teacher = Browser(site, site.teacher)
    _asks(teacher, block_s / 2)  # what is new the first time
    for pair in range(pairs):
        for are_beside in (False, True) if pair % 2 else (True, False):
            if are_beside:
                with _beside(authors, found):
                    found.beside += _asks(teacher, block_s)
            else:
                found.alone += _asks(teacher, block_s)
    return found


def _asks(teacher: Browser, seconds: float) -> list[float]:
    """At its pace, however long an answer takes."""
    teacher.reconnect()
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


@dataclass
class Author:
    """Its texts are made before anybody is measured: whoever measures shares this process."""

    browser: Browser
    texts: Iterator[tuple[str, str]]  # name of the generator, and the text as a form has it

    @classmethod
    def of(cls, site: Site, number: int) -> "Author":
        browser = Browser(site, site.authors[number])
        _, page = browser.get(FILE)
        head = text_of(page).partition("\n### ")[0]
        texts = [
            (name, urlencode({"text": head + _hostile(generate(STEP_BYTES))}))
            for name, generate in list(GENERATORS.items())[number :: len(site.authors)]
        ]
        return cls(browser, itertools.cycle(texts))

    def works(self, stop: threading.Event, found: Found) -> None:
        self.browser.reconnect()
        while not stop.is_set():
            ends = time.monotonic() + EACH_TEXT_S
            name, text = next(self.texts)
            status, page = self.browser.get(FILE)
            if status == 200:
                fields = {n: value_of(page, n) for n in ("revision", "begun")}
                status, _ = self.browser.post(FILE, {**fields, "go": "check"}, text)
            _note(found, status, f"check of {name}")
            for path in PAGES:
                if stop.is_set():
                    return
                _note(found, self.browser.get(path)[0], f"{path} of {name}")
            stop.wait(max(0.0, ends - time.monotonic()))


@contextmanager
def _beside(authors: Sequence[Author], found: Found) -> Iterator[None]:
    stop = threading.Event()
    threads = [threading.Thread(target=each.works, args=(stop, found)) for each in authors]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _hostile(text: str) -> str:
    return f"\n### Hostile {{#hostile minutes=5}}\n\n{text}\n"


def _note(found: Found, status: int, what: str) -> None:
    found.asked += 1
    if status not in {200, 303, 409, 413, 429}:
        found.wrong.append(f"{what}: {status}")
