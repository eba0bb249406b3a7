"""Publishing: a checked track becomes a version that never changes."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import insert, select, update

from content.audience import leader_media
from content.model import Begins, Module, Section, Step, Track
from tracks.catalogue.changes import note_changes
from tracks.catalogue.drawn import Drawn, DrawnTrack, intro_of, leader_of, notes_of
from tracks.catalogue.filling_in import fill_in, window_of
from tracks.catalogue.indexing import index_track, is_indexed
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
from tracks.catalogue.rules import Outline, units_of, version_key
from tracks.db import Session
from tracks.i18n import local_moment


class VersionTaken(Exception):
    """This version number is published already, with another text. Nothing was written."""


class VersionTooLow(VersionTaken):
    """A higher one is what teachers meet. Nothing was written."""


class Published(Struct, frozen=True):
    track_id: int
    version_id: int
    is_new: bool


@dataclass(slots=True)
class _Writing:
    """One track on its way into the tables."""

    session: Session
    track: Track
    track_id: int
    version_id: int
    drawn: DrawnTrack
    outline: list[Outline] = field(default_factory=list)


def publish_track(
    session: Session,
    publisher: str,
    source: Track,
    *,
    media: Mapping[str, bytes],
    now: datetime,
    drawn: Drawn | None = None,
) -> Published:
    """Publish `source`, which has no problems, as the version newcomers meet.

    `media`: file name without "media/" -> content. The same text again changes nothing.
    `drawn`: by drawn_for; what it lacks is drawn here, while the transaction is open.
    """
    digest = digest_of(source, media)
    track_id = _durable(session, track, publisher=publisher, slug=source.id)
    known = session.execute(
        select(track_version.c.id, track_version.c.digest).where(
            track_version.c.track_id == track_id, track_version.c.version == source.version
        )
    ).one_or_none()
    if known is not None:
        if known.digest != digest:
            raise VersionTaken(f"{publisher}/{source.id}@{source.version} is published already")
        was_filled_in = fill_in(session, known.id, source)
        if was_filled_in or not is_indexed(session, track_id):  # published before there was either
            index_track(session, track_id)
        return Published(track_id, known.id, is_new=False)
    before = session.execute(
        select(track_version.c.id, track_version.c.version)
        .join(track, track.c.version_id == track_version.c.id)
        .where(track.c.id == track_id)
    ).one_or_none()
    if before is not None and version_key(before.version) > version_key(source.version):
        raise VersionTooLow(
            f"{publisher}/{source.id}@{source.version} is lower than {before.version}, which is "
            "published"
        )
    version_id = session.execute(
        insert(track_version)
        .values(
            track_id=track_id,
            version=source.version,
            digest=digest,
            published_at=now,
            languages=list(source.languages),
            subjects=list(source.subjects),
            grades=list(source.grades),
            licence=source.licence,
            authors=list(source.authors),
            texts={},
            minutes=sum(sum(m.minutes.values()) for m in source.for_everybody),
            units=0,
            frameworks=list(source.frameworks),
            entry_level=source.entry_level.value,
            foundation=source.foundation or None,
            kind=source.kind.value if source.kind else None,
            module_order=source.order.value,
            lifecycle=source.lifecycle.value,
            replaced_by=f"{publisher}/{source.replaced_by}" if source.replaced_by else None,
        )
        .returning(track_version.c.id)
    ).scalar_one()
    before_id = None if before is None else before.id
    pieces = DrawnTrack(session, version_id, before_id, drawn or {})
    writing = _Writing(session, source, track_id, version_id, pieces)
    for number, part in enumerate(source.for_everybody, start=1):
        _write_module(writing, part, number)
    for_leaders = [part for part in source.modules if part.is_for_leaders]
    for number, part in enumerate(for_leaders, start=1):
        _write_leader_module(writing, part, number)
    _write_media(session, version_id, source, media)
    session.execute(
        update(track_version)
        .where(track_version.c.id == version_id)
        .values(units=units_of(writing.outline), texts=_track_texts(writing))
    )
    note_changes(session, version_id, before_id, now)
    session.execute(update(track).where(track.c.id == track_id).values(version_id=version_id))
    index_track(session, track_id)
    return Published(track_id, version_id, is_new=True)


def _track_texts(writing: _Writing) -> dict[str, Any]:
    return {
        language: {
            "title": text.title,
            "summary": text.summary,
            "title_en": writing.track.title_en,
            "entry_check": "\n".join(text.entry_check),  # no line has an end of line in it
            "you_said": {version: list(lines) for version, lines in text.you_said.items()},
            "changes": {version: list(lines) for version, lines in text.changes.items()},
            "html": writing.drawn.html(intro_of(writing.track, language)),
        }
        for language, text in writing.track.texts.items()
    }


def _write_module(writing: _Writing, part: Module, number: int) -> None:
    session = writing.session
    module_id = _durable(session, module, track_id=writing.track_id, slug=part.id)
    before = len(writing.outline)
    for section in part.sections:
        for each in section.steps:
            _write_step(writing, part, module_id, section, each)
    session.execute(
        insert(module_version).values(
            track_version_id=writing.version_id,
            module_id=module_id,
            position=number,
            gap_weeks=part.gap_weeks,
            units=units_of(writing.outline[before:]),
            minutes={phase.value: minutes for phase, minutes in part.minutes.items()},
            texts={language: _module_text(writing, part, language) for language in part.texts},
            devices=list(part.devices),
            begins_with_previous=part.begins is Begins.WITH,
            **_codes(part),
        )
    )


def _write_leader_module(writing: _Writing, part: Module, number: int) -> None:
    session = writing.session
    session.execute(
        insert(module_version).values(
            track_version_id=writing.version_id,
            module_id=_durable(session, module, track_id=writing.track_id, slug=part.id),
            position=number,
            gap_weeks=part.gap_weeks,
            units=0,
            minutes={phase.value: minutes for phase, minutes in part.minutes.items()},
            texts={language: _module_text(writing, part, language) for language in part.texts},
            devices=list(part.devices),
            is_for_leaders=True,
            **_codes(part),
        )
    )


def _codes(part: Module) -> dict[str, list[str] | None]:
    return {
        "subjects": list(part.subjects) or None,
        "grades": list(part.grades) or None,
        "frameworks": list(part.frameworks) or None,
    }


def _module_text(writing: _Writing, part: Module, language: str) -> dict[str, Any]:
    html = writing.drawn.html
    return {
        "title": part.texts[language].title,
        "leader_html": html(notes_of(part, language)),
        "phases": {
            section.phase.value: {
                "title": section.texts[language],
                "leader_html": html(leader_of(part, section, language)),
            }
            for section in part.sections
        },
    }


def _write_step(
    writing: _Writing, part: Module, module_id: int, section: Section, each: Step
) -> None:
    session = writing.session
    step_id = _durable(session, step, module_id=module_id, slug=each.id)
    position = len(writing.outline)
    text = next(iter(each.texts.values()))
    question, event = text.question, text.event
    starts_at = local_moment(event.starts) if event else None
    ends_at = local_moment(event.ends) if event and event.ends else None
    window = window_of(each)
    session.execute(
        insert(step_version).values(
            track_version_id=writing.version_id,
            step_id=step_id,
            module_id=module_id,
            position=position,
            phase=section.phase.value,
            kind=each.kind.value,
            is_resource=each.is_resource,
            minutes=each.minutes,
            points=question.points if question else 0,
            visibility=each.visibility.value if each.visibility else None,
            free_from=window.free_from,
            free_until=window.free_until,
            starts_at=starts_at,
            ends_at=ends_at,
        )
    )
    for language in each.texts:
        body, drawn_as = writing.drawn.body(each, language)
        session.execute(
            insert(step_text).values(
                track_version_id=writing.version_id,
                step_id=step_id,
                language=language,
                title=body["title"][:300],
                body=body,
                drawn_as=drawn_as,
            )
        )
    writing.outline.append(
        Outline(
            step_id=step_id,
            slug=each.id,
            module_id=module_id,
            module_slug=part.id,
            phase=section.phase,
            kind=each.kind,
            position=position,
            minutes=each.minutes,
            is_resource=each.is_resource,
            window=window,
            starts_at=starts_at,
            ends_at=ends_at,
        )
    )


def _write_media(
    session: Session, version_id: int, source: Track, media: Mapping[str, bytes]
) -> None:
    closed = leader_media(source, [f"media/{name}" for name in media])
    for name, body in media.items():
        session.execute(
            insert(media_file).values(
                track_version_id=version_id,
                name=name,
                body=body,
                is_for_leaders=f"media/{name}" in closed,
            )
        )


def _durable(session: Session, table: Any, **key: Any) -> int:
    """The id that goes with a key for ever."""
    condition = [table.c[name] == value for name, value in key.items()]
    found = session.execute(select(table.c.id).where(*condition)).scalar_one_or_none()
    if found is None:
        found = session.execute(insert(table).values(**key).returning(table.c.id)).scalar_one()
    return int(found)


# Came after the first versions were published: what has none of them is the same text as then.
_LATER = frozenset(
    {
        "renamed",
        "retired",
        "replaced_by",
        "foundation",
        "entry_check",
        "you_said",
        "changes",
        "audience",
        "terms",
        "begins",
        "kind",
        "title_en",
        "event",
    }
)
_LATER_OF_A_MODULE = frozenset({"subjects", "grades", "frameworks"})


def digest_of(source: Track, media: Mapping[str, bytes]) -> str:
    """SHA-256 of all that is stored of a version: the same text, the same digest."""

    def plain(value: Any) -> Any:
        if isinstance(value, Struct):
            later = _LATER | _LATER_OF_A_MODULE if isinstance(value, Module) else _LATER
            return {
                n: plain(inner)
                for n in value.__struct_fields__
                for inner in [getattr(value, n)]
                if n != "location" and (inner or n not in later)
            }
        if isinstance(value, Mapping):
            return {str(k): plain(v) for k, v in value.items()}
        if isinstance(value, tuple | list | frozenset):
            return [plain(v) for v in value]
        return value

    files = {name: hashlib.sha256(body).hexdigest() for name, body in media.items()}
    text = json.dumps([plain(source), files], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
