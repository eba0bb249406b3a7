"""What the tool promised to whom, as the browsers saw it: the other side of the comparison.

A promise is an answer 303 (or 200 "saved") to a write. An attempt is a write whose answer may
have been lost: it may be in the database or not, but only whole.
"""

import threading
from dataclasses import dataclass, field
from typing import Any

Place = tuple[str, str]  # (module, step) or (module, letter of a joint phase)
Body = dict[str, Any]


@dataclass
class StepBook:
    """One person's work at one step."""

    done_tried: bool = False
    done_acked: bool = False
    # Did the person's school stand fast when the step was first sent? Uses count at schools only.
    had_school: bool = False
    acked: Body | None = None
    later: list[Body] = field(default_factory=list)  # sent after `acked`, outcome not known
    revision: int = 0  # that the page at hand starts from
    forms: int = 0  # sent that may each have raised the stored revision
    forms_acked: int = 0

    def may_be_stored(self, body: Body | None) -> bool:
        return body == self.acked or (body is not None and body in self.later)


@dataclass
class PersonBook:
    sub: str
    links_tried: set[str] = field(default_factory=set)
    links_acked: set[str] = field(default_factory=set)
    signed_in: str | None = None  # cookie value
    signed_out: set[str] = field(default_factory=set)  # replaced by a later launch
    school_tried: int | None = None
    school_acked: int | None = None
    steps: dict[Place, StepBook] = field(default_factory=dict)
    joint_tried: set[Place] = field(default_factory=set)
    joint_acked: set[Place] = field(default_factory=set)

    def step(self, place: Place) -> StepBook:
        return self.steps.setdefault(place, StepBook())


class Books:
    """Shared by all clients; read by the checks only while every client stands still."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.people: dict[str, PersonBook] = {}
        self.acked = 0
        self.launches = 0
        self.without_answer = 0
        self.busy = 0
        self.strange: list[str] = []

    def newcomer(self) -> PersonBook:
        with self._lock:
            book = PersonBook(f"teacher-{len(self.people) + 1}")
            self.people[book.sub] = book
            return book

    def ack(self, *, launch: bool = False) -> None:
        with self._lock:
            self.acked += 1
            self.launches += launch

    def note(self, *, busy: bool = False) -> None:
        """A request without an answer, or with the answer that the database is busy (503)."""
        with self._lock:
            self.busy += busy
            self.without_answer += not busy

    def note_strange(self, text: str) -> None:
        with self._lock:
            self.strange.append(text)
