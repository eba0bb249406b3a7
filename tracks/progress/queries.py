"""Reads of what a person has done."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    and_,
    bindparam,
    case,
    func,
    literal,
    null,
    select,
    union_all,
)

from content.model import Phase
from tracks.catalogue.models import step_version, track, track_version
from tracks.catalogue.queries import Edition, Shelf
from tracks.db import Prepared, Session
from tracks.db.data_map import Fate, Kept
from tracks.i18n import N_
from tracks.people.rules import Actor
from tracks.progress.models import (
    attachment,
    followed_author,
    followed_track,
    opened_module,
    phase_work,
    shared_answer,
    step_work,
    track_work,
)
from tracks.progress.rules import DoneWork, next_step


class Answer(Struct, frozen=True):
    """What a person has saved at one step."""

    body: dict[str, Any] | None
    revision: int
    saved_at: datetime | None
    points: float | None
    is_done: bool


NO_ANSWER = Answer(body=None, revision=0, saved_at=None, points=None, is_done=False)

_PINNED, _DECLINED = "@", "-"  # no phase of a module: which version
_VERSIONS = ((track_work.c.version_id, _PINNED), (track_work.c.declined_id, _DECLINED))


_WORK = Prepared(
    union_all(
        select(
            step_work.c.step_id.label("thing"),
            literal("").label("phase"),
            case((step_work.c.step_id == bindparam("step_id"), step_work.c.answer)).label("answer"),
            step_work.c.revision,
            step_work.c.saved_at,
            step_work.c.points,
            step_work.c.done_at,
        ).where(
            step_work.c.person_id == bindparam("person_id"),
            step_work.c.track_id == bindparam("track_id"),
            step_work.c.alone == bindparam("alone"),
        ),
        select(
            phase_work.c.module_id,
            phase_work.c.phase,
            null(),
            literal(0),
            null(),
            null(),
            phase_work.c.recorded_at,
        ).where(
            phase_work.c.person_id == bindparam("person_id"),
            phase_work.c.track_id == bindparam("track_id"),
        ),
        *(
            select(
                column, literal(mark), null(), literal(0), null(), null(), track_work.c.worked_at
            ).where(
                track_work.c.person_id == bindparam("person_id"),
                track_work.c.track_id == bindparam("track_id"),
                column.is_not(None),
            )
            for column, mark in _VERSIONS
        ),
    )
)


def work_at_step(
    session: Session, person_id: int, track_id: int, step_id: int, *, alone: bool = False
) -> tuple[DoneWork, Answer]:
    """What is done in the track, and the answer at one of its steps: one statement."""
    rows = session.execute(
        _WORK,
        {"person_id": person_id, "track_id": track_id, "step_id": step_id, "alone": alone},
    ).all()
    answer = NO_ANSWER
    for row in rows:
        if not row.phase and row.thing == step_id:
            answer = Answer(
                row.answer, row.revision, row.saved_at, row.points, row.done_at is not None
            )
    return _done((row.thing, row.phase) for row in rows if row.done_at is not None), answer


def _done(rows: Iterable[tuple[int, str]]) -> DoneWork:
    """From things with "" (steps) or with their joint phase (modules)."""
    steps, phases, versions = set(), set(), {}
    for thing, phase in rows:
        if phase in (_PINNED, _DECLINED):
            versions[phase] = thing
        elif phase:
            phases.add((thing, Phase(phase)))
        else:
            steps.add(thing)
    return DoneWork(
        frozenset(steps), frozenset(phases), versions.get(_PINNED), versions.get(_DECLINED)
    )


_DONE = Prepared(
    union_all(
        select(step_work.c.step_id.label("thing"), literal("").label("phase")).where(
            step_work.c.person_id == bindparam("person_id"),
            step_work.c.track_id == bindparam("track_id"),
            step_work.c.alone.is_(False),
            step_work.c.done_at.is_not(None),
        ),
        select(phase_work.c.module_id, phase_work.c.phase).where(
            phase_work.c.person_id == bindparam("person_id"),
            phase_work.c.track_id == bindparam("track_id"),
        ),
        *(
            select(column, literal(mark)).where(
                track_work.c.person_id == bindparam("person_id"),
                track_work.c.track_id == bindparam("track_id"),
                column.is_not(None),
            )
            for column, mark in _VERSIONS
        ),
    )
)


def done_work(session: Session, person_id: int, track_id: int) -> DoneWork:
    return _done(session.execute(_DONE, {"person_id": person_id, "track_id": track_id}))


# The version that a person works on. Wants person_id and track_id.
WORKS_ON = (
    select(track_work.c.version_id)
    .where(
        track_work.c.person_id == bindparam("person_id"),
        track_work.c.track_id == bindparam("track_id"),
    )
    .scalar_subquery()
)
_WORKS_ON = Prepared(
    select(track_work.c.version_id).where(
        track_work.c.person_id == bindparam("person_id"),
        track_work.c.track_id == bindparam("track_id"),
    )
)


def own_edition(session: Session, shelf: Shelf, person_id: int, newest: Edition) -> Edition:
    """Of a track: the version that this person works on; the newest for who has not begun."""
    key = {"person_id": person_id, "track_id": newest.track_id}
    version_id = session.execute(_WORKS_ON, key).scalar()
    return newest if version_id is None else shelf.edition(session, version_id)


_FOLLOWED = Prepared(
    select(followed_track.c.track_id, followed_track.c.seen_id, track.c.version_id)
    .join(track, track.c.id == followed_track.c.track_id)
    .where(
        followed_track.c.person_id == bindparam("person_id"),
        followed_track.c.municipality_id == bindparam("municipality_id"),
    )
)


def followed_tracks(session: Session, actor: Actor) -> list[Any]:
    """Rows of track_id, the version that was seen (seen_id), and the newest (version_id)."""
    key = {"person_id": actor.person_id, "municipality_id": actor.municipality_id}
    return session.execute(_FOLLOWED, key).all()


_FOLLOWED_AUTHORS = Prepared(
    select(followed_author.c.author, followed_author.c.seen_at).where(
        followed_author.c.person_id == bindparam("person_id"),
        followed_author.c.municipality_id == bindparam("municipality_id"),
    )
)


def followed_authors(session: Session, actor: Actor) -> dict[str, datetime]:
    """Names of authors, and from when on what they publish is new to the reader."""
    key = {"person_id": actor.person_id, "municipality_id": actor.municipality_id}
    rows = session.execute(_FOLLOWED_AUTHORS, key).all()
    return {row.author: row.seen_at for row in rows}


def place_to_go_on(session: Session, shelf: Shelf, person_id: int, newest: Edition) -> str:
    """The path of the first thing that is not done: what a track's link in the LMS opens."""
    work = done_work(session, person_id, newest.track_id)
    edition = newest if work.version_id is None else shelf.edition(session, work.version_id)
    step = next_step(edition.steps, work)
    track = f"/t/{edition.publisher}/{edition.slug}"
    if step is None:
        return track
    if step.phase.is_joint:
        # The group's work: the session's page says when and by whom, not a first step to click.
        return f"{track}/{step.module_slug}"
    return f"{track}/{step.module_slug}/{step.slug}"


