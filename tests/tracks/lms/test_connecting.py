"""The pages on which an LMS is connected: by invitation, and by an administrator."""

import json
import re
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import sha256
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update
from werkzeug.test import TestResponse

from lti.ports import HttpAnswer
from lti.tool.grades import SCOPE_SCORE
from tests.factories.platform import LMS
from tests.factories.tool import BASE_URL, Tool
from tests.fakes.forge import PREFIX, signing_key
from tests.tracks.lms.test_checkup import Lms
from tests.tracks.lms.test_checkup import shown as lines
from tests.tracks.lms.test_registering import connect, invited, page, register
from tracks.audit.models import audit_entry
from tracks.i18n import LANGUAGES, translations
from tracks.lms.actions import register as register_lms
from tracks.lms.kinds import KINDS
from tracks.lms.models import deployment, platform_key_set, registration, registration_request
from tracks.people.actions import add_municipality, grant_role
from tracks.people.models import municipality, person
from tracks.people.rules import Role

TYPED = {
    "issuer": LMS,
    "client_id": "typed-client",
    "auth_url": f"{LMS}/mod/lti/auth.php",
    "token_url": f"{LMS}/mod/lti/token.php",
    "jwks_url": f"{LMS}/keys",
    "deployment_id": "3",
}


def post(tool: Tool, token: str, lms: str = "moodle", **fields: str) -> TestResponse:
    return tool.client().post(
        f"/connect/{token}?lang=en", data={"lms": lms, **fields}, base_url=BASE_URL
    )


def administrator(tool: Tool, sub: str = "administrator") -> FlaskClient:
    client = tool.launch(sub=sub, resource=None)
    with tool.database.writing() as session:
        grant_role(
            session,
            person_id=tool.person_id(sub),
            municipality_id=tool.municipality_id,
            role=Role.ADMINISTRATOR,
            school_id=None,
            now=datetime.now(UTC),
        )
    return tool.logs_in(client, sub)


def form_value(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, html
    return unescape(found[1])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_each_lms_has_what_else_to_choose_and_to_do(tool: Tool, kind, language: str):
    path = f"/connect/{invited(tool)}?lms={kind.key}&lang={language}"
    shown, find = unescape(tool.get(tool.client(), path).text), translations(language).gettext

    said = re.findall(r'<dt lang="en">(.*?)</dt><dd>(.*?)</dd>', shown)
    assert said == [(name, find(what)) for name, what in kind.settings]
    assert kind.registers_itself == bool(kind.after_registering) or kind.key == "other"
    assert find(kind.after_registering or "Register") in shown


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_each_lms_has_its_values_to_copy(tool: Tool, kind):
    token = invited(tool)

    shown = unescape(tool.get(tool.client(), f"/connect/{token}?lms={kind.key}").text)

    assert ("/lti/register?invitation=" in shown) == kind.registers_itself
    for name, _ in kind.fields:
        assert f">{name}</label>" in shown
    assert f'value="{BASE_URL}/lti/launch"' in shown
    assert ("By hand instead" in shown) <= kind.registers_itself


def test_what_is_usual_is_filled_in_from_the_address(tool: Tool):
    token = invited(tool)

    filled = tool.get(tool.client(), f"/connect/{token}?lms=moodle&site=moodle.example/").text
    odd = tool.get(tool.client(), f"/connect/{token}?lms=moodle&site=%3Cx%3E&lang=en").text

    assert [form_value(filled, name) for name in ("issuer", "auth_url", "token_url")] == [
        LMS,
        f"{LMS}/mod/lti/auth.php",
        f"{LMS}/mod/lti/token.php",
    ]
    assert "Write it as in the browser" in odd
    assert "<x>" not in odd


def test_by_hand_the_same_comparison_and_approval(tool: Tool):
    token = invited(tool)
    connect(tool)

    typed = post(tool, token, go="type", **TYPED)
    shown = page(tool, token)
    approved = post(tool, token, go="approve", request=form_value(shown, "request"))

    assert (typed.status_code, approved.status_code) == (303, 303)
    (made,) = tool.rows(select(registration).where(registration.c.issuer == LMS))
    found = (made.client_id, made.auth_url, made.token_url, made.jwks_url, made.platform_family)
    assert found == (
        "typed-client",
        f"{LMS}/mod/lti/auth.php",
        f"{LMS}/mod/lti/token.php",
        f"{LMS}/keys",
        "moodle",
    )


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("issuer", "", "Copy this value"),
        ("client_id", " ", "Copy this value"),
        ("auth_url", "http://moodle.example/a", "must be a whole address"),
        ("jwks_url", "moodle.example/keys", "must be a whole address"),
        ("token_url", "https://a@b", "must be a whole address"),
        ("client_id", "c" * 256, "At most 255"),
        ("deployment_id", "ø", "At most 255"),
    ],
)
def test_a_form_with_a_fault_keeps_all_that_was_typed(
    tool: Tool, field: str, value: str, said: str
):
    token, platform = invited(tool), connect(tool)

    answer = post(tool, token, go="type", **{**TYPED, field: value})

    assert (answer.status_code, platform.sent) == (422, [])
    assert said in answer.text
    for name, kept in TYPED.items():
        if name != field:
            assert f'name="{name}" value="{kept}"' in answer.text
    assert f'id="{field}-problem"' in answer.text
    assert tool.count(registration_request) == 0


