"""The sample's organisation: teams, spreaders at most schools, a merge, an earlier name."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from tracks.db import Session
from tracks.organisation.actions.notes import answer_need, write_note
from tracks.organisation.actions.teams import add_team, fill_team
from tracks.organisation.actions.units import Doer, NewUnit, add_unit, change_unit, merge_units
from tracks.organisation.queries.notes import notes
from tracks.organisation.queries.units import Unit, teams, units
from tracks.people.grants import grant_role
from tracks.people.rules import Actor, Role, SchoolKind

SOURCE = "Sample count"
_NEEDS = (  # days ago, school, what it needs
    (6, 1, "Vi trenger noen som viser hvordan vi deler dokumenter med elevene på trinnet."),
    (3, 12, "To av trinnene har ikke fått nye nettbrett ennå. Kan vi vente med modulen om bilder?"),
)
_ANSWER = "Hovedlærsprederen kommer på fellestida torsdag i neste uke."
_NOTE = "Første fellesmøte for teamet er i uke 3. Gjør ferdig del A i løypa før dere kommer."
_TEAMS = (
    ("Sample team North", range(1, 11), (1, 6)),
    ("Sample team East", range(11, 17), (12,)),
    ("Sample team City", range(17, 27), (19,)),  # the 27th is in no team
)
_WITHOUT = frozenset({4, 9, 20, 25})  # schools that have no spreader
_WITH_TWO = frozenset({11, 22})
_MERGED = 22  # of two that are closed
_RENAMED = 5


def organise(
    session: Session,
    municipality_id: int,
    schools: Mapping[int, int],
    teachers: Mapping[int, Sequence[int]],
    counted_on: date,
    now: datetime,
) -> None:
    """`schools`: ids by the sample's numbers; `teachers`: persons, by the same."""
    doer = Doer(None, now)
    for number, ids in teachers.items():
        if number in _WITHOUT:
            continue
        for turn in range(2 if number in _WITH_TWO else 1):
            grant_role(
                session,
                person_id=ids[1 + turn],
                municipality_id=municipality_id,
                role=Role.SPREADER,
                school_id=schools[number],
                percent=10 + 5 * (number % 3),
                now=now,
            )
    for name, numbers, leads in _TEAMS:
        team_id = add_team(session, municipality_id, name, doer)
        assert team_id is not None  # the sample is made once
        fill_team(session, municipality_id, team_id, [schools[n] for n in numbers], doer)
        for number in leads:
            grant_role(
                session,
                person_id=teachers[number][-1],
                municipality_id=municipality_id,
                role=Role.LEAD_SPREADER,
                school_id=None,
                team_id=team_id,
                percent=40,
                now=now,
            )
    _write(session, municipality_id, schools, teachers, now)
    _reform(session, municipality_id, schools, counted_on, doer)


def _write(
    session: Session,
    municipality_id: int,
    schools: Mapping[int, int],
    teachers: Mapping[int, Sequence[int]],
    now: datetime,
) -> None:
    """Between the schools and the municipality, some days ago."""
    for ago, number, text in _NEEDS:
        spreader = Actor(teachers[number][1], municipality_id, schools[number], frozenset())
        at = now - timedelta(days=ago)
        write_note(session, spreader, text, at, school_id=schools[number])
    lead = Actor(teachers[1][-1], municipality_id, schools[1], frozenset())
    first = min(each.id for each in notes(session, municipality_id))
    answer_need(session, lead, first, _ANSWER, now - timedelta(days=5))
    team_id = next(t.id for t in teams(session, municipality_id) if schools[1] in t.school_ids)
    write_note(session, lead, _NOTE, now - timedelta(days=2), team_id=team_id, for_staff=True)


def _reform(
    session: Session,
    municipality_id: int,
    schools: Mapping[int, int],
    counted_on: date,
    doer: Doer,
) -> None:
    """Two became one on the first day of a school year, and the teachers were counted anew."""
    into = schools[_MERGED]
    on = date(counted_on.year, 8, 1)
    closed = [
        add_unit(
            session,
            municipality_id,
            NewUnit(f"sample-{number}", f"Sample school {number}", kind, staff, on, SOURCE),
            doer,
        )
        for number, kind, staff in (
            (28, SchoolKind.PRIMARY, 20),
            (29, SchoolKind.LOWER_SECONDARY, 32),
        )
    ]
    before = _unit(session, municipality_id, into)
    merge_units(session, municipality_id, [into, *closed], into, on, doer)
    change_unit(session, municipality_id, before, _as_it_is(before, before.name), doer)
    renamed = _unit(session, municipality_id, schools[_RENAMED])
    earlier = f"{renamed.name}, earlier name"
    change_unit(session, municipality_id, renamed, _as_it_is(renamed, earlier), doer)
    now_called = _unit(session, municipality_id, renamed.id)
    change_unit(session, municipality_id, now_called, _as_it_is(renamed, renamed.name), doer)


def _unit(session: Session, municipality_id: int, school_id: int) -> Unit:
    return next(unit for unit in units(session, municipality_id) if unit.id == school_id)


def _as_it_is(unit: Unit, name: str) -> NewUnit:
    return NewUnit(
        unit.code,
        name,
        unit.kind,
        unit.teachers,
        unit.teachers_as_of,
        unit.teachers_source,
        unit.device,
        unit.opened_on,
    )
