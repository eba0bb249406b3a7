"""Roles are given and ended on pages: where, from when, until when; each is told as an event."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.factories.tool import Tool
from tests.tracks.organisation.people import NOW, a_team, schools, with_role
from tracks.audit.models import audit_entry
from tracks.db import Session
from tracks.people.events import RoleEnded, RoleGranted
from tracks.people.models import role_grant
from tracks.people.rules import Role

TODAY = datetime.now(UTC).date()


def grants(tool: Tool) -> list[tuple[str, int | None, int | None]]:
    held = select(role_grant.c.role, role_grant.c.school_id, role_grant.c.team_id).order_by(
        role_grant.c.id
    )
    return [tuple(row) for row in tool.rows(held)]


def test_a_role_is_given_used_and_ended(tool: Tool, monkeypatch):
    told = []
    emit = Session.emit
    monkeypatch.setattr(Session, "emit", lambda s, e: (told.append(e), emit(s, e))[1])
    admin = with_role(tool, Role.ADMINISTRATOR)
    teacher = tool.launch(sub="teacher")
    who = tool.person_id("teacher")
    assert tool.get(teacher, "/municipality").status_code == 403

    given = tool.post(admin, f"/people/{who}", role="coordinator")
    assert given.status_code == 303
    assert tool.get(teacher, "/municipality").status_code == 200
    page = tool.get(admin, f"/people/{who}?lang=en").text
    (grant,) = re.findall(rf'action="/people/{who}/roles/(\d+)"', page)
    assert tool.post(admin, f"/people/{who}/roles/{grant}").status_code == 303
    assert tool.get(teacher, "/municipality").status_code == 403

    by = tool.person_id("administrator")
    roles = [e for e in told if isinstance(e, RoleGranted | RoleEnded) and e.person_id == who]
    assert [(type(e), e.role, e.by, e.municipality_id) for e in roles] == [
        (RoleGranted, "coordinator", by, tool.municipality_id),
        (RoleEnded, "coordinator", by, tool.municipality_id),
    ]
    assert tool.post(admin, f"/people/{who}/roles/{grant}").status_code == 303
    assert len(tool.rows(select(role_grant).where(role_grant.c.person_id == who))) == 1
    assert "Earlier roles" in tool.get(admin, f"/people/{who}?lang=en").text


def test_a_role_that_begins_later_opens_nothing_yet(tool: Tool):
    browser = with_role(tool, Role.COORDINATOR, starts=NOW + timedelta(hours=1))
    assert tool.get(browser, "/municipality").status_code == 403
    begun = with_role(tool, Role.COORDINATOR, starts=NOW - timedelta(hours=1), sub="begun")
    assert tool.get(begun, "/municipality").status_code == 200


def test_the_last_day_counts_whole(tool: Tool):
    admin = with_role(tool, Role.ADMINISTRATOR)
    tool.launch(sub="teacher")
    path = f"/people/{tool.person_id('teacher')}"
    day = TODAY + timedelta(days=30)
    form = {"role": "author", "first": TODAY.isoformat(), "last": day.isoformat()}
    assert tool.post(admin, path, **form).status_code == 303
    ((until,),) = tool.rows(select(role_grant.c.until).where(role_grant.c.role == "author"))
    # Midnight in Oslo after that day.
    assert timedelta(hours=22) <= until - datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert until - datetime(day.year, day.month, day.day, tzinfo=UTC) <= timedelta(hours=23)


def test_what_is_wrong_is_said_and_what_was_typed_stays(tool: Tool):
    admin = with_role(tool, Role.COORDINATOR)
    tool.launch(sub="teacher")
    path = f"/people/{tool.person_id('teacher')}"
    before = grants(tool)
    for form in (
        {},
        {"role": "administrator"},
        {"role": "king"},
        {"role": "spreader"},
        {"role": "spreader", "school": "x"},
        {"role": "spreader", "school": str(tool.school_id), "percent": "ten"},
        {"role": "spreader", "school": str(tool.school_id), "first": "tomorrow"},
        {"role": "spreader", "school": str(tool.school_id), "last": "2020-01-01"},
        {"role": "researcher"},
        {"role": "lead_spreader", "team": "9"},
    ):
        answer = tool.post(admin, path, **form)
        assert answer.status_code == 422, form
        assert 'role="alert"' in answer.text, form
        if "percent" in form:
            assert 'value="ten"' in answer.text
    assert grants(tool) == before
    own = f"/people/{tool.person_id('coordinator')}"
    assert tool.post(admin, own, role="author").status_code == 422
    assert grants(tool) == before


def test_a_school_leader_gives_roles_at_the_own_school_only(tool: Tool):
    (second,) = schools(tool, "Sample school 2")
    head = with_role(tool, Role.SCHOOL_LEADER, school_id=tool.school_id)
    tool.launch(sub="mine")
    other = tool.launch(sub="other", school=False)
    tool.post(other, "/school", school=str(second))
    mine, theirs = (f"/people/{tool.person_id(who)}" for who in ("mine", "other"))

    assert tool.post(head, mine, role="spreader", school=str(tool.school_id)).status_code == 303
    assert tool.post(head, mine, role="spreader", school=str(second)).status_code == 422
    assert tool.post(head, mine, role="coordinator").status_code == 422
    assert tool.get(head, theirs).status_code == 404
    assert tool.post(head, theirs, role="spreader", school=str(second)).status_code == 404
    assert grants(tool)[1:] == [("spreader", tool.school_id, None)]
    assert "/people/" not in tool.get(head, "/people?q=school+2").text


def test_nobody_ends_a_role_they_could_not_give(tool: Tool):
    tool_admin = tool.logs_in(with_role(tool, Role.ADMINISTRATOR), "administrator")
    coordinator = with_role(tool, Role.COORDINATOR)
    path = f"/people/{tool.person_id('administrator')}"
    (grant,) = tool.rows(select(role_grant.c.id).where(role_grant.c.role == "administrator"))
    assert tool.post(coordinator, f"{path}/roles/{grant[0]}").status_code == 403
    assert tool.get(tool_admin, "/lms").status_code == 200
    assert f"{path}/roles/" not in tool.get(coordinator, path).text


def test_a_lead_spreader_has_the_schools_of_the_team_and_no_others(tool: Tool):
    second, third = schools(tool, "Sample school 2", "Sample school 3")
    team = a_team(tool, second)
    lead = with_role(tool, Role.LEAD_SPREADER, team_id=team)
    assert tool.get(lead, f"/schools/{second}").status_code == 200
    assert tool.get(lead, f"/schools/{third}").status_code == 404
    assert tool.get(lead, "/municipality").status_code == 403


def test_a_team_without_schools_is_not_the_whole_municipality(tool: Tool):
    (second,) = schools(tool, "Sample school 2")
    lead = with_role(tool, Role.LEAD_SPREADER, team_id=a_team(tool))
    assert tool.get(lead, f"/schools/{second}").status_code == 404
    assert "Sample school 2" not in tool.get(lead, "/coverage").text
    assert tool.get(lead, "/coverage").status_code == 200
    assert tool.post(lead, f"/coverage/{second}/invite").status_code == 404


def test_who_has_which_role_is_read_by_the_officer(tool: Tool):
    with_role(tool, Role.SPREADER, school_id=tool.school_id)
    with_role(tool, Role.AUTHOR, sub="past", until=NOW - timedelta(days=2))
    officer = with_role(tool, Role.PRIVACY_OFFICER)
    page = tool.get(officer, "/roles?lang=en").text
    assert "Sample spreader" in page
    assert "Sample past: Author" in page
    assert "/people/" not in page  # reads, and gives none
    assert tool.get(tool.launch(sub="t"), "/roles").status_code == 403


def test_names_are_found_whatever_their_letters(tool: Tool):
    admin = with_role(tool, Role.ADMINISTRATOR)
    tool.launch(sub="a", changes={"name": "Sample Åse"})
    tool.launch(sub="b", changes={"name": "100 % sample_b"})
    for words, found in (("åSE", "Sample Åse"), ("% s", "100 % sample_b"), ("e_b", "sample_b")):
        page = tool.get(admin, f"/people?q={words.replace('%', '%25').replace(' ', '+')}").text
        assert found in page, words
    assert "Sample Åse" not in tool.get(admin, "/people?q=_").text
    assert tool.get(admin, "/people?q=%00").status_code == 200


def test_who_is_shut_out_is_out_at_once_and_comes_in_again(tool: Tool):
    """T39: no sign-in of theirs holds, and no launch makes one."""
    boss, teacher = with_role(tool, Role.COORDINATOR), tool.launch(sub="teacher")
    who = tool.person_id("teacher")
    page, door = f"/people/{who}", f"/people/{who}/door"
    assert tool.post(boss, door, go="x").status_code == 400
    assert tool.get(teacher, "/privacy").status_code == 200

    for _ in range(2):
        assert tool.post(boss, door, go="shut").status_code == 303
        assert tool.get(teacher, "/privacy").status_code == 401
    with pytest.raises(AssertionError):
        tool.launch(sub="teacher")
    assert "They are shut out" in tool.get(boss, f"{page}?lang=en").text
    assert "shut out" in tool.get(boss, "/people?q=sample+school+1&lang=en").text

    assert tool.post(boss, door, go="open").status_code == 303
    assert tool.get(tool.launch(sub="teacher"), "/privacy").status_code == 200
    entries = tool.rows(select(audit_entry).where(audit_entry.c.code == "person_suspended"))
    by = tool.person_id("coordinator")
    assert [(e.actor_id, e.person_id, e.parameters) for e in entries] == [
        (by, who, {"is_on": True}),
        (by, who, {"is_on": False}),
    ]


def test_nobody_shuts_out_whom_they_could_not_give_the_role_nor_themselves(tool: Tool):
    boss, admin = with_role(tool, Role.COORDINATOR), with_role(tool, Role.ADMINISTRATOR)
    head = with_role(tool, Role.SCHOOL_LEADER, school_id=tool.school_id)
    for browser, sub in (
        (boss, "administrator"),
        (boss, "coordinator"),
        (admin, "administrator"),
        (head, "coordinator"),
    ):
        path = f"/people/{tool.person_id(sub)}"
        assert tool.post(browser, f"{path}/door", go="shut").status_code in (403, 404), sub
        assert f'action="{path}/door"' not in tool.get(browser, path).text
    assert tool.get(admin, "/municipality").status_code == 200
    assert tool.post(admin, f"/people/{tool.person_id('coordinator')}/door", go="shut")
    assert tool.get(boss, "/municipality").status_code == 401
