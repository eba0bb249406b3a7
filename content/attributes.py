"""The braces after a heading or a block's name: {#id .resource minutes=5 title="Two words"}."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from content.problems import ProblemList, suggestion
from content.said import say

_PART = re.compile(
    r"""\s*(?:
        \#(?P<id>\S*)
      | \.(?P<class>\S+)
      | (?P<key>[\w-]+)=(?:"(?P<quoted>[^"]*)"(?=\s|$)|(?P<bare>[^\s"]+))
      | (?P<odd>\S+)
    )""",
    re.VERBOSE,
)
_NOTHING: Mapping[str, str] = MappingProxyType({})
_MINUTES_MOST = 600
_POINTS_MOST = 100


@dataclass(frozen=True, slots=True)
class Attributes:
    ids: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    odd: tuple[str, ...] = ()  # what could not be read, and options given twice

    @property
    def id(self) -> str | None:
        return self.ids[0] if self.ids else None


def read_attributes(text: str) -> Attributes:
    ids: list[str] = []
    classes: list[str] = []
    options: dict[str, str] = {}
    odd: list[str] = []
    for part in _PART.finditer(text.strip()):
        if part["id"] is not None:
            ids.append(part["id"])
        elif part["class"] is not None:
            classes.append(part["class"])
        elif part["key"] is not None and part["key"] not in options:
            options[part["key"]] = part["quoted"] if part["quoted"] is not None else part["bare"]
        else:
            odd.append(part[0].strip())
    return Attributes(tuple(ids), tuple(classes), MappingProxyType(options), tuple(odd))


def check_attributes(
    attributes: Attributes,
    known: frozenset[str],
    line: int,
    found: ProblemList,
    *,
    what: str,
    word: re.Pattern[str] | None = None,
) -> None:
    """Only these options, `.resource` if it is among them, at most one id. `word`: what may stand
    without a name, as in {1..5}."""
    # one word that is not as it must be is told by the block, which knows what to write
    odds = () if word is not None and len(attributes.odd) == 1 else attributes.odd
    for odd in odds:
        if word is not None and word.fullmatch(odd):
            continue
        hint = 'Write {#id minutes=5 title="Two words"}: straight quotes, each option once.'
        found.error(
            "option-form", line, say("{what}: cannot read {odd!r}", what=what, odd=odd[:60]), hint
        )
    for name in attributes.options:
        if name not in known - {".resource"}:
            hint = suggestion(name, known - {".resource"}) if known else "It takes no options."
            found.error(
                "option-unknown",
                line,
                say("{what} has no option {name!r}", what=what, name=name[:60]),
                hint,
            )
    for name in attributes.classes:
        if name != "resource" or ".resource" not in known:
            hint = "Only .resource is known, on a step." if ".resource" in known else ""
            found.error(
                "option-unknown",
                line,
                say("{what} has no mark .{name}", what=what, name=name[:60]),
                hint,
            )
    if len(attributes.ids) > 1:
        found.error("id-doubled", line, say("{what} has two ids", what=what), "Keep one of them.")


def minutes(attributes: Attributes, line: int, found: ProblemList) -> int | None:
    given = attributes.options.get("minutes")
    if given is None:
        return None
    if re.fullmatch(r"[0-9]{1,3}", given) and 0 < int(given) <= _MINUTES_MOST:
        return int(given)
    hint = say(
        "Write whole minutes from 1 to {minutes_most}: minutes=15", minutes_most=_MINUTES_MOST
    )
    found.error(
        "minutes-form",
        line,
        say("minutes={given!r} is not a number of minutes", given=given[:30]),
        hint,
    )
    return None


def points(attributes: Attributes, line: int, found: ProblemList) -> float:
    given = attributes.options.get("points", "1").replace(",", ".")
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", given) and 0 < float(given) <= _POINTS_MOST:
        return float(given)
    hint = say("Write a number above 0, at most {points_most}: points=2", points_most=_POINTS_MOST)
    found.error(
        "points-form",
        line,
        say("points={given!r} is not a number of points", given=given[:30]),
        hint,
    )
    return 1.0
