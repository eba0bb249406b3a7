"""Writes of login services, and of who comes by one."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Session
from tracks.events import Noted
from tracks.lms.sealing import Sealer
from tracks.signin.models import identity, login_service
from tracks.signin.queries import StoredService, services
from tracks.signin.rules import GROUP_SCOPES, Service


@dataclass(frozen=True, slots=True)
class Wanted:
    """A login service as somebody sets it up."""

    name: str
    issuer: str
    client_id: str
    secret: str = field(repr=False)  # empty: as it was, or none
    scopes: str


def place_of_service(municipality_id: int, issuer: str, client_id: str) -> str:
    """What a sealed secret belongs to: it does not open in another row, nor for another issuer."""
    return f"login service {municipality_id} {issuer} {client_id}"


def keep_service(
    session: Session,
    sealer: Sealer,
    municipality_id: int,
    wanted: Wanted,
    by: int | None,
    now: datetime,
) -> int:
    """The one of that issuer: made, or changed. Its id."""
    values = {"name": wanted.name, "client_id": wanted.client_id, "scopes": wanted.scopes}
    place = place_of_service(municipality_id, wanted.issuer, wanted.client_id)
    sealed = sealer.seal(wanted.secret.encode(), place) if wanted.secret else None
    known = next((s for s in services(session, municipality_id) if s.issuer == wanted.issuer), None)
    if known is None:
        made = session.execute(
            insert(login_service)
            .values(
                municipality_id=municipality_id,
                issuer=wanted.issuer,
                sealed_secret=sealed,
                **values,
            )
            .returning(login_service.c.id)
        ).scalar_one()
    else:
        made = known.id
        # A secret of another client is of no use, and would not open.
        is_kept = sealed is None and known.client_id == wanted.client_id
        secret = {} if is_kept else {"sealed_secret": sealed}
        session.execute(
            update(login_service)
            .where(login_service.c.id == made, login_service.c.municipality_id == municipality_id)
            .values(is_active=True, **values, **secret)
        )
    _note(session, municipality_id, int(made), by, now, is_on=True)
    return int(made)


def switch_service(
    session: Session, municipality_id: int, service_id: int, *, on: bool, by: int, now: datetime
) -> bool:
    """False: no such one in this municipality."""
    row = session.execute(
        update(login_service)
        .where(login_service.c.id == service_id, login_service.c.municipality_id == municipality_id)
        .values(is_active=on)
        .returning(login_service.c.id)
    ).one_or_none()
    if row is not None:
        _note(session, municipality_id, service_id, by, now, is_on=on)
    return row is not None


def switch_groups(
    session: Session,
    municipality_id: int,
    service_id: int,
    issuer: str,
    *,
    on: bool,
    by: int,
    now: datetime,
) -> bool:
    """`issuer`: Feide's, since no other has these groups. False: no such one here."""
    row = session.execute(
        update(login_service)
        .where(
            login_service.c.id == service_id,
            login_service.c.municipality_id == municipality_id,
            login_service.c.issuer == issuer,
        )
        .values(reads_groups=on)
        .returning(login_service.c.is_active)
    ).one_or_none()
    if row is not None:
        said: dict[str, int | str | bool | None] = {"service_id": service_id, "reads_groups": on}
        session.emit(
            Noted("login_service_changed", municipality_id, now, actor_id=by, parameters=said)
        )
    return row is not None


def _note(
    session: Session,
    municipality_id: int,
    service_id: int,
    by: int | None,
    now: datetime,
    *,
    is_on: bool,
) -> None:
    said: dict[str, int | str | bool | None] = {"service_id": service_id, "is_on": is_on}
    session.emit(Noted("login_service_changed", municipality_id, now, actor_id=by, parameters=said))


def opened(stored: StoredService, sealer: Sealer) -> Service:
    """With its secret in clear. Raises SealError."""
    place = place_of_service(stored.municipality_id, stored.issuer, stored.client_id)
    sealed = stored.sealed_secret
    return Service(
        id=stored.id,
        municipality_id=stored.municipality_id,
        name=stored.name,
        issuer=stored.issuer,
        client_id=stored.client_id,
        secret=None if sealed is None else sealer.open(sealed, place).decode(),
        scopes=f"{stored.scopes} {GROUP_SCOPES}" if stored.reads_groups else stored.scopes,
    )


def link_identity(
    session: Session, municipality_id: int, service_id: int, sub: str, person_id: int, now: datetime
) -> bool:
    """False: somebody has it already. One statement: under any race a sub has one person."""
    made = session.execute(
        insert_or(identity)
        .values(
            service_id=service_id,
            sub=sub,
            municipality_id=municipality_id,
            person_id=person_id,
            linked_at=now,
        )
        .on_conflict_do_nothing()
        .returning(identity.c.person_id)
    )
    if made.first() is None:
        return False
    session.emit(
        Noted(
            "login_set_up",
            municipality_id,
            now,
            actor_id=person_id,
            parameters={"way": "oidc", "service_id": service_id},
        )
    )
    return True
