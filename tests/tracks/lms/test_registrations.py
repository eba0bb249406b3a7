"""Several LMSs side by side: nobody is taken for somebody else's (T9, T24, T30, T32, T39)."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Table, select, update

from tests.factories.tool import BASE_URL, ISSUER, JWKS_URL, Tool
from tests.fakes.forge import PREFIX, Setting, changed, resource_claims, token
from tracks.lms.actions import approve_deployment, register, switch_off_deployment
from tracks.lms.models import deployment, registration, resource_link
from tracks.people.actions import add_municipality
from tracks.people.models import account, municipality, person, sign_in

DEPLOYMENT = PREFIX + "deployment_id"
AGS = "https://purl.imsglobal.org/spec/lti-ags/"
CLIENTS = ("client-1", "client-2", "client-3")


def add_registration(tool: Tool, client_id: str, *, issuer: str = ISSUER, name: str = "") -> int:
    with tool.database.writing() as session:
        return register(
            session,
            municipality_id=add_municipality(session, name or client_id, country="NO"),
            issuer=issuer,
            client_id=client_id,
            auth_url=f"{issuer}/auth",
            token_url=None,
            jwks_url=JWKS_URL,
            deployment_ids=["1"],
            now=datetime.now(UTC),
        )


def claims_of(setting: Setting, client_id: str, sub: str, issuer: str = ISSUER) -> dict:
    return changed(
        resource_claims(setting, teacher=False), {"aud": client_id, "sub": sub, "iss": issuer}
    )


def test_three_registrations_of_one_issuer_never_mix(tool: Tool):
    """All 36 ways: a state of one, a token for one, four subs of which two are equal (check 6)."""
    ids = {"client-1": tool.registration_id}
    ids |= {client_id: add_registration(tool, client_id) for client_id in CLIENTS[1:]}
    answers = {}
    for begun in CLIENTS:
        for signed in CLIENTS:
            for sub in ("same", "Same", f"only-{signed}", "17"):
                client = tool.client()
                setting = tool.login(client, client_id=begun)
                form = {"id_token": token(claims_of(setting, signed, sub)), "state": tool.state}
                answer = client.post("/lti/launch", data=form, base_url=BASE_URL)
                answers[begun, signed, sub] = answer.status_code

    assert len(answers) == 36
    assert answers == {key: 303 if key[0] == key[1] else 401 for key in answers}
    people = tool.rows(select(account.c.registration_id, account.c.sub, account.c.person_id))
    assert {(r, s) for r, s, _ in people} == {
        (ids[c], s) for c in CLIENTS for s in ("same", "Same", f"only-{c}", "17")
    }
    assert len({person_id for _, _, person_id in people}) == tool.count(person) == 12


def test_a_token_of_another_lms_does_not_fit_the_state(tool: Tool):
    add_registration(tool, "client-1", issuer="https://other.example")
    setting = tool.login(tool.client())
    claims = claims_of(setting, "client-1", "same", issuer="https://other.example")

    answer = tool.click(tool.prepare(claims))

    assert (answer.status_code, "issuer_differs" in answer.text) == (401, True)
    assert tool.count(person) == 0


def test_a_login_that_fits_several_registrations_asks_for_the_client_id(tool: Tool):
    add_registration(tool, "client-2")
    query = {"iss": ISSUER, "login_hint": "h", "target_link_uri": f"{BASE_URL}/lti/launch"}

    answer = tool.client().get("/lti/login", query_string=query, base_url=BASE_URL)

    assert (answer.status_code, "login_client_id_needed" in answer.text) == (400, True)


@pytest.mark.parametrize("personal", [{"email": "kim@school.example"}, {"name": "Kim Example"}])
def test_neither_e_mail_nor_name_makes_two_accounts_one_person(tool: Tool, personal: dict):
    tool.launch(sub="first", changes=personal)
    tool.launch(sub="second", changes=personal)

    assert tool.person_id("first") != tool.person_id("second")
    assert tool.count(person) == 2


def test_a_new_deployment_waits_for_approval_and_keeps_nobody(tool: Tool):
    first = tool.click(tool.prepare({DEPLOYMENT: "new"}))

    assert (first.status_code, "deployment_unknown" in first.text) == (403, True)
    assert (tool.count(person), tool.count(sign_in)) == (0, 0)
    pending = select(deployment.c.status).where(deployment.c.deployment_id == "new")
    assert tool.rows(pending) == [("pending",)]
    second = tool.click(tool.prepare({DEPLOYMENT: "new"}))
    assert (second.status_code, "deployment_not_enabled" in second.text) == (403, True)

    with tool.database.writing() as session:
        approve_deployment(session, tool.registration_id, "new", datetime.now(UTC))

    assert tool.click(tool.prepare({DEPLOYMENT: "new"})).status_code == 303


def test_a_deployment_of_another_registration_opens_nothing(tool: Tool):
    other = add_registration(tool, "client-2")
    with tool.database.writing() as session:
        approve_deployment(session, other, "theirs", datetime.now(UTC))

    assert tool.click(tool.prepare({DEPLOYMENT: "theirs"})).status_code == 403


def test_a_deployment_switched_off_ends_the_sign_ins_that_came_by_it_and_no_others(tool: Tool):
    with tool.database.writing() as session:
        approve_deployment(session, tool.registration_id, "2", datetime.now(UTC))
    here, there = tool.launch(), tool.launch(sub="elsewhere", changes={DEPLOYMENT: "2"})

    with tool.database.writing() as session:
        assert switch_off_deployment(session, tool.registration_id, "2") is True
        assert switch_off_deployment(session, tool.registration_id, "no such") is False

    assert tool.get(there, "/school").status_code == 401
    assert tool.get(here, "/school").status_code == 200
    refused = tool.click(tool.prepare({DEPLOYMENT: "2"}))
    assert (refused.status_code, "deployment_not_enabled" in refused.text) == (403, True)


def test_a_municipality_switched_off_is_off_at_once(tool: Tool):
    browser = tool.launch()
    begun = tool.prepare()
    with tool.database.writing() as session:
        session.execute(update(municipality).values(is_active=False))

    assert tool.get(browser, "/school").status_code == 401
    # Begun while it was on.
    refused = tool.click(begun)
    assert (refused.status_code, "state_registration_gone" in refused.text) == (401, True)
    tool.a_moment_later()
    query = {"iss": ISSUER, "login_hint": "h", "target_link_uri": f"{BASE_URL}/lti/launch"}
    unknown = tool.client().get(
        "/lti/login", query_string={**query, "iss": "https://unknown.example"}, base_url=BASE_URL
    )
    off = tool.client().get("/lti/login", query_string=query, base_url=BASE_URL)
    assert (off.status_code, "login_not_connected" in off.text) == (400, True)
    assert (unknown.status_code, "login_not_connected" in unknown.text) == (400, True)


@pytest.mark.parametrize("what", [registration, municipality])
def test_what_was_read_a_moment_ago_lets_nobody_in(tool: Tool, what: Table):
    """A login may be begun with a registration two seconds old; the launch asks again (T39)."""
    tool.launch()
    with tool.database.writing() as session:
        session.execute(update(what).values(is_active=False))

    refused = tool.click(tool.prepare({"sub": "teacher-2"}))

    assert (refused.status_code, "state_registration_gone" in refused.text) == (401, True)
    assert tool.rows(select(account.c.sub)) == [("teacher-1",)]


def test_a_suspended_person_is_out_at_once_and_gets_no_further(tool: Tool):
    browser = tool.launch()
    with tool.database.writing() as session:
        session.execute(update(person).values(is_suspended=True))

    assert tool.get(browser, "/school").status_code == 401
    refused = tool.click(tool.prepare({"sub": "teacher-1"}))
    assert (refused.status_code, tool.count(sign_in)) == (403, 1)
    assert "__Host-tracks=" not in str(refused.headers)

    with tool.database.writing() as session:
        session.execute(update(person).values(is_suspended=False))
    assert tool.get(browser, "/school").status_code == 200


def test_registering_again_changes_addresses_and_makes_nothing_new(tool: Tool):
    first = add_registration(tool, "client-2")
    assert add_registration(tool, "client-2") == first


def test_an_lms_s_further_hosts_are_kept_and_open_its_gradebook(tool: Tool):
    """Canvas: one host signs in, the school's own host has the gradebook (T37)."""
    item = "https://school.lms-cloud.example/items/1"
    grades = {AGS + "claim/endpoint": {"lineitem": item, "scope": [AGS + "scope/score"]}}
    column = select(resource_link.c.lineitem_url)

    tool.launch(changes=grades)
    before = tool.rows(column)
    for hosts in (["School.LMS-Cloud.example"], None):
        with tool.database.writing() as session:
            register(
                session,
                municipality_id=tool.municipality_id,
                issuer=ISSUER,
                client_id="client-1",
                auth_url=f"{ISSUER}/auth",
                token_url=f"{ISSUER}/token",
                jwks_url=JWKS_URL,
                deployment_ids=["1"],
                now=datetime.now(UTC),
                service_hosts=hosts,
            )
        tool.a_moment_later()
        tool.launch(changes=grades)
        assert tool.rows(column) == [(item,)]

    assert before == [(None,)]
