"""The counters say at any moment what a count of the work itself would say (check 6)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select

from content.model import Phase
from tests.factories.tool import Tool
from tracks.adoption.models import resource_use, school_resource, school_track
from tracks.catalogue.rules import Outline
from tracks.people.actions import choose_school
from tracks.people.events import SchoolChosen
from tracks.people.models import person
from tracks.people.rules import Actor
from tracks.progress.actions import (
    Worker,
    complete_steps,
    open_track,
    record_joint_work,
    save_answer,
)
from tracks.progress.events import Stage, Way
from tracks.progress.models import step_work, track_work

PEOPLE = 4
PERSON, STEP = st.integers(0, PEOPLE - 1), st.integers(0, 13)


@dataclass(frozen=True)
class Do:
    """A step in its track; `alone`: only what is a resource can be used on its own."""

    person: int
    step: int
    alone: bool = False


@dataclass(frozen=True)
class Save:
    person: int
    step: int


@dataclass(frozen=True)
class Meet:
    people: frozenset[int]
    module: int
    phase: Phase


@dataclass(frozen=True)
class Choose:
    person: int
    school: int


ACTIONS = st.lists(
    st.builds(Do, PERSON, STEP, st.booleans())
    | st.builds(Save, PERSON, STEP)
    | st.builds(
        Meet,
        st.frozensets(PERSON, min_size=1),
        st.integers(0, 1),
        st.sampled_from([Phase.TOGETHER, Phase.FOLLOW_UP]),
    )
    | st.builds(Choose, PERSON, st.integers(0, 1)),
    min_size=3,
    max_size=25,
)


class Staff:
    """New people at a tool, acting without a browser."""

    def __init__(self, tool: Tool) -> None:
        self.tool = tool
        with tool.database.writing() as session:
            self.ids = [
                session.execute(
                    insert(person)
                    .values(municipality_id=tool.municipality_id, created_at=datetime.now(UTC))
                    .returning(person.c.id)
                ).scalar_one()
                for _ in range(PEOPLE)
            ]

    def worker(self, number: int) -> Worker:
        school = select(person.c.school_id).where(person.c.id == self.ids[number])
        return Worker(
            self.ids[number], self.tool.municipality_id, self.tool.rows(school)[0].school_id
        )

    def act(self, action: Do | Save | Meet | Choose, schools: list[int]) -> None:
        edition, now = self.tool.edition, datetime.now(UTC)
        match action:
            case Do(number, step, alone):
                outline: Outline = edition.steps[step]
                who = self.worker(number)
                with self.tool.database.writing() as session:
                    alone = alone and outline.is_resource
                    complete_steps(session, who, edition, [outline], now, alone=alone)
            case Save(number, step):
                who = self.worker(number)
                with self.tool.database.writing() as session:
                    open_track(session, who, edition.track_id, None, now)
                    save_answer(
                        session,
                        who,
                        edition,
                        edition.steps[step],
                        {"text": "x"},
                        now,
                        started_from=0,
                    )
            case Meet(people, module, phase):
                present = [self.worker(number) for number in sorted(people)]
                by = Actor(present[0].person_id, present[0].municipality_id, None, frozenset())
                with self.tool.database.writing() as session:
                    record_joint_work(
                        session, by, edition, edition.modules[module].id, phase, present, now
                    )
            case Choose(number, school):
                chosen = schools[school]
                with self.tool.database.writing() as session:
                    choose_school(session, self.ids[number], self.tool.municipality_id, chosen)
                    session.emit(SchoolChosen(self.ids[number], self.tool.municipality_id, chosen))


def stages_counted(tool: Tool) -> dict[tuple[int, int, str], int]:
    rows = tool.rows(select(school_track))
    found = {(r.school_id, r.track_id, s.value): getattr(r, s.value) for r in rows for s in Stage}
    return {key: count for key, count in found.items() if count}


def stages_recounted(tool: Tool) -> dict[tuple[int, int, str], int]:
    found = {}
    for stage in Stage:
        rows = tool.rows(
            select(track_work.c.school_id, track_work.c.track_id, func.count())
            .where(
                track_work.c[f"{stage.value}_at"].is_not(None), track_work.c.school_id.is_not(None)
            )
            .group_by(track_work.c.school_id, track_work.c.track_id)
        )
        found |= {(school, track, stage.value): count for school, track, count in rows}
    return found


def uses_counted(tool: Tool) -> dict[tuple[int, str], int]:
    rows = tool.rows(
        select(
            school_resource.c.step_id,
            func.sum(school_resource.c.programme),
            func.sum(school_resource.c.independent),
        ).group_by(school_resource.c.step_id)
    )
    found = {(step, way): n for step, *ns in rows for way, n in zip(Way, ns, strict=True)}
    return {(step, way.value): int(n) for (step, way), n in found.items() if n}


def uses_recounted(tool: Tool) -> dict[tuple[int, str], int]:
    """From the work itself: whoever has a school and has done a step that is a resource."""
    resources = [step.step_id for step in tool.edition.steps if step.is_resource]
    rows = tool.rows(
        select(step_work.c.step_id, step_work.c.alone, func.count())
        .join(person, person.c.id == step_work.c.person_id)
        .where(
            step_work.c.step_id.in_(resources),
            step_work.c.done_at.is_not(None),
            person.c.school_id.is_not(None),
        )
        .group_by(step_work.c.step_id, step_work.c.alone)
    )
    return {
        (step, Way.INDEPENDENT.value if alone else Way.PROGRAMME.value): count
        for step, alone, count in rows
    }


@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(ACTIONS)
@example([Do(0, 0), Do(0, 0, alone=True), Choose(0, 0), Choose(0, 1)])
@example([Save(0, 3), Meet(frozenset({0, 1}), 0, Phase.TOGETHER), Choose(0, 0), Choose(1, 1)])
def test_counters_equal_a_recount_after_any_sequence(
    tool: Tool, actions: list[Do | Save | Meet | Choose]
):
    with tool.database.writing() as session:
        neighbour = tool.add_school(session, datetime.now(UTC).strftime("%H%M%S%f"))
    staff = Staff(tool)

    for action in actions:
        staff.act(action, [tool.school_id, neighbour])

    assert stages_counted(tool) == stages_recounted(tool)
    assert uses_counted(tool) == uses_recounted(tool)
    assert sum(uses_counted(tool).values()) == tool.count(resource_use)
