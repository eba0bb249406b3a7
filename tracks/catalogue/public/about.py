"""What is told of a track, a session or a resource: on its page and to machines. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from content.model import StepKind
from tracks.catalogue.public.dates import Dates
from tracks.catalogue.publishers import Publisher
from tracks.catalogue.queries import Edition
from tracks.catalogue.rules import Address, Byline
from tracks.catalogue.windows import ALWAYS, Window

_CREATIVE_COMMONS = re.compile(r"CC (BY(?:-(?:SA|NC|ND|NC-SA|NC-ND))?) ([1-4]\.[0-9])")


class Named(Struct, frozen=True):
    """A part, or the whole that something is part of."""

    address: Address
    title: str


class About(Struct, frozen=True):
    address: Address
    kind: str  # track, module or resource
    title: str
    language: str  # of title and summary
    title_en: str  # of a track without a text in English, "" where authors gave none
    summary: str  # plain text, "" where authors wrote none
    first_published: datetime
    updated: datetime
    version: str
    publisher: Publisher
    authors: tuple[str, ...]
    licence: str
    languages: tuple[str, ...]
    subjects: tuple[str, ...]
    grades: tuple[str, ...]
    frameworks: tuple[str, ...]
    devices: tuple[str, ...]
    entry_level: str | None
    minutes: int | None
    parts: tuple[Named, ...] = ()
    whole: tuple[Named, ...] = ()  # a resource's session and track, a session's track
    window: Window = ALWAYS
    step_kind: StepKind | None = None
    bylines: tuple[Byline, ...] = ()  # `authors`, with their roles apart


def about(
    edition: Edition,
    address: Address,
    language: str,
    publisher: Publisher,
    dates: Mapping[str, Dates],
) -> About | None:
    """None where nothing has a public page. `dates`: by address without version.

    What is missing there is as old as the track's newest version.
    """
    spoken = edition.language(language)
    track = Named(edition.address(), edition.texts[spoken]["title"])
    module = edition.by_module.get(address.module) if address.module else None
    step = edition.by_slug.get((address.module or "", address.step)) if address.step else None
    if (address.module and module is None) or (address.step and step is None):
        return None
    if step is not None and not step.is_resource:
        return None
    here = edition.address(address.module, address.step)
    devices = {d for m in edition.modules for d in m.devices if module in (None, m)}
    session = Named(edition.address(module.slug), module.texts[spoken]["title"]) if module else None
    kind, title, minutes = "track", track.title, edition.minutes or None
    whole: tuple[Named, ...] = ()
    if module is not None and session is not None:
        kind, title, minutes = "module", session.title, sum(module.minutes.values()) or None
        whole = (track,)
        if step is not None:
            kind, title = "resource", edition.titles[step.step_id, spoken]
            minutes, whole = step.minutes, (session, track)
    coded = module or edition
    known = dates.get(str(here)) or Dates(edition.published_at, edition.published_at)
    return About(
        address=here,
        kind=kind,
        title=title,
        language=spoken,
        title_en=edition.title_en if kind == "track" else "",
        summary=edition.texts[spoken]["summary"] if kind == "track" else "",
        first_published=known.published,
        updated=known.updated,
        version=edition.version,
        publisher=publisher,
        authors=edition.authors,
        bylines=edition.bylines,
        licence=edition.licence,
        languages=edition.languages,
        subjects=coded.subjects,
        grades=coded.grades,
        frameworks=coded.frameworks,
        devices=tuple(sorted(devices)),
        entry_level=edition.entry_level,
        minutes=minutes,
        parts=_parts(edition, spoken, kind, here),
        whole=whole,
        window=step.window if step else ALWAYS,
        step_kind=step.kind if step else None,
    )


def _parts(edition: Edition, spoken: str, kind: str, here: Address) -> tuple[Named, ...]:
    if kind == "track":
        return tuple(
            Named(edition.address(m.slug), m.texts[spoken]["title"]) for m in edition.modules
        )
    if kind == "resource":
        return ()
    resources = edition.resources_of[edition.by_module[here.module or ""].id]
    return tuple(
        Named(edition.address(s.module_slug, s.slug), edition.titles[s.step_id, spoken])
        for s in resources
    )


def licence_url(licence: str) -> str | None:
    """Of Creative Commons' licences, which people write in their short form."""
    if licence == "CC0 1.0":
        return "https://creativecommons.org/publicdomain/zero/1.0/"
    found = _CREATIVE_COMMONS.fullmatch(licence)
    return f"https://creativecommons.org/licenses/{found[1].lower()}/{found[2]}/" if found else None