# Whoever records for others has another version before them than those may work on.
_VERSION = func.coalesce(WORKS_ON, bindparam("version_id"))


def _counted_steps() -> ScalarSelect[int]:
    return (
        select(func.count())
        .select_from(step_work)
        .join(
            step_version,
            and_(
                step_version.c.track_version_id == _VERSION,
                step_version.c.step_id == step_work.c.step_id,
            ),
        )
        .where(
            step_work.c.person_id == bindparam("person_id"),
            step_work.c.track_id == bindparam("track_id"),
            step_work.c.alone.is_(False),
            step_work.c.done_at.is_not(None),
            *(step_version.c.phase != phase.value for phase in Phase if phase.is_joint),
        )
        .scalar_subquery()
    )


def _counted_phases() -> ScalarSelect[int]:
    is_here = (
        select(step_version.c.step_id)
        .where(
            step_version.c.track_version_id == _VERSION,
            step_version.c.module_id == phase_work.c.module_id,
            step_version.c.phase == phase_work.c.phase,
        )
        .exists()
    )
    return (
        select(func.count())
        .select_from(phase_work)
        .where(
            phase_work.c.person_id == bindparam("person_id"),
            phase_work.c.track_id == bindparam("track_id"),
            is_here,
        )
        .scalar_subquery()
    )


# rules.units_done of a whole track, counted where the rows are: asked after each step.
# Wants person_id, track_id and version_id: that is counted where they have not begun.
UNITS_DONE: ColumnElement[int] = _counted_steps() + _counted_phases()


def is_step_done_anyhow(session: Session, person_id: int, track_id: int, step_id: int) -> bool:
    """In the track or alone: for a link in an LMS that leads to just this step."""
    found = session.execute(
        select(step_work.c.step_id).where(
            step_work.c.person_id == person_id,
            step_work.c.track_id == track_id,
            step_work.c.step_id == step_id,
            step_work.c.done_at.is_not(None),
        )
    )
    return found.first() is not None


_OPENED = Prepared(
    select(opened_module.c.module_id).where(
        opened_module.c.school_id == bindparam("school_id"),
        opened_module.c.municipality_id == bindparam("municipality_id"),
    )
)


def opened_modules(session: Session, actor: Actor) -> frozenset[int]:
    """Those that a leader has opened for everybody at the actor's school."""
    key = {"school_id": actor.school_id, "municipality_id": actor.municipality_id}
    return frozenset(row.module_id for row in session.execute(_OPENED, key))


