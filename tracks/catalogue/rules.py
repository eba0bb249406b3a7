"""Addresses of tracks, modules and resources; what counts towards a track; which stage it is."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from content.model import Phase, StepKind
from tracks.catalogue.windows import ALWAYS, Window
from tracks.i18n import N_

_SLUG = r"[a-z0-9][a-z0-9-]{0,79}"
_ADDRESS = re.compile(
    rf"(?P<publisher>{_SLUG})/(?P<track>{_SLUG})"
    rf"(?:/(?P<module>{_SLUG})(?:#(?P<step>{_SLUG}))?)?"
    r"(?:@(?P<version>[0-9A-Za-z][0-9A-Za-z.-]{0,19}))?"
)

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
}
PIECE_NAMES = {"track": N_("Track"), "module": N_("Session"), "resource": N_("Resource")}


@dataclass(frozen=True, slots=True)
class Address:
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


@dataclass(frozen=True, slots=True)
class Outline:
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


def _numbers(version: str) -> tuple[int, ...]:
    parts = [int(part) for part in version.split(".") if part.isdigit()]
    return (*parts, 0, 0, 0)[:3]
