"""Two accounts of one person become one: by a code that is shown in one LMS and typed in the other.

Never by a name or an e-mail address: those prove nothing (T32).
"""

import secrets
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Table,
    UniqueConstraint,
    and_,
    delete,
    exists,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.audit.models import audit_entry
from tracks.db import Session, metadata
from tracks.events import Noted
from tracks.organisation.codes import INVITATION_LIFE, LINK_LIFE, code_hash, new_code
from tracks.organisation.events import AccountsLinked, AccountsMeet
from tracks.organisation.models import code_try, link_code
from tracks.organisation.queries.roles import grants
from tracks.organisation.rules import is_protected
from tracks.people.actions import note_here, token_hash
from tracks.people.events import SchoolChosen
from tracks.people.models import account, person, sign_in
from tracks.people.rules import Actor


class Outcome(StrEnum):
    LINKED = "linked"
    UNKNOWN = "unknown"  # the code: also a used one, one too old, another municipality's
    SAME_ACCOUNT = "same_account"
    SAME_LMS = "same_lms"
    SAME_WORK = "same_work"  # both have worked with the same: nothing of either may be lost


# Whoever has a row in one of these has come in. The last three are of the area above.
_WAYS_IN = ("account", "identity", "passkey", "one_time_secret")
# Nothing of these is anybody's work: they go with the row that has no accounts any more.
_DROPPED = (link_code, code_try)


def make_link_code(session: Session, actor: Actor, now: datetime) -> str:
    """Shown once. An earlier one of the same person opens nothing any more."""
    return _make_code(session, actor.municipality_id, actor.person_id, now + LINK_LIFE)


def make_code_for(session: Session, actor: Actor, person_id: int, now: datetime) -> str | None:
    """For somebody whom a list has brought and who has never come in: they type it the first time.

    None for whoever has come in or has a protected role, now or later: with a code of theirs
    another would take over their work and their rights.
    """
    _hold(session, person_id)
    if not is_newcomer(session, actor.municipality_id, person_id, now):
        return None
    session.emit(
        Noted(
            "link_code_made",
            actor.municipality_id,
            now,
            actor_id=actor.person_id,
            person_id=person_id,
        )
    )
    ends = now + INVITATION_LIFE
    return _make_code(session, actor.municipality_id, person_id, ends, is_for_newcomer=True)


def has_come_in(person_id: ColumnElement[int]) -> ColumnElement[bool]:
    """By an LMS, or by a login of their own."""
    tables = (metadata.tables[name] for name in _WAYS_IN)
    return or_(*(exists().where(table.c.person_id == person_id) for table in tables))


def is_newcomer(session: Session, municipality_id: int, person_id: int, now: datetime) -> bool:
    """Somebody else may be told a code by which an account becomes theirs."""
    known = session.execute(
        select(person.c.id).where(
            person.c.id == person_id,
            person.c.municipality_id == municipality_id,
            person.c.is_suspended.is_(False),
            person.c.is_joined.is_(False),
            person.c.erased_at.is_(None),
            not_(has_come_in(person.c.id)),
        )
    ).first()
    held = grants(session, municipality_id, person_id=person_id)
    return known is not None and not any(
        is_protected(each.role) and not each.is_over(now) for each in held
    )


def _make_code(
    session: Session,
    municipality_id: int,
    person_id: int,
    ends: datetime,
    *,
    is_for_newcomer: bool = False,
) -> str:
    code = new_code()
    values = {
        "code_hash": code_hash(code),
        "expires_at": ends,
        "is_for_newcomer": is_for_newcomer,
    }
    session.execute(
        insert_or(link_code)
        .values(person_id=person_id, municipality_id=municipality_id, **values)
        .on_conflict_do_update(index_elements=["person_id"], set_=values)
    )
    return code


def take_link_code(session: Session, municipality_id: int, typed: str, now: datetime) -> int | None:
    """Whoever was shown the code, which is used up; for a login that nobody has yet."""
    found = _shown_to(session, municipality_id, typed, now)
    if found is not None:
        session.execute(delete(link_code).where(link_code.c.person_id == found))
    return found


def _shown_to(session: Session, municipality_id: int, typed: str, now: datetime) -> int | None:
    found = session.execute(
        select(link_code.c.person_id, link_code.c.is_for_newcomer)
        .join(person, person.c.id == link_code.c.person_id)
        .where(
            link_code.c.municipality_id == municipality_id,
            link_code.c.code_hash == code_hash(typed),
            link_code.c.expires_at > now,
            person.c.is_suspended.is_(False),
        )
    ).one_or_none()
    if found is None:
        return None
    _hold(session, found.person_id)
    if found.is_for_newcomer and not is_newcomer(session, municipality_id, found.person_id, now):
        return None  # they have come in meanwhile, without it
    person_id: int = found.person_id
    return person_id


def link_accounts(
    session: Session, actor: Actor, typed: str, now: datetime, token: str
) -> tuple[Outcome, str]:
    """The actor's accounts become those of whoever was shown the code, with all the work.

    `token`: of this sign-in. Another one comes back when they are linked: the rights may be others.
    """
    kept_id = _shown_to(session, actor.municipality_id, typed, now)
    if kept_id is None:
        return Outcome.UNKNOWN, token
    if kept_id == actor.person_id:
        return Outcome.SAME_ACCOUNT, token
    _hold(session, kept_id, actor.person_id)
    if _share_an_lms(session, kept_id, actor.person_id):
        return Outcome.SAME_LMS, token
    if not may_be_one(session, kept_id, actor.person_id):
        return Outcome.SAME_WORK, token
    new_token = _move_sign_in(session, token)
    become_one(session, actor.municipality_id, kept_id, actor.person_id, now)
    note_here(session, kept_id, now)
    return Outcome.LINKED, new_token


