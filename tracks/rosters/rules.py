"""What stops a list: faults, and too many people gone at once."""

from datetime import date
from enum import StrEnum
from typing import Final, Protocol

from msgspec import Struct

from tracks.people.rules import Role
from tracks.rosters.records import Task

# Above this share of the people of a source, somebody has to say the number (check 29, S15).
GONE_ASK: Final = 0.10
# Above this one, or when the list is empty, they have to type it.
GONE_TYPE: Final = 0.30
# Few people are many percent of few.
_GONE_FEW: Final = 2

BRINGS: Final[dict[Task, Role]] = {
    Task.ASSISTANT: Role.ASSISTANT,
    Task.SPECIAL_EDUCATOR: Role.SPECIAL_EDUCATOR,
    Task.LEADER: Role.LEADER,
    Task.SPREADER: Role.SPREADER,
    Task.SCHOOL_LEADER: Role.SCHOOL_LEADER,
}


class Guard(StrEnum):
    FREE = "free"
    ASK = "ask"
    TYPE = "type"


def guard(*, known: int, gone: int) -> Guard:
    """How sure somebody has to be. Both are numbers of people of the same source."""
    if gone <= _GONE_FEW and gone < known:
        return Guard.FREE
    if gone > known * GONE_TYPE:
        return Guard.TYPE
    return Guard.ASK if gone > known * GONE_ASK else Guard.FREE


class Ended(Struct, frozen=True):
    """Of a task that brings a role: how many have it by a source, for how many of these it would
    end, and for how many it would begin."""

    task: Task
    known: int
    gone: int
    new: int

    @property
    def is_many(self) -> bool:
        """Somebody has to look first. One who takes over from another is none too few."""
        return guard(known=self.known + self.new, gone=self.gone) is not Guard.FREE


class Counts(Struct, frozen=True):
    """What applying would change, in people, tasks and units; afterwards: what it has changed."""

    people_new: int = 0
    people_renamed: int = 0
    people_gone: int = 0
    people_protected: int = 0
    tasks_new: int = 0
    tasks_ended: int = 0
    tasks_unchanged: int = 0
    units_new: int = 0
    units_changed: int = 0
    units_unchanged: int = 0
    faults: int = 0

    @property
    def changes(self) -> int:
        return (
            self.people_new
            + self.people_renamed
            + self.people_gone
            + self.tasks_new
            + self.tasks_ended
            + self.units_new
            + self.units_changed
        )


class Count(Protocol):
    """A number of teachers and the day they were counted; None: nobody knows which day."""

    @property
    def teachers(self) -> int | None: ...
    @property
    def teachers_as_of(self) -> date | None: ...


def is_newer(said: Count, known: Count) -> bool:
    """Of two counts: does the first take the place of the second? plan.unit_differs asks the same
    of the database."""
    if known.teachers is None or known.teachers_as_of is None:
        return True
    return said.teachers_as_of is not None and said.teachers_as_of >= known.teachers_as_of
