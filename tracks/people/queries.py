"""Reads about people and schools."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Row, and_, bindparam, exists, func, or_, select

from tracks.db import Prepared, Session
from tracks.db.data_map import Fate
from tracks.db.data_map import Kept as Kept
from tracks.i18n import N_
from tracks.people.models import (
    account,
    context_member,
    municipality,
    person,
    role_grant,
    school,
    sign_in,
    support,
    team_school,
)
from tracks.people.rules import (
    NOWHERE,
    Actor,
    Context,
    Role,
    SchoolKind,
    Way,
    natural_key,
    roles_at_sign_in,
)


class SignIn(Struct, frozen=True):
    actor: Actor
    lms_origin: str
    way_back: str | None
    seen_at: datetime


class School(Struct, frozen=True):
    id: int
    municipality_id: int
    name: str
    kind: SchoolKind
    teachers: int | None  # None: unknown
    teachers_as_of: date | None
    teachers_source: str | None = None
    closed_on: date | None = None


# Of `role_grant`: it has begun and has not ended at `now`.
IN_FORCE = and_(
    or_(role_grant.c.starts_at.is_(None), role_grant.c.starts_at <= bindparam("now")),
    or_(role_grant.c.until.is_(None), role_grant.c.until > bindparam("now")),
)
_SIGN_IN = Prepared(
    select(
        sign_in.c.person_id,
        sign_in.c.municipality_id,
        sign_in.c.leads_here,
        sign_in.c.deployment_id,
        sign_in.c.context_id,
        sign_in.c.lms_origin,
        sign_in.c.way_back,
        sign_in.c.seen_at,
        sign_in.c.way,
        sign_in.c.proved_at,
        person.c.school_id,
        person.c.name,
        person.c.language,
        person.c.device,
        municipality.c.ends_at,
        role_grant.c.role,
        role_grant.c.school_id.label("role_school_id"),
        role_grant.c.team_id,
        team_school.c.school_id.label("team_school_id"),
    )
    .join(person, person.c.id == sign_in.c.person_id)
    .join(municipality, municipality.c.id == sign_in.c.municipality_id)
    .outerjoin(role_grant, and_(role_grant.c.person_id == sign_in.c.person_id, IN_FORCE))
    .outerjoin(team_school, team_school.c.team_id == role_grant.c.team_id)
    .where(
        sign_in.c.token_hash == bindparam("token_hash"),
        sign_in.c.seen_at > bindparam("idle_since"),
        sign_in.c.created_at > bindparam("created_since"),
        person.c.is_suspended.is_(False),
        municipality.c.is_active.is_(True),
    )
)


def live_sign_in(
    session: Session, token_hash: str, now: datetime, *, idle: timedelta, longest: timedelta
) -> SignIn | None:
    """The sign-in behind a cookie, re-checked on every request (T39)."""
    rows = session.execute(
        _SIGN_IN,
        {
            "token_hash": token_hash,
            "now": now,
            "idle_since": now - idle,
            "created_since": now - longest,
        },
    ).all()
    if not rows:
        return None
    first = rows[0]
    granted = frozenset((Role(r.role), _scope(r)) for r in rows if r.role)
    actor = Actor(
        person_id=first.person_id,
        municipality_id=first.municipality_id,
        school_id=first.school_id,
        roles=roles_at_sign_in(granted, first.school_id, leads_here=first.leads_here),
        name=first.name,
        language=first.language,
        device=first.device,
        way=Way(first.way),
        proved_at=first.proved_at,
        ends_at=first.ends_at,
        leads_only=_leads_only(first, granted),
    )
    return SignIn(actor, first.lms_origin, first.way_back, first.seen_at)


def _leads_only(row: Any, granted: frozenset[tuple[Role, int | None]]) -> Context | None:
    if not row.leads_here or (Role.LEADER, row.school_id) in granted:
        return None
    return Context(row.deployment_id, row.context_id or "")  # from no course: nobody's leader


def _scope(row: Any) -> int | None:
    """A team's role is one for each of its schools; of a team without any it opens none."""
    if row.team_id is None:
        return row.role_school_id  # type: ignore[no-any-return]  # of a prepared row
    return row.team_school_id or NOWHERE


