"""Writes about people: who came in by a launch, sign-ins, municipalities and schools."""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import bindparam, delete, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Prepared, Session
from tracks.events import Noted
from tracks.people.grants import grant_role as grant_role
from tracks.people.models import (
    account,
    context_member,
    municipality,
    person,
    school,
    sign_in,
    support,
)
from tracks.people.queries import PERSON_OF_LAUNCH, Support
from tracks.people.rules import Context, SchoolKind, Way, month_of


class Person(Struct, frozen=True):
    id: int
    municipality_id: int
    school_id: int | None
    is_suspended: bool
    is_new: bool


_CLAIM_ACCOUNT = Prepared(
    insert_or(account)
    .values(
        registration_id=bindparam("registration_id"),
        sub=bindparam("sub"),
        person_id=bindparam("person_id"),
    )
    .on_conflict_do_nothing()
    .returning(account.c.person_id)
)
_CAME_FROM = Prepared(
    insert_or(context_member)
    .values({column: bindparam(column.name) for column in context_member.c})
    .on_conflict_do_nothing()
)
_NEW_PERSON = Prepared(
    insert(person)
    .values(
        municipality_id=bindparam("municipality_id"),
        name=bindparam("name"),
        created_at=bindparam("created_at"),
        last_here=bindparam("last_here"),
    )
    .returning(person.c.id)
)
_NAME_PERSON = update(person).where(person.c.id == bindparam("person"))


def person_from_launch(
    session: Session,
    *,
    registration_id: int,
    sub: str,
    municipality_id: int,
    name: str | None,
    now: datetime,
    language: str | None = None,
    context: Context | None = None,
) -> Person:
    """The one person of (registration, sub); made on the first launch, once under any race.

    `context`: the course that they come from. Those who lead it see them by name.
    """
    key = {"registration_id": registration_id, "sub": sub}
    came_from = asdict(context) if context else {"deployment_id": 0, "context_id": ""}
    row = session.execute(PERSON_OF_LAUNCH, {**key, **came_from}).one_or_none()
    if row is None:
        made = _new_person(session, key, municipality_id, name, language, now)
        if made is not None:
            if context:
                session.execute(_CAME_FROM, {**came_from, "person_id": made})
            return Person(made, municipality_id, None, is_suspended=False, is_new=True)
        row = session.execute(PERSON_OF_LAUNCH, {**key, **came_from}).one()
    if context and not row.is_of_course:
        session.execute(_CAME_FROM, {**came_from, "person_id": row.id})
    if row.leaving_at is not None:
        _stay(session, row.id, row.municipality_id, now)
    if row.last_here != month_of(now):
        note_here(session, row.id, now)
    if name and name != row.name and row.protected_by is None:
        session.execute(_NAME_PERSON.values(name=name[:200]), {"person": row.id})
    return Person(row.id, row.municipality_id, row.school_id, row.is_suspended, is_new=False)


def note_here(session: Session, person_id: int, now: datetime) -> None:
    """To the month, and once in it: who only reads leaves no other trace, and is not away."""
    session.execute(update(person).where(person.c.id == person_id).values(last_here=month_of(now)))


def _stay(session: Session, person_id: int, municipality_id: int, now: datetime) -> None:
    """Whoever comes back before they are erased has changed their mind."""
    session.execute(update(person).where(person.c.id == person_id).values(leaving_at=None))
    session.emit(
        Noted("erasure_withdrawn", municipality_id, now, actor_id=person_id, person_id=person_id)
    )


def _new_person(
    session: Session,
    key: dict[str, Any],
    municipality_id: int,
    name: str | None,
    language: str | None,
    now: datetime,
) -> Any:
    made = session.execute(
        _NEW_PERSON,
        {
            "municipality_id": municipality_id,
            "name": name and name[:200],
            # What the LMS speaks with them, until they choose for themselves.
            "language": language,
            "created_at": now,
            "last_here": month_of(now),
        },
    ).scalar_one()
    if session.execute(_CLAIM_ACCOUNT, {**key, "person_id": made}).one_or_none() is None:
        # Another launch of the same newcomer was first (PostgreSQL): theirs is the person.
        session.execute(delete(person).where(person.c.id == made))
        return None
    return made


def token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class FromService(Struct, frozen=True):
    """What a sign-in by a login service keeps, so that each side can end what the other has."""

    service_id: int
    visit_hash: str | None = None
    way_out: str | None = None


