"""A login service says that somebody has signed out there; and whoever only pretends to be one."""

import json
import logging
from base64 import urlsafe_b64encode
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import TestResponse

from lti.http import GuardedHttp
from lti.platform_keys import CachedPlatformKeys
from tests.factories.tool import BASE_URL, Tool
from tests.fakes.login_service import (
    CLIENT_ID,
    SECRET,
    LoginService,
    by_key_of_nobody,
    by_other_key_of_that_name,
    by_public_key_as_secret,
    with_alg_none,
)
from tests.tracks.signin.people import is_signed_in, knows, sends, signs_in
from tests.tracks.signin.test_login_service import FAR, a_teacher
from tracks.audit.models import audit_entry
from tracks.lms.stores import SystemClock
from tracks.organisation.actions.linking import make_link_code
from tracks.people.actions import add_municipality, add_person
from tracks.people.models import sign_in
from tracks.people.rules import Actor
from tracks.signin.actions.identities import Wanted, keep_service
from tracks.signin.logout_tokens import read_left
from tracks.signin.models import identity, spent
from tracks.signin.rules import LoginFailed
from tracks.signin.views import EXTENSION, SignInSide

pytestmark = pytest.mark.server
PATH = "/sign-in/ended"


def tells(own: Tool, token: str, **more: str) -> TestResponse:
    """As a service does: no cookie, no Origin, one field."""
    return own.client().post(PATH, data={"logout_token": token, **more}, base_url=BASE_URL)


def comes_in(own: Tool, service: LoginService, sid: str | None = None) -> FlaskClient:
    """In a browser of its own, as whom the service is about just now."""
    service.change = lambda claims: claims if sid is None else {**claims, "sid": sid}
    browser = own.client()
    signs_in(own, browser)
    assert is_signed_in(own, browser)
    return browser


@pytest.fixture
def known(own: Tool, service: LoginService) -> Tool:
    knows(own, "sub-1", a_teacher(own))
    return own


def test_the_visit_that_ended_there_ends_here_and_no_other(known: Tool, service: LoginService):
    library, home = comes_in(known, service, "visit-1"), comes_in(known, service, "visit-2")

    answer = tells(known, service.logout_token(sub=None, sid="visit-1"))

    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Cache-Control"] == "no-store"
    assert not is_signed_in(known, library)
    assert is_signed_in(known, home)


def test_who_is_named_without_a_visit_is_signed_out_in_all_browsers(
    known: Tool, service: LoginService
):
    browsers = [comes_in(known, service, sid) for sid in ("visit-1", "visit-2", None)]
    by_lms = known.launch(sub="teacher-1")
    service.sub = "sub-2"
    with known.database.writing() as session:
        other = add_person(session, known.municipality_id, None, datetime.now(UTC)).id
    knows(known, "sub-2", other)
    colleague = comes_in(known, service, "visit-3")

    assert tells(known, service.logout_token(sub="sub-1")).status_code == 200

    assert not any(is_signed_in(known, each) for each in browsers)
    # The LMS's own visit is the LMS's to end, and the colleague's is the colleague's.
    assert is_signed_in(known, by_lms)
    assert is_signed_in(known, colleague)


def test_who_is_named_with_a_visit_is_signed_out_there_and_where_none_was_named(
    known: Tool, service: LoginService
):
    meant, nameless, other = (comes_in(known, service, sid) for sid in ("v-1", None, "v-2"))
    assert tells(known, service.logout_token(sid="v-1")).status_code == 200
    assert [is_signed_in(known, each) for each in (meant, nameless, other)] == [False, False, True]
    # A visit of somebody else: nothing that the token could be about.
    assert tells(known, service.logout_token(sub="sub-9", sid="v-2")).status_code == 200
    assert is_signed_in(known, other)


