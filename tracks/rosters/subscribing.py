"""That a school system calls us when something has changed (SS 12000:2020, /subscriptions).

Its call says no more than that it is worth asking: who calls proves nothing, what stands in the
body is not read, and what is true is what we fetch (ADR 0041). The address it calls ends with a
secret of which only the hash is here.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final
from urllib.parse import quote

from msgspec import Struct
from sqlalchemy import delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from lti.errors import TransientServiceError
from tracks.db import Database, Session
from tracks.i18n import N_
from tracks.jobs.actions import enqueue
from tracks.jobs.rules import Job
from tracks.jobs.worker import Done, Outcome, TryLater
from tracks.people.actions import token_hash
from tracks.rosters.connection import (
    FETCH_JOB,
    SUBSCRIBE_JOB,
    UNSUBSCRIBE_JOB,
    Outward,
    Service,
    Wanted,
    access_of,
    access_with,
    service_of,
)
from tracks.rosters.faults import BadFile
from tracks.rosters.models import roster_service, roster_subscription
from tracks.rosters.school_system import SchoolSystem

NOTICES_PATH: Final = "/imports/notices"
# Who changes a hundred persons calls a hundred times: all that comes meanwhile is one fetch.
DEBOUNCE: Final = timedelta(minutes=2)
# However often it calls, it is asked no more often than this.
AT_MOST_EVERY: Final = timedelta(minutes=15)
# Calls within this time of the one before write nothing: the fetch that was wished for is to come.
QUIET: Final = timedelta(minutes=1)
ASKED_FOR: Final = timedelta(days=30)
LOOK_EVERY: Final = timedelta(days=1)
RENEW_BEFORE: Final = timedelta(days=3)
SOONEST: Final = timedelta(minutes=10)
NOT_OFFERED_FOR: Final = timedelta(days=7)
MOST_TRIES: Final = 6
MOST_PAGES: Final = 20  # of the list of subscriptions there
_KINDS: Final = ("Person", "Duty", "Organisation")
_GONE: Final = (404, 410)
_NOT_OFFERED: Final = (404, 405, 501)

TEXTS: Final = {
    "not-offered": N_("The school system does not offer it. Changes are here the next night."),
    "refused": N_(
        "The school system did not let us subscribe. Ask who looks after it whether our access "
        "may use subscriptions. Changes are here the next night."
    ),
    "failed": N_(
        "The school system did not answer as it should when we subscribed. We try again by "
        "ourselves; until then changes are here the next night."
    ),
}


class Subscription(Struct, frozen=True):
    municipality_id: int
    notice_hash: str
    name: str | None
    until: datetime | None
    due_at: datetime
    told_at: datetime | None
    fault: str | None

    def is_live(self, now: datetime) -> bool:
        return self.name is not None and (self.until is None or self.until > now)


def subscription_of(session: Session, municipality_id: int) -> Subscription | None:
    row = session.execute(
        select(roster_subscription).where(roster_subscription.c.municipality_id == municipality_id)
    ).one_or_none()
    return None if row is None else Subscription(**row._asdict())


# --- being told


def municipality_told_of(session: Session, token: str) -> Subscription | None:
    """Whose school system calls; None for an address that nobody was given."""
    row = session.execute(
        select(roster_subscription).where(roster_subscription.c.notice_hash == token_hash(token))
    ).one_or_none()
    return None if row is None else Subscription(**row._asdict())


def is_news(told: Subscription, now: datetime) -> bool:
    return told.told_at is None or not timedelta() <= now - told.told_at < QUIET


def take_notice(session: Session, told: Subscription, now: datetime) -> None:
    session.execute(
        update(roster_subscription)
        .where(roster_subscription.c.notice_hash == told.notice_hash)
        .values(told_at=now)
    )
    service = service_of(session, told.municipality_id)
    if service is None:
        return
    earliest = now + DEBOUNCE
    if service.asked_at is not None:
        earliest = max(earliest, service.asked_at + AT_MOST_EVERY)
    payload = {"municipality_id": told.municipality_id}
    enqueue(session, FETCH_JOB, str(told.municipality_id), payload, now=earliest)


# --- keeping it up


def wish_to_subscribe(session: Session, municipality_id: int, now: datetime) -> None:
    payload = {"municipality_id": municipality_id}
    enqueue(session, SUBSCRIBE_JOB, str(municipality_id), payload, now=now)


def wish_for_subscriptions(session: Session, now: datetime) -> int:
    """A chore: whoever has been approved and has none, and what is to be looked after."""
    due = session.execute(
        update(roster_subscription)
        .where(roster_subscription.c.due_at <= now)
        .values(due_at=now + LOOK_EVERY)
        .returning(roster_subscription.c.municipality_id)
    ).scalars()
    wanted = set(due)
    wanted |= set(
        session.execute(
            select(roster_service.c.municipality_id).where(
                roster_service.c.is_approved.is_(True),
                ~exists().where(
                    roster_subscription.c.municipality_id == roster_service.c.municipality_id
                ),
            )
        ).scalars()
    )
    for municipality_id in sorted(wanted):
        wish_to_subscribe(session, municipality_id, now)
    return len(wanted)


def keep_subscribed(outward: Outward, database: Database, job: Job) -> Outcome:
    """Make it, prolong it, or see that it is still there."""
    municipality_id = int(str(job.payload["municipality_id"]))
    with database.reading() as session:
        service = service_of(session, municipality_id)
        known = subscription_of(session, municipality_id)
    if service is None or not service.is_approved:
        return Done()
    now = datetime.now(UTC)
    try:
        system = SchoolSystem(outward.http, access_of(outward.sealing, service), outward.sleep)
        made = None if known is None else _looked_after(system, known, now)
        if made is None:
            if known is not None and known.name is not None:
                # First: its name is forgotten in what follows, and who dies there leaves nothing.
                _quietly_delete(system, known.name)
            made = _new(system, outward.base_url, database, service, now)
    except BadFile as bad:
        fault = "refused" if bad.code == "service-refused" else "failed"
        return Done(partial(_failed, municipality_id=municipality_id, fault=fault))
    except TransientServiceError as failing:
        write = partial(_failed, municipality_id=municipality_id, fault="failed")
        if job.tries < MOST_TRIES:
            return TryLater(failing.reason, failing.retry_after, write)
        return Done(write)
    return Done(partial(_keep, municipality_id=municipality_id, values=made))


def _looked_after(
    system: SchoolSystem, known: Subscription, now: datetime
) -> dict[str, Any] | None:
    """None: there is none any more, or it cannot be prolonged; a new one is to be made."""
    if known.name is None:
        return _found(system, known.notice_hash, now)
    if not known.is_live(now):
        return None
    path = f"subscriptions/{quote(known.name, safe='')}"
    if known.until is None or known.until - now > RENEW_BEFORE:
        answer = system.send("GET", path)
        if answer.status in _GONE:
            return None
        until = _until(answer.said) or known.until
    else:
        asked = now + ASKED_FOR
        answer = system.send("PATCH", path, {"expires": asked.isoformat()})
        if not 200 <= answer.status < 300:
            return None
        until = _until(answer.said) or asked
    return {"until": until, "due_at": _due(until, now), "fault": None}


def _found(system: SchoolSystem, notice_hash: str, now: datetime) -> dict[str, Any] | None:
    """One that an earlier try has made there, and died before it was noted here.

    It is known by the address that it calls: nobody else has that, whoever shares the access.
    """
    for each in _listed(system):
        token = str(each.get("target")).rpartition("/")[2]
        name = each.get("id")
        if token_hash(token) == notice_hash and _is_name(name):
            until = _until(each)
            return {"name": name, "until": until, "due_at": _due(until, now), "fault": None}
    return None


def _listed(system: SchoolSystem) -> list[Mapping[str, Any]]:
    """Empty where the list is not offered, or not to us."""
    found: list[Mapping[str, Any]] = []
    query = ""
    try:
        for _page in range(MOST_PAGES):
            answer = system.send("GET", f"subscriptions{query}")
            data, token = answer.said.get("data"), answer.said.get("pageToken")
            listed = data if isinstance(data, list) else []
            found += [each for each in listed if isinstance(each, dict)]
            if not isinstance(token, str) or not token:
                break
            query = f"?pageToken={quote(token, safe='')}"
    except BadFile:
        return found
    return found


def _new(
    system: SchoolSystem, base_url: str, database: Database, service: Service, now: datetime
) -> dict[str, Any]:
    token = secrets.token_urlsafe(32)
    # Before it is asked for: the first call may come before the answer.
    with database.writing() as session:
        _keep(
            session,
            municipality_id=service.municipality_id,
            values={"notice_hash": token_hash(token), "name": None, "until": None}
            | {"due_at": now + LOOK_EVERY},
        )
    answer = system.send(
        "POST",
        "subscriptions",
        {
            "name": "Learning Tracks",
            "target": f"{base_url}{NOTICES_PATH}/{token}",
            "resourceTypes": [{"resource": kind} for kind in _KINDS],
        },
    )
    if answer.status in _NOT_OFFERED:
        return {"fault": "not-offered", "due_at": now + NOT_OFFERED_FOR}
    name = answer.said.get("id")
    if not 200 <= answer.status < 300 or not _is_name(name):
        raise BadFile("service-failed", f"subscriptions: {answer.status}")
    until = _until(answer.said)
    return {"name": name, "until": until, "due_at": _due(until, now), "fault": None}


def _is_name(name: object) -> bool:
    return isinstance(name, str) and 0 < len(name) <= 200


def _until(said: Mapping[str, Any]) -> datetime | None:
    """A moment without a time zone, or that cannot be read, is none."""
    try:
        until = datetime.fromisoformat(str(said.get("expires")))
    except ValueError:
        return None
    return until.astimezone(UTC) if until.tzinfo is not None else None


def _due(until: datetime | None, now: datetime) -> datetime:
    """Well before its end, and once a day."""
    if until is None:
        return now + LOOK_EVERY
    return now + min(LOOK_EVERY, max(SOONEST, (until - now) / 2))


def _keep(session: Session, *, municipality_id: int, values: Mapping[str, Any]) -> None:
    """The row is made with its notice_hash. Nothing for a connection that is gone meanwhile."""
    if service_of(session, municipality_id) is None:
        return
    if "notice_hash" not in values:
        session.execute(
            update(roster_subscription)
            .where(roster_subscription.c.municipality_id == municipality_id)
            .values(**values)
        )
        return
    session.execute(
        insert_or(roster_subscription)
        .values(municipality_id=municipality_id, **values)
        .on_conflict_do_update(index_elements=["municipality_id"], set_=dict(values))
    )


def _failed(session: Session, *, municipality_id: int, fault: str) -> None:
    _keep(
        session,
        municipality_id=municipality_id,
        values={"fault": fault, "due_at": datetime.now(UTC) + LOOK_EVERY},
    )


# --- ending it


def end_subscription(
    session: Session, municipality_id: int, service: Service, now: datetime
) -> None:
    """Here at once: its calls are nobody's from now on. There by a job, with the access of now."""
    known = subscription_of(session, municipality_id)
    session.execute(
        delete(roster_subscription).where(roster_subscription.c.municipality_id == municipality_id)
    )
    if known is None:
        return
    payload = {
        "municipality_id": municipality_id,
        "address": service.address,
        "token_url": service.token_url,
        "client_id": service.client_id,
        "scope": service.scope,
        "sealed": service.sealed,
        "name": known.name,
        "notice_hash": known.notice_hash,
    }
    enqueue(session, UNSUBSCRIBE_JOB, f"{municipality_id} {known.notice_hash}", payload, now=now)


def unsubscribe(outward: Outward, _database: Database, job: Job) -> Outcome:
    """What cannot be ended there ends by itself; nobody listens any more."""
    said: Mapping[str, Any] = job.payload
    place = Wanted(said["address"], "", said["token_url"], said["client_id"], said["scope"])
    try:
        access = access_with(
            outward.sealing, int(said["municipality_id"]), place, str(said["sealed"])
        )
        system = SchoolSystem(outward.http, access, outward.sleep)
        name = said["name"]
        if name is None:
            # Asked for, perhaps, by a try that has not come back.
            found = _found(system, str(said["notice_hash"]), datetime.now(UTC))
            name = found and found["name"]
        if name is not None:
            system.send("DELETE", f"subscriptions/{quote(str(name), safe='')}")
    except BadFile:
        return Done()
    except TransientServiceError as failing:
        if job.tries < MOST_TRIES:
            return TryLater(failing.reason, failing.retry_after)
    return Done()


def _quietly_delete(system: SchoolSystem, name: str) -> None:
    """The one before: if that fails, its calls are nobody's, and it ends by itself."""
    try:
        system.send("DELETE", f"subscriptions/{quote(name, safe='')}")
    except (BadFile, TransientServiceError):
        return
