"""When a resource is open to everybody, and what to say of it (P-15). Pure."""

from datetime import date
from enum import StrEnum

from msgspec import Struct


class Standing(StrEnum):
    """How a resource stands on a day."""

    FREE = "free"  # without an end
    FREE_UNTIL = "free_until"
    NOT_YET = "not_yet"
    ENDED = "ended"


class Window(Struct, frozen=True):
    """Open from that day, to that day inclusive; None: without beginning, without end."""

    free_from: date | None = None
    free_until: date | None = None

    def standing(self, today: date) -> Standing:
        if self.free_until is not None and today > self.free_until:
            return Standing.ENDED
        if self.free_from is not None and today < self.free_from:
            return Standing.NOT_YET
        return Standing.FREE if self.free_until is None else Standing.FREE_UNTIL

    def is_open(self, today: date) -> bool:
        return self.standing(today) in (Standing.FREE, Standing.FREE_UNTIL)


ALWAYS = Window()
