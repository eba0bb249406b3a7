"""Finding something in what is published: by words, subject, grade, minutes and language. Pure."""

import re
import sys
from collections.abc import Iterable

from msgspec import Struct

from content.codes import years_in
from content.model import Phase, StepKind, TrackKind
from tracks.catalogue.queries import Edition, Module
from tracks.catalogue.rules import Address, Outline

LIMITS = (10, 20, 45, 90, 180)  # minutes


class Wish(Struct, frozen=True):
    """What somebody looks for; empty or None: anything."""

    words: tuple[str, ...] = ()  # case-folded; each must be there
    subject: str = ""
    grade: str = ""  # a year: "8"
    minutes: int | None = None  # at most
    language: str = ""


class FoundModule(Struct, frozen=True):
    module: Module
    fits: bool  # False: only resources of it fit
    resources: tuple[Outline, ...]


class FoundTrack(Struct, frozen=True):
    edition: Edition
    fits: bool  # False: only parts of it fit
    modules: tuple[FoundModule, ...]

    @property
    def resources(self) -> int:
        return sum(len(found.resources) for found in self.modules)


class Facets(Struct, frozen=True):
    """What can be chosen among these tracks."""

    subjects: tuple[str, ...]
    grades: tuple[str, ...]
    languages: tuple[str, ...]
    frameworks: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    kinds: tuple[TrackKind, ...] = ()


class Piece(Struct, frozen=True):
    """What a link can lead to, in words: a whole track, one session, or one resource."""

    address: Address
    title: str
    title_language: str
    minutes: int | None
    phases: tuple[tuple[Phase, int], ...] = ()  # of a session, with minutes
    summary: str = ""  # of a track
    kind: StepKind | None = None  # of a resource
    phase: Phase | None = None


def facets(editions: Iterable[Edition]) -> Facets:
    every = list(editions)
    parts: list[Edition | Module] = [*every, *(m for edition in every for m in edition.modules)]
    return Facets(
        tuple(sorted({subject for part in parts for subject in part.subjects})),
        tuple(sorted({year for part in parts for year in years_in(part.grades)}, key=_by_number)),
        tuple(sorted({code for edition in every for code in edition.languages})),
        # PfDK before DigCompEdu before the codes of single aims.
        tuple(sorted({code for part in parts for code in part.frameworks}, key=_framework)),
        tuple(sorted({device for e in every for m in e.modules for device in m.devices})),
        tuple(kind for kind in TrackKind if any(kind is e.kind for e in every)),
    )


def _framework(code: str) -> tuple[bool, bool, str]:
    return (code[:1].isupper(), not code.startswith("pfdk"), code)


def _by_number(grade: str) -> tuple[int, str]:
    """10 comes after 9; what begins with no number, last."""
    number = re.match(r"\d+", grade)
    return (int(number[0]) if number else sys.maxsize, grade)


def search(editions: Iterable[Edition], wish: Wish) -> list[FoundTrack]:
    """In the order given."""
    looked = (
        _look(edition, wish)
        for edition in editions
        if not wish.language or wish.language in edition.languages
    )
    return [found for found in looked if found is not None]


def _is_about(part: Edition | Module, wish: Wish) -> bool:
    return (not wish.subject or wish.subject in part.subjects) and (
        not wish.grade or wish.grade in years_in(part.grades)
    )


def _look(edition: Edition, wish: Wish) -> FoundTrack | None:
    # A word that the track itself has need not stand in each of its parts again.
    missing = [word for word in wish.words if word not in edition.said_by_track]
    modules = tuple(
        found
        for module in edition.modules
        if _is_about(module, wish)
        and (found := _look_in(edition, module, missing, wish.minutes)) is not None
    )
    fits = not missing and _is_about(edition, wish) and _is_short(edition.minutes, wish.minutes)
    return FoundTrack(edition, fits, modules) if fits or modules else None


def _look_in(
    edition: Edition, module: Module, words: list[str], minutes: int | None
) -> FoundModule | None:
    said = edition.said_by_module[module.id]
    missing = [word for word in words if word not in said]
    fits = not missing and _is_short(sum(module.minutes.values()), minutes)
    resources = edition.resources_of[module.id]
    if missing or minutes is not None:
        resources = tuple(
            step
            for step in resources
            if _is_short(step.minutes, minutes)
            and all(word in edition.said_by_step[step.step_id] for word in missing)
        )
    return FoundModule(module, fits, resources) if fits or resources else None


def _is_short(taken: int | None, limit: int | None) -> bool:
    return limit is None or (taken is not None and taken <= limit)


def piece_at(edition: Edition, address: Address, language: str) -> Piece | None:
    """None when the address leads to nothing that has a page of its own."""
    if address.module is None:
        return track_piece(edition, language)
    module = edition.by_module.get(address.module)
    if module is None:
        return None
    if address.step is None:
        return session_piece(edition, module, language)
    step = edition.by_slug.get((address.module, address.step))
    return resource_piece(edition, step, language) if step and step.is_resource else None


def track_piece(edition: Edition, language: str) -> Piece:
    spoken = edition.language(language)
    text = edition.texts[spoken]
    return Piece(edition.address(), text["title"], spoken, edition.minutes, summary=text["summary"])


def session_piece(edition: Edition, module: Module, language: str) -> Piece:
    spoken = edition.language(language)
    return Piece(
        edition.address(module.slug),
        module.texts[spoken]["title"],
        spoken,
        sum(module.minutes.values()),
        phases=tuple((phase, minutes) for phase, minutes in module.minutes.items() if minutes),
    )


def resource_piece(edition: Edition, step: Outline, language: str) -> Piece:
    spoken = edition.language(language)
    return Piece(
        edition.address(step.module_slug, step.slug),
        edition.titles[step.step_id, spoken],
        spoken,
        step.minutes,
        kind=step.kind,
        phase=step.phase,
    )
