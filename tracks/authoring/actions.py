"""Writes of drafts. A text of the library never takes a draft's place unseen, nor the other way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.authoring.models import draft, library_change
from tracks.authoring.queries import Draft, draft_of
from tracks.db import Prepared, Session
from tracks.people.rules import Actor

_CLAIM = Prepared(
    insert_or(draft)
    .values(
        municipality_id=bindparam("municipality_id"),
        person_id=bindparam("person_id"),
        path=bindparam("path"),
        text=bindparam("text"),
        base=bindparam("base"),
        revision=1,
        saved_at=bindparam("saved_at"),
    )
    .on_conflict_do_nothing()
    .returning(draft.c.revision)
)


@dataclass(frozen=True, slots=True)
class SavedDraft:
    draft: Draft | None  # None: nothing to keep, the text is the library's
    # Another text stands there that this one did not start from; then nothing was saved.
    newer: str | None = None


def save_draft(
    session: Session,
    actor: Actor,
    path: str,
    text: str,
    *,
    library: str | None,
    is_begun_from_library: bool,
    started_from: int,
    now: datetime,
) -> SavedDraft:
    """`library`: what stands there now. `started_from`: the revision of the draft on the page, 0 if
    it had none; then `is_begun_from_library` says whether the page showed what stands there now."""
    known = draft_of(session, actor.person_id, path)
    if known is None:
        if started_from == 0 and text == library:
            return SavedDraft(None)
        if started_from == 0 and not is_begun_from_library:
            return SavedDraft(None, newer=library or "")
        if started_from > 0 and text != library:
            # the draft went into the library, or was thrown away, from another page
            return SavedDraft(None, newer=library or "")
        if text == library:
            return SavedDraft(None)
        row = session.execute(
            _CLAIM,
            {
                "municipality_id": actor.municipality_id,
                "person_id": actor.person_id,
                "path": path,
                "text": text,
                "base": library,
                "saved_at": now,
            },
        ).one_or_none()
        known = draft_of(session, actor.person_id, path)
        if row is not None or known is None:
            return SavedDraft(known)
    if known.text == text:
        return SavedDraft(known)
    if known.revision != started_from:
        return SavedDraft(known, newer=known.text)
    return SavedDraft(_write(session, actor, known, text, known.base, now))


def rebase_draft(
    session: Session, actor: Actor, known: Draft, text: str, base: str | None, now: datetime
) -> Draft:
    """After a merge: the draft as it is now, begun from what stands in the library now."""
    return _write(session, actor, known, text, base, now)


def _write(
    session: Session, actor: Actor, known: Draft, text: str, base: str | None, now: datetime
) -> Draft:
    session.execute(
        update(draft)
        .where(draft.c.person_id == actor.person_id, draft.c.path == known.path)
        .values(text=text, base=base, revision=known.revision + 1, saved_at=now)
    )
    return Draft(known.path, text, base, known.revision + 1, now)


def put_draft(
    session: Session, actor: Actor, path: str, text: str, base: str | None, now: datetime
) -> None:
    """What did not come from the editor: an unpacked zip, an old version. The caller has seen that
    no draft is there, or that the person wants this one in its place."""
    session.execute(delete(draft).where(draft.c.person_id == actor.person_id, draft.c.path == path))
    session.execute(
        insert(draft).values(
            municipality_id=actor.municipality_id,
            person_id=actor.person_id,
            path=path,
            text=text,
            base=base,
            revision=1,
            saved_at=now,
        )
    )


def drop_draft(session: Session, person_id: int, path: str, revision: int) -> bool:
    """False (and nothing done) if it has been written in since."""
    gone = session.execute(
        delete(draft).where(
            draft.c.person_id == person_id, draft.c.path == path, draft.c.revision == revision
        )
    )
    return gone.rowcount > 0


def move_drafts(session: Session, moves: Mapping[str, str]) -> None:
    """Everybody's, and the history, when files get other names: old path -> new path."""
    for old, new in moves.items():
        for table in (draft, library_change):
            session.execute(update(table).where(table.c.path == old).values(path=new))


def note_change(
    session: Session,
    actor: Actor,
    path: str,
    before: str | None,
    after: str | None,
    now: datetime,
    note: str = "",
) -> None:
    """What stands in the library from now on; with the first change also what stood there before,
    so that it can be restored."""
    if before == after:
        return
    known = session.execute(select(library_change.c.id).where(library_change.c.path == path))
    if before is not None and known.first() is None:
        session.execute(
            insert(library_change).values(path=path, text=before, note="", saved_at=now)
        )
    session.execute(
        insert(library_change).values(
            municipality_id=actor.municipality_id,
            person_id=actor.person_id,
            path=path,
            text=after,
            note=note,
            saved_at=now,
        )
    )
