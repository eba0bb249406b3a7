"""Half a school year of plausible work, from a seeded generator, through the real actions."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from random import Random

from msgspec import Struct

from content.model import Phase
from tracks.catalogue.queries import Edition, Module, Shelf, published
from tracks.cli.sample.descriptions import describe
from tracks.cli.sample.organisation import SOURCE, organise
from tracks.cli.sample.people import (
    COORDINATOR,
    MUNICIPALITY,
    OFFICE,
    SamplePerson,
    SampleSchool,
    sample_schools,
)
from tracks.cli.sample.remarks import say_something
from tracks.cli.sample.world import SAMPLE_TRACK
from tracks.db import Database, Session
from tracks.organisation.actions.units import Doer
from tracks.people.actions import (
    add_municipality,
    add_school,
    choose_school,
    grant_role,
    person_from_launch,
)
from tracks.people.rules import Actor, Role, SchoolKind
from tracks.progress.actions import Worker, complete_steps, record_joint_work

SEED = 20
WEEKS = 18  # from the middle of August to Christmas
# How likely a type of school is to take up a science track for years 8-10.
_APPEAL = {
    SchoolKind.PRIMARY: 0.25,
    SchoolKind.LOWER_SECONDARY: 0.85,
    SchoolKind.COMBINED: 0.7,
    SchoolKind.UPPER_SECONDARY: 0.4,
    SchoolKind.SPECIAL: 0.3,
    SchoolKind.ADULT: 0.2,
    SchoolKind.PRESCHOOL: 0.0,
}


_BESIDE = 0.15  # of any other track: a school works with one or two in half a year


class _Placed(Struct, frozen=True):
    school: SampleSchool
    school_id: int
    leader: Actor
    teachers: list[Worker]


def seed(
    database: Database,
    registration_id: int,
    now: datetime,
    *,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> None:
    """People and their work. `progress` is told schools done and schools in all."""
    shelf = Shelf()
    plan = sample_schools()
    with database.writing() as session:
        # One transaction: a sample is whole or not there at all.
        municipality_id = add_municipality(session, MUNICIPALITY, country="NO", is_sample=True)
        editions = [shelf.edition(session, version) for version in published(session)]
        # Each has chances of its own: it stays as it is when the library gets another track.
        chances = [(e, _chances(e.slug)) for e in editions]
        office = {
            person: _add_person(session, registration_id, municipality_id, person, None, now)
            for person in OFFICE
        }
        schools, teachers = {}, {}
        for count, school in enumerate(plan, start=1):
            placed = _add_school(session, registration_id, municipality_id, school, now)
            schools[school.number] = placed.school_id
            teachers[school.number] = [who.person_id for who in placed.teachers]
            for edition, random in chances:
                _work_of_school(session, random, placed, edition, now)
            progress(count, len(plan))
        counted_on = _first_of_october(now.date())
        organise(session, municipality_id, schools, teachers, counted_on, now)
        doer = Doer(office[COORDINATOR], now)
        describe(session, municipality_id, plan, schools, counted_on, doer)
        for edition in editions:
            if edition.slug == SAMPLE_TRACK:
                say_something(session, municipality_id, edition, teachers, schools, now)


def _chances(track: str) -> Random:
    return Random(SEED if track == SAMPLE_TRACK else f"{SEED} {track}")  # noqa: S311  # no secret


def _add_person(
    session: Session,
    registration_id: int,
    municipality_id: int,
    person: SamplePerson,
    school_id: int | None,
    now: datetime,
) -> int:
    made = person_from_launch(
        session,
        registration_id=registration_id,
        sub=person.sub,
        municipality_id=municipality_id,
        name=person.name,
        now=now,
    )
    if school_id is not None:
        choose_school(session, made.id, municipality_id, school_id)
    if person.role is not Role.TEACHER:
        grant_role(
            session,
            person_id=made.id,
            municipality_id=municipality_id,
            role=person.role,
            school_id=school_id,
            now=now,
        )
    return made.id


def _add_school(
    session: Session,
    registration_id: int,
    municipality_id: int,
    school: SampleSchool,
    now: datetime,
) -> _Placed:
    school_id = add_school(
        session,
        municipality_id,
        code=school.code,
        name=school.name,
        kind=school.kind,
        teachers=school.staff,
        teachers_as_of=_first_of_october(now.date()),
        teachers_source=SOURCE,
    )

    def add(person: SamplePerson) -> int:
        return _add_person(session, registration_id, municipality_id, person, school_id, now)

    leader_id = add(school.leader)
    add(school.school_leader)
    teachers = [Worker(add(t), municipality_id, school_id) for t in school.teachers]
    roles = frozenset({(Role.LEADER, school_id)})
    return _Placed(school, school_id, Actor(leader_id, municipality_id, school_id, roles), teachers)


def _first_of_october(today: date) -> date:
    """The day that teacher counts are taken on."""
    return date(today.year if today.month >= 10 else today.year - 1, 10, 1)


def _work_of_school(
    session: Session, random: Random, placed: _Placed, edition: Edition, now: datetime
) -> None:
    appeal = _APPEAL[placed.school.kind]
    if random.random() > (appeal if edition.slug == SAMPLE_TRACK else appeal * _BESIDE):
        return
    # The person that `make run` opens as a teacher (the first of each school) has done nothing
    # yet; every other one may be in the change group.
    share = random.uniform(0.3, 0.9)
    group = [who for who in placed.teachers[1:] if random.random() < share]
    begin = now - timedelta(weeks=WEEKS) + timedelta(days=random.randrange(0, 7 * WEEKS - 5))
    reached = random.choices((1, 2, 3), (6, 3, 1))[0]
    keen = random.uniform(0.35, 0.9)
    for module, start in zip(
        edition.modules[:reached], _starts(begin, edition.modules), strict=False
    ):
        group = _work_of_module(session, random, placed, edition, module, group, start, keen, now)


def _starts(begin: datetime, modules: tuple[Module, ...]) -> Iterator[datetime]:
    for module in modules:
        yield begin
        begin += timedelta(weeks=module.gap_weeks + 1)


def _work_of_module(
    session: Session,
    random: Random,
    placed: _Placed,
    edition: Edition,
    module: Module,
    group: list[Worker],
    start: datetime,
    keen: float,
    now: datetime,
) -> list[Worker]:
    """One session of a change group; those who are still with it afterwards.

    `keen`: how likely each of them is to try it with pupils.
    """
    steps = [s for s in edition.steps if s.module_id == module.id]
    meetings = {Phase.TOGETHER: start + timedelta(days=7), Phase.FOLLOW_UP: start + timedelta(21)}
    alone = {Phase.PREPARE: (start, 6, 0.95), Phase.TRY_OUT: (start + timedelta(8), 12, keen)}
    for phase in Phase:
        mine = [s for s in steps if s.phase is phase]
        if not mine:
            continue
        if phase in meetings:
            group = [who for who in group if random.random() < 0.88]
            if meetings[phase] < now:
                record_joint_work(
                    session, placed.leader, edition, module.id, phase, group, meetings[phase]
                )
            continue
        first, days, share = alone[phase]
        for who in group:
            moment = first + timedelta(days=random.uniform(0, days))
            if random.random() < share and moment < now:
                complete_steps(session, who, edition, mine, moment)
    return group