def test_only_what_stood_on_the_page_is_approved(tool: Tool):
    token = invited(tool)
    connect(tool)
    post(tool, token, go="type", **TYPED)
    seen = form_value(page(tool, token), "request")
    post(tool, token, go="refuse", request=seen)
    post(tool, token, go="type", **{**TYPED, "client_id": "another"})

    answer = post(tool, token, go="approve", request=seen)

    assert (answer.status_code, "Somebody has decided already" in answer.text) == (409, True)
    assert tool.count(registration, registration.c.issuer == LMS) == 0


@pytest.mark.parametrize("go", ["approve", "refuse"])
def test_an_invitation_decides_about_its_own_request_only(tool: Tool, go: str):
    ours, theirs = invited(tool), invited(tool)
    connect(tool)
    post(tool, ours, go="type", **TYPED)
    post(tool, theirs, go="type", **{**TYPED, "client_id": "theirs"})
    other = form_value(page(tool, theirs), "request")

    answer = post(tool, ours, go=go, request=other)

    assert answer.status_code == 409
    assert tool.rows(select(registration_request.c.status)) == 2 * [("pending",)]


def test_refused_the_invitation_may_be_answered_anew(tool: Tool):
    token = invited(tool)
    connect(tool)
    register(tool, token)
    post(tool, token, go="refuse", request=form_value(page(tool, token), "request"))

    assert "Which LMS is it?" in page(tool, token)
    assert register(tool, token).status_code == 200
    made = select(registration_request.c.status).order_by(registration_request.c.id)
    assert tool.rows(made) == [("refused",), ("pending",)]


@pytest.mark.parametrize("go", ["", "nothing", "delete"])
def test_an_unknown_act_is_refused(tool: Tool, go: str):
    assert post(tool, invited(tool), go=go).status_code == 400


@pytest.mark.parametrize("go", ["type", "approve", "refuse", "let-in"])
def test_no_act_without_an_invitation(tool: Tool, go: str):
    connect(tool)
    answer = post(tool, "none", go=go, request="1", deployment="1", **TYPED)

    assert answer.status_code == 404


def approved(tool: Tool, **typed: str) -> str:
    """An invitation whose LMS signs with the key of the tests."""
    token = invited(tool)
    connect(tool)
    post(tool, token, go="type", **{**TYPED, **typed})
    post(tool, token, go="approve", request=form_value(page(tool, token), "request"))
    tool.http.answers[f"{LMS}/keys"] = tool.http.answers[next(iter(tool.http.answers))]
    return token


