from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from msgspec import Struct, field

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
    EVENT = "event"


class Visibility(StrEnum):
    """Who may see what a teacher writes, besides herself."""

    PRIVATE = "private"
    GROUP = "group"
    WIDER = "wider"


class Order(StrEnum):
    ENFORCED = "enforced"
    RECOMMENDED = "recommended"
    FREE = "free"


class TrackKind(StrEnum):
    """What a track trains; most of a library's guides are of no kind (O-21)."""

    TOOLS = "tool-training"
    TESTS = "digital-tests"
    SUBJECT = "subject-didactics"
    OTHER = "other"


class Begins(StrEnum):
    """When a module may be taken: after the one before it, or at the same time."""

    AFTER = "after"
    WITH = "with"


class Audience(StrEnum):
    """Whom a module is for: teachers meet no word of one that is for leaders."""

    EVERYBODY = "everybody"
    LEADERS = "leaders"


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


class Option(Struct, frozen=True):
    text: str  # Markdown
    is_right: bool
    feedback: str  # Markdown, may be ""


class Number(Struct, frozen=True):
    value: float
    tolerance: float = 0.0  # never relative: a share written in percent has been worked out
    is_percent: bool = False  # the unit; it may be left out of an answer


class Gap(Struct, frozen=True):
    accepted: tuple[str, ...]
    choices: tuple[str, ...] = ()  # of a drop-down; () where one writes


class Pair(Struct, frozen=True):
    left: str  # Markdown, as right
    right: str


class Question(Struct, frozen=True):
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


class Video(Struct, frozen=True):
    src: str  # https address, or media/...
    captions: str  # media/....vtt for our own files, language codes for films elsewhere; may be ""
    link_only: str  # why it has no captions; may be ""
    # A film that says in words what is shown: yes for this one, or its address; may be "".
    described: str = ""

    @property
    def is_external(self) -> bool:
        return not self.src.startswith("media/")


class Access(Struct, frozen=True):
    """When something is free of charge: from that day, to that day inclusive."""

    free_from: date | None
    free_until: date | None


class Terms(Struct, frozen=True):
    """What holds of something on a day when it is not free: in one language."""

    provider: str  # who offers it; all three may be ""
    price: str  # in words
    text: str  # Markdown


class Event(Struct, frozen=True):
    """What takes place at a time, by the clock in Oslo and Stockholm (without a time zone)."""

    starts: datetime
    ends: datetime | None
    place: str  # where one meets, or what one watches; may be "", as the addresses
    link: str  # https: where one takes part
    sign_up: str  # https


class StepText(Struct, frozen=True):
    title: str  # plain text
    markdown: str  # what stands before the block; for a reading step the whole text
    prompt: str  # Markdown inside a reflection, try-out or video block
    question: Question | None
    video: Video | None
    leader: tuple[str, ...]  # Markdown for the leader only
    location: Location
    items: tuple[str, ...] = ()  # of a checklist, Markdown
    includes: tuple[str, ...] = ()  # addresses: track/module#step
    terms: Terms | None = None
    event: Event | None = None


class Step(Struct, frozen=True):
    id: str
    kind: StepKind
    is_resource: bool
    minutes: int | None
    visibility: Visibility | None  # of a reflection
    texts: Mapping[str, StepText]
    scale: tuple[int, int] | None = None
    access: Access | None = None


class Section(Struct, frozen=True):
    phase: Phase
    minutes: int
    texts: Mapping[str, str]  # the heading, plain text
    steps: tuple[Step, ...]
    leader: Mapping[str, tuple[str, ...]]  # leader blocks that stand in no step


class ModuleText(Struct, frozen=True):
    title: str
    leader: str  # Markdown
    location: Location


class Module(Struct, frozen=True):
    id: str
    number: int
    minutes: Mapping[Phase, int]
    devices: tuple[str, ...]
    gap_weeks: int
    texts: Mapping[str, ModuleText]
    sections: tuple[Section, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)  # of its steps: id that was -> id
    retired: Mapping[str, str] = field(default_factory=dict)  # -> what takes its place, or ""
    audience: Audience | None = None  # None: everybody
    begins: Begins | None = None  # None: after the one before
    # Of its own; () where they are its track's
    subjects: tuple[str, ...] = ()
    grades: tuple[str, ...] = ()
    frameworks: tuple[str, ...] = ()

    @property
    def is_for_leaders(self) -> bool:
        return self.audience is Audience.LEADERS

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(step for section in self.sections for step in section.steps)


MOST_SAID = 6  # lines of one version


class TrackText(Struct, frozen=True):
    title: str
    summary: str
    markdown: str
    location: Location
    entry_check: tuple[str, ...] = ()  # what a teacher can do before they begin
    # Version -> what it changed because teachers said so, a line each.
    you_said: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    # The same of all that is new in it, as its author tells it
    changes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Track(Struct, frozen=True):
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
    kind: TrackKind | None = None  # None: another
    title_en: str = ""  # of a track that is not written in English

    @property
    def for_everybody(self) -> tuple[Module, ...]:
        """Its modules without those that are for leaders only."""
        return tuple(module for module in self.modules if not module.is_for_leaders)


class Publisher(Struct, frozen=True):
    id: str
    name: str
    organisation_number: str  # nine digits, or ""
    contact: str
    licence: str
    languages: tuple[str, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)  # of its tracks


class Library(Struct, frozen=True):
    publisher: Publisher
    tracks: tuple[Track, ...]
