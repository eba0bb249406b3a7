"""What a teacher does, one request each. An act is repeated until it is promised."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

from tests.crash.books import Body, PersonBook, Place
from tests.crash.browser import TRACK, Answer, Browser, Strange, revision_on, text_on

MODULES = ("enheter", "feil")
READINGS = ("les", "del", "tilbake")
WRITINGS = ("tanker", "provd")
# Step -> possible choices and whether each is right.
QUIZZES = {
    "en-av-tre": ((("1",), True), (("0",), False)),
    "flere": ((("0", "2"), True), (("1",), False)),
}
JOINT = ("B", "D")


class Busy(Exception):
    """503: the tool says that nothing was kept, and to try again."""


class Act(Protocol):
    def do(self, browser: Browser, book: PersonBook) -> bool:
        """Send it, and write down what was promised; False when nothing was sent after all.

        Raises NoAnswer, Busy or Strange.
        """


def _demand(answer: Answer, status: int, what: str) -> None:
    if answer.status == 503:
        raise Busy
    if answer.status != status:
        raise Strange(f"{what}: {answer.status} {answer.location} {answer.body[:300]!r}")


def _url(place: Place) -> str:
    return f"/t/{TRACK}/{place[0]}/{place[1]}"


@dataclass
class Launch:
    link: str

    def do(self, browser: Browser, book: PersonBook) -> bool:
        book.links_tried.add(self.link)
        before, book.signed_in = book.signed_in, None
        _demand(browser.launch(self.link, book.sub), 303, f"launch {self.link}")
        book.links_acked.add(self.link)
        if before is not None:
            book.signed_out.add(before)
        book.signed_in = browser.sign_in
        return True


@dataclass
class ChooseSchool:
    school_id: int

    def do(self, browser: Browser, book: PersonBook) -> bool:
        book.school_tried = self.school_id
        answer = browser.post("/school", ("school", str(self.school_id)), ("then", "/"))
        _demand(answer, 303, "school")
        book.school_acked = self.school_id
        return True


@dataclass
class Read:
    place: Place

    def do(self, browser: Browser, book: PersonBook) -> bool:
        step = book.step(self.place)
        _note_try(book, self.place)
        _demand(browser.post(_url(self.place), ("go", "done")), 303, f"read {self.place}")
        step.done_acked = True
        return True


def _note_try(book: PersonBook, place: Place) -> None:
    step = book.step(place)
    if not step.done_tried:
        step.had_school = book.school_acked is not None
    step.done_tried = True


@dataclass
class MeetAlone:
    """A joint phase, recorded for oneself where no leader is known."""

    place: Place

    def do(self, browser: Browser, book: PersonBook) -> bool:
        book.joint_tried.add(self.place)
        module, letter = self.place
        answer = browser.post(f"/t/{TRACK}/{module}/together/{letter}/me")
        _demand(answer, 303, f"together {self.place}")
        book.joint_acked.add(self.place)
        return True


@dataclass
class Answering:
    """A quiz answer, a reflection, a try-out; autosaved or sent."""

    place: Place
    body: Body
    fields: tuple[tuple[str, str], ...]
    autosaves: bool = False
    _sent: bool = field(default=False, init=False)

    @property
    def _is_text(self) -> bool:
        """The same form twice is stored once; a choice in a quiz replaces what is there."""
        return "text" in self.body

    def do(self, browser: Browser, book: PersonBook) -> bool:
        step = book.step(self.place)
        if self._sent and random.random() < 0.5:
            self._look(browser, book)
            return False
        if not self._sent or not self._is_text:
            step.forms += 1
        if not self._sent:
            step.later.append(self.body)
        self._sent = True
        if not self.autosaves:
            _note_try(book, self.place)
        go = (("go", "autosave"),) if self.autosaves else ()
        revision = ("revision", str(step.revision))
        answer = browser.post(_url(self.place), *self.fields, revision, *go)
        _demand(answer, 200 if self.autosaves else 303, f"answer {self.place}")
        step.forms_acked += 1
        step.revision += 1
        step.acked, step.later = self.body, []
        step.done_acked = step.done_acked or not self.autosaves
        return True

    def _look(self, browser: Browser, book: PersonBook) -> None:
        """Instead of sending the same form again: reload the page and give the try up."""
        step = book.step(self.place)
        page = browser.get(_url(self.place))
        _demand(page, 200, f"page {self.place}")
        if not self._is_text:
            return
        shown, revision = text_on(page.body), revision_on(page.body)
        if shown is None or revision is None:
            raise Strange(f"page {self.place} comes without its form")
        if shown and not step.may_be_stored({"text": shown}):
            raise Strange(f"page {self.place} shows {shown!r}, which nobody stored")
        step.revision = revision


def quiz(place: Place) -> Answering:
    chosen, is_right = random.choice(QUIZZES[place[1]])
    body = {"chosen": [int(c) for c in chosen], "is_right": is_right}
    return Answering(place, body, tuple(("choice", c) for c in chosen))


def writing(sub: str, place: Place, number: int) -> Answering:
    """A text that exists once."""
    filler = "Æ ø å <b>&amp;</b> 'sitat' \n" * random.randint(0, 40)
    text = f"{sub} {'/'.join(place)} {number}: {filler}slutt"
    return Answering(place, {"text": text}, (("text", text),), autosaves=random.random() < 0.3)


def plan(sub: str, schools: list[int]) -> Iterator[Act]:
    """A teacher's way through the track, out of order: every step, many of them more than once."""
    acts: list[Act] = []
    for module in MODULES:
        acts += [Read((module, step)) for step in READINGS * 2]
        acts += [quiz((module, step)) for step in QUIZZES for _ in range(2)]
        acts += [writing(sub, (module, step), n) for step in WRITINGS for n in range(4)]
        acts += [MeetAlone((module, letter)) for letter in JOINT * 2]
    random.shuffle(acts)
    # Some leave off halfway.
    del acts[random.choice((len(acts), random.randint(5, len(acts)))) :]
    first, second = random.sample(("track", "module"), 2)
    acts.insert(random.choice((0, 0, 3)), ChooseSchool(random.choice(schools)))
    acts.insert(random.randint(1, len(acts)), Launch(second))
    yield Launch(first)
    yield from acts
