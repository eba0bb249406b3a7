"""Switching LMSs and municipalities off and on: who is signed in by what is off is signed out.

A page does not ask what its launch came by: a join on every page would cost every teacher for what
happens once a year. So whoever switches off ends the sign-ins, and `end_sign_ins_of_what_is_off`
ends, twice a minute, those that slipped through (a launch under way, a change in the database).
"""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, or_, select, update

from tracks.db import Session
from tracks.jobs.actions import set_aside_for, take_up
from tracks.lms.models import deployment, registration
from tracks.people.models import municipality, sign_in

# With the id of the deployment behind it: why a job is set aside.
SWITCHED_OFF: Final = "switched_off:"


def switch_registration(session: Session, registration_id: int, *, on: bool) -> bool:
    """False: no such one. Off: no more launches and notices, and who came by it is signed out."""
    row = session.execute(
        update(registration)
        .where(registration.c.id == registration_id)
        .values(is_active=on)
        .returning(registration.c.id)
    ).one_or_none()
    if row is None:
        return False
    if not on:
        session.execute(
            delete(sign_in).where(
                sign_in.c.deployment_id.in_(
                    select(deployment.c.id).where(deployment.c.registration_id == registration_id)
                )
            )
        )
    return True


def switch_on_deployment(session: Session, registration_id: int, deployment_id: str) -> bool:
    """False: no such one. The other way is registrations.switch_off_deployment."""
    row = session.execute(
        update(deployment)
        .where(
            deployment.c.registration_id == registration_id,
            deployment.c.deployment_id == deployment_id,
        )
        .values(status="enabled")
        .returning(deployment.c.id)
    ).one_or_none()
    return row is not None


def switch_municipality(session: Session, municipality_id: int, *, on: bool) -> bool:
    """False: no such one. Off: every LMS of it, and everybody who is signed in there."""
    row = session.execute(
        update(municipality)
        .where(municipality.c.id == municipality_id)
        .values(is_active=on)
        .returning(municipality.c.id)
    ).one_or_none()
    if row is None:
        return False
    if not on:
        session.execute(delete(sign_in).where(sign_in.c.municipality_id == municipality_id))
    return True


_OFF = (
    select(deployment.c.id)
    .join(registration, registration.c.id == deployment.c.registration_id)
    .join(municipality, municipality.c.id == registration.c.municipality_id)
    .where(
        or_(
            deployment.c.status != "enabled",
            registration.c.is_active.is_(False),
            municipality.c.is_active.is_(False),
        )
    )
)


def end_sign_ins_of_what_is_off(session: Session, _now: datetime) -> int:
    """How many. Looks first: most of the time there is nothing to write."""
    found = session.execute(
        select(sign_in.c.deployment_id).where(sign_in.c.deployment_id.in_(_OFF)).limit(1)
    ).first()
    if found is None:
        return 0
    return session.execute(delete(sign_in).where(sign_in.c.deployment_id.in_(_OFF))).rowcount


def resume_what_is_on(session: Session, now: datetime) -> int:
    """Take up the jobs of what is on again, however it was switched; how many."""
    waiting = {
        int(reason.removeprefix(SWITCHED_OFF)): reason
        for reason in set_aside_for(session, SWITCHED_OFF)
    }
    if not waiting:
        return 0
    off = set(session.execute(_OFF.where(deployment.c.id.in_(waiting))).scalars())
    return sum(
        take_up(session, reason, now) for number, reason in waiting.items() if number not in off
    )
