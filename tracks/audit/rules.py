"""The chain of the audit log: each entry holds the hash of the one before. Pure."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

BEGINNING: Final = "0" * 64
_CODE = re.compile(r"[a-z0-9_.:/-]{0,80}")


class NotACode(ValueError):
    """A parameter that could hold what people write."""


def checked(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Raises NotACode for a value that is neither a number, yes or no, nothing, nor a code."""
    for name, value in parameters.items():
        is_code = isinstance(value, str) and _CODE.fullmatch(value) is not None
        if not is_code and not (value is None or isinstance(value, int)):
            raise NotACode(name)
    return dict(sorted(parameters.items()))


@dataclass(frozen=True, slots=True)
class Entry:
    number: int
    at: datetime
    code: str
    actor_id: int | None
    person_id: int | None
    parameters: dict[str, Any]
    hash: str = ""


def hash_of(before: str, municipality_id: int, entry: Entry) -> str:
    said = [
        before,
        municipality_id,
        entry.number,
        entry.at.isoformat(timespec="microseconds"),
        entry.code,
        entry.actor_id,
        entry.person_id,
        entry.parameters,
    ]
    written = json.dumps(said, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Verdict:
    entries: int
    head: str  # to be noted elsewhere: it shows a log that was cut off at its end
    broken_at: int | None = None  # the first number that is not as it was written


def verdict(municipality_id: int, entries: Iterable[Entry]) -> Verdict:
    """In the order of their numbers."""
    before, count = BEGINNING, 0
    for entry in entries:
        if entry.number != count + 1 or entry.hash != hash_of(before, municipality_id, entry):
            return Verdict(count, before, broken_at=count + 1)
        before, count = entry.hash, entry.number
    return Verdict(count, before)
