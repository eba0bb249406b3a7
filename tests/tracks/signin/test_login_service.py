"""OpenID Connect with a real issuer on loopback: who comes in, and whom nothing lets in."""

import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from tests.factories.tool import BASE_URL, Tool
from tests.fakes.login_service import (
    SECRET,
    Claims,
    LoginService,
    by_key_of_nobody,
    by_other_key_of_that_name,
    by_public_key_as_secret,
    with_alg_none,
)
from tests.tracks.signin.people import (
    OWN,
    begins,
    comes_back,
    cookie,
    is_signed_in,
    knows,
    signs_in,
    visit,
)
from tracks.people.models import person, sign_in
from tracks.signin.models import identity, login_service

pytestmark = pytest.mark.server
FAR = 86_400


def a_teacher(own: Tool) -> int:
    own.launch(sub="teacher-1")
    return own.person_id("teacher-1")


def test_who_is_known_comes_in_by_issuer_and_sub_alone(own: Tool, service: LoginService):
    who = a_teacher(own)
    knows(own, "sub-1", who)
    client = own.client()

    answer = signs_in(own, client, "?then=/sign-ins")

    assert answer.status_code == 200
    assert 'http-equiv="refresh" content="0; url=/sign-ins"' in answer.text
    assert is_signed_in(own, client)
    (row,) = own.rows(select(sign_in).where(sign_in.c.way == "oidc"))
    assert (row.person_id, row.deployment_id, row.lms_origin) == (who, 0, "'none'")
    (said,) = [h for h in answer.headers.getlist("Set-Cookie") if h.startswith(OWN)]
    assert "SameSite=Strict; " in f"{said}; "
    assert {"HttpOnly", "Secure"} <= set(said.split("; "))
    page = own.get(client, "/sign-ins")
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]


def test_the_request_has_what_the_flow_needs_and_no_secret(own: Tool, service: LoginService):
    there = begins(own, own.client())

    sent = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
    assert sent["response_type"] == "code"
    assert sent["redirect_uri"] == f"{BASE_URL}/sign-in/back"
    assert (sent["scope"], sent["code_challenge_method"]) == ("openid", "S256")
    assert len({sent["state"], sent["nonce"], sent["code_challenge"]}) == 3
    assert SECRET not in there
    # Two rounds share nothing.
    other = {n: v[0] for n, v in parse_qs(urlsplit(begins(own, own.client())).query).items()}
    assert not {other["state"], other["nonce"], other["code_challenge"]} & set(sent.values())


def without(*names: str) -> Callable[[Claims], Claims]:
    return lambda claims: {n: v for n, v in claims.items() if n not in names}


def given(**more: Any) -> Callable[[Claims], Claims]:
    return lambda claims: {**claims, **more}


def later(name: str, seconds: int) -> Callable[[Claims], Claims]:
    return lambda claims: {**claims, name: claims["iat"] + seconds}


