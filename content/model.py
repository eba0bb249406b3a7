from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Literal

from content.problems import Location


class Phase(StrEnum):
    PREPARE = "A"
    TOGETHER = "B"
    TRY_OUT = "C"
    FOLLOW_UP = "D"

    @property
    def is_joint(self) -> bool:
        """Belongs to the group: recorded once, by the leader."""
        return self in (Phase.TOGETHER, Phase.FOLLOW_UP)


class StepKind(StrEnum):
    READING = "reading"
    QUIZ = "quiz"
    REFLECTION = "reflection"
    TRY_OUT = "try-out"
    VIDEO = "video"
    DISCUSSION = "discussion"
    SCALE = "scale"
    CHECKLIST = "checklist"


class Visibility(StrEnum):
    """Who may see what a teacher writes, besides herself."""

    PRIVATE = "private"
    GROUP = "group"
    WIDER = "wider"


class Order(StrEnum):
    ENFORCED = "enforced"
    RECOMMENDED = "recommended"
    FREE = "free"


class Lifecycle(StrEnum):
    DRAFT = "draft"
    OPEN = "open"
    MAINTAINED = "maintained"
    HANDED_OVER = "handed-over"
    ARCHIVED = "archived"


class EntryLevel(StrEnum):
    """The levels of DigCompEdu; where a teacher should stand before the first module."""

    NEWCOMER = "A1"
    EXPLORER = "A2"
    INTEGRATOR = "B1"
    EXPERT = "B2"
    LEADER = "C1"
    PIONEER = "C2"


QuestionForm = Literal["one", "several", "text", "number", "gap", "match", "order", "open"]


@dataclass(frozen=True, slots=True)
class Option:
    text: str  # Markdown
    is_right: bool
    feedback: str  # Markdown, may be ""


@dataclass(frozen=True, slots=True)
class Number:
    value: float
    tolerance: float = 0.0  # never relative: a share written in percent has been worked out
    is_percent: bool = False  # the unit; it may be left out of an answer


@dataclass(frozen=True, slots=True)
class Gap:
    accepted: tuple[str, ...]
    choices: tuple[str, ...] = ()  # of a drop-down; () where one writes


@dataclass(frozen=True, slots=True)
class Pair:
    left: str  # Markdown, as right
    right: str


@dataclass(frozen=True, slots=True)
class Question:
    """Which of the answers' fields is filled follows from the form; all others are empty."""

    form: QuestionForm
    prompt: str  # Markdown, as hint and explanation; the first gap stands in it as [[1]]
    options: tuple[Option, ...]  # one, several
    hint: str
    explanation: str
    points: float
    accepted: tuple[str, ...] = ()  # text
    numbers: tuple[Number, ...] = ()  # number: each is right
    gaps: tuple[Gap, ...] = ()
    pairs: tuple[Pair, ...] = ()  # match
    items: tuple[str, ...] = ()  # order: Markdown, in the right order

    @property
    def right(self) -> frozenset[int]:
        return frozenset(i for i, option in enumerate(self.options) if option.is_right)


@dataclass(frozen=True, slots=True)
class Video:
    src: str  # https address, or media/...
    captions: str  # media/....vtt for our own files, language codes for films elsewhere; may be ""
    link_only: str  # why it has no captions; may be ""

    @property
    def is_external(self) -> bool:
        return not self.src.startswith("media/")


@dataclass(frozen=True, slots=True)
class Access:
    """When something is free of charge: from that day, to that day inclusive."""

    free_from: date | None
    free_until: date | None


@dataclass(frozen=True, slots=True)
class StepText:
    title: str  # plain text
    markdown: str  # what stands before the block; for a reading step the whole text
    prompt: str  # Markdown inside a reflection, try-out or video block
    question: Question | None
    video: Video | None
    leader: tuple[str, ...]  # Markdown for the leader only
    location: Location
    items: tuple[str, ...] = ()  # of a checklist, Markdown
    includes: tuple[str, ...] = ()  # addresses: track/module#step


@dataclass(frozen=True, slots=True)
class Step:
    id: str
    kind: StepKind
    is_resource: bool
    minutes: int | None
    visibility: Visibility | None  # of a reflection
    texts: Mapping[str, StepText]
    scale: tuple[int, int] | None = None
    access: Access | None = None


@dataclass(frozen=True, slots=True)
class Section:
    phase: Phase
    minutes: int
    texts: Mapping[str, str]  # the heading, plain text
    steps: tuple[Step, ...]
    leader: Mapping[str, tuple[str, ...]]  # leader blocks that stand in no step


@dataclass(frozen=True, slots=True)
class ModuleText:
    title: str
    leader: str  # Markdown
    location: Location


@dataclass(frozen=True, slots=True)
class Module:
    id: str
    number: int
    minutes: Mapping[Phase, int]
    devices: tuple[str, ...]
    gap_weeks: int
    texts: Mapping[str, ModuleText]
    sections: tuple[Section, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)  # of its steps: id that was -> id
    retired: Mapping[str, str] = field(default_factory=dict)  # -> what takes its place, or ""

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for section in self.sections for step in section.steps)


@dataclass(frozen=True, slots=True)
class TrackText:
    title: str
    summary: str
    markdown: str
    location: Location
    entry_check: tuple[str, ...] = ()  # what a teacher can do before they begin


@dataclass(frozen=True, slots=True)
class Track:
    id: str
    version: str
    subjects: tuple[str, ...]
    grades: tuple[str, ...]
    frameworks: tuple[str, ...]
    languages: tuple[str, ...]
    licence: str
    authors: tuple[str, ...]
    entry_level: EntryLevel
    order: Order
    lifecycle: Lifecycle
    texts: Mapping[str, TrackText]
    modules: tuple[Module, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)  # of its modules
    retired: Mapping[str, str] = field(default_factory=dict)
    foundation: str = ""  # a track of the same library, for those who cannot yet
    replaced_by: str = ""  # track, track/module or track/module#step of the same library


@dataclass(frozen=True, slots=True)
class Publisher:
    id: str
    name: str
    organisation_number: str  # nine digits, or ""
    contact: str
    licence: str
    languages: tuple[str, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)  # of its tracks


@dataclass(frozen=True, slots=True)
class Library:
    publisher: Publisher
    tracks: tuple[Track, ...]
