"""What is switched off ends open sessions: on every route, within a minute (check 16, T39)."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from tests.factories.tool import BASE_URL, Tool
from tests.whole.test_routes import (
    PLACE,
    ROUTES,
    SIGNED_BY_THE_LMS,
    everybody,
    filled,
    opens,
)
from tracks.app import create_worker
from tracks.db import Session
from tracks.jobs.worker import WATCHES_EVERY_S
from tracks.lms.actions import switch_off_deployment
from tracks.lms.actions.switches import (
    end_sign_ins_of_what_is_off,
    switch_municipality,
    switch_on_deployment,
    switch_registration,
)
from tracks.lms.models import deployment, registration
from tracks.people.grants import end_role
from tracks.people.models import municipality, person, role_grant, sign_in
from tracks.people.rules import Permission, Role

Switch = Callable[[Tool, Session], object]

SWITCHES: dict[str, Switch] = {
    "the registration": lambda t, s: switch_registration(s, t.registration_id, on=False),
    "the deployment": lambda t, s: switch_off_deployment(s, t.registration_id, "1"),
    "the municipality": lambda t, s: switch_municipality(s, t.municipality_id, on=False),
    "the person": lambda _, s: s.execute(update(person).values(is_suspended=True)),
}
# As somebody does it in the database, past all commands.
BY_HAND: dict[str, Switch] = {
    "the registration": lambda _, s: s.execute(update(registration).values(is_active=False)),
    "the deployment": lambda _, s: s.execute(update(deployment).values(status="off")),
    "the municipality": lambda _, s: s.execute(update(municipality).values(is_active=False)),
}


def answers(tool: Tool, browser) -> dict[tuple[str, str], int]:
    """The status of every route that is not open to everybody."""
    place = {**PLACE, "school_id": str(tool.school_id)}

    def value(part: re.Match[str]) -> str:
        return place.get(part["name"], "1" if part["kind"] == "id:" else "x")

    found = {}
    for (path, methods), permission in ROUTES.items():
        if permission is Permission.PUBLIC or path in SIGNED_BY_THE_LMS:
            continue
        filled = re.sub(r"<(?P<kind>\w+:)?(?P<name>\w+)>", value, path)
        for method in methods.split():
            token = {"form_token": "x" * 64}
            answer = browser.open(filled, method=method, data=token, base_url=BASE_URL)
            found[path, method] = answer.status_code
    return found


@pytest.mark.parametrize("what", SWITCHES)
def test_switched_off_at_once_on_every_route(tool: Tool, what: str):
    browser = tool.launch(leads=True)
    before = answers(tool, browser)
    assert 401 not in before.values()

    with tool.database.writing() as session:
        SWITCHES[what](tool, session)

    after = answers(tool, browser)
    gets = {key: status for key, status in after.items() if key[1] == "GET"}
    assert set(gets.values()) == {401}
    # A form is refused before anybody asks whose it is; never is it taken.
    assert set(after.values()) <= {401, 403}
    assert "My work" not in tool.get(browser, "/help?lang=en").text


def test_a_role_that_is_ended_opens_nothing_more_on_every_route(tool: Tool):
    """Check 16 for roles: the sign-in stays, and what the role opened is shut at once."""
    clients = everybody(tool)
    granted = {Role(row.role) for row in tool.rows(select(role_grant.c.role))}
    place = {**PLACE, "school_id": str(tool.school_id)}
    ways = [
        (role, path, method)
        for (path, methods), permission in ROUTES.items()
        if path not in SIGNED_BY_THE_LMS
        for method in methods.split()
        for role in granted
        if permission in opens(role.value) - opens(Role.NEWCOMER.value)
    ]

    def refused() -> set[tuple[Role, str, str]]:
        tokens = {role: tool.form_token(clients[role.value]) for role in granted}
        return {
            (role, path, method)
            for role, path, method in ways
            if clients[role.value]
            .open(
                filled(path, place),
                method=method,
                data={"form_token": tokens[role]} if method == "POST" else None,
                base_url=BASE_URL,
                headers={"Origin": BASE_URL},
            )
            .status_code
            in (401, 403)
        }

    # The role opens them: only what is read is tried, for a form might end a role by itself.
    everything, ways = ways, [way for way in ways if way[2] == "GET"]
    assert refused() == set()
    ways = everything
    with tool.database.writing() as session:
        for row in session.execute(select(role_grant.c.id)).all():
            assert end_role(session, tool.municipality_id, row.id, datetime.now(UTC))

    assert refused() == set(everything)
    assert len(granted) == len(Role) - 3
    # the others open nothing yet that everybody may not
    assert len({role for role, _, _ in everything}) >= 6


@pytest.mark.parametrize("what", BY_HAND)
def test_switched_off_by_hand_it_takes_less_than_a_minute(tool: Tool, what: str):
    browser = tool.launch(leads=True)
    with tool.database.writing() as session:
        BY_HAND[what](tool, session)

    with tool.database.writing() as session:
        ended = end_sign_ins_of_what_is_off(session, datetime.now(UTC))

    assert WATCHES_EVERY_S <= 30
    assert (ended, tool.count(sign_in)) == (1, 0)
    assert tool.get(browser, "/school").status_code == 401


def test_the_worker_keeps_that_watch(tool: Tool):
    tool.launch()
    with tool.database.writing() as session:
        BY_HAND["the registration"](tool, session)

    create_worker(tool.settings, tool.database)._do_chores()

    assert tool.count(sign_in) == 0


def test_the_watch_leaves_everybody_else_alone(tool: Tool):
    tool.launch()

    with tool.database.writing() as session:
        assert end_sign_ins_of_what_is_off(session, datetime.now(UTC)) == 0

    assert tool.count(sign_in) == 1


def test_one_lms_switched_off_leaves_the_others_on(tool: Tool):
    browser = tool.launch()
    with tool.database.writing() as session:
        assert switch_registration(session, tool.registration_id + 99, on=False) is False
        assert switch_municipality(session, tool.municipality_id + 99, on=False) is False

    assert tool.get(browser, "/school").status_code == 200


@pytest.mark.parametrize("what", ["the registration", "the deployment", "the municipality"])
def test_switched_on_again_a_launch_gets_in(tool: Tool, what: str):
    prepared = tool.prepare()
    with tool.database.writing() as session:
        SWITCHES[what](tool, session)
    assert tool.click(prepared).status_code in (401, 403)

    with tool.database.writing() as session:
        switch_registration(session, tool.registration_id, on=True)
        switch_municipality(session, tool.municipality_id, on=True)
        assert switch_on_deployment(session, tool.registration_id, "1") is True
        assert switch_on_deployment(session, tool.registration_id, "2") is False

    assert tool.click(tool.prepare()).status_code == 303
    assert tool.rows(select(deployment.c.status)) == [("enabled",)]
