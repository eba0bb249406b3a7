"""How long a sign-in lasts, and what ends it (T39, checks 16, 17 and 21)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.factories.tool import Tool
from tracks.people.actions import end_old_sign_ins
from tracks.people.models import sign_in
from tracks.people.rules import Actor, Permission, Role, roles_at_sign_in
from tracks.web.cookies import NAME

PAGE = "/school"


def test_a_sign_in_ends_after_two_idle_hours(tool: Tool):
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        browser = tool.launch()
        for _ in range(4):
            clock.shift(timedelta(minutes=110))
            assert tool.get(browser, PAGE).status_code == 200

        clock.shift(timedelta(minutes=121))

        assert tool.get(browser, PAGE).status_code == 401


def test_a_sign_in_ends_after_twelve_hours_in_any_case(tool: Tool):
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        browser = tool.launch()
        for _ in range(7):
            clock.shift(timedelta(minutes=100))
            assert tool.get(browser, PAGE).status_code == 200

        clock.shift(timedelta(minutes=21))

        assert tool.get(browser, PAGE).status_code == 401


def test_being_in_use_is_noted_now_and_then_only(tool: Tool):
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        browser = tool.launch()
        seen = [tool.rows(select(sign_in.c.seen_at))]
        for minutes in (4, 2, 4):
            clock.shift(timedelta(minutes=minutes))
            tool.get(browser, PAGE)
            seen.append(tool.rows(select(sign_in.c.seen_at)))

    assert seen[0] == seen[1]
    assert seen[1] != seen[2]
    assert seen[2] == seen[3]


def test_signing_out_ends_it_on_the_server(tool: Tool):
    browser = tool.launch()
    value = browser.get_cookie(NAME, "tracks.example").value

    answer = tool.post(browser, "/sign-out")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/catalogue")
    assert tool.count(sign_in) == 0
    browser.set_cookie(NAME, value, domain="tracks.example")
    assert tool.get(browser, PAGE).status_code == 401


def test_a_launch_ends_the_sign_in_of_its_browser_and_no_other(tool: Tool):
    """Somebody else at the same machine, say: a new value, and the old one opens nothing (T38)."""
    elsewhere, browser = tool.launch(sub="elsewhere"), tool.launch(sub="first")
    before = browser.get_cookie(NAME, "tracks.example").value

    tool.launch(browser, sub="second")

    after = browser.get_cookie(NAME, "tracks.example").value
    left = tool.client()
    left.set_cookie(NAME, before, domain="tracks.example", secure=True)
    assert after != before
    assert tool.get(left, PAGE).status_code == 401
    assert tool.get(browser, PAGE).status_code == 200
    assert tool.get(elsewhere, PAGE).status_code == 200
    assert tool.count(sign_in) == 2


def test_a_form_in_another_tab_is_still_theirs_and_nobody_elses(tool: Tool):
    browser = tool.launch(sub="first")
    form, before = tool.form_token(browser), browser.get_cookie(NAME, "tracks.example").value

    tool.launch(browser, sub="first")
    tool.launch(browser, sub="first")

    after = browser.get_cookie(NAME, "tracks.example").value
    assert tool.count(sign_in) == 1
    assert (len(after), after != before) == (len(before) * 2 + 1, True)
    assert tool.post(browser, "/language", form_token=form, language="sv").status_code == 303
    old = tool.client()
    old.set_cookie(NAME, before, domain="tracks.example", secure=True)
    assert tool.get(old, PAGE).status_code == 401

    tool.launch(browser, sub="second")

    assert tool.post(browser, "/language", form_token=form, language="sv").status_code == 403
    # In a browser of its own the same person has forms of its own.
    elsewhere = tool.launch(sub="first")
    assert tool.form_token(elsewhere) != form


@pytest.mark.parametrize("value", ["of-nobody", "x" * 3000])
def test_a_value_that_is_over_or_made_up_does_not_survive_a_launch(tool: Tool, value: str):
    browser = tool.client()
    browser.set_cookie(NAME, value, domain="tracks.example", secure=True)

    tool.launch(browser)

    assert browser.get_cookie(NAME, "tracks.example").value != value
    assert tool.get(browser, PAGE).status_code == 200
    assert tool.count(sign_in) == 1


@pytest.mark.parametrize("value", ["", "x", "a" * 10_000, "é", "\\", '"', "0" * 64])
def test_an_odd_cookie_is_nobody(tool: Tool, value: str):
    tool.launch()
    client = tool.app.test_client(use_cookies=False)
    headers = {"Cookie": f"{NAME}={value}"}

    answer = client.get(PAGE, base_url="https://tracks.example", headers=headers)

    assert answer.status_code == 401


def test_old_sign_ins_are_cleared_away_and_live_ones_kept(tool: Tool):
    now = datetime.now(UTC)
    with time_machine.travel(now - timedelta(hours=13), tick=False):
        tool.launch(sub="yesterday")
    browser = tool.launch(sub="today")

    with tool.database.writing() as session:
        assert end_old_sign_ins(session, datetime.now(UTC), timedelta(hours=12)) == 1

    assert tool.get(browser, PAGE).status_code == 200


@pytest.mark.parametrize("leads_here", [True, False])
def test_a_launch_gives_at_most_leading_at_the_own_school(leads_here: bool):
    """T29: whatever the LMS says. The rest is granted here."""
    roles = roles_at_sign_in(frozenset(), 7, leads_here=leads_here)
    actor = Actor(1, 1, 7, roles)

    given = {p for p in Permission if actor.may(p)}
    expected = {
        Permission.PUBLIC,
        Permission.KNOWN,
        Permission.OWN_WORK,
        Permission.SEE_SCHOOL_NUMBERS,
    }
    leading = {Permission.LEAD, Permission.READ_LEADERS}
    assert given == expected | (leading if leads_here else set())
    assert actor.may_at(Permission.LEAD, 7) == leads_here
    assert not actor.may_at(Permission.LEAD, 8)
    assert not actor.may_at(Permission.SEE_SCHOOL_NUMBERS, 8)


def test_without_a_school_a_launch_gives_ones_own_work_only():
    actor = Actor(1, 1, None, roles_at_sign_in(frozenset(), None, leads_here=True))

    assert {p for p in Permission if actor.may(p)} == {
        Permission.PUBLIC,
        Permission.KNOWN,
        Permission.OWN_WORK,
    }


def test_a_role_for_one_school_is_none_at_another():
    actor = Actor(1, 1, 7, frozenset({(Role.LEADER, 8), (Role.COORDINATOR, None)}))

    assert actor.may_at(Permission.LEAD, 8)
    assert not actor.may_at(Permission.LEAD, 7)
    assert actor.may_at(Permission.SEE_SCHOOL_NUMBERS, 7)