def _school(row: Row[Any]) -> School:
    return School(
        id=row.id,
        municipality_id=row.municipality_id,
        name=row.name,
        kind=SchoolKind(row.kind),
        teachers=row.teachers,
        teachers_as_of=row.teachers_as_of,
        teachers_source=row.teachers_source,
        closed_on=row.closed_on,
    )


_SCHOOLS = Prepared(
    select(
        municipality.c.name.label("municipality"),
        school.c.id,
        school.c.municipality_id,
        school.c.name,
        school.c.kind,
        school.c.teachers,
        school.c.teachers_as_of,
        school.c.teachers_source,
        school.c.closed_on,
    )
    .outerjoin(
        school, and_(school.c.municipality_id == municipality.c.id, school.c.closed_on.is_(None))
    )
    .where(municipality.c.id == bindparam("municipality_id"))
)


def schools(session: Session, municipality_id: int) -> tuple[str, list[School]]:
    """The municipality's name, and its open schools as a person would sort them."""
    rows = session.execute(_SCHOOLS, {"municipality_id": municipality_id}).all()
    found = (_school(row) for row in rows if row.id is not None)
    return rows[0].municipality, sorted(found, key=lambda s: natural_key(s.name))


def school_of_municipality(session: Session, municipality_id: int, school_id: int) -> School | None:
    """None for another municipality's school too: no id and a foreign id look the same."""
    row = session.execute(
        select(school).where(school.c.id == school_id, school.c.municipality_id == municipality_id)
    ).one_or_none()
    return None if row is None else _school(row)


_DEVICE = Prepared(
    select(school.c.device).where(
        school.c.id == bindparam("school_id"),
        school.c.municipality_id == bindparam("municipality_id"),
    )
)


def device_of(session: Session, actor: Actor) -> str | None:
    """What their pupils have: as they have chosen, else as their school has said; None: unknown."""
    if actor.device is not None or actor.school_id is None:
        return actor.device
    key = {"school_id": actor.school_id, "municipality_id": actor.municipality_id}
    return session.execute(_DEVICE, key).scalar()  # type: ignore[no-any-return]  # of a prepared row


class Support(Struct, frozen=True):
    """Where a municipality's teachers ask for help; "" for what it does not have."""

    name: str = ""
    phone: str = ""
    email: str = ""
    hours: str = ""
    visiting: str = ""


def support_of(session: Session, municipality_id: int) -> Support:
    row = session.execute(
        select(support).where(support.c.municipality_id == municipality_id)
    ).one_or_none()
    if row is None:
        return Support()
    return Support(row.name, row.phone, row.email, row.hours, row.visiting)


_NAME = Prepared(
    select(municipality.c.name).where(municipality.c.id == bindparam("municipality_id"))
)


def municipality_name(session: Session, municipality_id: int) -> str:
    name: str = session.execute(_NAME, {"municipality_id": municipality_id}).scalar_one()
    return name


def municipality_named(session: Session, name: str) -> int | None:
    """For operators: a municipality's name is its own."""
    return session.execute(
        select(municipality.c.id).where(municipality.c.name == name)
    ).scalar_one_or_none()


class Colleague(Struct, frozen=True):
    person_id: int
    name: str | None


def staff(
    session: Session, municipality_id: int, school_id: int, of: Context | None = None
) -> list[Colleague]:
    """By name. `of`: those only who have come from that course."""
    found = select(person.c.id, person.c.name).where(*_staff_of(municipality_id, school_id))
    if of is not None:
        found = found.join(context_member).where(
            context_member.c.deployment_id == of.deployment_id,
            context_member.c.context_id == of.context_id,
        )
    people = [Colleague(person_id=row.id, name=row.name) for row in session.execute(found)]
    return sorted(people, key=lambda c: (c.name is None, natural_key(c.name or ""), c.person_id))


