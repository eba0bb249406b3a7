"""Reads of drafts."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select

from tracks.authoring.models import draft, library_change
from tracks.db import Prepared, Session
from tracks.db.data_map import Fate, Kept
from tracks.i18n import N_


@dataclass(frozen=True, slots=True)
class Draft:
    path: str
    text: str
    base: str | None
    revision: int
    saved_at: datetime


_DRAFT = Prepared(
    select(draft.c.path, draft.c.text, draft.c.base, draft.c.revision, draft.c.saved_at).where(
        draft.c.person_id == bindparam("person_id"), draft.c.path == bindparam("path")
    )
)


def draft_of(session: Session, person_id: int, path: str) -> Draft | None:
    row = session.execute(_DRAFT, {"person_id": person_id, "path": path}).one_or_none()
    return None if row is None else Draft(*row)


def drafts_in(session: Session, person_id: int, track: str) -> dict[str, str]:
    """File name -> text, of one track."""
    rows = session.execute(
        select(draft.c.path, draft.c.text).where(
            draft.c.person_id == person_id, draft.c.path.startswith(f"{track}/", autoescape=True)
        )
    )
    return {row.path.partition("/")[2]: row.text for row in rows}


def drafts_by_track(session: Session, person_id: int) -> dict[str, int]:
    """Track -> how many of its files this person has a draft of."""
    rows = session.execute(select(draft.c.path).where(draft.c.person_id == person_id))
    found: dict[str, int] = {}
    for row in rows:
        track = row.path.partition("/")[0]
        found[track] = found.get(track, 0) + 1
    return found


def others_at(session: Session, person_id: int, path: str) -> int:
    """How many other people have a draft of that file."""
    return int(
        session.execute(
            select(func.count())
            .select_from(draft)
            .where(draft.c.path == path, draft.c.person_id != person_id)
        ).scalar_one()
    )


@dataclass(frozen=True, slots=True)
class Change:
    """A file as it was from that moment on."""

    id: int
    person_id: int | None  # None: before the first change that is known
    note: str
    saved_at: datetime
    text: str | None  # None: it was taken away


def changes_of(session: Session, path: str, most: int = 200) -> list[Change]:
    """The newest first."""
    rows = session.execute(
        select(
            library_change.c.id,
            library_change.c.person_id,
            library_change.c.note,
            library_change.c.saved_at,
            library_change.c.text,
        )
        .where(library_change.c.path == path)
        .order_by(library_change.c.id.desc())
        .limit(most)
    )
    return [Change(row.id, row.person_id, row.note, row.saved_at, row.text) for row in rows]


def draft_names(session: Session, track: str) -> set[str]:
    """File names of everybody's drafts in a track."""
    rows = session.execute(
        select(draft.c.path).where(draft.c.path.startswith(f"{track}/", autoescape=True))
    )
    return {row.path.partition("/")[2] for row in rows}


KEPT = (
    Kept(
        draft.c.person_id,
        N_("Drafts of tracks you write"),
        N_("so that nothing you type is lost before you put it into the library"),
        N_("until you put them into the library or throw them away"),
        active=draft.c.saved_at,
    ),
    Kept(
        library_change.c.person_id,
        N_("Changes you have put into the library of tracks"),
        N_("so that earlier texts can be found and restored"),
        N_("as long as the library is kept; only a number is left of you"),
        fate=Fate.LEAVE,
        active=library_change.c.saved_at,
    ),
)
