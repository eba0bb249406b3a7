"""Everything of this area that is sealed, under the encryption key of today."""

from sqlalchemy import Table, select, update

from tracks.db import Session
from tracks.lms.sealing import Sealer
from tracks.signin.actions.identities import place_of_service
from tracks.signin.actions.logins import place_of_codes
from tracks.signin.models import login_service, one_time_secret


def reseal_logins(session: Session, sealer: Sealer) -> int:
    """How many were sealed with another key than the first. Or SealError."""
    number = 0
    for row in session.execute(select(login_service)).all():
        place = place_of_service(row.municipality_id, row.issuer, row.client_id)
        if row.sealed_secret is not None and not sealer.is_sealed_anew(row.sealed_secret):
            sealed = sealer.seal(sealer.open(row.sealed_secret, place), place)
            _keep(session, login_service, row.id, "id", {"sealed_secret": sealed})
            number += 1
    for row in session.execute(select(one_time_secret)).all():
        place = place_of_codes(row.person_id)
        if not sealer.is_sealed_anew(row.sealed):
            sealed = sealer.seal(sealer.open(row.sealed, place), place)
            _keep(session, one_time_secret, row.person_id, "person_id", {"sealed": sealed})
            number += 1
    return number


def _keep(session: Session, table: Table, key: int, name: str, values: dict[str, str]) -> None:
    session.execute(update(table).where(table.c[name] == key).values(values))
