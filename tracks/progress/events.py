"""What happens to a teacher's work, for those who react (subscriptions.py)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    """How far a teacher has come in a track. Each counts once per person and track."""

    STARTED = "started"
    TOGETHER = "together"  # joint work of a phase B recorded
    TRIED = "tried"  # a try-out with pupils noted
    FOLLOWED_UP = "followed_up"  # joint work of a phase D recorded


class Way(StrEnum):
    """How a resource was used (F-13): as part of its track, or on its own. Never both at once."""

    PROGRAMME = "programme"
    INDEPENDENT = "independent"


@dataclass(frozen=True, slots=True)
class WorkChanged:
    """Something of this person's became done in the track of this version."""

    person_id: int
    version_id: int
    at: datetime


@dataclass(frozen=True, slots=True)
class StageReached:
    person_id: int
    municipality_id: int
    school_id: int
    track_id: int
    stage: Stage
    at: datetime


@dataclass(frozen=True, slots=True)
class ResourceUsed:
    """The first use of a resource by this person in this way."""

    person_id: int
    municipality_id: int
    school_id: int
    step_id: int
    way: Way
    at: datetime