def test_who_came_with_a_code_the_first_time_is_signed_out_too(own: Tool, service: LoginService):
    who = a_teacher(own)
    with own.database.writing() as session:
        actor = Actor(who, own.municipality_id, None, frozenset())
        code = make_link_code(session, actor, datetime.now(UTC))
    service.change = lambda claims: {**claims, "sid": "first-visit"}
    browser = own.client()
    signs_in(own, browser)
    assert sends(browser, "/sign-in/join", code=code).status_code == 303
    assert is_signed_in(own, browser)
    assert tells(own, service.logout_token(sub=None, sid="first-visit")).status_code == 200
    assert not is_signed_in(own, browser)


def test_it_is_in_the_log_of_the_municipality_and_says_of_nobody_who(
    known: Tool, service: LoginService, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    comes_in(known, service, "canary-visit")
    assert "canary-visit" not in str(known.rows(select(sign_in)))
    token = service.logout_token(sid="canary-visit", sub="sub-1")
    tells(known, token)
    tells(known, service.logout_token(sub="sub-1"))  # nobody is here any more

    rows = known.rows(select(audit_entry).where(audit_entry.c.code == "signed_out_there"))
    (row,) = rows
    assert row.municipality_id == known.municipality_id
    assert (row.actor_id, row.person_id) == (None, None)
    assert row.parameters == {"service_id": 1, "sign_ins": 1}
    kept = str(known.rows(select(sign_in))) + str(known.rows(select(spent))) + caplog.text
    for word in ("canary-visit", "sub-1", token, token.split(".")[1]):
        assert word not in kept


FAULTS: dict[str, tuple[dict[str, Any], str]] = {
    "another service's": ({"iss": "https://evil.example"}, "service_unknown"),
    "for another client": ({"aud": "another-client"}, "service_unknown"),
    "for a client more": ({"aud": [CLIENT_ID, "another"]}, "audience_untrusted"),
    "no iss": ({"iss": None}, "parties_missing"),
    "no aud": ({"aud": None}, "parties_missing"),
    "aud is a number": ({"aud": 7}, "parties_missing"),
    "azp of another": ({"azp": "another-client"}, "azp_not_us"),
    "no iat": ({"iat": None}, "iat_missing"),
    "no exp": ({"exp": None}, "exp_missing"),
    "exp as text": ({"exp": "9999999999"}, "exp_not_number"),
    "no jti": ({"jti": None}, "jti_missing"),
    "jti is a number": ({"jti": 7}, "jti_missing"),
    "jti is empty": ({"jti": ""}, "jti_missing"),
    "no events": ({"events": None}, "no_logout"),
    "events is a list": (
        {"events": ["http://schemas.openid.net/event/backchannel-logout"]},
        "no_logout",
    ),
    "another event": ({"events": {"urn:something-else": {}}}, "no_logout"),
    "the event is no object": (
        {"events": {"http://schemas.openid.net/event/backchannel-logout": True}},
        "no_logout",
    ),
    "a nonce": ({"nonce": "n"}, "nonce_present"),
    "nobody": ({"sub": None}, "nobody_named"),
    "sub is a number": ({"sub": 1}, "sub_malformed"),
    "sid is a list": ({"sid": ["v"]}, "sid_malformed"),
    "sid is empty": ({"sid": ""}, "sid_malformed"),
}
FORGED = {
    "alg none": (with_alg_none, "alg_not_allowed"),
    "HS256 with the public key": (by_public_key_as_secret, "alg_not_allowed"),
    "unknown kid": (by_key_of_nobody, "kid_unknown"),
    "another key of that kid": (by_other_key_of_that_name, "signature_invalid"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_wrong_signs_anybody_out(
    known: Tool, service: LoginService, fault: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    browser = comes_in(known, service, "visit-1")
    changes, reason = FAULTS[fault]
    answer = tells(known, service.logout_token(**changes))
    assert answer.headers["Cache-Control"] == "no-store"
    assert (answer.status_code, answer.json) == (400, {"error": "invalid_request"})
    assert f"sign_in.end_refused reason={reason}" in caplog.text
    assert is_signed_in(known, browser)


@pytest.mark.parametrize("forged", FORGED)
def test_no_other_signature_signs_anybody_out(
    known: Tool, service: LoginService, forged: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    browser = comes_in(known, service, "visit-1")
    service.sign, reason = FORGED[forged]
    # A minute later: a key that is not known is asked for once more.
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=70), tick=True):
        answer = tells(known, service.logout_token(sid="visit-1"))
        assert (answer.status_code, answer.json) == (400, {"error": "invalid_request"})
        assert reason in caplog.text
        assert is_signed_in(known, browser)
        service.sign = None
        assert tells(known, service.logout_token(sid="visit-1")).status_code == 200
        assert not is_signed_in(known, browser)


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("iat", -FAR), ("iat", FAR), ("exp", -FAR), ("exp", FAR * 9), ("nbf", FAR)],
)
def test_it_is_good_for_minutes(known: Tool, service: LoginService, name: str, seconds: int):
    browser = comes_in(known, service)
    moment = int(datetime.now(UTC).timestamp()) + seconds
    assert tells(known, service.logout_token(**{name: moment})).status_code == 400
    assert is_signed_in(known, browser)


def test_an_id_token_signs_nobody_out(known: Tool, service: LoginService):
    browser = comes_in(known, service)
    service.change = lambda claims: {
        **claims,
        "jti": "j",
        "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
    }
    assert tells(known, service.id_token({"nonce": "n"})).status_code == 400
    assert is_signed_in(known, browser)


def test_a_logout_token_signs_nobody_in(known: Tool, service: LoginService):
    service.sign = lambda given, _claims: LoginService.logout_token(
        LoginService(keys=given.keys, url=given.url)
    )
    browser = known.client()
    assert signs_in(known, browser).status_code == 400
    assert not is_signed_in(known, browser)


def test_each_works_once_however_many_come_at_the_same_time(known: Tool, service: LoginService):
    comes_in(known, service)
    token = service.logout_token()
    with ThreadPoolExecutor(8) as pool:
        seen = sorted(pool.map(lambda _: tells(known, token).status_code, range(8)))
    assert seen == [200] + [400] * 7
    again = comes_in(known, service)
    for minutes in (0, 5, 10, 12):
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minutes), tick=True):
            assert tells(known, token).status_code == 400
    assert is_signed_in(known, again)


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"logout_token": ""},
        {"logout_token": "a.b"},
        {"logout_token": "a.b.c"},
        {"logout_token": "\x00"},
        {"logout_token": "é.é.é"},
        {"logout_token": "x" * 70_000},
        {"logout_token": ["a.b.c", "a.b.c"]},
        {"id_token": "a.b.c"},
    ],
)
def test_what_is_no_token_is_refused_like_any_other(known: Tool, sent: dict[str, Any]):
    answer = known.client().post(PATH, data=sent, base_url=BASE_URL)
    assert (answer.status_code, answer.json) == (400, {"error": "invalid_request"})


