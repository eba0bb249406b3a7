"""A teacher's requests at a steady pace, in turns alone and beside authors at their worst."""

import itertools
import os
import statistics
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection

from tests.beside_authors.served import Browser, Site, part
from tests.content.test_pathological import GENERATORS
from tests.convergence.run import FIELDS, STEPS
from tests.tracks.authoring.pages import FILE, text_of
from tests.tracks.authoring.pages import field as value_of

EVERY_S = 0.04  # one request of the teacher's
# What one author may ask for in a minute is bounded: a check every two seconds
EACH_TEXT_S = 2.0
HOSTILE, ORDINARY, ALONE = "hostile", "ordinary", "alone"
STEP_BYTES = 60 * 1024
_PARAGRAPHS = """\
Et mål har alltid en enhet. Skriv **enheten** sammen med tallet, også når du regner i hodet.

- Mål lengden av pulten med en linjal.
- Mål den på nytt med et målebånd.

"""
PAGES = (f"{FILE}/preview", f"{FILE}/preview?view=leader", "/authoring/maaling/publish")


@dataclass
class Found:
    """Seconds of each request of the teacher's, and what the authors were told."""

    alone: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)  # alone too: what nothing makes of it
    beside: list[float] = field(default_factory=list)
    beside_ordinary: list[float] = field(default_factory=list)  # texts as long, of prose
    asked: int = 0  # pages and checks of authors
    wrong: list[str] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return p95(self.beside) / p95(self.alone + self.again)

    @property
    def of_nothing(self) -> float:
        """How far two measures of the same lie apart."""
        return max(p95(self.alone), p95(self.again)) / min(p95(self.alone), p95(self.again))

    @property
    def of_hostility(self) -> float:
        """What it costs that the texts are hostile, and not only long."""
        return p95(self.beside) / p95(self.beside_ordinary)


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def compare(site: Site, rounds: int, block_s: float, authors: int) -> Found:
    found = Found()
    teacher = Browser(site.port, site.teacher)
    with _authors(site, authors) as theirs:
        _asks(teacher, block_s / 2)  # what is new the first time
        for each in range(rounds):
            blocks = [
                (ALONE, found.alone),
                (HOSTILE, found.beside),
                (ALONE, found.again),
                (ORDINARY, found.beside_ordinary),
            ]
            turn = each % len(blocks)
            for texts, took in blocks[turn:] + blocks[:turn]:
                theirs.send(texts)
                took += _asks(teacher, block_s)
                theirs.send(ALONE)
                asked, wrong = theirs.recv()
                found.asked += asked
                found.wrong += wrong
    return found


@contextmanager
def _authors(site: Site, number: int) -> Iterator[Connection]:
    """What their browsers take is not the server's: in a process of their own, that stands back."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, site, number), daemon=True)
    process.start()
    theirs.close()
    try:
        assert ours.recv() == ALONE
        yield ours
    finally:
        process.kill()
        process.join()


def _work(pipe: Connection, site: Site, number: int) -> None:
    """With the texts that `pipe` names, until it names none: then it is told what came of it."""
    os.nice(10)
    authors = {
        HOSTILE: [Author.of(site, n, _hostile_texts(n, number)) for n in range(number)],
        ORDINARY: [Author.of(site, n, {"prose": _prose()}) for n in range(number)],
        ALONE: [],
    }
    pipe.send(ALONE)
    while True:
        found = Found()
        stop = threading.Event()
        texts = pipe.recv()
        threads = [
            threading.Thread(target=each.works, args=(stop, found)) for each in authors[texts]
        ]
        for thread in threads:
            thread.start()
        assert pipe.recv() == ALONE
        stop.set()
        for thread in threads:
            thread.join()
        pipe.send((found.asked, found.wrong))


def _hostile_texts(number: int, of: int) -> dict[str, str]:
    """An author's share of them."""
    each = list(GENERATORS.items())[number::of]
    return {name: generate(STEP_BYTES) for name, generate in each}


def _prose() -> str:
    """As long: what an honest author writes, again and again."""
    return _PARAGRAPHS * (STEP_BYTES // len(_PARAGRAPHS.encode()))


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
    browser: Browser
    texts: Iterator[tuple[str, bytes]]  # name of the generator, and the text as a form has it

    @classmethod
    def of(cls, site: Site, number: int, texts: Mapping[str, str]) -> "Author":
        browser = Browser(site.authors_port, site.authors[number])
        _, page = browser.get(FILE)
        head = text_of(page).partition("\n### ")[0]
        sent = [(name, part("text", head + _step(text))) for name, text in texts.items()]
        return cls(browser, itertools.cycle(sent))

    def works(self, stop: threading.Event, found: Found) -> None:
        self.browser.reconnect()
        while not stop.is_set():
            ends = time.monotonic() + EACH_TEXT_S
            name, text = next(self.texts)
            status, page = self.browser.get(FILE)
            if status == 200:
                fields = {n: value_of(page, n) for n in ("revision", "begun")}
                status, _ = self.browser.post_parts(FILE, {**fields, "go": "check"}, text)
            _note(found, status, f"check of {name}")
            for path in PAGES:
                if stop.is_set():
                    return
                _note(found, self.browser.get(path)[0], f"{path} of {name}")
            stop.wait(max(0.0, ends - time.monotonic()))


def _step(text: str) -> str:
    return f"\n### Long {{#long minutes=5}}\n\n{text}\n"


def _note(found: Found, status: int, what: str) -> None:
    found.asked += 1
    if status not in {200, 303, 409, 413, 429}:
        found.wrong.append(f"{what}: {status}")
