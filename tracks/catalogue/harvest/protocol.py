"""What a harvester asks for by OAI-PMH 2.0, and what is wrong with it. Pure."""

import base64
import binascii
import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

PREFIX = "oai_dc"  # the one format, which everybody must offer
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_SECOND = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")
_TOKEN_MOST = 2000
# By verb: arguments that must be there, and those that may.
_LIST = ({"metadataPrefix"}, {"from", "until", "set"})
_ARGUMENTS: dict[str, tuple[set[str], set[str]]] = {
    "Identify": (set(), set()),
    "ListMetadataFormats": (set(), {"identifier"}),
    "ListSets": (set(), set()),
    "ListIdentifiers": _LIST,
    "ListRecords": _LIST,
    "GetRecord": ({"identifier", "metadataPrefix"}, set()),
}
_RESUMED = {"ListSets", "ListIdentifiers", "ListRecords"}


class Refused(Exception):
    """An error of the protocol: answered with 200 and this code, as it says."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    @property
    def repeats_request(self) -> bool:
        """Whether the answer says again what was asked: not where that makes no sense."""
        return self.code not in {"badVerb", "badArgument"}


class Place(Struct, frozen=True):
    """After which record a list goes on. By date and address: what changes meanwhile comes last."""

    stamp: datetime
    address: str
    cursor: int  # how many were given before


class Wish(Struct, frozen=True):
    verb: str
    given: tuple[tuple[str, str], ...]  # arguments as they came, for the answer to repeat
    identifier: str | None = None
    first: datetime | None = None  # from then
    before: datetime | None = None  # until just before then
    chosen_set: str | None = None
    after: Place | None = None


def read_wish(arguments: Iterable[tuple[str, str]]) -> Wish:
    """Raises Refused."""
    pairs = list(arguments)
    verbs = [value for name, value in pairs if name == "verb"]
    if len(verbs) != 1 or verbs[0] not in _ARGUMENTS:
        raise Refused("badVerb", "verb is missing, repeated, or none of the six of OAI-PMH 2.0")
    verb = verbs[0]
    asked = dict(pairs)
    if len(asked) != len(pairs):
        raise Refused("badArgument", "an argument is repeated")
    del asked["verb"]
    if verb in _RESUMED and "resumptionToken" in asked:
        if len(asked) > 1:
            raise Refused("badArgument", "resumptionToken stands alone, beside the verb")
        return _resumed(verb, asked["resumptionToken"], tuple(pairs))
    must, may = _ARGUMENTS[verb]
    if unknown := set(asked) - must - may:
        raise Refused("badArgument", f"{verb} takes no {', '.join(sorted(unknown))[:200]}")
    if missing := must - set(asked):
        raise Refused("badArgument", f"{verb} needs {', '.join(sorted(missing))}")
    if asked.get("metadataPrefix", PREFIX) != PREFIX:
        raise Refused("cannotDisseminateFormat", f"the only metadataPrefix is {PREFIX}")
    first, before = _between(asked.get("from"), asked.get("until"))
    return Wish(
        verb=verb,
        given=tuple(pairs),
        identifier=asked.get("identifier"),
        first=first,
        before=before,
        chosen_set=asked.get("set"),
    )


def _between(first: str | None, last: str | None) -> tuple[datetime | None, datetime | None]:
    if first and last and len(first) != len(last):
        raise Refused("badArgument", "from and until differ in granularity")
    start = None if first is None else _moment(first)
    end = None if last is None else _moment(last)
    if start and end and start > end:
        raise Refused("badArgument", "from is later than until")
    if end is None or last is None:
        return start, None
    # Both ends belong to it, to the second or to the day.
    return start, end + (timedelta(days=1) if _DAY.fullmatch(last) else timedelta(seconds=1))


def _moment(given: str) -> datetime:
    for pattern, form in ((_DAY, "%Y-%m-%d"), (_SECOND, "%Y-%m-%dT%H:%M:%SZ")):
        if pattern.fullmatch(given):
            try:
                found = datetime.strptime(given, form).replace(tzinfo=UTC)
            except ValueError:
                break
            if 1 < found.year < 9999:
                return found
    raise Refused("badArgument", "a date is YYYY-MM-DD or YYYY-MM-DDThh:mm:ssZ")


def token_of(wish: Wish, after: Place) -> str:
    """Holds all that the next part of the list needs; nothing is kept here."""
    held = {
        "verb": wish.verb,
        "first": wish.first.isoformat() if wish.first else None,
        "before": wish.before.isoformat() if wish.before else None,
        "set": wish.chosen_set,
        "stamp": after.stamp.isoformat(),
        "address": after.address,
        "cursor": after.cursor,
    }
    return base64.urlsafe_b64encode(json.dumps(held).encode()).decode().rstrip("=")


def _resumed(verb: str, token: str, given: tuple[tuple[str, str], ...]) -> Wish:
    try:
        if len(token) > _TOKEN_MOST or not token.isascii():
            raise ValueError("not a token")
        padded = token + "=" * (-len(token) % 4)
        held = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        wish = Wish(
            verb=verb,
            given=given,
            first=_aware(held["first"]) if held["first"] is not None else None,
            before=_aware(held["before"]) if held["before"] is not None else None,
            chosen_set=None if held["set"] is None else _text(held["set"]),
            after=Place(_aware(held["stamp"]), _text(held["address"]), held["cursor"]),
        )
        if held["verb"] != verb or type(held["cursor"]) is not int:
            raise ValueError("a token of another list")
    except (ValueError, KeyError, TypeError, RecursionError, binascii.Error) as exc:
        raise Refused("badResumptionToken", "this is no resumptionToken of ours") from exc
    return wish


def _aware(given: Any) -> datetime:
    found = datetime.fromisoformat(_text(given))
    if found.tzinfo is not UTC or not 1 < found.year < 9999:
        raise ValueError("not a moment of ours")
    return found


def _text(given: Any) -> str:
    if not isinstance(given, str) or "\x00" in given or len(given) > 400:
        raise ValueError("not a text of ours")
    given.encode()  # half a surrogate pair is a ValueError
    return given
