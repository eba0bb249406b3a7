"""What a roster says, whatever it came as. Lines count from 1, the headings included."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from msgspec import Struct

from tracks.people.rules import SchoolKind


class Source(StrEnum):
    """Where rows come from: whose people they are."""

    LIST = "list"
    ONEROSTER = "oneroster"
    SS12000 = "ss12000"


class Task(StrEnum):
    """What somebody does at a unit. No roster makes anybody coordinator or administrator."""

    TEACHER = "teacher"
    ASSISTANT = "assistant"
    SPECIAL_EDUCATOR = "special_educator"
    LEADER = "leader"  # of a change group
    SPREADER = "spreader"
    SCHOOL_LEADER = "school_leader"
    OTHER = "other"


class StaffRow(Struct, frozen=True):
    """One person at one unit in one task; a person has as many rows as that takes."""

    line: int
    key: str  # the source's own id of the person; never a national identity number
    name: str | None
    unit_code: str
    task: Task
    # Protected identity: neither name nor key goes further than here.
    is_protected: bool = False


class UnitRow(Struct, frozen=True):
    line: int
    code: str  # organisation number (NO) or school unit code (SE)
    name: str
    kind: SchoolKind | None
    teachers: int | None = None  # None: unknown
    teachers_as_of: date | None = None


class Fault(Struct, frozen=True):
    """Why a row cannot be taken in. `code` is a key of faults.TEXTS."""

    line: int
    code: str
    column: str = ""  # the heading as it stands in the file
    value: str = ""  # what stood there, cut; "" where it may be personal


class Leaver(Struct, frozen=True):
    """The source says that a person is gone; of lists that tell differences only."""

    line: int
    key: str


Row = StaffRow | UnitRow | Leaver


class Reading(Struct, frozen=True):
    """`rows` is read once. `is_complete`: who is not in it has left."""

    rows: Iterator[Row | Fault]
    is_complete: bool