def launch(tool: Tool, deployment_id: str) -> TestResponse:
    client = tool.client()
    setting = tool.login(client, iss=LMS, client_id="typed-client")
    changes = {"iss": LMS, "aud": "typed-client", PREFIX + "deployment_id": deployment_id}
    return client.post("/lti/launch", data=tool.form(setting, changes), base_url=BASE_URL)


def test_the_first_launch_is_seen_on_the_page(tool: Tool):
    token = approved(tool)
    assert "No launch has come yet." in page(tool, token)

    assert launch(tool, "3").status_code == 303

    assert "It works: the first launch came" in page(tool, token)
    made = tool.rows(select(registration.c.id).where(registration.c.issuer == LMS))
    assert f"/lms/{made[0].id}/check" in page(tool, token)


def test_whoever_holds_the_invitation_sees_the_self_test_and_runs_it(tool: Tool):
    token = invited(tool)
    connect(tool)
    assert post(tool, token, go="test").status_code == 303
    token = approved(tool)
    lms = Lms(tool, f"{LMS}/keys", f"{LMS}/mod/lti/token.php")

    before = page(tool, token)
    assert ("unknown", "The LMS's public keys") in lines(before)
    assert lms.http.sent == []
    assert "signed in from the LMS" not in before
    assert "with a login of their own" in before

    lms.refused = {SCOPE_SCORE}
    after = post(tool, token, go="test")
    assert after.status_code == 200
    assert ("ok", "The LMS's public keys") in lines(after.text)
    assert ("failed", "Sending scores") in lines(after.text)
    assert "Allow it in the LMS, where Learning Tracks is set up as a tool." in after.text
    assert lms.open_transactions == [0] * 7
    assert ("ok", "The LMS's public keys") in lines(page(tool, token))


def test_a_new_deployment_waits_and_nobody_is_kept_before(tool: Tool):
    """T24."""
    token = approved(tool, deployment_id="")
    people = tool.count(person)
    assert launch(tool, "new-one").status_code == 403
    assert tool.count(person) == people

    assert launch(tool, "another").status_code == 403
    shown = page(tool, token)
    assert "<code>new-one</code>" in shown
    assert "<code>another</code>" in shown
    *_, newest = re.findall(r'name="deployment" value="(\d+)"', shown)
    post(tool, token, go="let-in", deployment=newest)

    assert launch(tool, "another").status_code == 303
    assert launch(tool, "new-one").status_code == 403


def test_the_invitation_lets_in_no_deployment_of_another_lms(tool: Tool):
    token = approved(tool)
    with tool.database.writing() as session:
        session.execute(
            update(deployment)
            .where(deployment.c.registration_id == tool.registration_id)
            .values(status="pending")
        )
    ((other,),) = tool.rows(
        select(deployment.c.id).where(deployment.c.registration_id == tool.registration_id)
    )

    post(tool, token, go="let-in", deployment=str(other))

    assert tool.rows(select(deployment.c.status).where(deployment.c.id == other)) == [("pending",)]


def test_a_switched_off_municipality_invites_nobody(tool: Tool):
    token = invited(tool)
    with tool.database.writing() as session:
        session.execute(update(municipality).values(is_active=False))

    assert tool.get(tool.client(), f"/connect/{token}").status_code == 404


