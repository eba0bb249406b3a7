from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum
from typing import Protocol

from msgspec import Struct


class LineItemDraft(Struct, frozen=True):
    """What a tool may say about a line item; the id is the platform's."""

    label: str
    maximum: float
    resource_id: str | None = None
    tag: str | None = None
    resource_link_id: str | None = None


class LineItem(Struct, frozen=True):
    id: str
    draft: LineItemDraft


class ReceivedScore(Struct, frozen=True):
    """A score that passed validation. `given` None means: no grade (yet)."""

    user_id: str
    given: float | None
    maximum: float | None
    activity: str
    grading: str
    timestamp: datetime  # aware
    comment: str | None

    @property
    def is_grade(self) -> bool:
        """Moodle takes an existing grade away when a score is not fully graded or has no points."""
        return self.given is not None and self.grading == "FullyGraded"


class RecordedScore(Struct, frozen=True):
    score: ReceivedScore
    received_at: datetime


class Recorded(Enum):
    NEW = "new"
    REPLACED = "replaced"
    STALE = "stale"


class Gradebook(Protocol):
    """One context's gradebook, supplied by the host. Ids of other contexts are unknown to it."""

    def line_items(self) -> Sequence[LineItem]: ...
    def line_item(self, line_item_id: str) -> LineItem | None: ...
    def add_line_item(self, draft: LineItemDraft) -> LineItem: ...
    def change_line_item(self, line_item: LineItem) -> None: ...
    def drop_line_item(self, line_item_id: str) -> None: ...
    def has_link(self, resource_link_id: str) -> bool: ...
    def is_graded(self, user_id: str) -> bool:
        """A member of this context who gets grades; Moodle refuses scores for a teacher."""

    def record_score(
        self,
        line_item_id: str,
        score: ReceivedScore,
        is_stale: Callable[[datetime, datetime], bool],
    ) -> Recorded:
        """Keep the score unless is_stale(kept timestamp, new timestamp), in one transaction."""

    def scores(self, line_item_id: str) -> Sequence[RecordedScore]: ...
