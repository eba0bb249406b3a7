"""Writes of drafts. A text of the library never takes a draft's place unseen, nor the other way."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.authoring.models import (
    co_author,
    co_author_code,
    draft,
    library_change,
    track_owner,
)
from tracks.authoring.queries import Draft, draft_of
from tracks.db import Prepared, Session
from tracks.events import Noted
from tracks.organisation.actions.codes import Invitation
from tracks.organisation.codes import INVITATION_LIFE, code_hash, new_code
from tracks.people.rules import Actor
from tracks.privacy.events import MunicipalityEnds

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


class SavedDraft(Struct, frozen=True):
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
    if text == library and drop_draft(session, actor.person_id, path, known.revision):
        return SavedDraft(None)  # all of it was taken back
    written = _write(session, actor, known, text, known.base, now)
    if written is None:
        newest = draft_of(session, actor.person_id, path)
        return SavedDraft(newest, newer=newest.text if newest is not None else library or "")
    return SavedDraft(written)


def rebase_draft(
    session: Session, actor: Actor, known: Draft, text: str, base: str | None, now: datetime
) -> bool:
    """After a merge: begun from what stands in the library now. False: another page has written
    the draft meanwhile, and it stays as it is."""
    return _write(session, actor, known, text, base, now) is not None


def _write(
    session: Session, actor: Actor, known: Draft, text: str, base: str | None, now: datetime
) -> Draft | None:
    """None: it is no longer what was `known`."""
    row = session.execute(
        update(draft)
        .where(
            draft.c.person_id == actor.person_id,
            draft.c.path == known.path,
            draft.c.revision == known.revision,
        )
        .values(text=text, base=base, revision=known.revision + 1, saved_at=now)
        .returning(draft.c.revision)
    ).one_or_none()
    return None if row is None else Draft(known.path, text, base, row.revision, now)


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
    """What stands in the library from now on; and what stood there before, where that is not what
    the last change left: it came by git or in the folder, and is nobody's of those here. So it can
    be restored, and is not taken for a part of this change (ADR 0047)."""
    if before == after:
        return
    last = session.execute(
        select(library_change.c.text)
        .where(library_change.c.path == path)
        .order_by(library_change.c.id.desc())
        .limit(1)
    ).one_or_none()
    if before is not None and (last is None or last.text != before):
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


def own_track(session: Session, municipality_id: int, track: str, now: datetime) -> None:
    """A track that is new in the library is the municipality's whose author has begun it."""
    session.execute(
        insert_or(track_owner)
        .values(track=track, municipality_id=municipality_id, since=now)
        .on_conflict_do_nothing()
    )


def invite_co_author(session: Session, actor: Actor, track: str, now: datetime) -> Invitation:
    """A code that an author of another municipality joins with, once. The caller has seen that the
    track is the actor's municipality's."""
    code, ends = new_code(), now + INVITATION_LIFE
    session.execute(
        insert(co_author_code).values(
            code_hash=code_hash(code),
            track=track,
            municipality_id=actor.municipality_id,
            expires_at=ends,
        )
    )
    session.emit(Noted("co_author_invited", actor.municipality_id, now, actor_id=actor.person_id))
    return Invitation(code, ends)


def join_track(session: Session, actor: Actor, typed: str, now: datetime) -> str | None:
    """The track that the code has opened. None: unknown, used, too old."""
    row = session.execute(
        delete(co_author_code)
        .where(co_author_code.c.code_hash == code_hash(typed), co_author_code.c.expires_at > now)
        .returning(co_author_code.c.track, co_author_code.c.municipality_id)
    ).one_or_none()
    if row is None:
        return None
    track: str = row.track
    if row.municipality_id != actor.municipality_id:
        session.execute(
            insert_or(co_author)
            .values(
                track=track,
                person_id=actor.person_id,
                municipality_id=row.municipality_id,
                since=now,
            )
            .on_conflict_do_nothing()
        )
        # In the log of the municipality whose track it is: of the other's the person is known.
        session.emit(Noted("co_author_joined", row.municipality_id, now, person_id=actor.person_id))
    return track


def end_co_author(
    session: Session, municipality_id: int, track: str, person_id: int, by: int, now: datetime
) -> bool:
    """False when there is none. What they have written stays, and stays theirs in the history."""
    ended = session.execute(
        delete(co_author).where(
            co_author.c.track == track,
            co_author.c.person_id == person_id,
            co_author.c.municipality_id == municipality_id,
        )
    )
    if not ended.rowcount:
        return False
    session.emit(Noted("co_author_ended", municipality_id, now, actor_id=by, person_id=person_id))
    return True


def leave_track(session: Session, actor: Actor, track: str, now: datetime) -> bool:
    """The co-author's own wish."""
    row = session.execute(
        delete(co_author)
        .where(co_author.c.track == track, co_author.c.person_id == actor.person_id)
        .returning(co_author.c.municipality_id)
    ).one_or_none()
    if row is None:
        return False
    session.emit(
        Noted(
            "co_author_ended",
            row.municipality_id,
            now,
            actor_id=actor.person_id,
            person_id=actor.person_id,
        )
    )
    return True


def let_go_of_changes(session: Session, event: MunicipalityEnds) -> None:
    """What is in the library stays in it, and the texts before it: by nobody, of nobody."""
    session.execute(
        update(library_change)
        .where(library_change.c.municipality_id == event.municipality_id)
        .values(municipality_id=None, person_id=None)
    )
