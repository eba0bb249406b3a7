"""Writes of passkeys, one-time codes, and links to set one up."""

import secrets
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import delete, insert, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Session
from tracks.events import Noted
from tracks.lms.sealing import Sealer
from tracks.organisation.codes import code_hash, new_code
from tracks.organisation.queries.roles import grants
from tracks.people.actions import Person, add_person, known_person, token_hash
from tracks.people.grants import grant_role
from tracks.people.rules import Role
from tracks.signin.models import login_link, one_time_secret, passkey, recovery_code
from tracks.signin.queries import StoredLink, StoredPasskey, StoredSecret
from tracks.signin.rules import LINK_LIFE, RECOVERY_CODES, NewPasskey, hash_of, step_of


class Link(Struct, frozen=True):
    token: str
    expires_at: datetime


class ShownOnce(Struct, frozen=True):
    """What somebody keeps on paper or in a password manager: stored here as hashes."""

    name: str
    recovery: list[str]


def end_first_links(session: Session) -> None:
    """Those that earlier starts have printed: only the newest work."""
    session.execute(
        delete(login_link).where(login_link.c.is_first.is_(True), login_link.c.used_at.is_(None))
    )


def make_link(
    session: Session,
    municipality_id: int | None,
    now: datetime,
    *,
    role: Role | None,
    person_id: int | None = None,
    by: int | None = None,
    is_first: bool = False,
) -> Link:
    """The token is in the answer and nowhere else."""
    token, ends = secrets.token_urlsafe(32), now + LINK_LIFE
    session.execute(
        insert(login_link).values(
            token_hash=token_hash(token),
            municipality_id=municipality_id,
            person_id=person_id,
            role=role,
            is_first=is_first,
            made_at=now,
            expires_at=ends,
        )
    )
    if municipality_id is not None:
        said: dict[str, int | str | bool | None] = {"role": role, "is_first": is_first}
        session.emit(Noted("login_link_made", municipality_id, now, by, person_id, said))
    return Link(token, ends)


def take_link(session: Session, token: str, now: datetime) -> bool:
    """Used up from now on. False: it is already, or too old; of two at once one gets True."""
    taken = session.execute(
        update(login_link)
        .where(
            login_link.c.token_hash == token_hash(token),
            login_link.c.used_at.is_(None),
            login_link.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(login_link.c.token_hash)
    )
    return taken.first() is not None


def person_of_link(
    session: Session, link: StoredLink, municipality_id: int, name: str | None, now: datetime
) -> Person:
    """Whoever opens it, with the role that goes with it."""
    if link.person_id is None:
        who = add_person(session, municipality_id, name, now)
    else:
        who = known_person(session, link.person_id, municipality_id, now)
    has_it = any(
        g.role is link.role and g.is_in_force(now)
        for g in grants(session, municipality_id, person_id=who.id)
    )
    if link.role is not None and not has_it:
        grant_role(
            session,
            person_id=who.id,
            municipality_id=municipality_id,
            role=link.role,
            school_id=None,
            now=now,
        )
    return who


def keep_passkey(session: Session, who: Person, new: NewPasskey, now: datetime) -> bool:
    """False: the device's credential is somebody's already."""
    length = int.from_bytes(new.credential[16:18])  # WebAuthn 6.5.1: AAGUID, length, id, key
    made = session.execute(
        insert_or(passkey)
        .values(
            municipality_id=who.municipality_id,
            person_id=who.id,
            credential_hash=hash_of(new.credential[18 : 18 + length]),
            credential=new.credential,
            sign_count=new.sign_count,
            made_at=now,
        )
        .on_conflict_do_nothing()
        .returning(passkey.c.id)
    )
    if made.first() is None:
        return False
    _note(session, "login_set_up", who, now, "passkey")
    return True


def note_passkey_used(session: Session, used: StoredPasskey, counter: int, now: datetime) -> bool:
    """False: meanwhile it was used, or removed. The counter never goes back."""
    done = session.execute(
        update(passkey)
        .where(
            passkey.c.id == used.id,
            passkey.c.person_id == used.person_id,
            passkey.c.sign_count == used.sign_count,
        )
        .values(sign_count=counter, used_at=now)
        .returning(passkey.c.id)
    )
    return done.first() is not None


def remove_passkey(session: Session, who: Person, passkey_id: int, now: datetime) -> bool:
    gone = session.execute(
        delete(passkey)
        .where(passkey.c.id == passkey_id, passkey.c.person_id == who.id)
        .returning(passkey.c.id)
    )
    if gone.first() is None:
        return False
    _note(session, "login_removed", who, now, "passkey")
    return True


def keep_secret(
    session: Session, sealer: Sealer, who: Person, secret: bytes, step: int, now: datetime
) -> ShownOnce:
    """One-time codes from now on; those of an earlier app open nothing any more."""
    shown = ShownOnce(new_code(), [new_code() for _ in range(RECOVERY_CODES)])
    values: dict[str, Any] = {
        "code_hash": code_hash(shown.name),
        "sealed": sealer.seal(secret, place_of_codes(who.id)),
        "last_step": step,
        "made_at": now,
    }
    session.execute(
        insert_or(one_time_secret)
        .values(person_id=who.id, municipality_id=who.municipality_id, **values)
        .on_conflict_do_update(index_elements=["person_id"], set_=values)
    )
    session.execute(delete(recovery_code).where(recovery_code.c.person_id == who.id))
    session.execute(
        insert(recovery_code),
        [
            {
                "person_id": who.id,
                "municipality_id": who.municipality_id,
                "code_hash": code_hash(code),
            }
            for code in shown.recovery
        ],
    )
    _note(session, "login_set_up", who, now, "code")
    return shown


def place_of_codes(person_id: int) -> str:
    return f"one-time codes of {person_id}"


def is_right_code(
    session: Session, sealer: Sealer, stored: StoredSecret, typed: str, now: datetime
) -> bool:
    """A code of the app, or a recovery code; used up from now on, also when both come twice."""
    step = step_of(
        sealer.open(stored.sealed, place_of_codes(stored.person_id)), typed, now, stored.last_step
    )
    if step is not None:
        taken = session.execute(
            update(one_time_secret)
            .where(
                one_time_secret.c.person_id == stored.person_id,
                one_time_secret.c.last_step < step,
            )
            .values(last_step=step)
            .returning(one_time_secret.c.person_id)
        )
        return taken.first() is not None
    used = session.execute(
        delete(recovery_code)
        .where(
            recovery_code.c.person_id == stored.person_id,
            recovery_code.c.code_hash == code_hash(typed),
        )
        .returning(recovery_code.c.person_id)
    )
    return used.first() is not None


def remove_codes(session: Session, who: Person, now: datetime) -> bool:
    gone = session.execute(
        delete(one_time_secret)
        .where(one_time_secret.c.person_id == who.id)
        .returning(one_time_secret.c.person_id)
    )
    session.execute(delete(recovery_code).where(recovery_code.c.person_id == who.id))
    if gone.first() is None:
        return False
    _note(session, "login_removed", who, now, "code")
    return True


def _note(session: Session, code: str, who: Person, now: datetime, way: str) -> None:
    session.emit(Noted(code, who.municipality_id, now, actor_id=who.id, parameters={"way": way}))
