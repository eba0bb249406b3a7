"""Reads of published tracks. A published version never changes, so it is read once and kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from threading import Lock
from time import monotonic
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, bindparam, func, select

from content.model import Lifecycle, Order, Phase, StepKind, TrackKind
from content.rendered import RenderedStep
from tracks.catalogue.models import (
    media_file,
    module,
    module_version,
    step,
    step_text,
    step_version,
    track,
    track_version,
)
from tracks.catalogue.rules import (
    Address,
    Byline,
    Outline,
    Told,
    ToldOfVersion,
    byline,
    told_of_versions,
)
from tracks.catalogue.windows import Window
from tracks.db import Prepared, Session
from tracks.i18n import nearest


class Module(Struct, frozen=True):
    id: int
    slug: str
    position: int
    gap_weeks: int
    units: int
    minutes: Mapping[Phase, int]
    texts: Mapping[str, Mapping[str, Any]]
    devices: tuple[str, ...]
    begins_with_previous: bool
    # Where the author names none, those of its track.
    subjects: tuple[str, ...]
    grades: tuple[str, ...]
    frameworks: tuple[str, ...]


class LeaderModule(Struct, frozen=True):
    """What is read by leaders only: no part of `Edition.modules`, and without steps."""

    id: int
    slug: str
    minutes: Mapping[Phase, int]
    texts: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Edition:
    """One published version of a track, whole, without the text of its steps."""

    track_id: int
    version_id: int
    publisher: str
    slug: str
    version: str
    published_at: datetime
    languages: tuple[str, ...]
    subjects: tuple[str, ...]
    grades: tuple[str, ...]
    licence: str
    authors: tuple[str, ...]
    texts: Mapping[str, Mapping[str, Any]]
    minutes: int
    units: int
    frameworks: tuple[str, ...]
    entry_level: str | None
    foundation: str | None
    lifecycle: Lifecycle
    replaced_by: str | None
    modules: tuple[Module, ...]
    steps: tuple[Outline, ...]
    titles: Mapping[tuple[int, str], str]  # (step id, language) -> title
    leader_modules: tuple[LeaderModule, ...] = ()
    order: Order = Order.RECOMMENDED
    kind: TrackKind | None = None

    @cached_property
    def bylines(self) -> tuple[Byline, ...]:
        return tuple(byline(each) for each in self.authors if byline(each).name)

    @cached_property
    def title_en(self) -> str:
        """ "" where a text is in English, or its authors gave none."""
        given = [str(text.get("title_en", "")) for text in self.texts.values()]
        return "" if "en" in self.languages else next(filter(None, given), "")

    @cached_property
    def by_slug(self) -> dict[tuple[str, str], Outline]:
        return {(s.module_slug, s.slug): s for s in self.steps}

    @cached_property
    def step_ids(self) -> dict[int, Outline]:
        return {s.step_id: s for s in self.steps}

    @cached_property
    def by_module(self) -> dict[str, Module]:
        return {m.slug: m for m in self.modules}

    @cached_property
    def by_phase(self) -> dict[tuple[int, Phase], tuple[Outline, ...]]:
        """Module id and phase -> the steps there, in order."""
        found: dict[tuple[int, Phase], tuple[Outline, ...]] = {}
        for s in self.steps:
            found[s.module_id, s.phase] = (*found.get((s.module_id, s.phase), ()), s)
        return found

    @cached_property
    def module_ids(self) -> dict[int, Module]:
        return {m.id: m for m in self.modules}

    @cached_property
    def resources_of(self) -> dict[int, tuple[Outline, ...]]:
        """Module id -> its steps that have a life of their own."""
        found: dict[int, list[Outline]] = {m.id: [] for m in self.modules}
        for s in self.steps:
            if s.is_resource:
                found[s.module_id].append(s)
        return {module_id: tuple(steps) for module_id, steps in found.items()}

    @cached_property
    def said_by_track(self) -> str:
        """What a search of the track itself reads: its words in every language, case-folded."""
        words = [text[name] for text in self.texts.values() for name in ("title", "summary")]
        return " ".join([*words, self.title_en, *self.subjects, *self.authors]).casefold()

    @cached_property
    def said_by_module(self) -> dict[int, str]:
        """Module id -> its titles in every language, case-folded."""
        return {
            m.id: " ".join(text["title"] for text in m.texts.values()).casefold()
            for m in self.modules
        }

    @cached_property
    def said_by_step(self) -> dict[int, str]:
        """Step id -> its titles in every language, case-folded."""
        found: dict[int, str] = {}
        for (step_id, _language), title in self.titles.items():
            found[step_id] = f"{found.get(step_id, '')} {title.casefold()}"
        return found

    def language(self, wanted: str) -> str:
        return nearest(wanted, self.languages)

    def told(self, what: Told, wanted: str, *, after: str | None = None) -> list[ToldOfVersion]:
        """Up to this version, the newest first; `after`: of later ones only."""
        first = self.language(wanted)
        others = [each for each in self.languages if each != first]
        languages = [first, *others]
        return told_of_versions(what, self.texts, languages, after=after, until=self.version)

    def address(self, module: str | None = None, step: str | None = None) -> Address:
        return Address(self.publisher, self.slug, module, step)


_EDITION = (
    select(track_version, track.c.publisher, track.c.slug)
    .join(track, track.c.id == track_version.c.track_id)
    .where(track_version.c.id == bindparam("version_id"))
)
_MODULES = (
    select(module_version, module.c.slug)
    .join(module, module.c.id == module_version.c.module_id)
    .where(module_version.c.track_version_id == bindparam("version_id"))
    .order_by(module_version.c.position)
)
_STEPS = (
    select(step_version, step.c.slug, module.c.slug.label("module_slug"))
    .join(step, step.c.id == step_version.c.step_id)
    .join(module, module.c.id == step_version.c.module_id)
    .where(step_version.c.track_version_id == bindparam("version_id"))
    .order_by(step_version.c.position)
)
_TITLES = select(step_text.c.step_id, step_text.c.language, step_text.c.title).where(
    step_text.c.track_version_id == bindparam("version_id")
)
_CURRENT = Prepared(
    select(track.c.version_id).where(
        track.c.publisher == bindparam("publisher"), track.c.slug == bindparam("slug")
    )
)
_BODY = select(step_text.c.body).where(
    step_text.c.track_version_id == bindparam("version_id"),
    step_text.c.step_id == bindparam("step_id"),
    step_text.c.language == bindparam("language"),
)


def current_version(session: Session, publisher: str, slug: str) -> str | None:
    """The number of what newcomers meet; None: nothing of that track is published."""
    found: str | None = session.execute(
        select(track_version.c.version)
        .join(track, track.c.version_id == track_version.c.id)
        .where(track.c.publisher == publisher, track.c.slug == slug)
    ).scalar_one_or_none()
    return found


CURRENT_S = 2.0


class Shelf:
    """Editions and step texts read so far, by version id. Bounded; safe to share by threads."""

    def __init__(self, *, editions: int = 200, texts: int = 2000) -> None:
        self._editions: dict[int, Edition] = {}
        self._texts: dict[tuple[int, int, str], RenderedStep] = {}
        self._current: dict[tuple[str, str], tuple[float, int | None]] = {}
        self._limits = (editions, texts)
        self._lock = Lock()

    def edition(self, session: Session, version_id: int) -> Edition:
        found = self._editions.get(version_id)
        if found is None:
            found = read_edition(session, version_id)
            with self._lock:
                _make_room(self._editions, self._limits[0])
                self._editions[version_id] = found
        return found

    def current(self, session: Session, publisher: str, slug: str) -> Edition | None:
        """What newcomers meet, at most CURRENT_S seconds old."""
        known = self._current.get((publisher, slug))
        if known is None or monotonic() - known[0] > CURRENT_S:
            found = session.execute(_CURRENT, {"publisher": publisher, "slug": slug}).scalar()
            known = (monotonic(), found)
            with self._lock:
                _make_room(self._current, self._limits[0])
                self._current[publisher, slug] = known
        return None if known[1] is None else self.edition(session, known[1])

    def forget_current(self, publisher: str, slug: str) -> None:
        """Another version has just been published by this process: nobody here waits for it."""
        with self._lock:
            self._current.pop((publisher, slug), None)

    def text(self, session: Session, version_id: int, step_id: int, language: str) -> RenderedStep:
        key = (version_id, step_id, language)
        found = self._texts.get(key)
        if found is None:
            body = session.execute(
                _BODY, {"version_id": version_id, "step_id": step_id, "language": language}
            ).scalar_one()
            found = RenderedStep.from_json(body)
            with self._lock:
                _make_room(self._texts, self._limits[1])
                self._texts[key] = found
        return found


def _make_room(kept: dict[Any, Any], limit: int) -> None:
    while len(kept) >= limit:
        del kept[next(iter(kept))]


def read_edition(session: Session, version_id: int) -> Edition:
    key = {"version_id": version_id}
    row = session.execute(_EDITION, key).one()
    modules = session.execute(_MODULES, key).all()
    return Edition(
        track_id=row.track_id,
        version_id=version_id,
        publisher=row.publisher,
        slug=row.slug,
        version=row.version,
        published_at=row.published_at,
        languages=tuple(row.languages),
        subjects=tuple(row.subjects),
        grades=tuple(row.grades),
        licence=row.licence,
        authors=tuple(row.authors),
        texts=row.texts,
        minutes=row.minutes,
        units=row.units,
        frameworks=tuple(row.frameworks or ()),
        entry_level=row.entry_level,
        foundation=row.foundation,
        lifecycle=Lifecycle(row.lifecycle),
        replaced_by=row.replaced_by,
        modules=tuple(_module(r, row) for r in modules if not r.is_for_leaders),
        steps=tuple(_outline(r) for r in session.execute(_STEPS, key)),
        titles={(r.step_id, r.language): r.title for r in session.execute(_TITLES, key)},
        order=Order(row.module_order or Order.RECOMMENDED),
        kind=TrackKind(row.kind) if row.kind else None,
        leader_modules=tuple(_leader_module(r) for r in modules if r.is_for_leaders),
    )


def _module(row: Row[Any], of_track: Row[Any]) -> Module:
    return Module(
        id=row.module_id,
        slug=row.slug,
        position=row.position,
        gap_weeks=row.gap_weeks,
        units=row.units,
        minutes={Phase(p): m for p, m in row.minutes.items()},
        texts=row.texts,
        devices=tuple(row.devices or ()),
        begins_with_previous=row.begins_with_previous,
        subjects=tuple(row.subjects or of_track.subjects),
        grades=tuple(row.grades or of_track.grades),
        frameworks=tuple(row.frameworks or of_track.frameworks or ()),
    )


def _leader_module(row: Row[Any]) -> LeaderModule:
    return LeaderModule(
        id=row.module_id,
        slug=row.slug,
        minutes={Phase(p): m for p, m in row.minutes.items()},
        texts=row.texts,
    )


def _outline(row: Row[Any]) -> Outline:
    return Outline(
        step_id=row.step_id,
        slug=row.slug,
        module_id=row.module_id,
        module_slug=row.module_slug,
        phase=Phase(row.phase),
        kind=StepKind(row.kind),
        position=row.position,
        minutes=row.minutes,
        is_resource=row.is_resource,
        visibility=row.visibility,
        window=Window(row.free_from, row.free_until),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )


def published(session: Session) -> list[int]:
    """Version ids of all tracks that newcomers are offered, by publisher and slug."""
    rows = session.execute(
        select(track.c.version_id)
        .join(track_version, track_version.c.id == track.c.version_id)
        .where(track_version.c.lifecycle != Lifecycle.ARCHIVED.value)
        .order_by(track.c.publisher, track.c.slug)
    )
    return [row.version_id for row in rows]


def first_published(session: Session) -> dict[int, datetime]:
    """Track id -> when its first version came."""
    rows = session.execute(
        select(
            track_version.c.track_id, func.min(track_version.c.published_at).label("first")
        ).group_by(track_version.c.track_id)
    )
    return {row.track_id: row.first for row in rows}


def offered(session: Session, shelf: Shelf, municipality_id: int) -> list[Edition]:
    """What somebody of this municipality may put into a course, by publisher and slug.

    The one place that decides it: everything that is published here, until tracks can be kept to
    some municipalities.
    """
    return [shelf.edition(session, version_id) for version_id in published(session)]


def media(session: Session, version_id: int, name: str, *, with_leaders: bool) -> bytes | None:
    asked = select(media_file.c.body).where(
        media_file.c.track_version_id == version_id, media_file.c.name == name
    )
    if not with_leaders:
        asked = asked.where(media_file.c.is_for_leaders.is_(False))
    return session.execute(asked).scalar_one_or_none()
