"""Reads of drafts."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import and_, bindparam, func, select

from tracks.authoring.models import co_author, draft, library_change, track_owner
from tracks.authoring.rules import Standing, standing
from tracks.db import Prepared, Session
from tracks.db.data_map import Fate, Kept
from tracks.i18n import N_
from tracks.people.models import municipality, person
from tracks.people.rules import Actor


class Draft(Struct, frozen=True):
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


class Change(Struct, frozen=True):
    """A file as it was from that moment on."""

    id: int
    person_id: int | None  # None: it came by git or in the folder, or was there before all that
    note: str
    saved_at: datetime
    text: str | None  # None: it was taken away
    municipality: str | None = None  # whose author did it


def changes_of(session: Session, path: str, most: int = 200) -> list[Change]:
    """The newest first."""
    rows = session.execute(
        select(
            library_change.c.id,
            library_change.c.person_id,
            library_change.c.note,
            library_change.c.saved_at,
            library_change.c.text,
            municipality.c.name,
        )
        .outerjoin(municipality, municipality.c.id == library_change.c.municipality_id)
        .where(library_change.c.path == path)
        .order_by(library_change.c.id.desc())
        .limit(most)
    )
    return [
        Change(row.id, row.person_id, row.note, row.saved_at, row.text, row.name) for row in rows
    ]


def draft_names(session: Session, track: str) -> set[str]:
    """File names of everybody's drafts in a track."""
    rows = session.execute(
        select(draft.c.path).where(draft.c.path.startswith(f"{track}/", autoescape=True))
    )
    return {row.path.partition("/")[2] for row in rows}


_OWNERS = Prepared(
    select(track_owner.c.track, track_owner.c.municipality_id, co_author.c.person_id).outerjoin(
        co_author,
        and_(
            co_author.c.track == track_owner.c.track,
            co_author.c.person_id == bindparam("person_id"),
        ),
    )
)


def standings(session: Session, actor: Actor) -> dict[str, Standing]:
    """Track -> how the author stands to it, of those that have an owner."""
    rows = session.execute(_OWNERS, {"person_id": actor.person_id}).all()
    return {
        row.track: standing(
            actor.municipality_id, row.municipality_id, is_co_author=row.person_id is not None
        )
        for row in rows
    }


def standing_of(session: Session, actor: Actor, track: str) -> Standing:
    return standings(session, actor).get(track, Standing.EVERYBODYS)


def foreign_tracks(session: Session, actor: Actor) -> frozenset[str]:
    """Those that are not shown to this author."""
    found = standings(session, actor).items()
    return frozenset(track for track, each in found if each is Standing.FOREIGN)


def tracks_of_others(session: Session, municipality_id: int) -> frozenset[str]:
    """Those that another municipality has begun, whoever is invited to them."""
    rows = session.execute(
        select(track_owner.c.track).where(track_owner.c.municipality_id != municipality_id)
    )
    return frozenset(row.track for row in rows)


class CoAuthor(Struct, frozen=True):
    person_id: int
    name: str | None
    municipality: str
    since: datetime


def co_authors(session: Session, municipality_id: int, track: str) -> list[CoAuthor]:
    """Of a track of this municipality, the longest there first."""
    rows = session.execute(
        select(
            co_author.c.person_id,
            co_author.c.since,
            person.c.name,
            municipality.c.name.label("municipality"),
        )
        .join(person, person.c.id == co_author.c.person_id)
        .join(municipality, municipality.c.id == person.c.municipality_id)
        .where(co_author.c.track == track, co_author.c.municipality_id == municipality_id)
        .order_by(co_author.c.since, co_author.c.person_id)
    )
    return [CoAuthor(row.person_id, row.name, row.municipality, row.since) for row in rows]


def owner_name(session: Session, track: str) -> str | None:
    """The municipality that has begun the track; None: none has."""
    return session.execute(
        select(municipality.c.name)
        .join(track_owner, track_owner.c.municipality_id == municipality.c.id)
        .where(track_owner.c.track == track)
    ).scalar_one_or_none()


def contributors(session: Session, track: str) -> list[str]:
    """Names of the municipalities whose authors have put something into an owned track, but the
    owner's, in the order in which they came."""
    rows = session.execute(
        select(municipality.c.name, func.min(library_change.c.id).label("first"))
        .join(library_change, library_change.c.municipality_id == municipality.c.id)
        .join(track_owner, track_owner.c.track == track)
        .where(
            library_change.c.path.startswith(f"{track}/", autoescape=True),
            library_change.c.municipality_id != track_owner.c.municipality_id,
        )
        .group_by(municipality.c.name)
        .order_by(func.min(library_change.c.id))
    )
    return [row.name for row in rows]


KEPT = (
    Kept(
        co_author.c.person_id,
        N_("Tracks of other municipalities that you write in"),
        N_("to know who may write in which track"),
        N_("until the municipality of the track, or you, end it"),
        active=co_author.c.since,
    ),
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