def test_only_a_form_counts(known: Tool, service: LoginService):
    browser, token = comes_in(known, service), service.logout_token()
    plain = known.client()
    for answer in (
        plain.post(f"{PATH}?logout_token={token}", base_url=BASE_URL),
        plain.post(PATH, json={"logout_token": token}, base_url=BASE_URL),
        plain.post(PATH, data=f"logout_token={token}", base_url=BASE_URL),
    ):
        assert answer.status_code == 400
    assert known.get(known.client(), f"{PATH}?logout_token={token}").status_code == 405
    assert is_signed_in(known, browser)


def forget_what_was_fetched(own: Tool) -> None:
    """As a server that has just started."""
    side: SignInSide = own.app.extensions[EXTENSION]
    side.__dict__.pop("services", None)
    side.keys = CachedPlatformKeys(GuardedHttp(allow_loopback=True), SystemClock())


def test_nothing_is_fetched_for_a_stranger(known: Tool, service: LoginService):
    """Whoever knows no `sub` and no visit of somebody who is here makes us ask nobody."""
    browser = comes_in(known, service, "visit-1")
    forget_what_was_fetched(known)
    service.asked.clear()
    for token in (
        service.logout_token(sub="sub-9"),
        service.logout_token(sub=None, sid="visit-9"),
        service.logout_token(sub="sub-9", sid="visit-1"),
        service.logout_token(iss="http://127.0.0.1:9/x"),
        service.logout_token(aud="another"),
    ):
        assert tells(known, token).status_code == 400
    assert service.asked == []
    # With the keys at hand the same question has its answer, and still nobody is asked.
    assert tells(known, service.logout_token(sub=None, sid="visit-1")).status_code == 200
    assert not is_signed_in(known, browser)
    service.asked.clear()
    assert tells(known, service.logout_token(sub="sub-9")).status_code == 200
    service.sign = by_key_of_nobody
    for _ in range(5):
        assert tells(known, service.logout_token(sub="sub-9")).status_code == 400
    assert service.asked == []


