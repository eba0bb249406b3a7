"""Courses and their members: noted at a leader's launch, brought up to date by the worker."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from lti.tool.groups import SCOPE_GROUPS
from lti.tool.launch import Launch
from lti.tool.roster import Roster
from tracks.db import Prepared, Session
from tracks.jobs.actions import enqueue
from tracks.lms.actions.addresses import called_url
from tracks.lms.actions.course_groups import ListedGroup, replace_groups
from tracks.lms.course_list import (
    LONGEST_NAME,
    Enrolled,
    Held,
    changes_by_differences,
    changes_by_whole_list,
    enrolled,
)
from tracks.lms.models import course, course_lead, course_member, deployment
from tracks.lms.rules import roster_lane
from tracks.people.actions import Person
from tracks.people.models import account, person

ROSTER_JOB = "sync_roster"
ASK_EVERY = timedelta(hours=1)
ASK_AGAIN = timedelta(minutes=1)  # however often somebody presses the button

_COURSE = Prepared(
    select(course).where(
        course.c.deployment_id == bindparam("deployment_id"),
        course.c.context_id == bindparam("context_id"),
    )
)
_NEW_COURSE = insert_or(course)
_FROM_LAUNCH = ("title", "memberships_url", "groups_url", "group_sets_url")
_KEEP_COURSE = Prepared(
    _NEW_COURSE.on_conflict_do_update(
        index_elements=["deployment_id", "context_id"],
        set_={
            # They belong to the address before.
            "differences_url": None,
            "reason": None,
            **{name: getattr(_NEW_COURSE.excluded, name) for name in _FROM_LAUNCH},
        },
    ).returning(course.c.id)
)
_NEW_LEAD = insert_or(course_lead)
_LEAD = Prepared(
    _NEW_LEAD.on_conflict_do_update(
        index_elements=["course_id", "person_id"], set_={"led_at": _NEW_LEAD.excluded.led_at}
    )
)


def note_course(
    session: Session, launch: Launch, who: Person, base_url: str, now: datetime
) -> None:
    """For the launch of somebody who leads the course: it shows them its page from here on."""
    if launch.context is None:
        return
    key = {"deployment_id": launch.deployment.id, "context_id": launch.context.id}
    wanted = _from_launch(launch, base_url)
    row = session.execute(_COURSE, key).one_or_none()
    is_changed = row is None or any(getattr(row, name) != wanted[name] for name in _FROM_LAUNCH)
    if is_changed:
        values = {**key, **wanted, "municipality_id": who.municipality_id}
        course_id = session.execute(_KEEP_COURSE, values).scalar_one()
    else:
        course_id = row.id
    lead = {"course_id": course_id, "person_id": who.id, "led_at": now}
    session.execute(_LEAD, lead)
    is_due = is_changed or row.asked_at is None or now - row.asked_at >= ASK_EVERY
    if wanted["memberships_url"] is not None and is_due:
        _ask(session, course_id, launch.registration.id, now, whole=False)


def _from_launch(launch: Launch, base_url: str) -> dict[str, Any]:
    context, nrps = launch.context, launch.nrps
    groups = launch.groups if launch.groups and SCOPE_GROUPS in launch.groups.scope else None
    title = (context.title or context.label or "") if context else ""
    named = {
        "memberships_url": nrps.context_memberships_url if nrps else None,
        "groups_url": groups.context_groups_url if groups else None,
        "group_sets_url": groups.context_group_sets_url if groups else None,
    }
    called = {n: called_url(url, launch.registration, base_url) for n, url in named.items()}
    return {"title": title[:LONGEST_NAME], **called}


def ask_for_list(session: Session, course_id: int, registration_id: int, now: datetime) -> None:
    """The whole list, not only what has changed; at most once a minute."""
    asked_at = session.execute(
        select(course.c.asked_at).where(course.c.id == course_id)
    ).scalar_one()
    if asked_at is None or now - asked_at >= ASK_AGAIN:
        _ask(session, course_id, registration_id, now, whole=True)


def _ask(
    session: Session, course_id: int, registration_id: int, now: datetime, *, whole: bool
) -> None:
    session.execute(update(course).where(course.c.id == course_id).values(asked_at=now))
    payload = {"course_id": course_id, "whole": whole}
    lane = roster_lane(registration_id)
    enqueue(session, ROSTER_JOB, str(course_id), payload, now=now, lane=lane)


def accept_shrunken_list(
    session: Session, course_id: int, registration_id: int, now: datetime
) -> None:
    """The list that is held is right: it is fetched anew, and taken unless it has shrunk more."""
    session.execute(
        update(course)
        .where(course.c.id == course_id, course.c.held_listed.is_not(None))
        .values(accepted=course.c.held_listed, held_listed=None, held_known=None)
    )
    _ask(session, course_id, registration_id, now, whole=True)


def refuse_shrunken_list(session: Session, course_id: int) -> None:
    """Nothing changes. The next list that is as short is held again."""
    _note(session, course_id, held_listed=None, held_known=None, accepted=None)


_MEMBERS = Prepared(
    select(
        course_member.c.sub,
        course_member.c.role,
        course_member.c.name,
        course_member.c.is_active,
        course_member.c.missing,
    ).where(course_member.c.course_id == bindparam("course_id"))
)
_PROTECTED = Prepared(
    select(account.c.sub)
    .join(person, person.c.id == account.c.person_id)
    .join(deployment, deployment.c.registration_id == account.c.registration_id)
    .join(course, course.c.deployment_id == deployment.c.id)
    .where(
        course.c.id == bindparam("course_id"),
        person.c.municipality_id == bindparam("municipality_id"),
        person.c.protected_by.is_not(None),
    )
)
_NEW_MEMBER = insert_or(course_member)
_KEEP_MEMBER = _NEW_MEMBER.on_conflict_do_update(
    index_elements=["course_id", "sub"],
    set_={name: getattr(_NEW_MEMBER.excluded, name) for name in Enrolled._fields},
)


def apply_whole_list(
    session: Session,
    course_id: int,
    roster: Roster,
    groups: Iterable[ListedGroup] | None,
    *,
    began: datetime,
    now: datetime,
) -> None:
    """All of it or, when it must be confirmed first, nothing. The same list twice changes nothing.

    `began`: when fetching it began. `groups` None: unknown, they stay as they are.
    """
    found = _held_course(session, course_id, began)
    if found is None:
        return
    known = _known(session, course_id)
    listed = _listed(session, found, roster)
    changes = changes_by_whole_list(known, listed, accepted=found.accepted)
    if isinstance(changes, Held):
        _note(session, course_id, held_listed=changes.listed, held_known=changes.known, reason=None)
        return
    _write(session, course_id, changes)
    if groups is not None:
        replace_groups(session, course_id, groups, roster.members)
    _note(
        session,
        course_id,
        differences_url=roster.differences_url,
        synced_at=now,
        whole_at=now,
        reason=None,
        held_listed=None,
        held_known=None,
        accepted=None,
    )


def apply_differences(
    session: Session, course_id: int, roster: Roster, *, began: datetime, now: datetime
) -> None:
    """What has changed since the list before. Whoever is deleted in it has left at once."""
    found = _held_course(session, course_id, began)
    if found is None:
        return
    listed = _listed(session, found, roster)
    _write(session, course_id, changes_by_differences(_known(session, course_id), listed))
    _note(session, course_id, differences_url=roster.differences_url, synced_at=now, reason=None)


def list_failed(session: Session, course_id: int, reason: str) -> None:
    _note(session, course_id, reason=reason)


def _held_course(session: Session, course_id: int, began: datetime) -> Any:
    """The row, locked. None when a list was applied while ours was on its way: theirs is newer."""
    row = session.execute(
        select(course).where(course.c.id == course_id).with_for_update()
    ).one_or_none()
    if row is None or (row.synced_at is not None and row.synced_at > began):
        return None
    return row


def _known(session: Session, course_id: int) -> dict[str, Enrolled]:
    rows = session.execute(_MEMBERS, {"course_id": course_id})
    return {sub: Enrolled(*rest) for sub, *rest in rows}


def _listed(session: Session, found: Any, roster: Roster) -> dict[str, Enrolled]:
    """As they are kept: of whom a list of staff says that they are protected, no name."""
    listed = {member.user_id: enrolled(member) for member in roster.members}
    of = {"course_id": found.id, "municipality_id": found.municipality_id}
    for (sub,) in session.execute(_PROTECTED, of):
        if sub in listed:
            listed[sub] = listed[sub]._replace(name=None)
    return listed


def _write(session: Session, course_id: int, changes: dict[str, Enrolled]) -> None:
    rows = [{"course_id": course_id, "sub": sub, **m._asdict()} for sub, m in changes.items()]
    if rows:
        session.execute(_KEEP_MEMBER, rows)


def _note(session: Session, course_id: int, **values: Any) -> None:
    session.execute(update(course).where(course.c.id == course_id).values(**values))