_SIGN_IN = Prepared(insert(sign_in))
_SIGN_IN_INSTEAD = Prepared(
    update(sign_in)
    .where(sign_in.c.token_hash == bindparam("replaces"))
    .values({column: bindparam(f"new_{column.name}") for column in sign_in.c})
    .returning(sign_in.c.token_hash)
)
_SIGN_IN_AGAIN = Prepared(
    update(sign_in)
    .where(
        sign_in.c.token_hash == bindparam("replaces"), sign_in.c.person_id == bindparam("person")
    )
    .values({column: bindparam(f"new_{column.name}") for column in sign_in.c})
    .returning(sign_in.c.token_hash)
)
_END = Prepared(
    delete(sign_in).where(sign_in.c.token_hash == bindparam("hash")).returning(sign_in.c.way_out)
)


def start_sign_in(
    session: Session,
    who: Person,
    *,
    deployment_id: int,
    leads_here: bool,
    context_id: str | None = None,
    lms_origin: str,
    now: datetime,
    way_back: str | None = None,
    replaces: str | None = None,
    way: Way = Way.LTI,
    proved_at: datetime | None = None,
    from_service: FromService | None = None,
) -> str:
    """A new cookie value. `replaces`: the value the browser had; that sign-in ends (T38).

    Where it was the same person's, the new one begins as the old one did: a form that lies open in
    another tab is theirs still.
    """
    token = secrets.token_urlsafe(32)
    values = {
        "token_hash": token_hash(token),
        "municipality_id": who.municipality_id,
        "person_id": who.id,
        "deployment_id": deployment_id,
        "leads_here": leads_here,
        "context_id": context_id,
        "lms_origin": lms_origin,
        "way_back": way_back,
        "way": way,
        "proved_at": proved_at,
        "created_at": now,
        "seen_at": now,
        "way_out": from_service and from_service.way_out,
        "service_id": from_service and from_service.service_id,
        "visit_hash": from_service and from_service.visit_hash,
    }
    if replaces:
        new = {f"new_{name}": value for name, value in values.items()}
        old = {"replaces": token_hash(replaces)}
        again = f"{replaces.partition('.')[0]}.{token}"
        hers = {**old, **new, "person": who.id, "new_token_hash": token_hash(again)}
        if session.execute(_SIGN_IN_AGAIN, hers).first() is not None:
            return again
        if session.execute(_SIGN_IN_INSTEAD, {**old, **new}).first() is not None:
            return token
    session.execute(_SIGN_IN, values)
    return token


NO_LMS = 0  # in a deployment's place
NOBODY_FRAMES = "'none'"


def start_own_sign_in(
    session: Session,
    who: Person,
    way: Way,
    *,
    proved_at: datetime | None,
    now: datetime,
    from_service: FromService | None = None,
) -> str:
    """By a login of one's own: no LMS frames it, and none ends it."""
    return start_sign_in(
        session,
        who,
        deployment_id=NO_LMS,
        leads_here=False,
        lms_origin=NOBODY_FRAMES,
        now=now,
        way=way,
        proved_at=proved_at,
        from_service=from_service,
    )


def known_person(session: Session, person_id: int, municipality_id: int, now: datetime) -> Person:
    """Somebody who comes by a login of their own; whoever wanted to leave stays."""
    row = session.execute(
        select(person).where(person.c.id == person_id, person.c.municipality_id == municipality_id)
    ).one()
    if row.leaving_at is not None:
        _stay(session, row.id, row.municipality_id, now)
    if row.last_here != month_of(now):
        note_here(session, row.id, now)
    return Person(row.id, row.municipality_id, row.school_id, row.is_suspended, is_new=False)


def add_person(session: Session, municipality_id: int, name: str | None, now: datetime) -> Person:
    """Somebody without an account in an LMS."""
    made = session.execute(
        _NEW_PERSON,
        {
            "municipality_id": municipality_id,
            "name": name and name[:200],
            "language": None,
            "created_at": now,
            "last_here": month_of(now),
        },
    ).scalar_one()
    return Person(int(made), municipality_id, None, is_suspended=False, is_new=True)


def end_sign_ins_of(session: Session, person_id: int, municipality_id: int) -> int:
    """Everywhere: the number of sign-ins."""
    return session.execute(
        delete(sign_in).where(
            sign_in.c.person_id == person_id, sign_in.c.municipality_id == municipality_id
        )
    ).rowcount


