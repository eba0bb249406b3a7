"""What the public catalogue answers to words and filters."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, or_, select

from tracks.catalogue.models import search_entry
from tracks.catalogue.rules import Address, parse_address
from tracks.catalogue.search_words import entries_with
from tracks.catalogue.stems import excerpt, stem, words
from tracks.catalogue.windows import Window
from tracks.db import Session

MOST_WORDS = 10
MOST_FOUND = 1000  # of each language: nobody turns fifty pages


ENDS_SOON = timedelta(days=30)


class Free(StrEnum):
    """How something stands today."""

    NOW = "now"
    ENDING = "ending"  # and it ends within ENDS_SOON
    ENDED = "ended"


class Look(Struct, frozen=True):
    """What somebody looks for in the catalogue; empty or None: anything."""

    typed: str = ""
    subject: str = ""
    grade: str = ""  # a year: "8"
    phase: str = ""
    minutes: int | None = None  # at most
    language: str = ""
    framework: str = ""
    kind: str = ""  # of its track
    device: str = ""
    free: Free | None = None
    free_until: date | None = None  # at least

    @property
    def is_narrow(self) -> bool:
        """Something is chosen among what few people choose by."""
        return bool(self.framework or self.kind or self.device or self.free or self.free_until)

    @property
    def is_for_anything(self) -> bool:
        return self == Look()


class Found(Struct, frozen=True):
    address: Address
    language: str
    kind: str
    title: str
    minutes: int | None
    phase: str
    excerpt: list[tuple[str, bool]]  # text, and whether to mark it; none of what is closed
    window: Window
    updated: datetime


def find(
    session: Session,
    look: Look,
    spoken: str,
    languages: tuple[str, ...],
    today: date,
    *,
    skip: int,
    take: int,
) -> tuple[list[Found], int]:
    """One page of what fits, and how many fit (at most MOST_FOUND are counted a language).

    Each thing once, in the language wanted, else in the reader's, else in the best that fits.
    """
    typed = words(look.typed)[:MOST_WORDS]
    if look.typed.strip() and not typed:
        return [], 0  # only signs: nothing is called that
    wanted = [look.language] if look.language else [spoken, *(x for x in languages if x != spoken)]
    chosen: dict[str, int] = {}  # address -> entry
    for language in wanted:
        for address, entry_id in _fitting(session, look, typed, language, today):
            chosen.setdefault(address, entry_id)
    ids = list(chosen.values())
    page = ids[skip : skip + take]
    rows = session.execute(select(search_entry).where(search_entry.c.id.in_(page)))
    by_id = {row.id: _found(row, typed, today) for row in rows}
    return [by_id[entry_id] for entry_id in page], len(ids)


def _fitting(
    session: Session, look: Look, typed: list[str], language: str, today: date
) -> list[tuple[str, int]]:
    """Address and entry: the best first, or without words the newest first."""
    statement = select(search_entry.c.id, search_entry.c.address).where(
        search_entry.c.language == language, *_filters(look, today)
    )
    if not typed:
        newest = statement.order_by(search_entry.c.published_at.desc(), search_entry.c.id)
        return [(row.address, row.id) for row in session.execute(newest.limit(MOST_FOUND))]
    stemmed = list(dict.fromkeys(stem(word, language) for word in typed))
    hits = entries_with(session, stemmed)
    best = statement.join(hits, hits.c.id == search_entry.c.id).order_by(
        hits.c.rank, search_entry.c.id
    )
    return [(row.address, row.id) for row in session.execute(best.limit(MOST_FOUND))]


def _filters(look: Look, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if look.subject:
        found.append(search_entry.c.subjects.contains(f"|{look.subject}|", autoescape=True))
    if look.grade:
        found.append(search_entry.c.grades.contains(f"|{look.grade}|", autoescape=True))
    if look.phase:
        found.append(search_entry.c.phase == look.phase)
    if look.kind:
        found.append(search_entry.c.track_kind == look.kind)
    if look.minutes is not None:
        found.append(search_entry.c.minutes <= look.minutes)
    for column, code in (("frameworks", look.framework), ("devices", look.device)):
        if code:
            found.append(search_entry.c[column].contains(f"|{code}|", autoescape=True))
    return found + _free(look, today)


def _free(look: Look, today: date) -> list[ColumnElement[bool]]:
    first, last = search_entry.c.free_from, search_entry.c.free_until
    has_begun = or_(first.is_(None), first <= today)
    found: list[ColumnElement[bool]] = []
    if look.free is Free.ENDED:
        found.append(last < today)
    if look.free is Free.NOW:
        found += [has_begun, or_(last.is_(None), last >= today)]
    if look.free is Free.ENDING:
        found += [has_begun, last.between(today, today + ENDS_SOON)]
    if look.free_until is not None:
        # What has been free and is not any more is no answer, whatever day is asked for.
        day = max(look.free_until, today)
        found += [has_begun, or_(last.is_(None), last >= day)]
    return found


def _found(row: Any, typed: list[str], today: date) -> Found:
    address = parse_address(row.address)
    assert address is not None, row.address
    window = Window(row.free_from, row.free_until)
    return Found(
        address=address,
        language=row.language,
        kind=row.kind,
        title=row.title,
        minutes=row.minutes,
        phase=row.phase,
        excerpt=excerpt(row.text, typed, row.language) if window.is_open(today) else [],
        window=window,
        updated=row.changed_at or row.published_at,
    )
