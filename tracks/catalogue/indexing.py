"""Writes what the public catalogue finds: the version newcomers meet, and no older one."""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from html import unescape

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import delete, insert, select

from content.codes import years_in
from content.model import Lifecycle
from content.rendered import RenderedStep
from tracks.catalogue.models import search_entry, step_text, track, track_version
from tracks.catalogue.public.dates import dates_of
from tracks.catalogue.queries import Edition, Module, read_edition
from tracks.catalogue.search_words import add_words, remove_words
from tracks.catalogue.stems import stems
from tracks.catalogue.withdrawals import note_withdrawn
from tracks.db import Session

_TAG = re.compile(r"<[^>]*>")  # of HTML that is cleaned: no ">" within a tag
LONGEST_TEXT = 64 * 1024


class _Entry(Struct, frozen=True):
    address: str
    language: str
    kind: str
    title: str
    text: str
    minutes: int | None
    devices: str
    subjects: str
    grades: str
    frameworks: str
    phase: str = ""
    free_from: date | None = None
    free_until: date | None = None


def is_indexed(session: Session, track_id: int) -> bool:
    found = select(search_entry.c.id).where(search_entry.c.track_id == track_id).limit(1)
    return session.execute(found).first() is not None


def index_track(session: Session, track_id: int) -> None:
    """In place of what was found of this track before; what is gone since is noted as gone, as is
    all of a retired track."""
    of_track = search_entry.c.track_id == track_id
    kinds = select(search_entry.c.address, search_entry.c.kind).where(of_track).distinct()
    before = {row.address: row.kind for row in session.execute(kinds)}
    remove_words(session, session.execute(select(search_entry.c.id).where(of_track)).scalars())
    session.execute(delete(search_entry).where(of_track))
    version_id = session.execute(
        select(track.c.version_id).where(track.c.id == track_id)
    ).scalar_one()
    edition = read_edition(session, version_id)
    shared = {
        "track_id": track_id,
        "track_kind": edition.kind or "",
        "published_at": edition.published_at,
    }
    after = set()
    dates = dates_of(session, edition)
    is_offered = edition.lifecycle is not Lifecycle.ARCHIVED
    for entry in _entries(session, edition) if is_offered else ():
        _write(session, entry, {**shared, "changed_at": dates[entry.address].updated})
        after.add(entry.address)
    gone = {address: kind for address, kind in before.items() if address not in after}
    note_withdrawn(session, gone, edition.published_at, back=after)


def _write(session: Session, entry: _Entry, shared: dict[str, object]) -> None:
    values = asdict(entry)
    entry_id = session.execute(
        insert(search_entry).values(**shared, **values).returning(search_entry.c.id)
    ).scalar_one()
    title, body = (stems(text, entry.language) for text in (entry.title, entry.text))
    add_words(session, entry_id, title, body)


def _entries(session: Session, edition: Edition) -> Iterator[_Entry]:
    every_device = sorted({device for module in edition.modules for device in module.devices})
    for language, text in edition.texts.items():
        said = " ".join([text["summary"], edition.title_en, plain(text["html"])]).strip()
        yield _Entry(
            str(edition.address()),
            language,
            "track",
            text["title"][:300],
            said,
            edition.minutes,
            _list(every_device),
            *_codes(edition),
        )
    for module in edition.modules:
        minutes = sum(module.minutes.values())
        for language, said_there in module.texts.items():
            # Not the leader's script: that is not for everybody.
            headings = " ".join(phase["title"] for phase in said_there["phases"].values())
            address = str(edition.address(module.slug))
            title, devices = said_there["title"][:300], _list(module.devices)
            codes = _codes(module)
            yield _Entry(address, language, "module", title, headings, minutes, devices, *codes)
    yield from _resources(session, edition)


def _resources(session: Session, edition: Edition) -> Iterator[_Entry]:
    resources = {step.step_id: step for step in edition.steps if step.is_resource}
    rows = session.execute(
        select(step_text)
        .where(step_text.c.track_version_id == edition.version_id)
        .order_by(step_text.c.step_id, step_text.c.language)
    ).all()
    for row in rows:
        step = resources.get(row.step_id)
        if step is None:
            continue
        session_of_it = edition.module_ids[step.module_id]
        yield _Entry(
            str(edition.address(step.module_slug, step.slug)),
            row.language,
            "resource",
            row.title,
            _said(RenderedStep.from_json(row.body)),
            step.minutes,
            _list(session_of_it.devices),
            *_codes(session_of_it),
            step.phase.value,
            step.window.free_from,
            step.window.free_until,
        )


def _codes(of: Edition | Module) -> tuple[str, str, str]:
    return _list(of.subjects), _list(years_in(of.grades)), _list(of.frameworks)


def _said(text: RenderedStep) -> str:
    """What its public page says: no leader's script, no right answers."""
    asked = [text.question.prompt_html] if text.question else []
    return plain(" ".join([text.html, text.prompt_html, *asked]))


def plain(html: str) -> str:
    return " ".join(unescape(_TAG.sub(" ", html)).split())[:LONGEST_TEXT]


def _list(values: Iterable[str]) -> str:
    return f"|{'|'.join(values)}|"


def index_what_is_not(session: Session) -> int:
    """Tracks that were published before there was a search; how many there were."""
    found = (
        select(track.c.id)
        .join(track_version, track_version.c.id == track.c.version_id)
        .where(
            track_version.c.lifecycle != Lifecycle.ARCHIVED.value,
            ~select(search_entry.c.id).where(search_entry.c.track_id == track.c.id).exists(),
        )
        .order_by(track.c.id)
    )
    track_ids = list(session.execute(found).scalars())
    for track_id in track_ids:
        index_track(session, track_id)
    return len(track_ids)