def may_be_one(session: Session, kept_id: int, gone_id: int) -> bool:
    """False when both have worked with the same: nothing of either may be lost."""
    session.emit(AccountsMeet(person_ids=(kept_id, gone_id)))
    return not any(
        _both_have(session, table, owner, kept_id, gone_id)
        for table, owner in _owners()
        if table not in _DROPPED
    )


def become_one(
    session: Session, municipality_id: int, kept_id: int, gone_id: int, now: datetime
) -> None:
    """Everything of the one is the other's from now on; the caller has asked `may_be_one`."""
    _fill_gaps(session, kept_id, gone_id)
    for table in _DROPPED:
        session.execute(delete(table).where(table.c.person_id.in_((kept_id, gone_id))))
    for table, owner in _owners():
        if table is not audit_entry:
            session.execute(update(table).where(owner == gone_id).values({owner: kept_id}))
    _let_go(session, municipality_id, gone_id)
    where = session.execute(
        select(person.c.school_id).where(
            person.c.id == kept_id, person.c.municipality_id == municipality_id
        )
    ).scalar_one()
    if where is not None:
        # What one of them had done before anybody knew where counts there from now on.
        session.emit(SchoolChosen(kept_id, municipality_id, where))
    session.emit(
        AccountsLinked(
            municipality_id=municipality_id, person_id=kept_id, was_person_id=gone_id, at=now
        )
    )


def _let_go(session: Session, municipality_id: int, gone_id: int) -> None:
    """The row goes, unless the audit log names it: its entries are never changed."""
    mine = person.c.id == gone_id, person.c.municipality_id == municipality_id
    named = or_(audit_entry.c.actor_id == gone_id, audit_entry.c.person_id == gone_id)
    if _is_there(session, exists().where(audit_entry.c.municipality_id == municipality_id, named)):
        names = (
            "name", "protected_by", "school_id", "former_school_id", "language", "device",
            "last_here", "leaving_at",
        )  # fmt: skip
        empty = dict.fromkeys(names)
        session.execute(update(person).where(*mine).values(empty).values(is_joined=True))
    else:
        session.execute(delete(person).where(*mine))


def _hold(session: Session, *person_ids: int) -> None:
    """Nobody else links either of them meanwhile."""
    session.execute(
        select(person.c.id)
        .where(person.c.id.in_(person_ids))
        .order_by(person.c.id)
        .with_for_update()
    )


def _owners() -> Iterator[tuple[Table, Column[Any]]]:
    """Every column of every area that names a person."""
    for table in metadata.sorted_tables:
        for column in table.columns:
            if any(key.column is person.c.id for key in column.foreign_keys):
                yield table, column


def _share_an_lms(session: Session, one: int, other: int) -> bool:
    theirs = account.alias()
    return _is_there(
        session,
        exists()
        .where(account.c.person_id == one)
        .where(theirs.c.person_id == other, theirs.c.registration_id == account.c.registration_id),
    )


def _both_have(session: Session, table: Table, owner: Column[Any], one: int, other: int) -> bool:
    """Would two rows be the same once both belong to one person?"""
    theirs = table.alias()
    for key in _keys_with(table, owner):
        same = [table.c[name] == theirs.c[name] for name in key if name != owner.name]
        if same:
            found: Any = exists().where(owner == one, theirs.c[owner.name] == other, *same)
        else:  # one row a person
            found = and_(
                exists().where(owner == one), exists().where(theirs.c[owner.name] == other)
            )
        if _is_there(session, found):
            return True
    return False


def _keys_with(table: Table, owner: Column[Any]) -> list[list[str]]:
    unique = [c for c in table.constraints if isinstance(c, UniqueConstraint)]
    keys = [[c.name for c in each.columns] for each in (table.primary_key, *unique)]
    return [key for key in keys if owner.name in key]


def _is_there(session: Session, found: Any) -> bool:
    return bool(session.execute(select(found)).scalar_one())


def _fill_gaps(session: Session, kept_id: int, gone_id: int) -> None:
    """What the one has not said yet, the other may have."""
    both = {
        row.id: row
        for row in session.execute(select(person).where(person.c.id.in_((kept_id, gone_id))))
    }
    kept, gone = both[kept_id], both[gone_id]
    names = ("school_id", "name", "language", "device")
    values = {n: getattr(gone, n) for n in names if getattr(kept, n) is None}
    if kept.protected_by is None and gone.protected_by is not None:
        values |= {"protected_by": gone.protected_by, "name": None}
    elif kept.protected_by is not None:
        values.pop("name", None)
    if gone.is_suspended:
        values["is_suspended"] = True
    if values:
        session.execute(update(person).where(person.c.id == kept_id).values(values))


def _move_sign_in(session: Session, token: str) -> str:
    """This visit goes on under another token."""
    new = secrets.token_urlsafe(32)
    session.execute(
        update(sign_in)
        .where(sign_in.c.token_hash == token_hash(token))
        .values(token_hash=token_hash(new))
    )
    return new