def test_canvas_reads_its_configuration_from_an_address(tool: Tool):
    answer = tool.get(tool.client(), "/lti/canvas.json")

    assert answer.headers["Cache-Control"] == "public, max-age=3600"
    assert answer.get_json() == {
        "title": "Learning Tracks",
        "description": (
            "Professional development for teachers: tracks and resources that open in a course."
        ),
        "oidc_initiation_url": f"{BASE_URL}/lti/login",
        "target_link_uri": f"{BASE_URL}/lti/launch",
        "public_jwk_url": f"{BASE_URL}/lti/jwks.json",
        "scopes": [
            "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem",
            "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly",
            "https://purl.imsglobal.org/spec/lti-ags/scope/score",
            "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
        ],
        "custom_fields": {
            "link_history": "$ResourceLink.id.history",
            "course_history": "$Context.id.history",
        },
        "extensions": [
            {
                "platform": "canvas.instructure.com",
                "domain": "tracks.example",
                "privacy_level": "name_only",
                "settings": {
                    "text": "Learning Tracks",
                    "icon_url": f"{BASE_URL}/static/icon.svg",
                    "placements": [
                        {
                            "placement": placement,
                            "message_type": message_type,
                            "target_link_uri": f"{BASE_URL}/lti/launch",
                        }
                        for placement, message_type in (
                            ("course_navigation", "LtiResourceLinkRequest"),
                            ("link_selection", "LtiDeepLinkingRequest"),
                            ("assignment_selection", "LtiDeepLinkingRequest"),
                        )
                    ],
                },
            }
        ],
    }


# The administrator


def thumbprint(jwk: dict[str, str]) -> str:
    """By the words of RFC 7638."""
    members = json.dumps({name: jwk[name] for name in ("e", "kty", "n")}, separators=(",", ":"))
    return urlsafe_b64encode(sha256(members.encode()).digest()).decode().rstrip("=")


def test_the_thumbprints_stand_where_they_are_compared_and_afterwards(tool: Tool):
    client, token = administrator(tool), invited(tool)
    connect(tool)
    post(tool, token, go="type", **TYPED)
    one = thumbprint(signing_key().jwk())
    assert f"<code>{one}</code>" in page(tool, token)

    post(tool, token, go="approve", request=form_value(page(tool, token), "request"))

    assert f"<code>{one}</code>" in tool.get(client, "/lms").text
    ((made, url),) = tool.rows(
        select(registration.c.id, registration.c.jwks_url).where(registration.c.issuer == LMS)
    )
    newer, moment = signing_key("newer").jwk(), datetime.now(UTC)
    kept = {"jwks": [newer], "fetched_at": moment, "fresh_until": moment}
    with tool.database.writing() as session:
        session.execute(insert(platform_key_set).values(registration_id=made, url=url, **kept))
    shown = tool.get(client, "/lms").text
    assert f"<code>{thumbprint(newer)}</code>" in shown
    assert f"<code>{one}</code>" not in shown


def chosen(tool: Tool) -> list[str]:
    of_ours = registration.c.id == tool.registration_id
    return [value for (value,) in tool.rows(select(registration.c.score_policy).where(of_ours))]


def test_an_administrator_chooses_what_the_gradebook_gets(tool: Tool):
    client, path = administrator(tool), f"/lms/{tool.registration_id}/scores"
    assert 'value="proportional" selected' in tool.get(client, "/lms").text

    for _ in range(2):
        assert tool.post(client, path, policy="complete_only").status_code == 303

    assert chosen(tool) == ["complete_only"]
    shown = tool.get(client, "/lms?lang=en").text
    assert 'value="complete_only" selected' in shown
    assert "What the gradebook has already stays there" in shown
    logged = select(audit_entry.c.actor_id, audit_entry.c.parameters)
    assert tool.rows(logged.where(audit_entry.c.code == "lms_scores_chosen")) == [
        (
            tool.person_id("administrator"),
            {"policy": "complete_only", "registration": tool.registration_id},
        )
    ]


def test_nobody_else_chooses_it_and_nothing_else_is_chosen(tool: Tool):
    client, path = administrator(tool), f"/lms/{tool.registration_id}/scores"
    for fields in ({}, {"policy": "none"}):
        assert tool.post(client, path, **fields).status_code == 400
    teacher = tool.launch(sub="teacher")
    assert tool.post(teacher, path, policy="complete_only").status_code == 403
    assert tool.post(client, "/lms/99999/scores", policy="complete_only").status_code == 404
    with tool.database.writing() as session:
        other = add_municipality(session, "Another sample", country="NO")
        session.execute(update(registration).values(municipality_id=other))
    assert tool.post(client, path, policy="complete_only").status_code == 404
    assert chosen(tool) == ["proportional"]


