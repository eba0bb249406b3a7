"""Addresses of tracks, modules and resources; what counts towards a track; which stage it is."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from msgspec import Struct

from content.model import Order, Phase, StepKind, TrackKind
from tracks.catalogue.windows import ALWAYS, Window
from tracks.i18n import N_

_SLUG = r"[a-z0-9][a-z0-9-]{0,79}"
_ADDRESS = re.compile(
    rf"(?P<publisher>{_SLUG})/(?P<track>{_SLUG})"
    rf"(?:/(?P<module>{_SLUG})(?:#(?P<step>{_SLUG}))?)?"
    r"(?:@(?P<version>[0-9A-Za-z][0-9A-Za-z.-]{0,19}))?"
)

# What readers are told.
ORDER_SAID = {
    Order.ENFORCED: N_(
        "The sessions are taken in order: each opens when you have done your own part of those "
        "before it."
    ),
    Order.RECOMMENDED: N_("The order is a suggestion: every session is open."),
    Order.FREE: N_("Take the sessions in the order you like, or several at the same time."),
}
TRACK_KIND_NAMES = {
    TrackKind.TOOLS: N_("Training in a tool"),
    TrackKind.TESTS: N_("Digital tests"),
    TrackKind.SUBJECT: N_("Teaching of a subject"),
}
PHASE_NAMES = {
    Phase.PREPARE: N_("Prepare"),
    Phase.TOGETHER: N_("Work together"),
    Phase.TRY_OUT: N_("Try out"),
    Phase.FOLLOW_UP: N_("Follow up"),
}
KIND_NAMES = {
    StepKind.READING: N_("Reading"),
    StepKind.QUIZ: N_("Quiz"),
    StepKind.REFLECTION: N_("Reflection"),
    StepKind.TRY_OUT: N_("Try-out"),
    StepKind.VIDEO: N_("Film"),
    StepKind.DISCUSSION: N_("Discussion"),
    StepKind.SCALE: N_("Scale"),
    StepKind.CHECKLIST: N_("Checklist"),
    StepKind.EVENT: N_("Event"),
}
PIECE_NAMES = {"track": N_("Track"), "module": N_("Session"), "resource": N_("Resource")}


def version_key(version: str) -> tuple[int, ...]:
    """To compare by: 1 is 1.0 and 1.0.0, and comes before 1.10."""
    parts = [int(part) for part in version.split(".")]
    return (*parts, *[0] * (3 - len(parts)))


class Byline(Struct, frozen=True):
    """Who made it, and as what: "Sample publisher, editors" in the front matter (S-24)."""

    name: str
    role: str  # "" where none is written

    @property
    def key(self) -> str:
        """Two spellings of the same one are the same."""
        return " ".join(self.name.split()).casefold()

    def __str__(self) -> str:
        return f"{self.name}, {self.role}" if self.role else self.name


def byline(author: str) -> Byline:
    name, _, role = author.partition(",")
    return Byline(" ".join(name.split()), " ".join(role.split()))


class Address(Struct, frozen=True):
    """`publisher/track[/module[#step]][@version]`: durable, the same in every LMS and course."""

    publisher: str
    track: str
    module: str | None = None
    step: str | None = None
    version: str | None = None

    def to(self, module: str, step: str | None = None) -> "Address":
        """A part of the same track."""
        return Address(self.publisher, self.track, module, step)

    def __str__(self) -> str:
        text = f"{self.publisher}/{self.track}"
        if self.module:
            text += f"/{self.module}"
        if self.step:
            text += f"#{self.step}"
        return f"{text}@{self.version}" if self.version else text


@lru_cache(maxsize=1024)
def parse_address(text: str) -> Address | None:
    """None for anything that is not an address."""
    found = _ADDRESS.fullmatch(text)
    return Address(**found.groupdict()) if found else None


def public_path(address: Address) -> str:
    """The page of a track, a session or a resource that anybody may read."""
    if address.step is not None:
        return f"/r/{address.publisher}/{address.track}/{address.module}/{address.step}"
    whole = f"/catalogue/{address.publisher}/{address.track}"
    return f"{whole}/{address.module}" if address.module else whole


def work_path(address: Address) -> str:
    """The page of the same where one works: for those who are signed in."""
    path = public_path(address)
    return f"/t{path.removeprefix('/catalogue')}" if path.startswith("/catalogue") else path


def link_path(address: Address) -> str:
    """What a link in an LMS may name as its target (lms.rules.address_of_launch)."""
    return f"/r/{str(address).replace('#', '%23')}"


class Outline(Struct, frozen=True):
    """One step in its place, as the pages and the progress rules need it."""

    step_id: int
    slug: str
    module_id: int
    module_slug: str
    phase: Phase
    kind: StepKind
    position: int
    minutes: int | None
    is_resource: bool
    visibility: str | None = None  # of a reflection: who may see it
    window: Window = ALWAYS
    starts_at: datetime | None = None  # of an event
    ends_at: datetime | None = None


def counts_alone(phase: Phase) -> bool:
    """Steps of A and C count one by one; B and D count once each, as the group's work."""
    return not phase.is_joint


def units_of(outline: Iterable[Outline]) -> int:
    """How much there is to do: personal steps, and one for each joint phase of each module."""
    steps = list(outline)
    joint = {(s.module_id, s.phase) for s in steps if s.phase.is_joint}
    return sum(counts_alone(s.phase) for s in steps) + len(joint)


def is_spelling_only(before: str, after: str) -> bool:
    """Versions that differ in the third number: 1.2 and 1.2.1. Readers follow such ones unasked."""
    return _numbers(before)[:2] == _numbers(after)[:2] and _numbers(before) != _numbers(after)


class Told(StrEnum):
    """What an author tells of versions, by its key in the texts of track_version."""

    YOU_SAID = "you_said"  # what was changed because teachers said so (S-11)
    CHANGES = "changes"  # what is new (F-14)


class ToldOfVersion(Struct, frozen=True):
    """In the words of its author."""

    version: str
    language: str  # of the lines: the wanted one, else the first that has any
    lines: tuple[str, ...]


def told_of_versions(
    what: Told,
    texts: Mapping[str, Mapping[str, Any]],
    languages: Sequence[str],
    *,
    after: str | None,
    until: str,
) -> list[ToldOfVersion]:
    """The newest version first. `languages`: the wanted one before the others; `texts`: by language
    as track_version has them. None of a version that is not published yet, nor of `after`."""
    found: dict[str, ToldOfVersion] = {}
    for language in languages:
        for version, lines in texts[language].get(what.value, {}).items():
            is_later = after is None or _numbers(after) < _numbers(version)
            if is_later and _numbers(version) <= _numbers(until):
                found.setdefault(version, ToldOfVersion(version, language, tuple(lines)))
    return sorted(found.values(), key=lambda each: _numbers(each.version), reverse=True)


def _numbers(version: str) -> tuple[int, ...]:
    parts = [int(part) for part in version.split(".") if part.isdigit()]
    return (*parts, 0, 0, 0)[:3]
