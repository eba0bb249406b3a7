"""How far each participant of a course has come: read only where it was agreed (ADR 0033)."""

from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import and_, select

from tracks.audit.models import audit_entry
from tracks.catalogue.models import track
from tracks.db import Session
from tracks.events import Noted
from tracks.i18n import N_
from tracks.lms.course_list import CourseRole
from tracks.lms.course_queries import Course, Participant
from tracks.lms.models import course, course_member, resource_link
from tracks.people.models import account, person
from tracks.people.rules import Actor
from tracks.progress.models import track_work

LOOK = "course_progress_seen"
NOT_BEGUN, BEGUN, FOLLOWED_UP = N_("not begun"), N_("has begun"), N_("has followed up")
# A leader who opens the page again the same day has not looked once more.
_ONCE_IN = timedelta(hours=24)


class Standing(Struct, frozen=True):
    """Of one participant who has been here: message ids by the track's version."""

    person_id: int
    by_track: dict[int, str]


def standings(session: Session, found: Course) -> dict[str, Standing]:
    """By the participant's `sub`. Whoever is leaving is left out."""
    linked = session.execute(
        select(track.c.id, track.c.version_id)
        .join(resource_link, resource_link.c.track_id == track.c.id)
        .join(
            course,
            and_(
                course.c.deployment_id == resource_link.c.deployment_id,
                course.c.context_id == resource_link.c.context_id,
            ),
        )
        .where(course.c.id == found.id)
        .distinct()
    )
    tracks: dict[int, int] = {row.id: row.version_id for row in linked}
    rows = session.execute(
        select(
            course_member.c.sub,
            account.c.person_id,
            track_work.c.track_id,
            track_work.c.started_at,
            track_work.c.followed_up_at,
        )
        .join(
            account,
            and_(
                account.c.registration_id == found.registration_id,
                account.c.sub == course_member.c.sub,
            ),
        )
        .join(person, person.c.id == account.c.person_id)
        .outerjoin(
            track_work,
            and_(track_work.c.person_id == account.c.person_id, track_work.c.track_id.in_(tracks)),
        )
        .where(
            course_member.c.course_id == found.id,
            course_member.c.is_active.is_(True),
            course_member.c.role == CourseRole.PARTICIPANT,
            person.c.leaving_at.is_(None),
        )
    )
    result: dict[str, Standing] = {}
    for row in rows:
        standing = result.setdefault(
            row.sub, Standing(row.person_id, dict.fromkeys(tracks.values(), NOT_BEGUN))
        )
        if row.track_id is not None and row.started_at is not None:
            said = BEGUN if row.followed_up_at is None else FOLLOWED_UP
            standing.by_track[tracks[row.track_id]] = said
    return result


def note_looks(
    session: Session,
    actor: Actor,
    course_id: int,
    people: list[Participant],
    seen: dict[str, Standing],
    now: datetime,
) -> None:
    """For each whose standing is shown: once a day for each leader."""
    shown = [seen[p.sub].person_id for p in people if p.sub in seen]
    noted = set(
        session.execute(
            select(audit_entry.c.person_id).where(
                audit_entry.c.actor_id == actor.person_id,
                audit_entry.c.code == LOOK,
                audit_entry.c.at > now - _ONCE_IN,
                audit_entry.c.person_id.in_(shown),
            )
        ).scalars()
    )
    for person_id in shown:
        if person_id not in noted and person_id != actor.person_id:
            session.emit(
                Noted(
                    LOOK,
                    actor.municipality_id,
                    now,
                    actor_id=actor.person_id,
                    person_id=person_id,
                    parameters={"course": course_id},
                )
            )