def staff_count(session: Session, municipality_id: int, school_id: int) -> int:
    counted = select(func.count()).select_from(person)
    found: int = session.execute(counted.where(*_staff_of(municipality_id, school_id))).scalar_one()
    return found


def _staff_of(municipality_id: int, school_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        person.c.municipality_id == municipality_id,
        person.c.school_id == school_id,
        person.c.is_suspended.is_(False),
        person.c.leaving_at.is_(None),
    )


def leaders_of(session: Session, municipality_id: int, school_id: int, now: datetime) -> list[str]:
    """Names (those known) of the change-group leaders granted at a school."""
    rows = session.execute(
        select(person.c.name)
        .join(role_grant, role_grant.c.person_id == person.c.id)
        .where(
            role_grant.c.municipality_id == municipality_id,
            role_grant.c.school_id == school_id,
            role_grant.c.role == Role.LEADER,
            IN_FORCE,
        )
        .order_by(person.c.name),
        {"now": now},
    )
    return [row.name or "" for row in rows]


_OF_ACCOUNT = (
    select(
        person.c.id,
        person.c.municipality_id,
        person.c.school_id,
        person.c.name,
        person.c.protected_by,
        person.c.is_suspended,
        person.c.leaving_at,
        person.c.last_here,
    )
    .join(account, account.c.person_id == person.c.id)
    .where(
        account.c.registration_id == bindparam("registration_id"),
        account.c.sub == bindparam("sub"),
    )
)
_IS_OF_COURSE = exists().where(
    context_member.c.deployment_id == bindparam("deployment_id"),
    context_member.c.context_id == bindparam("context_id"),
    context_member.c.person_id == person.c.id,
)
PERSON_OF_ACCOUNT = Prepared(_OF_ACCOUNT)
PERSON_OF_LAUNCH = Prepared(_OF_ACCOUNT.add_columns(_IS_OF_COURSE.label("is_of_course")))


def person_of_account(session: Session, registration_id: int, sub: str) -> int | None:
    row = session.execute(
        PERSON_OF_ACCOUNT, {"registration_id": registration_id, "sub": sub}
    ).one_or_none()
    return None if row is None else int(row.id)


KEPT = (
    Kept(
        person.c.id,
        N_("Name, school, language, the pupils' device, and in which month you were last here"),
        N_("so that the work counts where it is done"),
        fate=Fate.BLANK,
        active=person.c.created_at,
    ),
    Kept(
        account.c.person_id,
        N_("Id in an LMS"),
        N_("to know that it is the same person who comes back; nothing else is used for that"),
    ),
    Kept(
        context_member.c.person_id,
        N_("Courses in an LMS from which you have come"),
        N_("so that who leads the course knows who took part"),
    ),
    Kept(
        role_grant.c.person_id,
        N_("Roles that have been given"),
        N_("to open the pages of the role"),
        active=role_grant.c.granted_at,
    ),
    Kept(
        sign_in.c.person_id,
        N_("Visits: when, and from which LMS or by which login"),
        N_("to stay signed in"),
        N_("at most 12 hours, then it is deleted"),
        active=sign_in.c.seen_at,
    ),
)


def counts_of(session: Session, person_id: int, kinds: Sequence[Kept]) -> list[int]:
    """How many rows of each kind are about this person: numbers only, no content."""
    each = [
        select(func.count())
        .select_from(kind.owner.table if kind.among is None else kind.among)
        .where(kind.owner == person_id)
        .scalar_subquery()
        .label(f"kind_{number}")
        for number, kind in enumerate(kinds)
    ]
    return list(session.execute(select(*each)).one())