def test_an_administrator_invites_and_the_link_is_shown_once(tool: Tool):
    client = administrator(tool)

    made = tool.post(client, "/lms/invitations")

    found = re.search(rf'value="{BASE_URL}(/connect/[\w-]{{43}})"', made.text)
    assert (made.status_code, made.headers["Cache-Control"]) == (200, "no-store")
    assert found
    assert tool.get(tool.client(), found[1]).status_code == 200
    assert "/connect/" not in tool.get(client, "/lms").text


def test_an_administrator_approves_a_request_and_a_deployment_and_switches_it_off(tool: Tool):
    client, token = administrator(tool), invited(tool)
    connect(tool)
    register(tool, token)
    shown = tool.get(client, "/lms").text
    path = re.search(r'action="(/lms/requests/\d+)"', shown)
    assert path
    assert tool.post(client, path[1], go="approve").status_code == 303
    (decided,) = tool.rows(select(registration_request))
    assert (decided.status, decided.decided_as, decided.decided_by) == (
        "approved",
        "administrator",
        tool.person_id("administrator"),
    )
    assert tool.post(client, path[1], go="refuse").status_code == 409

    made = decided.registration_id
    ((row,),) = tool.rows(select(deployment.c.id).where(deployment.c.registration_id == made))
    for go, status in (("switch-off", "off"), ("approve", "enabled")):
        assert (
            tool.post(client, f"/lms/{made}/deployments", deployment=row, go=go).status_code == 303
        )
        assert tool.rows(select(deployment.c.status).where(deployment.c.id == row)) == [(status,)]


def test_of_another_municipality_it_is_as_if_there_were_none(tool: Tool):
    client = administrator(tool)
    with tool.database.writing() as session:
        other = add_municipality(session, "Another sample", country="NO")
        theirs = register_lms(
            session,
            municipality_id=other,
            issuer="https://theirs.example",
            client_id="c",
            auth_url="https://theirs.example/a",
            token_url=None,
            jwks_url="https://theirs.example/k",
            deployment_ids=["1"],
            now=datetime.now(UTC),
        )
    token = invited(tool, other)
    connect(tool)
    register(tool, token)
    ((asked,),) = tool.rows(select(registration_request.c.id))
    ((row,),) = tool.rows(select(deployment.c.id).where(deployment.c.registration_id == theirs))
    of_the_request = re.compile(r"\b[0-9A-F]{8}\b|/lms/[\w/]+")

    shown = tool.get(client, "/lms").text
    assert "theirs.example" not in shown
    assert "waits for approval" not in shown
    answers = [
        tool.post(client, path, go="approve", deployment=str(row))
        for path in (
            f"/lms/requests/{asked}",
            f"/lms/requests/{asked + 99}",
            f"/lms/{theirs}/deployments",
            f"/lms/{theirs + 99}/deployments",
            f"/lms/{tool.registration_id}/deployments",
        )
    ]
    assert [each.status_code for each in answers] == 5 * [404]

    assert len({of_the_request.sub("", each.text) for each in answers}) == 1
    assert tool.rows(select(registration_request.c.status)) == [("pending",)]


def test_a_teacher_sees_none_of_it(tool: Tool):
    client = tool.launch(sub="teacher")

    assert tool.get(client, "/lms").status_code == 403
    assert tool.post(client, "/lms/invitations").status_code == 403
    assert 'href="/lms"' not in tool.get(client, "/").text
    assert 'href="/lms"' in tool.get(administrator(tool), "/").text


def test_an_lms_that_hangs_keeps_nobody_from_the_page(tool: Tool):
    """Keys that cannot be read now are said, and what was typed is kept."""
    token, platform = invited(tool), connect(tool)
    platform.http.answers[f"{LMS}/keys"] = HttpAnswer(200, {}, b"<html>")

    assert post(tool, token, go="type", **TYPED).status_code == 303
    assert "jwks_not_json" in page(tool, token)
