"""The ports of lti/, on our tables."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime

from msgspec import Struct, field
from sqlalchemy import and_, bindparam, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from lti.errors import LtiRejected, ServiceError
from lti.jose import PublicKey
from lti.platform_keys import CachedPlatformKeys
from lti.ports import (
    Clock,
    Deployment,
    KeptKeySet,
    PlatformKeys,
    Registration,
    SigningKeys,
)
from lti.tool.state import StateSigner
from tracks.db import Database, DatabaseBusy, Prepared, Session
from tracks.lms.known import KnownRegistrations
from tracks.lms.models import deployment, platform_key_set, registration, used_nonce
from tracks.lms.queries import BY_CLIENT, BY_ISSUER, active_registration, as_registration
from tracks.people.models import municipality

_DEPLOYMENT = Prepared(
    select(registration.c.municipality_id, deployment.c.id, deployment.c.status)
    .join(municipality, municipality.c.id == registration.c.municipality_id)
    .outerjoin(
        deployment,
        and_(
            deployment.c.registration_id == registration.c.id,
            deployment.c.deployment_id == bindparam("deployment_id"),
        ),
    )
    .where(
        registration.c.id == bindparam("registration_id"),
        registration.c.is_active.is_(True),
        municipality.c.is_active.is_(True),
    )
)
_NOTE = insert_or(deployment).on_conflict_do_nothing()
_CONSUME = Prepared(insert_or(used_nonce).on_conflict_do_nothing().returning(used_nonce.c.nonce))


class LoginRegistrations:
    """lti.ports.RegistrationsAtLogin: known ones without any transaction."""

    def __init__(self, database: Database, known: KnownRegistrations) -> None:
        self._database = database
        self._known = known

    def for_login(self, issuer: str, client_id: str | None) -> Sequence[Registration]:
        found = self._known.at_login(issuer, client_id)
        if found is None:
            with self._database.reading() as session:
                found = RegistrationsStore(session).for_login(issuer, client_id)
            self._known.keep_at_login(issuer, client_id, found)
        return found


class RegistrationsStore:
    """lti.ports.Registrations inside one transaction; `known` spares it a read."""

    def __init__(self, session: Session, known: KnownRegistrations | None = None) -> None:
        self._session = session
        self._known = known
        self._owners: dict[int, int] = {}

    def for_login(self, issuer: str, client_id: str | None) -> Sequence[Registration]:
        if "\x00" in issuer or "\x00" in (client_id or ""):
            return []  # no database holds such a text, and PostgreSQL does not even compare it
        if client_id is None:
            rows = self._session.execute(BY_ISSUER, {"issuer": issuer})
        else:
            rows = self._session.execute(BY_CLIENT, {"issuer": issuer, "client_id": client_id})
        return [as_registration(row) for row in rows]

    def by_id(self, registration_id: int) -> Registration | None:
        known = None if self._known is None else self._known.by_id(registration_id)
        if known is not None:
            return known
        found = active_registration(self._session, registration_id)
        if found is not None and self._known is not None:
            self._known.keep(found)
        return found

    def municipality_of(self, registration: Registration) -> int:
        """The id of the one it belongs to; for a registration whose deployment was found here."""
        return self._owners[registration.id]

    def deployment(self, registration_id: int, deployment_id: str) -> Deployment | None:
        """The registration is looked at again, however it was found: it may be off by now (T39)."""
        row = self._session.execute(
            _DEPLOYMENT, {"registration_id": registration_id, "deployment_id": deployment_id}
        ).one_or_none()
        if row is None:
            raise LtiRejected("state_registration_gone")
        self._owners[registration_id] = row.municipality_id
        if row.id is None:
            return None
        return Deployment(row.id, registration_id, deployment_id, row.status == "enabled")

    def note_deployment(self, registration_id: int, deployment_id: str) -> None:
        self._session.execute(
            _NOTE,
            {
                "registration_id": registration_id,
                "deployment_id": deployment_id,
                "status": "pending",
                "seen_at": datetime.now(UTC),
            },
        )


class NonceStore:
    """lti.ports.Nonces: an insert that only one of many can do."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def consume(self, registration_id: int, nonce: str, expires_at: datetime) -> bool:
        row = self._session.execute(
            _CONSUME,
            {"registration_id": registration_id, "nonce": nonce, "forget_at": expires_at},
        )
        return row.first() is not None


class DatabaseKeySets:
    """lti.ports.KeptKeySets, each time in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def load(self, registration_id: int) -> KeptKeySet | None:
        try:
            with self._database.reading() as session:
                row = session.execute(
                    select(platform_key_set).where(
                        platform_key_set.c.registration_id == registration_id
                    )
                ).one_or_none()
        except DatabaseBusy:
            return None  # Then the LMS is asked.
        return row and KeptKeySet(row.url, row.jwks, row.fetched_at, row.fresh_until)

    def keep(self, registration_id: int, kept: KeptKeySet) -> None:
        values = {
            "url": kept.url,
            "jwks": [dict(jwk) for jwk in kept.keys],
            "fetched_at": kept.fetched_at,
            "fresh_until": kept.fresh_until,
        }
        statement = insert_or(platform_key_set).values(registration_id=registration_id, **values)
        # Without it launches go on: the keys are in memory, and kept at the next fetch.
        with suppress(DatabaseBusy), self._database.writing() as session:
            session.execute(
                statement.on_conflict_do_update(index_elements=["registration_id"], set_=values)
            )


class KeysNotAtHand(Exception):
    """The key of a launch would have to be fetched first."""

    def __init__(self, registration: Registration, kid: str) -> None:
        super().__init__(registration.id)
        self.registration = registration
        self.kid = kid


class KeysAtHand:
    """lti.ports.PlatformKeys that never waits for an LMS. Raises KeysNotAtHand instead."""

    def __init__(self, keys: CachedPlatformKeys) -> None:
        self._keys = keys

    def key(self, registration: Registration, kid: str) -> PublicKey | None:
        found = self._keys.at_hand(registration, kid)
        if found is None:
            raise KeysNotAtHand(registration, kid)
        return found


class FetchedKey:
    """lti.ports.PlatformKeys for one message, fetched before its transaction began."""

    def __init__(self, keys: PlatformKeys, missing: KeysNotAtHand) -> None:
        self._found: PublicKey | None = None
        self._failed: ServiceError | None = None
        try:
            self._found = keys.key(missing.registration, missing.kid)
        except ServiceError as failed:
            self._failed = failed

    def key(self, _registration: Registration, _kid: str) -> PublicKey | None:
        if self._failed is not None:
            raise self._failed
        return self._found


class SystemClock:
    """lti.ports.Clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class LtiSide(Struct, frozen=True):
    """The parts of lti/ that live as long as the process."""

    signer: StateSigner
    platform_keys: CachedPlatformKeys
    tool_keys: SigningKeys
    clock: Clock
    known: KnownRegistrations = field(default_factory=KnownRegistrations)
