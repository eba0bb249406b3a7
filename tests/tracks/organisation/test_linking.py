"""One person with accounts in two LMSs: linked by a code, with all the work of both (P-04)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from tests.factories.tool import ISSUER, JWKS_URL, Tool
from tests.tracks.organisation.people import with_role
from tracks.audit.models import audit_entry
from tracks.db import Session
from tracks.lms.actions import register
from tracks.organisation.events import AccountsLinked
from tracks.organisation.models import link_code
from tracks.people.actions import add_municipality
from tracks.people.grants import grant_role
from tracks.people.models import account, person, sign_in
from tracks.people.rules import Role
from tracks.progress.models import step_work, track_work


def second_lms(tool: Tool, municipality_id: int | None = None) -> None:
    with tool.database.writing() as session:
        register(
            session,
            municipality_id=municipality_id or tool.municipality_id,
            issuer=ISSUER,
            client_id="client-2",
            auth_url=f"{ISSUER}/auth",
            token_url=f"{ISSUER}/token",
            jwks_url=JWKS_URL,
            deployment_ids=["1"],
            now=datetime.now(UTC),
        )


def elsewhere(tool: Tool, sub: str = "there"):
    """A launch by the second LMS."""
    browser = tool.client()
    setting = tool.login(browser, client_id="client-2")
    form = tool.form(setting, {"sub": sub, "aud": "client-2", "name": "Sample there"})
    answer = browser.post("/lti/launch", data=form, base_url="https://tracks.example")
    assert answer.status_code == 303, answer.text
    return browser


def shown(tool: Tool, browser) -> str:
    page = tool.post(browser, "/accounts", go="show").text
    (code,) = re.findall(r'class="code-shown">([0-9A-Z-]+)<', page)
    return str(code)


def link(tool: Tool, browser, code: str, **more: str) -> int:
    form = {"go": "link", "mine": "1", "code": code, **more}
    return tool.post(browser, "/accounts", **form).status_code


def test_the_work_of_both_is_one_persons(tool: Tool, monkeypatch):
    told = []
    emit = Session.emit
    monkeypatch.setattr(Session, "emit", lambda s, e: (told.append(e), emit(s, e))[1])
    second_lms(tool)
    here, there = tool.launch(sub="here"), elsewhere(tool)
    tool.post(there, "/t/sample/maaling/enheter/les", go="done")
    before = there.get_cookie("__Host-tracks", "tracks.example").value
    kept, was = tool.person_id("here"), tool.person_id("there")

    assert link(tool, there, shown(tool, here)) == 303

    assert tool.rows(select(person.c.id)) == [(kept,)]
    assert {row[0] for row in tool.rows(select(account.c.person_id))} == {kept}
    assert tool.rows(select(step_work.c.person_id)) == [(kept,)]
    assert tool.count(link_code) == 0
    (event,) = (e for e in told if isinstance(e, AccountsLinked))
    assert (event.person_id, event.was_person_id) == (kept, was)
    # The visit goes on, under another token; a later launch by either is the same person.
    after = there.get_cookie("__Host-tracks", "tracks.example").value
    assert after != before
    assert "They are one now." in tool.get(there, "/accounts?linked&lang=en").text
    assert "one person: 2" in tool.get(here, "/accounts?lang=en").text
    again = elsewhere(tool)
    assert {row[0] for row in tool.rows(select(sign_in.c.person_id))} == {kept}
    assert tool.get(again, "/").status_code == 200


def test_school_and_name_are_taken_where_there_are_none(tool: Tool):
    second_lms(tool)
    here = tool.launch(
        sub="here", school=False, changes=dict.fromkeys(("name", "given_name", "family_name"), "")
    )
    there = elsewhere(tool)
    tool.post(there, "/school", school=str(tool.school_id))
    assert link(tool, there, shown(tool, here)) == 303
    assert tool.rows(select(person.c.school_id, person.c.name)) == [
        (tool.school_id, "Sample there")
    ]


def nothing_is_linked(tool: Tool) -> bool:
    return len({row[0] for row in tool.rows(select(account.c.person_id))}) == 2


def test_who_has_worked_with_the_same_in_both_loses_neither(tool: Tool):
    second_lms(tool)
    here, there = tool.launch(sub="here"), elsewhere(tool)
    for browser in (here, there):
        tool.post(browser, "/t/sample/maaling/enheter/les", go="done")
    assert link(tool, there, shown(tool, here)) == 422
    assert nothing_is_linked(tool)
    assert tool.count(track_work) == 2


def test_two_accounts_of_one_lms_stay_two(tool: Tool):
    here, there = tool.launch(sub="here"), tool.launch(sub="there")
    assert link(tool, there, shown(tool, here)) == 422
    assert nothing_is_linked(tool)


def test_a_code_opens_nothing_when_it_should_not(tool: Tool):
    second_lms(tool)
    here, there = tool.launch(sub="here"), elsewhere(tool)
    first = shown(tool, here)
    code = shown(tool, here)
    assert link(tool, there, first) == 422  # a newer one took its place
    assert link(tool, there, "") == 422
    assert link(tool, here, code) == 422  # one's own
    assert link(tool, there, code, mine="") == 422  # not said to be one's own
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=11)):
        assert link(tool, there, code) == 422
    with tool.database.writing() as session:
        session.execute(
            update(person).where(person.c.id == tool.person_id("here")).values(is_suspended=True)
        )
    assert link(tool, there, code) == 422
    assert nothing_is_linked(tool)


def test_a_code_does_not_reach_into_another_municipality(tool: Tool):
    with tool.database.writing() as session:
        other = add_municipality(session, "Other municipality", country="NO")
    second_lms(tool, other)
    here, there = tool.launch(sub="here"), elsewhere(tool)
    code = shown(tool, here)
    foreign = tool.post(there, "/accounts", go="link", mine="1", code=code)
    none = tool.post(there, "/accounts", go="link", mine="1", code="22222-22222")
    assert (foreign.status_code, foreign.text) == (none.status_code, none.text)
    assert nothing_is_linked(tool)


def test_the_code_is_kept_as_a_hash_and_roles_go_along(tool: Tool):
    second_lms(tool)
    here = with_role(tool, Role.COORDINATOR)
    there = elsewhere(tool)
    code = shown(tool, here)
    assert code not in str(tool.rows(select(link_code)))
    assert link(tool, there, code) == 303
    assert tool.get(there, "/municipality").status_code == 200


def test_whoever_the_audit_log_names_can_be_linked(tool: Tool):
    second_lms(tool)
    here = tool.launch(sub="here")
    there = elsewhere(tool)
    with tool.database.writing() as session:
        grant_role(
            session,
            person_id=tool.person_id("there"),
            municipality_id=tool.municipality_id,
            role=Role.SPREADER,
            school_id=tool.school_id,
            now=datetime.now(UTC),
        )
    was = tool.person_id("there")
    before = tool.rows(select(audit_entry).order_by(audit_entry.c.id))
    assert was in {row.person_id for row in before}

    assert link(tool, there, shown(tool, here)) == 303

    kept = tool.person_id("here")
    assert {row[0] for row in tool.rows(select(account.c.person_id))} == {kept}
    assert tool.rows(select(audit_entry).order_by(audit_entry.c.id))[: len(before)] == before
    assert tool.rows(select(person.c.name, person.c.school_id).where(person.c.id == was)) == [
        (None, None)
    ]


@pytest.mark.parametrize("protected", ["here", "there"])
def test_who_is_protected_stays_without_a_name_when_accounts_are_linked(tool: Tool, protected: str):
    second_lms(tool)
    here = tool.launch(sub="here", changes={"name": "Sample here"})
    there = elsewhere(tool)
    marked = person.c.id == tool.person_id(protected)
    with tool.database.writing() as session:
        session.execute(update(person).where(marked).values(name=None, protected_by="list"))
    kept = tool.person_id("here")

    assert link(tool, there, shown(tool, here)) == 303

    wanted = select(person.c.name, person.c.protected_by).where(person.c.id == kept)
    assert tool.rows(wanted) == [(None, "list")]
    elsewhere(tool)
    assert tool.rows(wanted) == [(None, "list")]