class StartedTrack(Struct, frozen=True):
    track_id: int
    version_id: int
    worked_at: datetime


def started_tracks(session: Session, person_id: int) -> list[StartedTrack]:
    """The person's tracks, the one worked with last first."""
    rows = session.execute(
        select(
            track_work.c.track_id,
            func.coalesce(track_work.c.version_id, track.c.version_id).label("version_id"),
            track_work.c.worked_at,
        )
        .join(track, track.c.id == track_work.c.track_id)
        .where(track_work.c.person_id == person_id)
        .order_by(track_work.c.worked_at.desc())
    )
    return [StartedTrack(r.track_id, r.version_id, r.worked_at) for r in rows]


def readers_elsewhere(session: Session, newest: Edition) -> dict[str, int]:
    """Version -> how many people work on it, of all but the newest. Raw counts."""
    rows = session.execute(
        select(track_version.c.version, func.count().label("readers"))
        .join(track_work, track_work.c.version_id == track_version.c.id)
        .where(
            track_work.c.track_id == newest.track_id,
            track_work.c.version_id != newest.version_id,
        )
        .group_by(track_version.c.id, track_version.c.version)
        .order_by(track_version.c.id)
    )
    return {row.version: row.readers for row in rows}


class File(Struct, frozen=True):
    id: str
    name: str


def files_at_step(session: Session, person_id: int, step_id: int) -> list[File]:
    rows = session.execute(
        select(attachment.c.id, attachment.c.name)
        .where(attachment.c.person_id == person_id, attachment.c.step_id == step_id)
        .order_by(attachment.c.added_at)
    )
    return [File(r.id, r.name) for r in rows]


def own_file(session: Session, person_id: int, file_id: str) -> tuple[str, bytes] | None:
    row = session.execute(
        select(attachment.c.name, attachment.c.body).where(
            attachment.c.id == file_id, attachment.c.person_id == person_id
        )
    ).one_or_none()
    return None if row is None else (row.name, row.body)


class SharedText(Struct, frozen=True):
    step_id: int
    text: str
    shared_at: datetime


def shared_texts(session: Session, person_id: int, track_id: int) -> dict[int, SharedText]:
    """What this person has shared in a track, by step."""
    rows = session.execute(
        select(shared_answer.c.step_id, shared_answer.c.text, shared_answer.c.shared_at).where(
            shared_answer.c.person_id == person_id, shared_answer.c.track_id == track_id
        )
    )
    return {r.step_id: SharedText(r.step_id, r.text, r.shared_at) for r in rows}


def took_part(
    session: Session, municipality_id: int, module_id: int, phase: Phase, people: Iterable[int]
) -> frozenset[int]:
    """Who of these people is recorded for a joint phase already."""
    rows = session.execute(
        select(phase_work.c.person_id).where(
            phase_work.c.municipality_id == municipality_id,
            phase_work.c.module_id == module_id,
            phase_work.c.phase == phase.value,
            phase_work.c.person_id.in_(list(people)),
        )
    )
    return frozenset(r.person_id for r in rows)


KEPT = (
    Kept(
        step_work.c.person_id,
        N_("Steps opened or done, with answers, texts and points"),
        N_("to go on where one left off"),
        active=step_work.c.saved_at,
    ),
    Kept(
        shared_answer.c.person_id,
        N_("Texts shared with the leader of the change group"),
        N_("because the person chose to"),
        N_("until they are taken back"),
    ),
    Kept(
        followed_track.c.person_id,
        N_("Tracks whose new versions are told of"),
        N_("to tell of new versions when the person has asked for it"),
        N_("until the person asks for no more"),
    ),
    Kept(
        followed_author.c.person_id,
        N_("Authors whose new tracks are told of"),
        N_("to tell of new versions when the person has asked for it"),
        N_("until the person asks for no more"),
    ),
    Kept(
        attachment.c.person_id,
        N_("Files of try-outs"),
        N_("because the person saved them"),
        N_("until they are removed"),
    ),
    Kept(
        phase_work.c.person_id,
        N_("Meetings taken part in"),
        N_("because joint work is counted by the leader"),
        active=phase_work.c.recorded_at,
        may_be_archived=True,
    ),
    Kept(
        phase_work.c.recorded_by,
        N_("Notes made of who took part in a meeting"),
        N_("so that it can be seen who recorded what"),
        N_("as long as the meeting is kept; only a number is left of you"),
        fate=Fate.LEAVE,
    ),
    Kept(
        track_work.c.person_id,
        N_("Tracks opened: when last, at which step, how far"),
        N_("to go on, and for the counts of the school"),
        active=track_work.c.worked_at,
    ),
)
