"""Addresses that lead out of a library, and what was answered to who asked there."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

_PLAIN: Final = re.compile(r"http://([^/?]*?)(?::80)?(?=[/?]|$)", re.IGNORECASE)


class Answer(Struct, frozen=True):
    """What came of asking one address."""

    status: int | None  # of the last answer; None: there was none
    moved_to: str = ""  # where it has moved for good
    is_unknown: bool = False  # there is no such host

    @property
    def is_there(self) -> bool:
        return not self.is_unknown and self.status is not None and self.status < 400


def protected(address: str) -> str:
    """The same by https."""
    return _PLAIN.sub(r"https://\1", address, count=1) if is_plain(address) else address


def is_plain(address: str) -> bool:
    return address.lower().startswith("http://")