FAULTS = {
    "wrong nonce": ({"change": given(nonce="another")}, "nonce_differs"),
    "no nonce": ({"change": without("nonce")}, "nonce_differs"),
    "wrong aud": ({"change": given(aud="another-client")}, "audience_not_us"),
    "an aud more": ({"change": given(aud=["tracks-client", "x"])}, "audience_untrusted"),
    "wrong azp": ({"change": given(azp="another-client")}, "azp_not_us"),
    "wrong iss": ({"change": given(iss="https://evil.example")}, "issuer_differs"),
    "expired": ({"change": later("exp", -FAR)}, "exp_passed"),
    "exp as text": ({"change": given(exp="9999999999")}, "exp_not_number"),
    "no exp": ({"change": without("exp")}, "exp_missing"),
    "from tomorrow": ({"change": later("iat", FAR)}, "iat_in_future"),
    "no sub": ({"change": without("sub")}, "sub_malformed"),
    "sub is a number": ({"change": given(sub=1)}, "sub_malformed"),
    "alg none": ({"sign": with_alg_none}, "alg_not_allowed"),
    "HS256 with the public key": ({"sign": by_public_key_as_secret}, "alg_not_allowed"),
    "unknown kid": ({"sign": by_key_of_nobody}, "kid_unknown"),
    "another key of that kid": ({"sign": by_other_key_of_that_name}, "signature_invalid"),
    "token endpoint down": ({"token_status": 503}, "token_refused"),
    "token endpoint says a page": ({"token_body": b"<html>"}, "token_refused"),
    "no id_token": (
        {"token_body": b'{"access_token": "x", "token_type": "b"}'},
        "id_token_missing",
    ),
    "answer of another issuer": ({"answer": {"iss": "https://evil.example"}}, "answer_of_another"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_nothing_wrong_lets_anybody_in(
    own: Tool, service: LoginService, fault: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    knows(own, "sub-1", a_teacher(own))
    before = own.count(sign_in)
    changes, reason = FAULTS[fault]
    for name, value in changes.items():  # type: ignore[attr-defined]  # one of three types
        setattr(service, name, value)
    client = own.client()

    answer = signs_in(own, client)

    assert answer.status_code in (400, 502), answer.text
    assert cookie(client) is None
    assert own.count(sign_in) == before
    assert reason in caplog.text
    assert not is_signed_in(own, client)
    # Without the fault the same person comes in: it was the fault that kept them out.
    service.__dict__.update(LoginService(keys=service.keys, url=service.url).__dict__)
    signs_in(own, client)
    assert is_signed_in(own, client)


def test_a_state_works_once(own: Tool, service: LoginService):
    knows(own, "sub-1", a_teacher(own))
    client = own.client()
    there = visit(begins(own, client))
    door = {c.key: c.value for c in client._cookies.values()}
    assert comes_back(own, client, there).status_code == 200

    again = own.client()
    for name, value in door.items():
        again.set_cookie(name, value, domain="tracks.example", secure=True)
    tokens = len([a for a in service.asked if a[1] == "/token"])
    answer = comes_back(own, again, there)

    assert answer.status_code == 400
    assert cookie(again) is None
    assert len([a for a in service.asked if a[1] == "/token"]) == tokens


def test_a_state_of_another_browser_signs_nobody_in(own: Tool, service: LoginService):
    """Login CSRF: the attacker's own round, sent to somebody else."""
    knows(own, "sub-1", a_teacher(own))
    there = visit(begins(own, own.client()))
    victim = own.client()
    visit(begins(own, victim))  # has a round of their own, too

    answer = comes_back(own, victim, there)

    assert answer.status_code == 400
    assert cookie(victim) is None
    assert not is_signed_in(own, victim)


def test_a_made_up_state_and_a_state_twice_are_refused(own: Tool, service: LoginService):
    client = own.client()
    there = visit(begins(own, client))
    state = parse_qs(urlsplit(there).query)["state"][0]
    for query in ("", "?code=x", f"?code=x&state={'a' * 43}", f"?code=x&state={state}&state=b"):
        assert own.get(client, f"/sign-in/back{query}").status_code == 400


def test_the_sign_in_has_another_value_than_any_before(own: Tool, service: LoginService):
    """Session fixation (check 21): what was in the browser before opens nothing afterwards."""
    knows(own, "sub-1", a_teacher(own))
    client = own.launch(sub="teacher-2")
    before = client.get_cookie("__Host-tracks", "tracks.example")
    assert before is not None
    client.set_cookie(OWN, "planted-by-somebody", domain="tracks.example", secure=True)

    signs_in(own, client)

    assert cookie(client) not in (None, "planted-by-somebody", before.value)
    for value in ("planted-by-somebody", before.value):
        old = own.client()
        old.set_cookie(OWN, value, domain="tracks.example", secure=True)
        assert not is_signed_in(own, old)
    first = cookie(client)
    signs_in(own, client)
    assert cookie(client) != first


def test_asked_to_show_it_again_the_service_is_told_so(own: Tool, service: LoginService):
    knows(own, "sub-1", a_teacher(own))
    client = own.client()
    there = begins(own, client, "?again=1")
    sent = {name: values[0] for name, values in parse_qs(urlsplit(there).query).items()}
    assert (sent["prompt"], sent["max_age"]) == ("login", "0")
    comes_back(own, client, visit(there))
    assert own.rows(select(sign_in.c.proved_at).where(sign_in.c.way == "oidc")) != [(None,)]


@pytest.mark.parametrize("said", ["nothing", "yesterday"])
def test_a_service_that_does_not_ask_again_proves_nothing(
    own: Tool, service: LoginService, said: str
):
    knows(own, "sub-1", a_teacher(own))
    client = own.client()
    if said == "nothing":
        service.has_auth_time = False
    else:
        service.change = later("auth_time", -FAR)

    answer = signs_in(own, client, "?again=1")

    assert answer.status_code in (400, 502)
    assert cookie(client) is None
    # Without "again" it is good enough to come in, and not for what must be fresh.
    signs_in(own, client)
    ((proved,),) = own.rows(select(sign_in.c.proved_at).where(sign_in.c.way == "oidc"))
    assert proved is None or (datetime_now() - proved).total_seconds() > 3600


def datetime_now() -> Any:
    from tests.tracks.signin.people import NOW_IS

    return NOW_IS()


@pytest.mark.parametrize(
    "said",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": "http://evil.example/auth"},
        {"token_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
)
def test_a_service_that_says_odd_things_of_itself_is_not_used(
    own: Tool, service: LoginService, said: Claims
):
    service.announced = said

    answer = own.get(own.client(), "/sign-in/with/1")

    assert answer.status_code == 502
    assert "Set-Cookie" not in answer.headers


def test_no_token_code_or_secret_is_in_the_log_or_in_the_database(
    own: Tool, service: LoginService, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    knows(own, "sub-1", a_teacher(own))
    tokens: list[str] = []

    def noted(_service: LoginService, claims: Claims) -> str:
        from tests.fakes.login_service import signed

        tokens.append(signed(service.keys[0], claims))
        return tokens[-1]

    service.sign = noted
    client = own.client()
    there = visit(begins(own, client))
    comes_back(own, client, there)
    code = parse_qs(urlsplit(there).query)["code"][0]
    ours = "\n".join(
        record.getMessage()
        for record in caplog.records
        if record.name.startswith(("tracks", "lti"))
    )

    assert len(tokens) == 1
    stored = str(own.rows(select(login_service))) + str(own.rows(select(sign_in)))
    for secret in (SECRET, "canary-access", code, *tokens, cookie(client)):
        assert secret
        assert secret not in caplog.text
        assert secret not in stored
    assert "sub-1" not in ours


def test_somebody_suspended_does_not_come_in(own: Tool, service: LoginService):
    who = a_teacher(own)
    knows(own, "sub-1", who)
    with own.database.writing() as session:
        session.execute(person.update().where(person.c.id == who).values(is_suspended=True))
    client = own.client()

    assert signs_in(own, client).status_code == 403
    assert cookie(client) is None


def test_a_service_that_is_switched_off_lets_nobody_in(own: Tool, service: LoginService):
    knows(own, "sub-1", a_teacher(own))
    client = own.client()
    there = visit(begins(own, client))
    with own.database.writing() as session:
        session.execute(
            login_service.update().where(login_service.c.id == 1).values(is_active=False)
        )

    assert comes_back(own, client, there).status_code == 404
    assert own.get(own.client(), "/sign-in/with/1").status_code == 404
    assert own.count(identity) == 1
    assert cookie(client) is None
