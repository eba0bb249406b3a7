"""What happens to a teacher's work, for those who react (subscriptions.py)."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


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


class WorkChanged(Struct, frozen=True):
    """Something of this person's became done in the track of this version."""

    person_id: int
    version_id: int
    at: datetime


class StageReached(Struct, frozen=True):
    person_id: int
    municipality_id: int
    school_id: int
    track_id: int
    stage: Stage
    at: datetime


class ResourceUsed(Struct, frozen=True):
    """The first use of a resource by this person in this way."""

    person_id: int
    municipality_id: int
    school_id: int
    step_id: int
    way: Way
    at: datetime
