"""What changes an organisation stands in the audit log, with who did it (build 7 of rights)."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.factories.tool import Tool
from tests.lists_at_size.run import take_in
from tests.tracks.organisation.people import NOW, as_spreader, schools
from tests.tracks.organisation.test_reform import NEW, PARTS, TODAY
from tracks.audit.models import audit_entry
from tracks.db import Session
from tracks.organisation.actions.choices import choose
from tracks.organisation.actions.codes import end_invitation, invite
from tracks.organisation.actions.teams import add_team, end_team, fill_team, name_team
from tracks.organisation.actions.units import (
    Doer,
    add_unit,
    change_unit,
    close_unit,
    merge_units,
    open_again,
    split_unit,
)
from tracks.organisation.models import role_invitation
from tracks.organisation.queries.choices import choices
from tracks.organisation.queries.units import units
from tracks.people.grants import end_role, grant_role
from tracks.people.rules import OwnerKind, Role

Act = Callable[[Session, Tool, int, list[int]], object]


def _changed(session: Session, tool: Tool, by: int, ids: list[int]) -> None:
    unit = next(each for each in units(session, tool.municipality_id) if each.id == ids[0])
    change_unit(session, tool.municipality_id, unit, NEW, Doer(by, NOW))


def _granted_and_ended(session: Session, tool: Tool, by: int, ids: list[int]) -> None:
    granted = grant_role(
        session,
        person_id=by,
        municipality_id=tool.municipality_id,
        role=Role.SPREADER,
        school_id=ids[0],
        now=NOW,
        by=by,
    )
    end_role(session, tool.municipality_id, granted, NOW, by=by)


def _in_a_team(change: Callable[[Session, int, int, Doer, list[int]], object]) -> Act:
    def act(session: Session, tool: Tool, by: int, ids: list[int]) -> None:
        made = add_team(session, tool.municipality_id, "Sample team", Doer(by, NOW))
        assert made is not None
        change(session, tool.municipality_id, made, Doer(by, NOW), ids)

    return act


def _merged(session: Session, tool: Tool, by: int, ids: list[int]) -> None:
    merge_units(session, tool.municipality_id, ids[:2], ids[0], TODAY, Doer(by, NOW))


def _split(session: Session, tool: Tool, by: int, ids: list[int]) -> None:
    split_unit(session, tool.municipality_id, ids[0], PARTS, TODAY, Doer(by, NOW))


def _closed_and_opened(session: Session, tool: Tool, by: int, ids: list[int]) -> None:
    close_unit(session, tool.municipality_id, ids[0], TODAY, Doer(by, NOW))
    open_again(session, tool.municipality_id, ids[0], Doer(by, NOW))


def _invited_in_vain(session: Session, tool: Tool, by: int, ids: list[int]) -> None:
    invite(session, tool.municipality_id, as_spreader(ids[0]), Doer(by, NOW))
    made = session.execute(select(role_invitation.c.id)).scalar_one()
    end_invitation(session, tool.municipality_id, made, Doer(by, NOW))


def _chosen(session: Session, tool: Tool, by: int, _ids: list[int]) -> None:
    chosen = choices(session, tool.municipality_id)
    choose(session, tool.municipality_id, chosen, OwnerKind.MUNICIPALITY, Doer(by, NOW))


ACTS: dict[str, tuple[list[str], Act]] = {
    "a unit": (
        ["unit_changed"],
        lambda session, tool, by, _ids: add_unit(session, tool.municipality_id, NEW, Doer(by, NOW)),
    ),
    "a unit changed, and renumbered": (["unit_renumbered", "unit_changed"], _changed),
    "closed, and opened again": (["unit_closed", "unit_opened_again"], _closed_and_opened),
    "merged": (["units_merged"], _merged),
    "split": (["unit_changed", "unit_changed", "unit_split"], _split),
    "a role": (["role_granted", "role_ended"], _granted_and_ended),
    "invited": (
        ["role_invited"],
        lambda session, tool, by, ids: invite(
            session, tool.municipality_id, as_spreader(ids[0]), Doer(by, NOW)
        ),
    ),
    "invited in vain": (["role_invited", "invitation_ended"], _invited_in_vain),
    "a team named": (
        ["team_changed", "team_changed"],
        _in_a_team(lambda session, home, team, doer, _: name_team(session, home, team, "B", doer)),
    ),
    "a team filled": (
        ["team_changed", "team_changed"],
        _in_a_team(
            lambda session, home, team, doer, ids: fill_team(session, home, team, ids, doer)
        ),
    ),
    "a team ended": (
        ["team_changed", "team_changed"],
        _in_a_team(lambda session, home, team, doer, _: end_team(session, home, team, doer)),
    ),
    "settings": (["settings_changed"], _chosen),
}


@pytest.mark.parametrize("what", ACTS)
def test_it_stands_there_with_who_did_it(tool: Tool, what: str) -> None:
    tool.launch(sub="coordinator")
    by, ids = tool.person_id("coordinator"), schools(tool, "One", "Two", "Three", teachers=30)
    said: Any = select(audit_entry.c.code, audit_entry.c.actor_id)
    before = tool.rows(said)
    codes, act = ACTS[what]

    with tool.database.writing() as session:
        act(session, tool, by, ids)

    assert tool.rows(said)[len(before) :] == [(code, by) for code in codes]


def test_a_list_taken_in_stands_there_with_who_took_it_in(tool: Tool, tmp_path: Path) -> None:
    taken = take_in("csv", tool, tmp_path, units=2, staff=5)
    said = select(audit_entry.c.actor_id, audit_entry.c.parameters)

    rows = tool.rows(said.where(audit_entry.c.code == "list_taken_in"))

    # The list of units, and the list of staff; the same again changes nothing and is not told.
    assert len(rows) == 2
    assert all(row.actor_id is not None for row in rows)
    assert rows[-1].parameters["people_new"] == taken.working == 5
