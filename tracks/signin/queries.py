"""Reads of logins beside the LMSs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Row, Select, and_, exists, func, or_, select

from tracks.db import Session
from tracks.db.data_map import Kept
from tracks.i18n import N_
from tracks.people.models import municipality, person, role_grant, school, sign_in
from tracks.people.rules import BY_OWN_LOGIN, GIVES, Role, Way, natural_key
from tracks.signin.models import (
    identity,
    login_link,
    login_service,
    one_time_secret,
    passkey,
    recovery_code,
)
from tracks.signin.rules import GROUPS_EVERY, GroupsSaid


@dataclass(frozen=True, slots=True)
class StoredService:
    """A login service, its secret still sealed."""

    id: int
    municipality_id: int
    name: str
    issuer: str
    client_id: str
    sealed_secret: str | None = field(repr=False)
    scopes: str
    is_active: bool
    reads_groups: bool


def _service(row: Row[Any]) -> StoredService:
    return StoredService(
        id=row.id,
        municipality_id=row.municipality_id,
        name=row.name,
        issuer=row.issuer,
        client_id=row.client_id,
        sealed_secret=row.sealed_secret,
        scopes=row.scopes,
        is_active=row.is_active,
        reads_groups=row.reads_groups,
    )


class Door(Struct, frozen=True):
    """What the page of sign-ins offers to everybody."""

    service_id: int
    service: str
    municipality: str


def doors(session: Session) -> list[Door]:
    """Of every municipality: which login it uses is no secret."""
    rows = session.execute(
        select(login_service.c.id, login_service.c.name, municipality.c.name.label("municipality"))
        .join(municipality, municipality.c.id == login_service.c.municipality_id)
        .where(login_service.c.is_active.is_(True), municipality.c.is_active.is_(True))
    )
    found = [Door(row.id, row.name, row.municipality) for row in rows]
    return sorted(found, key=lambda d: (natural_key(d.municipality), natural_key(d.service)))


def active_service(session: Session, service_id: int) -> StoredService | None:
    """Before anybody knows whose browser it is."""
    row = session.execute(
        select(login_service)
        .join(municipality, municipality.c.id == login_service.c.municipality_id)
        .where(
            login_service.c.id == service_id,
            login_service.c.is_active.is_(True),
            municipality.c.is_active.is_(True),
        )
    ).one_or_none()
    return None if row is None else _service(row)


def services_of_client(
    session: Session, issuer: str, client_ids: Sequence[str]
) -> list[StoredService]:
    """Also one that is switched off: whoever came in by it may be here still."""
    rows = session.execute(
        select(login_service)
        .where(login_service.c.issuer == issuer, login_service.c.client_id.in_(client_ids))
        .order_by(login_service.c.id)
    )
    return [_service(row) for row in rows]


def services(session: Session, municipality_id: int) -> list[StoredService]:
    rows = session.execute(
        select(login_service)
        .where(login_service.c.municipality_id == municipality_id)
        .order_by(login_service.c.id)
    )
    return [_service(row) for row in rows]


def person_of_identity(session: Session, service_id: int, sub: str) -> int | None:
    """By (login service, sub) and by nothing else."""
    return session.execute(
        select(identity.c.person_id).where(
            identity.c.service_id == service_id, identity.c.sub == sub
        )
    ).scalar_one_or_none()


def is_due(session: Session, service_id: int, sub: str, now: datetime) -> bool:
    """Whether the groups of this person are asked: at each sign-in until they have a unit, then
    once a day at most. Of somebody unknown too: whom they turn out to be is said next."""
    row = session.execute(
        select(identity.c.groups_asked_at, person.c.school_id)
        .join(person, person.c.id == identity.c.person_id)
        .where(identity.c.service_id == service_id, identity.c.sub == sub)
    ).one_or_none()
    if row is None or row.school_id is None or row.groups_asked_at is None:
        return True
    return bool(row.groups_asked_at <= now - GROUPS_EVERY)


class LastAnswer(Struct, frozen=True):
    """What the groups of a service last said of anybody."""

    at: datetime
    said: GroupsSaid


def last_answer(session: Session, municipality_id: int, service_id: int) -> LastAnswer | None:
    row = session.execute(
        select(identity.c.groups_asked_at, identity.c.groups_said)
        .where(
            identity.c.municipality_id == municipality_id,
            identity.c.service_id == service_id,
            identity.c.groups_asked_at.is_not(None),
        )
        .order_by(identity.c.groups_asked_at.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else LastAnswer(row.groups_asked_at, GroupsSaid(row.groups_said))


@dataclass(frozen=True, slots=True)
class StoredPasskey:
    id: int
    person_id: int
    municipality_id: int
    credential: bytes = field(repr=False)
    sign_count: int
    made_at: datetime
    used_at: datetime | None


def _passkey(row: Row[Any]) -> StoredPasskey:
    return StoredPasskey(
        id=row.id,
        person_id=row.person_id,
        municipality_id=row.municipality_id,
        credential=row.credential,
        sign_count=row.sign_count,
        made_at=row.made_at,
        used_at=row.used_at,
    )


def passkey_named(session: Session, credential_hash: str) -> StoredPasskey | None:
    row = session.execute(
        select(passkey).where(passkey.c.credential_hash == credential_hash)
    ).one_or_none()
    return None if row is None else _passkey(row)


def passkeys_of(session: Session, person_id: int) -> list[StoredPasskey]:
    rows = session.execute(
        select(passkey).where(passkey.c.person_id == person_id).order_by(passkey.c.id)
    )
    return [_passkey(row) for row in rows]


@dataclass(frozen=True, slots=True)
class StoredSecret:
    person_id: int
    municipality_id: int
    sealed: str = field(repr=False)
    last_step: int
    made_at: datetime


def secret_named(session: Session, name_hash: str) -> StoredSecret | None:
    """By the hash of a sign-in name."""
    row = session.execute(
        select(one_time_secret).where(one_time_secret.c.code_hash == name_hash)
    ).one_or_none()
    return None if row is None else _secret(row)


def secret_of(session: Session, person_id: int) -> StoredSecret | None:
    row = session.execute(
        select(one_time_secret).where(one_time_secret.c.person_id == person_id)
    ).one_or_none()
    return None if row is None else _secret(row)


def _secret(row: Row[Any]) -> StoredSecret:
    return StoredSecret(row.person_id, row.municipality_id, row.sealed, row.last_step, row.made_at)


class OwnService(Struct, frozen=True):
    """A login service that a person comes by, and what its groups said of where they work."""

    name: str
    asked_at: datetime | None
    said: GroupsSaid | None
    school: str | None  # where their work counts now


class OwnLogins(Struct, frozen=True):
    """By what a person comes in beside an LMS."""

    passkeys: Sequence[StoredPasskey]
    codes_since: datetime | None
    recovery_codes: int
    services: Sequence[OwnService]

    @property
    def number(self) -> int:
        return len(self.passkeys) + (self.codes_since is not None) + len(self.services)


def own_logins(session: Session, person_id: int) -> OwnLogins:
    secret = secret_of(session, person_id)
    left = session.execute(
        select(func.count()).where(recovery_code.c.person_id == person_id)
    ).scalar_one()
    return OwnLogins(
        passkeys_of(session, person_id),
        None if secret is None else secret.made_at,
        int(left),
        [_own_service(row) for row in session.execute(_services_of(person_id))],
    )


def _services_of(person_id: int) -> Select[Any]:
    return (
        select(
            login_service.c.name,
            identity.c.groups_asked_at,
            identity.c.groups_said,
            school.c.name.label("school"),
        )
        .join(identity, identity.c.service_id == login_service.c.id)
        .join(person, person.c.id == identity.c.person_id)
        .outerjoin(school, school.c.id == person.c.school_id)
        .where(identity.c.person_id == person_id)
        .order_by(login_service.c.name)
    )


def _own_service(row: Row[Any]) -> OwnService:
    said = None if row.groups_said is None else GroupsSaid(row.groups_said)
    return OwnService(row.name, row.groups_asked_at, said, row.school)


def said_of_person(session: Session, municipality_id: int, person_id: int) -> list[OwnService]:
    """Of those whose groups were asked."""
    asked = _services_of(person_id).where(
        identity.c.municipality_id == municipality_id, identity.c.groups_said.is_not(None)
    )
    return [_own_service(row) for row in session.execute(asked)]


class Visit(Struct, frozen=True):
    """A sign-in that is in use."""

    way: Way
    created_at: datetime
    seen_at: datetime
    is_this: bool


def visits(
    session: Session, person_id: int, this: str, now: datetime, idle: timedelta, longest: timedelta
) -> list[Visit]:
    """`this`: the hash of the cookie that asks."""
    rows = session.execute(
        select(sign_in)
        .where(
            sign_in.c.person_id == person_id,
            sign_in.c.seen_at > now - idle,
            sign_in.c.created_at > now - longest,
        )
        .order_by(sign_in.c.created_at.desc())
    )
    return [
        Visit(Way(row.way), row.created_at, row.seen_at, row.token_hash == this) for row in rows
    ]


class StoredLink(Struct, frozen=True):
    municipality_id: int | None
    municipality: str | None
    person_id: int | None
    role: Role | None
    expires_at: datetime

    def of(self, person_id: int) -> "StoredLink":
        """As if it had been made for this person."""
        return replace(self, person_id=person_id)


def live_link(session: Session, token_hash: str, now: datetime) -> StoredLink | None:
    row = session.execute(
        select(login_link, municipality.c.name.label("municipality"))
        .outerjoin(municipality, municipality.c.id == login_link.c.municipality_id)
        .where(
            login_link.c.token_hash == token_hash,
            login_link.c.used_at.is_(None),
            login_link.c.expires_at > now,
        )
    ).one_or_none()
    if row is None:
        return None
    role = Role(row.role) if row.role else None
    return StoredLink(row.municipality_id, row.municipality, row.person_id, role, row.expires_at)


TRUSTED = tuple(role.value for role in Role if BY_OWN_LOGIN & GIVES[role])


def has_administrator(session: Session, now: datetime) -> bool:
    """Is there anywhere an administrator who can come in by a login of their own?"""
    return bool(number_of_administrators(session, now))


def number_of_administrators(session: Session, now: datetime) -> dict[int, int]:
    """By municipality, of those who can come in by a login of their own; none: not in it."""
    own = or_(
        *(
            exists().where(table.c.person_id == role_grant.c.person_id)
            for table in (passkey, one_time_secret, identity)
        )
    )
    found = session.execute(
        select(
            role_grant.c.municipality_id,
            func.count(role_grant.c.person_id.distinct()).label("number"),
        )
        .join(person, person.c.id == role_grant.c.person_id)
        .where(
            role_grant.c.role == Role.ADMINISTRATOR,
            or_(role_grant.c.until.is_(None), role_grant.c.until > now),
            and_(person.c.is_suspended.is_(False), person.c.erased_at.is_(None)),
            own,
        )
        .group_by(role_grant.c.municipality_id)
    )
    return {row.municipality_id: row.number for row in found}


def administrators(session: Session, municipality_id: int, now: datetime) -> list[int]:
    """Persons with the role, whatever they come in by."""
    return list(
        session.execute(
            select(role_grant.c.person_id)
            .join(person, person.c.id == role_grant.c.person_id)
            .where(
                role_grant.c.municipality_id == municipality_id,
                role_grant.c.role == Role.ADMINISTRATOR,
                or_(role_grant.c.until.is_(None), role_grant.c.until > now),
                person.c.erased_at.is_(None),
            )
            .order_by(role_grant.c.id)
        ).scalars()
    )


def municipalities(session: Session) -> list[tuple[int, str]]:
    """Ids and names of those that are on, for a start."""
    rows = session.execute(
        select(municipality.c.id, municipality.c.name)
        .where(municipality.c.is_active.is_(True))
        .order_by(municipality.c.id)
    )
    return [(row.id, row.name) for row in rows]


KEPT = (
    Kept(
        identity.c.person_id,
        N_("Id in a login service"),
        N_("so that you come in with the login of your municipality"),
        active=identity.c.linked_at,
    ),
    Kept(
        passkey.c.person_id,
        N_("Passkeys"),
        N_("so that you come in with your device"),
        active=passkey.c.used_at,
    ),
    Kept(
        one_time_secret.c.person_id,
        N_("The key of your one-time codes"),
        N_("so that you come in with an app that makes codes"),
    ),
    Kept(
        recovery_code.c.person_id,
        N_("Recovery codes, as hashes"),
        N_("so that you come in when the app is lost"),
    ),
    Kept(
        login_link.c.person_id,
        N_("Link to set up a login"),
        N_("so that you get a login of your own"),
        N_("at most a day, then it is deleted"),
    ),
)