def test_a_service_that_is_down_costs_nobody_more_than_the_refusal(
    known: Tool, service: LoginService
):
    browser = comes_in(known, service)
    forget_what_was_fetched(known)
    token = service.logout_token()
    service.announced = {"issuer": "https://evil.example"}
    assert tells(known, token).status_code == 400
    assert is_signed_in(known, browser)
    service.announced = {}
    assert tells(known, token).status_code == 200  # it was not used up
    assert not is_signed_in(known, browser)


def test_one_client_of_several_municipalities_is_one_of_each(known: Tool, service: LoginService):
    """The same person of the service is somebody in each; none sees the other's entry."""
    here = comes_in(known, service, "visit-1")
    side: SignInSide = known.app.extensions[EXTENSION]
    now = datetime.now(UTC)
    with known.database.writing() as session:
        other = add_municipality(session, "Other municipality", country="NO")
        wanted = Wanted("Their login", service.url, CLIENT_ID, SECRET, "openid")
        second = keep_service(session, side.sealer, other, wanted, None, now)
        who = add_person(session, other, None, now).id
        session.execute(
            identity.insert().values(
                service_id=second, sub="sub-1", municipality_id=other, person_id=who, linked_at=now
            )
        )
    tells(known, service.logout_token())
    assert not is_signed_in(known, here)
    entries = known.rows(
        select(audit_entry.c.municipality_id).where(audit_entry.c.code == "signed_out_there")
    )
    assert [row.municipality_id for row in entries] == [known.municipality_id]


def test_one_that_is_switched_off_still_ends_what_it_began(known: Tool, service: LoginService):
    from tracks.signin.models import login_service

    browser = comes_in(known, service)
    with known.database.writing() as session:
        session.execute(login_service.update().values(is_active=False))
    assert tells(known, service.logout_token()).status_code == 200
    assert not is_signed_in(known, browser)


def test_a_flood_from_one_address_is_held_up(own: Tool):
    most, caller = own.app.extensions["tracks"].settings.launches_per_minute, own.client()
    seen = {caller.post(PATH, base_url=BASE_URL).status_code for _ in range(most + 5)}
    assert seen == {400, 429}


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)
_NAMES = st.sampled_from(["iss", "aud", "sub", "sid", "jti", "events", "nonce", "iat", "exp"])


@given(st.dictionaries(_NAMES, _ANY))
def test_claims_of_any_shape_are_read_or_refused(claims: dict[str, Any]):
    try:
        left = read_left(claims)
    except LoginFailed:
        return
    assert left.sub or left.visit_hash
    assert "nonce" not in claims


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(_NAMES, _ANY), st.binary(max_size=30))
def test_whatever_comes_is_answered_with_four_hundred(
    own: Tool, claims: dict[str, Any], signature: bytes
):
    parts = [
        json.dumps({"alg": "RS256", "kid": "k1"}).encode(),
        json.dumps(claims).encode(),
        signature,
    ]
    token = ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    assert tells(own, token).status_code == 400
