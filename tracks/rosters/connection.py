"""The school system of a municipality: where it is, its secret, and how the last visit went."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol

from msgspec import Struct
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from lti.origins import origin_of
from lti.ports import Http
from tracks.db import Session
from tracks.events import Noted
from tracks.jobs.actions import enqueue
from tracks.rosters.faults import BadFile
from tracks.rosters.models import roster_service
from tracks.rosters.school_system import Access

FETCH_JOB: Final = "roster.fetch"
SUBSCRIBE_JOB: Final = "roster.subscribe"
UNSUBSCRIBE_JOB: Final = "roster.unsubscribe"
EVERY: Final = timedelta(days=1)
# What was changed while we read may bear a time from before we began.
CLOCKS: Final = timedelta(minutes=10)


class Sealing(Protocol):
    """What tracks.lms.sealing does: `open` raises an exception for what it did not seal so."""

    def seal(self, content: bytes, belongs_to: str) -> str: ...
    def open(self, sealed: str, belongs_to: str) -> bytes: ...
    def is_sealed_anew(self, sealed: str) -> bool: ...


class Outward(Struct, frozen=True):
    """What it takes to ask other systems, and to be called by them."""

    http: Http
    sealing: Sealing
    sleep: Callable[[float], object] = time.sleep
    base_url: str = ""  # of ours


@dataclass(frozen=True, slots=True)
class Wanted:
    """As typed. `secret` "": the one that is kept, if the addresses stay as they are."""

    address: str
    secret: str = field(repr=False)
    token_url: str | None = None
    client_id: str | None = None
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Service:
    municipality_id: int
    person_id: int
    address: str
    token_url: str | None
    client_id: str | None
    scope: str | None
    sealed: str = field(repr=False)
    is_approved: bool
    due_at: datetime
    asked_at: datetime | None
    read_at: datetime | None
    turns_on: date | None
    fault: str | None
    fault_detail: str | None

    def changed_since(self, today: date) -> datetime | None:
        """None: nobody needs to ask whether anything has, it is to be read in any case."""
        if not self.is_approved or self.read_at is None:
            return None
        if self.fault or (self.turns_on is not None and self.turns_on <= today):
            return None
        return self.read_at - CLOCKS


def service_of(session: Session, municipality_id: int) -> Service | None:
    row = session.execute(
        select(roster_service).where(roster_service.c.municipality_id == municipality_id)
    ).one_or_none()
    return None if row is None else Service(**row._asdict())


def _belongs_to(municipality_id: int, wanted: Wanted | Service) -> str:
    """A sealed secret is of no use beside another address, to which it would be sent."""
    return f"school system {municipality_id} {wanted.address} {wanted.token_url or ''}"


def set_up(
    session: Session,
    sealing: Sealing,
    municipality_id: int,
    person_id: int,
    wanted: Wanted,
    now: datetime,
) -> bool:
    """False, and nothing written, when the secret must be typed: a new address has none yet."""
    known = service_of(session, municipality_id)
    is_same = known is not None and (known.address, known.token_url) == (
        wanted.address,
        wanted.token_url,
    )
    if wanted.secret:
        sealed = sealing.seal(wanted.secret.encode(), _belongs_to(municipality_id, wanted))
    elif known is not None and is_same:
        sealed = known.sealed
    else:
        return False
    values: dict[str, Any] = {
        "person_id": person_id,
        "address": wanted.address,
        "token_url": wanted.token_url,
        "client_id": wanted.client_id,
        "scope": wanted.scope,
        "sealed": sealed,
        "fault": None,
        "fault_detail": None,
    }
    if not is_same:
        # Another system may call other people by the same ids: somebody looks first.
        values |= {"is_approved": False, "read_at": None, "turns_on": None}
    made = insert_or(roster_service).values(
        municipality_id=municipality_id, due_at=now + EVERY, **values
    )
    session.execute(made.on_conflict_do_update(index_elements=["municipality_id"], set_=values))
    session.emit(Noted("school_system_set_up", municipality_id, now, actor_id=person_id))
    wish_to_fetch(session, municipality_id, now)
    return True


def remove(session: Session, municipality_id: int, person_id: int, now: datetime) -> None:
    """Who came from it stay as they are."""
    session.execute(
        delete(roster_service).where(roster_service.c.municipality_id == municipality_id)
    )
    session.emit(Noted("school_system_removed", municipality_id, now, actor_id=person_id))


def access_of(sealing: Sealing, service: Service) -> Access:
    """Raises BadFile when the secret does not open."""
    return access_with(sealing, service.municipality_id, service, service.sealed)


def access_with(
    sealing: Sealing, municipality_id: int, place: Wanted | Service, sealed: str
) -> Access:
    """Raises BadFile when the secret does not open beside these addresses."""
    try:
        secret = sealing.open(sealed, _belongs_to(municipality_id, place))
    except Exception:  # whatever the sealing raises
        raise BadFile("secret-lost") from None
    return Access(
        place.address,
        secret.decode(),
        place.token_url,
        place.client_id or "",
        place.scope or "",
    )


def reseal(session: Session, sealing: Sealing) -> int:
    """Seal with the first encryption key what is sealed with another; how many."""
    rows = session.execute(select(roster_service)).all()
    old = [Service(**row._asdict()) for row in rows if not sealing.is_sealed_anew(row.sealed)]
    for each in old:
        place = _belongs_to(each.municipality_id, each)
        session.execute(
            update(roster_service)
            .where(roster_service.c.municipality_id == each.municipality_id)
            .values(sealed=sealing.seal(sealing.open(each.sealed, place), place))
        )
    return len(old)


def wish_to_fetch(session: Session, municipality_id: int, now: datetime) -> None:
    key = str(municipality_id)
    enqueue(session, FETCH_JOB, key, {"municipality_id": municipality_id}, now=now)


def wish_for_fetches(session: Session, now: datetime) -> int:
    """A chore: what has not been asked for a day."""
    due = session.execute(
        update(roster_service)
        .where(roster_service.c.due_at <= now)
        .values(due_at=now + EVERY)
        .returning(roster_service.c.municipality_id)
    ).all()
    for (municipality_id,) in due:
        wish_to_fetch(session, municipality_id, now)
    return len(due)


def host_of(address: str) -> str:
    """As people call it."""
    origin = origin_of(address)
    return origin.host if origin is not None else ""


def note(session: Session, municipality_id: int, **values: Any) -> None:
    session.execute(
        update(roster_service)
        .where(roster_service.c.municipality_id == municipality_id)
        .values(**values)
    )
