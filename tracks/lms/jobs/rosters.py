"""Course lists on their way here."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from lti.errors import PermanentServiceError, ServiceError, TransientServiceError
from lti.tool.groups import CourseGroups
from lti.tool.roster import Roster, Rosters
from tracks.db import Database, Session
from tracks.jobs.rules import Job
from tracks.jobs.worker import Done, GiveUp, Handler, Outcome, TryLater
from tracks.lms.actions import service_failed, service_went_well
from tracks.lms.actions.course_groups import ListedGroup
from tracks.lms.actions.rosters import (
    ROSTER_JOB,
    apply_differences,
    apply_whole_list,
    list_failed,
)
from tracks.lms.course_queries import ToFetch, course_to_fetch
from tracks.lms.rules import Service
from tracks.rosters.joining import join_by_key, trusted_source

# Then the next leader who comes, or presses the button, is the next try.
MOST_TRIES = 8
# Differences add up to the truth only if none was ever lost: so, now and then, all of it.
WHOLE_EVERY = timedelta(days=7)


def roster_handlers(rosters: Rosters, groups: CourseGroups) -> dict[str, Handler]:
    return {ROSTER_JOB: partial(sync_roster, rosters, groups)}


def sync_roster(rosters: Rosters, service: CourseGroups, database: Database, job: Job) -> Outcome:
    """Fetch the list, then apply it whole in the transaction that closes the job."""
    course_id = int(str(job.payload["course_id"]))
    with database.reading() as session:
        found = course_to_fetch(session, course_id)
    if found is None:
        return Done()
    began = datetime.now(UTC)
    try:
        if job.payload.get("whole") or not _knows_differences(found, began):
            return _whole(rosters, service, found, began)
        return _by_differences(rosters, found, began) or _whole(rosters, service, found, began)
    except ServiceError as failed:
        return _failed(found, failed, job.tries)


def _knows_differences(found: ToFetch, now: datetime) -> bool:
    is_recent = found.whole_at is not None and now - found.whole_at < WHOLE_EVERY
    return found.differences_url is not None and is_recent


def _by_differences(rosters: Rosters, found: ToFetch, began: datetime) -> Done | None:
    """None when the LMS has forgotten the moment they began: the whole list says the same."""
    url = found.differences_url or ""
    try:
        roster = rosters.differences(found.registration, found.deployment_id, url)
    except PermanentServiceError:
        return None
    _check_course(found, roster)
    return _fetched(found, partial(apply_differences, roster=roster, began=began), roster)


def _whole(rosters: Rosters, service: CourseGroups, found: ToFetch, began: datetime) -> Done:
    roster = rosters.members(found.registration, found.deployment_id, found.memberships_url)
    _check_course(found, roster)
    groups = _groups(service, found)
    apply = partial(apply_whole_list, roster=roster, groups=groups, began=began)
    return _fetched(found, apply, roster)


def _check_course(found: ToFetch, roster: Roster) -> None:
    if roster.context_id is not None and roster.context_id != found.context_id:
        raise PermanentServiceError("roster_of_another_course")


def _groups(service: CourseGroups, found: ToFetch) -> list[ListedGroup] | None:
    """None when they cannot be had: the list is good without."""
    if found.groups_url is None:
        return []
    asked = (found.registration, found.deployment_id)
    try:
        groups = service.groups(*asked, found.groups_url)
        sets = service.sets(*asked, found.group_sets_url) if found.group_sets_url else ()
    except ServiceError:
        return None
    names = {each.id: each.name for each in sets}
    return [ListedGroup(g.id, g.name, names.get(g.set_id or "", "")) for g in groups]


def _fetched(found: ToFetch, apply: Callable[..., None], roster: Roster) -> Done:
    def write(session: Session) -> None:
        now = datetime.now(UTC)
        apply(session, found.course_id, now=now)
        _join(session, found, roster, now)
        service_went_well(session, found.registration.id, Service.ROSTER, now)

    return Done(write)


def _join(session: Session, found: ToFetch, roster: Roster, now: datetime) -> None:
    """With whom a list of staff has brought, where the municipality trusts the LMS's numbers."""
    about = found.municipality_id, found.registration.id
    keys = {m.user_id: m.sourced_id for m in roster.members if m.sourced_id and not m.has_left}
    source = trusted_source(session, *about) if keys else None
    if source is not None:
        join_by_key(session, *about, source, keys, now)


def _failed(found: ToFetch, failed: ServiceError, tries: int) -> Outcome:
    def write(session: Session) -> None:
        list_failed(session, found.course_id, failed.reason)
        now = datetime.now(UTC)
        service_failed(session, found.registration.id, Service.ROSTER, failed.reason, now)

    if isinstance(failed, TransientServiceError) and tries < MOST_TRIES:
        return TryLater(failed.reason, failed.retry_after, write, stops_lane=True)
    return GiveUp(failed.reason, write)
