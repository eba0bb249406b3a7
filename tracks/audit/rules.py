"""The chain of the audit log: each entry holds the hash of the one before. What is asked of it."""

import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec import Struct

from tracks.i18n import N_, local_moment

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


class Entry(Struct, frozen=True):
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


LOOKS: Final = "looks"


class Sought(Struct, frozen=True):
    """Which entries are asked for. What is empty asks for nothing."""

    since: datetime | None = None
    until: datetime | None = None  # not itself
    who: str = ""  # a number, or a part of a name
    whom: str = ""
    what: str = ""  # a code, or LOOKS: somebody saw what is a person's

    @property
    def is_everything(self) -> bool:
        return self == Sought()


NO_MOMENT: Final = N_(
    "Write it as year-month-day, with a time of day or without: 2026-11-14 14:30."
)
ENDS_BEFORE: Final = N_("The end must be after the beginning.")
LONGEST: Final = 100


def sought_in(typed: Mapping[str, str], codes: Collection[str]) -> tuple[Sought, dict[str, str]]:
    """And what is wrong, by field. A day as the end is all of it; a time of day its minute."""
    since, until = typed.get("since", "").strip(), typed.get("until", "").strip()
    first, end = _moment(since), _moment(until, is_end=True)
    problems = {}
    if since and first is None:
        problems["since"] = NO_MOMENT
    if until and end is None:
        problems["until"] = NO_MOMENT
    if first and end and end <= first:
        problems["until"] = ENDS_BEFORE
    what = typed.get("what", "")
    sought = Sought(
        since=first,
        until=end,
        who=_words(typed.get("who", "")),
        whom=_words(typed.get("whom", "")),
        what=what if what == LOOKS or what in codes else "",
    )
    return sought, problems


def _words(typed: str) -> str:
    return " ".join(typed.replace("\x00", "").split())[:LONGEST]


def _moment(typed: str, *, is_end: bool = False) -> datetime | None:
    is_day = len(typed) == len("2026-11-14")
    try:
        at = datetime.fromisoformat(typed)
        if at.tzinfo is not None or not (is_day or len(typed) == len("2026-11-14 14:30")):
            return None
        length = timedelta(days=1) if is_day else timedelta(minutes=1)
        return local_moment(at + length if is_end else at)
    except (ValueError, OverflowError):
        return None


class Verdict(Struct, frozen=True):
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
