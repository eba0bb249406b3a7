"""Addresses of services that are not of the LMS: told, approved by whoever may, used then (T37)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.convergence.run import AGS, SCOPE
from tests.factories.choosing import request_content, settings
from tests.factories.rosters import GROUPS, NRPS, groups_claim
from tests.factories.tool import ISSUER, Tool
from tests.tracks.lms.test_connecting import administrator
from tracks.audit.models import audit_entry
from tracks.lms.models import course, refused_address, registration, resource_link
from tracks.people.actions import add_municipality

HOST = "school.lms-services.example"
CLAIMS = {
    AGS: {
        "scope": [SCOPE + "score", SCOPE + "lineitem"],
        "lineitems": f"https://{HOST}/items",
        "lineitem": f"https://{HOST}/items/1",
    },
    NRPS: {"context_memberships_url": f"https://{HOST}/members", "service_versions": ["2.0"]},
}
NOTED = select(refused_address.c.service, refused_address.c.host, refused_address.c.reason)
COLUMN = select(resource_link.c.lineitem_url)


def lead(tool: Tool, **changes: object) -> FlaskClient:
    return tool.launch(sub="lead", leads=True, changes={**CLAIMS, **changes})


def check(tool: Tool, client: FlaskClient) -> str:
    page = tool.get(client, f"/lms/{tool.registration_id}/check?lang=en")
    assert page.status_code == 200
    return re.sub(r"\s+", " ", page.text)


def change(tool: Tool, client: FlaskClient, **fields: str):
    return tool.post(client, f"/lms/{tool.registration_id}/hosts", **fields)


@pytest.mark.parametrize(
    ("claim", "value", "noted"),
    [
        (
            NRPS,
            {"context_memberships_url": "https://evil.example/m"},
            ("roster", "evil.example", "host_not_allowed"),
        ),
        (
            NRPS,
            {"context_memberships_url": "http://lms.example/m"},
            ("roster", "lms.example", "url_not_https"),
        ),
        (
            NRPS,
            {"context_memberships_url": "https://lms.example@evil.example/m"},
            ("roster", "", "url_not_plain"),
        ),
        (
            NRPS,
            {"context_memberships_url": f"https://{'a' * 300}.example/m"},
            ("roster", "", "url_not_plain"),
        ),
        (
            GROUPS,
            groups_claim(context_groups_url="https://other.example/g")[GROUPS],
            ("groups", "other.example", "host_not_allowed"),
        ),
        (
            AGS,
            {"scope": [SCOPE + "score"], "lineitem": "https://OTHER.example/1"},
            ("scores", "other.example", "host_not_allowed"),
        ),
    ],
)
def test_what_is_not_called_is_noted_with_its_host_and_why(
    tool: Tool, claim: str, value: dict[str, object], noted: tuple[str, str, str]
):
    tool.launch(changes={claim: value})

    assert tool.rows(NOTED) == [noted]


def test_a_host_for_chosen_content_is_told_and_approved_like_the_others(tool: Tool):
    """Canvas has one sign-in for all, and a host for each school."""
    asked = settings(deep_link_return_url=f"https://{HOST}/courses/1/content_items")
    client = administrator(tool)
    assert request_content(tool, tool.client(), asked).status_code == 400

    assert tool.rows(NOTED) == [("content", HOST, "host_not_allowed")]
    page = check(tool, client)
    assert "Where the LMS takes chosen content" in page
    assert f"Launches name the host {HOST}" in page
    change(tool, client, host=HOST, go="approve")
    tool.a_moment_later()
    assert request_content(tool, tool.client(), asked).status_code == 303


def test_a_forged_request_for_content_notes_nothing(tool: Tool):
    asked = settings(deep_link_return_url=f"https://{HOST}/x")
    answer = request_content(tool, tool.client(), {**asked, "aud": "another"})

    assert answer.status_code >= 400
    assert tool.count(refused_address) == 0


def test_what_we_would_not_use_or_do_call_is_not_noted(tool: Tool):
    """Without the right to send scores, the column is none of ours."""
    tool.launch(changes={AGS: {"scope": [], "lineitem": f"https://{HOST}/1"}})
    tool.launch(changes={NRPS: {"context_memberships_url": f"{ISSUER}/members"}})

    assert tool.count(refused_address) == 0


def test_the_launch_works_and_is_logged_once_a_day_without_the_person(
    tool: Tool, caplog: pytest.LogCaptureFixture
):
    with time_machine.travel(datetime(2026, 11, 20, 8, tzinfo=UTC), tick=False) as clock:
        for _ in range(2):
            lead(tool)
        clock.shift(timedelta(days=1))
        lead(tool)

    said = [line for line in caplog.messages if line.startswith("launch.address_refused")]
    assert said == 2 * [
        f"launch.address_refused registration={tool.registration_id} service={service} "
        f"reason=host_not_allowed host={HOST}"
        for service in ("scores", "roster")
    ]
    assert tool.count(refused_address) == 4


def test_the_self_test_says_what_does_not_work_what_to_do_and_who(tool: Tool):
    client = administrator(tool)
    lead(tool)

    page = check(tool, client)

    for what, state in (
        ("Where the LMS takes results", "does not work"),
        ("Where the LMS has its lists of participants", "look at this"),
    ):
        assert f'<strong>{what}</strong> <span class="checked-state">{state}</span>' in page
    said = f"Launches name the host {HOST}, which is not one of this connection: not used."
    assert page.count(said) == 2
    assert page.count("Then approve it among the LMS connections.") == 2
    assert page.count("An administrator of the municipality here") >= 2


def test_an_approved_host_works_from_the_next_launch_on(tool: Tool):
    client = administrator(tool)
    lead(tool)
    assert (tool.rows(COLUMN), tool.rows(select(course.c.memberships_url))) == (
        [(None,)],
        [(None,)],
    )
    shown = tool.get(client, "/lms?lang=en").text
    assert f"<code>{HOST}</code>" in shown
    assert shown.count("Approve this host") == 1

    assert change(tool, client, host=HOST, go="approve").status_code == 303

    tool.a_moment_later()
    lead(tool)
    assert tool.rows(COLUMN) == [(f"https://{HOST}/items/1",)]
    assert tool.rows(select(course.c.memberships_url)) == [(f"https://{HOST}/members",)]
    after = tool.get(client, "/lms?lang=en").text
    assert ("Approve this host" in after, "Approved host of its services" in after) == (False, True)
    assert HOST not in check(tool, client)


def test_approving_and_taking_away_stand_in_the_audit_log(tool: Tool):
    client = administrator(tool)
    lead(tool)

    change(tool, client, host=HOST, go="approve")
    change(tool, client, host=HOST, go="take-away")

    logged = select(audit_entry.c.actor_id, audit_entry.c.parameters)
    asked = logged.where(audit_entry.c.code == "lms_host_changed").order_by(audit_entry.c.number)
    who, said = (
        tool.person_id("administrator"),
        {"host": HOST, "registration": tool.registration_id},
    )
    assert tool.rows(asked) == [(who, {**said, "on": True}), (who, {**said, "on": False})]
    assert tool.rows(select(registration.c.service_hosts)) == [([],)]


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"host": "never-named.example", "go": "approve"}, 404),
        ({"host": "lms.example", "go": "approve"}, 404),  # named, but without https
        ({"host": HOST, "go": "take-away"}, 404),
        ({"host": HOST, "go": "sell"}, 400),
        ({"go": "approve"}, 404),
        ({}, 400),
    ],
)
def test_only_what_launches_have_named_is_approved(tool: Tool, fields: dict[str, str], status: int):
    client = administrator(tool)
    lead(tool, **{NRPS: {"context_memberships_url": "http://lms.example/members"}})

    assert change(tool, client, **fields).status_code == status
    assert tool.rows(select(registration.c.service_hosts)) == [([],)]


def test_only_an_administrator_of_that_municipality_approves(tool: Tool):
    teacher = lead(tool)
    assert change(tool, teacher, host=HOST, go="approve").status_code == 403

    client = administrator(tool)
    with tool.database.writing() as session:
        other = add_municipality(session, "Another sample", country="NO")
        session.execute(update(registration).values(municipality_id=other))
    assert change(tool, client, host=HOST, go="approve").status_code == 404
    assert tool.rows(select(registration.c.service_hosts)) == [([],)]


def test_what_launches_named_long_ago_is_told_no_more(tool: Tool):
    client = administrator(tool)
    with time_machine.travel(datetime.now(UTC) - timedelta(days=8)):
        lead(tool)

    assert HOST not in check(tool, client)
    assert "Approve this host" not in tool.get(client, "/lms?lang=en").text
