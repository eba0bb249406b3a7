"""A login service says that somebody has signed out there: their sign-ins by it end here, too."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, or_, select

from tracks.db import Session
from tracks.events import Noted
from tracks.people.models import sign_in
from tracks.signin.logout_tokens import Left
from tracks.signin.models import identity
from tracks.signin.queries import StoredService


def has_visits(session: Session, service: StoredService, left: Left) -> bool:
    """Is there anything to end?"""
    return bool(session.execute(select(exists().where(_theirs(service, left)))).scalar_one())


def end_visits(session: Session, service: StoredService, left: Left, now: datetime) -> int:
    """How many. The log says that it was so, and not who: of everybody it would be a diary."""
    number = session.execute(delete(sign_in).where(_theirs(service, left))).rowcount
    if number:
        said: dict[str, int | str | bool | None] = {"service_id": service.id, "sign_ins": number}
        home = service.municipality_id
        session.emit(Noted("signed_out_there", home, now, parameters=said))
    return number


def _theirs(service: StoredService, left: Left) -> ColumnElement[bool]:
    """By the visit where the service named it at the sign-in, else by who it is."""
    conditions: list[ColumnElement[bool]] = [
        sign_in.c.municipality_id == service.municipality_id,
        sign_in.c.service_id == service.id,
    ]
    if left.sub is not None:
        known = select(identity.c.person_id).where(
            identity.c.service_id == service.id, identity.c.sub == left.sub
        )
        conditions.append(sign_in.c.person_id == known.scalar_subquery())
    if left.visit_hash is not None:
        is_it = sign_in.c.visit_hash == left.visit_hash
        # Who is named besides is meant also where no visit was.
        by_person = or_(is_it, sign_in.c.visit_hash.is_(None))
        conditions.append(is_it if left.sub is None else by_person)
    return and_(*conditions)