def suspend_person(session: Session, person_id: int, municipality_id: int, *, on: bool) -> None:
    """Shut out at once everywhere; or let in again. All that is theirs stays as it is."""
    session.execute(
        update(person)
        .where(person.c.id == person_id, person.c.municipality_id == municipality_id)
        .values(is_suspended=on)
    )
    if on:
        end_sign_ins_of(session, person_id, municipality_id)


def end_sign_in(session: Session, token: str) -> str | None:
    """How to sign out of the login service, too, as that was kept; None: there is nothing to do."""
    row = session.execute(_END, {"hash": token_hash(token)}).one_or_none()
    return None if row is None else row.way_out


def end_sign_ins_of_deployment(session: Session, deployment_id: int) -> None:
    session.execute(delete(sign_in).where(sign_in.c.deployment_id == deployment_id))


def end_old_sign_ins(session: Session, now: datetime, longest: timedelta) -> int:
    """Purge what cannot be used any more; the number of rows."""
    return session.execute(delete(sign_in).where(sign_in.c.created_at <= now - longest)).rowcount


_SEEN = Prepared(
    update(sign_in)
    .where(sign_in.c.token_hash == bindparam("hash"))
    .values(seen_at=bindparam("now"))
)


def note_seen(session: Session, hashed: str, now: datetime) -> None:
    session.execute(_SEEN, {"hash": hashed, "now": now})


def choose_school(session: Session, person_id: int, municipality_id: int, school_id: int) -> bool:
    """Once: who leads in a course must not become leader at one school after the other.

    False (and nothing written) when the school is not one of the person's municipality, is
    closed, or when another one is chosen already.
    """
    known = session.execute(
        select(school.c.id).where(
            school.c.id == school_id,
            school.c.municipality_id == municipality_id,
            school.c.closed_on.is_(None),
        )
    ).one_or_none()
    if known is None:
        return False
    chosen = session.execute(
        update(person)
        .where(
            person.c.id == person_id,
            person.c.municipality_id == municipality_id,
            or_(person.c.school_id.is_(None), person.c.school_id == school_id),
        )
        .values(school_id=school_id)
        .returning(person.c.id)
    )
    return chosen.first() is not None


def move_person(
    session: Session, person_id: int, municipality_id: int, school_id: int
) -> int | None:
    """Their work counts there from now on; what is counted stays where it is. Where it was before.

    The caller has looked both up with the municipality.
    """
    whose = (person.c.id == person_id, person.c.municipality_id == municipality_id)
    before = session.execute(select(person.c.school_id).where(*whose)).scalar_one()
    session.execute(update(person).where(*whose).values(school_id=school_id))
    return None if before is None else int(before)


def choose_language(session: Session, person_id: int, language: str) -> None:
    session.execute(update(person).where(person.c.id == person_id).values(language=language))


def choose_device(session: Session, person_id: int, device: str) -> None:
    session.execute(update(person).where(person.c.id == person_id).values(device=device))


def add_municipality(
    session: Session,
    name: str,
    *,
    country: str,
    number: str | None = None,
    is_sample: bool = False,
) -> int:
    """The id of the municipality of that name; made when there is none."""
    found = session.execute(
        select(municipality.c.id).where(municipality.c.name == name)
    ).scalar_one_or_none()
    if found is not None:
        return int(found)
    made: int = session.execute(
        insert(municipality)
        .values(name=name, country=country, number=number, is_sample=is_sample)
        .returning(municipality.c.id)
    ).scalar_one()
    return made


def set_support(session: Session, municipality_id: int, said: Support) -> None:
    values = asdict(said)
    session.execute(
        insert_or(support)
        .values(municipality_id=municipality_id, **values)
        .on_conflict_do_update(index_elements=["municipality_id"], set_=values)
    )


def add_school(
    session: Session,
    municipality_id: int,
    *,
    code: str,
    name: str,
    kind: SchoolKind,
    teachers: int | None = None,
    teachers_as_of: date | None = None,
    teachers_source: str | None = None,
    device: str | None = None,
    opened_on: date | None = None,
) -> int:
    made: int = session.execute(
        insert(school)
        .values(
            municipality_id=municipality_id,
            code=code,
            name=name,
            kind=kind,
            teachers=teachers,
            teachers_as_of=teachers_as_of,
            teachers_source=teachers_source,
            device=device,
            opened_on=opened_on,
        )
        .returning(school.c.id)
    ).scalar_one()
    return made
