"""A code for somebody's first visit opens nothing of anybody who has come in (T32, check 40)."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Table, insert, select, update

from tests.factories.tool import Tool
from tests.tracks.organisation.people import a_team, with_role
from tracks.organisation.actions.teams import add_team, end_team
from tracks.organisation.actions.units import Doer
from tracks.people.actions import add_person, grant_role
from tracks.people.models import account, person
from tracks.people.rules import Role
from tracks.signin.models import identity, login_service, one_time_secret, passkey

NOW = datetime.now(UTC)


def listed(tool: Tool) -> int:
    with tool.database.writing() as session:
        return add_person(session, tool.municipality_id, "Sample listed", NOW).id


def comes_in(tool: Tool, who: int, way: Table) -> None:
    """As its own pages would write it."""
    home = tool.municipality_id
    values: dict[Table, dict[str, Any]] = {
        account: {"registration_id": tool.registration_id, "sub": "listed"},
        passkey: {"credential_hash": "p", "credential": b"p", "sign_count": 0, "made_at": NOW},
        one_time_secret: {"code_hash": "o", "sealed": "s", "last_step": 0, "made_at": NOW},
        identity: {"service_id": 1, "sub": "listed", "linked_at": NOW},
    }
    with tool.database.writing() as session:
        if way is identity:
            session.execute(
                insert(login_service).values(
                    id=1, municipality_id=home, name="S", issuer="i", client_id="c", scopes="openid"
                )
            )
        of_home = {} if way is account else {"municipality_id": home}
        session.execute(insert(way).values(person_id=who, **of_home, **values[way]))


def given_role(tool: Tool, who: int, role: Role) -> None:
    home, until = tool.municipality_id, NOW + timedelta(days=30)
    with tool.database.writing() as session:
        grant_role(
            session,
            person_id=who,
            municipality_id=home,
            role=role,
            school_id=None,
            now=NOW,
            until=until,
        )


def code_for(tool: Tool, office: FlaskClient, who: int) -> str | None:
    answer = tool.post(office, f"/people/{who}/code")
    found = re.search(r'class="code-shown">([0-9A-Z-]+)<', answer.text)
    assert (answer.status_code == 200) == (found is not None)
    return found[1] if found else None


def types(tool: Tool, code: str) -> int:
    thief = tool.launch(sub="thief")
    return tool.post(thief, "/accounts", go="link", mine="1", code=code).status_code


WAYS = [account, identity, passkey, one_time_secret]


@pytest.mark.parametrize("way", WAYS, ids=[table.name for table in WAYS])
def test_nobody_gets_a_code_for_whoever_has_come_in(tool: Tool, way: Table):
    office, who = with_role(tool, Role.COORDINATOR), listed(tool)
    assert "/code" in tool.get(office, f"/people/{who}").text
    old = code_for(tool, office, who)
    comes_in(tool, who, way)

    assert "/code" not in tool.get(office, f"/people/{who}").text
    assert code_for(tool, office, who) is None
    assert old is not None
    assert types(tool, old) == 422
    assert tool.person_id("thief") != who


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.PRIVACY_OFFICER])
def test_nobody_gets_a_code_for_a_protected_role_that_waits(tool: Tool, role: Role):
    office, who = with_role(tool, Role.COORDINATOR), listed(tool)
    old = code_for(tool, office, who)
    given_role(tool, who, role)

    assert code_for(tool, office, who) is None
    assert old is not None
    assert types(tool, old) == 422


def test_a_code_works_for_a_newcomer_and_their_other_roles(tool: Tool):
    office, who = with_role(tool, Role.COORDINATOR), listed(tool)
    given_role(tool, who, Role.AUTHOR)
    code = code_for(tool, office, who)
    assert code is not None
    assert types(tool, code) == 303
    assert tool.person_id("thief") == who


@pytest.mark.parametrize("state", ["erased_at", "is_suspended", "is_joined"])
def test_nobody_gets_a_code_for_whoever_is_gone_or_shut_out(tool: Tool, state: str):
    office, who = with_role(tool, Role.COORDINATOR), listed(tool)
    value = NOW if state == "erased_at" else True
    with tool.database.writing() as session:
        session.execute(update(person).where(person.c.id == who).values({state: value}))

    assert code_for(tool, office, who) is None
    shown = tool.get(office, f"/people/{who}").status_code
    assert shown == (200 if state == "is_suspended" else 404)


def test_a_row_that_was_joined_is_nobody_without_a_school(tool: Tool):
    office, who = with_role(tool, Role.COORDINATOR), listed(tool)
    first = tool.launch(sub="first", school=False, changes={"name": "Sample first"})
    given_role(tool, tool.person_id("first"), Role.AUTHOR)  # the audit log names that row: it stays
    path = "/people/without-school?lang=en"
    assert "Sample first" in tool.get(office, path).text
    code = code_for(tool, office, who)
    assert tool.post(first, "/accounts", go="link", mine="1", code=code).status_code == 303

    assert "somebody whose name we do not know" not in tool.get(office, path).text
    assert tool.count(person, person.c.is_joined.is_(True)) == 1


def test_a_team_that_is_taken_away_is_gone_and_its_name_free(tool: Tool):
    team = a_team(tool, tool.school_id)
    with_role(tool, Role.LEAD_SPREADER, team_id=team)
    office = with_role(tool, Role.COORDINATOR)
    doer = Doer(tool.person_id(Role.COORDINATOR.value), NOW)
    with tool.database.writing() as session:
        end_team(session, tool.municipality_id, team, doer)
    for path in ("/teams", "/coverage"):
        assert "Sample team" not in tool.get(office, path).text

    with tool.database.writing() as session:
        assert add_team(session, tool.municipality_id, "Sample team", doer) == team
        assert add_team(session, tool.municipality_id, "Sample team", doer) is None
    assert "Sample team" in tool.get(office, "/teams").text
    assert tool.rows(select(person.c.id)) != []
