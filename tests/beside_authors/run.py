"""A teacher's requests at a steady pace, in turns alone and beside authors at their worst."""

import itertools
import statistics
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.beside_authors.served import Browser, Site, part
from tests.content.test_pathological import GENERATORS
from tests.convergence.run import FIELDS, STEPS
from tests.tracks.authoring.pages import FILE, text_of
from tests.tracks.authoring.pages import field as value_of

EVERY_S = 0.04  # one request of the teacher's
# What one author may ask for in a minute is bounded: a check every two seconds
EACH_TEXT_S = 2.0
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
    beside: list[float] = field(default_factory=list)
    beside_ordinary: list[float] = field(default_factory=list)  # texts as long, of prose
    asked: int = 0  # pages and checks of authors
    wrong: list[str] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return p95(self.beside) / p95(self.alone)

    @property
    def of_hostility(self) -> float:
        """What it costs that the texts are hostile, and not only long."""
        return p95(self.beside) / p95(self.beside_ordinary)


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def compare(site: Site, pairs: int, block_s: float, authors: int) -> Found:
    found = Found()
    numbers = range(authors)
    hostile = [Author.of(site, number, _hostile_texts(number, len(numbers))) for number in numbers]
    ordinary = [Author.of(site, number, {"prose": _prose()}) for number in numbers]
    teacher = Browser(site.port, site.teacher)
    _asks(teacher, block_s / 2)  # what is new the first time
    for pair in range(pairs):
        blocks = [([], found.alone), (hostile, found.beside), (ordinary, found.beside_ordinary)]
        turn = pair % len(blocks)
        for authors, took in blocks[turn:] + blocks[:turn]:
            with _beside(authors, found):
                took += _asks(teacher, block_s)
    return found


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
    """Its texts are made before anybody is measured: whoever measures shares this process."""

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


def _step(text: str) -> str:
    return f"\n### Long {{#long minutes=5}}\n\n{text}\n"


def _note(found: Found, status: int, what: str) -> None:
    found.asked += 1
    if status not in {200, 303, 409, 413, 429}:
        found.wrong.append(f"{what}: {status}")
