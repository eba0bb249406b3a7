"""At a computer that several use: signing out here offers signing out of the login service, too."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories.tool import BASE_URL, Tool
from tests.fakes.login_service import CLIENT_ID, Claims, LoginService, signed
from tests.tracks.signin.people import is_signed_in, knows, sends, signs_in
from tests.tracks.signin.test_login_service import a_teacher
from tracks.organisation.actions.linking import make_link_code
from tracks.people.models import sign_in
from tracks.people.rules import Actor

pytestmark = pytest.mark.server
COOKIE = "__Host-way-out"


@pytest.fixture
def tokens(service: LoginService) -> list[str]:
    """ID tokens that were given, of a service that has a way out."""
    made: list[str] = []

    def noted(given: LoginService, claims: Claims) -> str:
        made.append(signed(given.keys[0], claims))
        return made[-1]

    service.sign = noted
    service.announced = {"end_session_endpoint": f"{service.url}/out?of=tracks"}
    return made


def somebody_in(own: Tool) -> FlaskClient:
    knows(own, "sub-1", a_teacher(own))
    client = own.client()
    signs_in(own, client)
    assert is_signed_in(own, client)
    return client


def test_it_is_offered_and_leads_there_with_what_the_service_asks_for(
    own: Tool, service: LoginService, tokens: list[str]
):
    client = somebody_in(own)
    answer = own.post(client, "/sign-out")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/signed-out")
    assert not is_signed_in(own, client)

    page = own.get(client, "/signed-out?lang=en")
    assert "Sign out of Sample login, too" in page.text
    assert tokens[0] not in page.text
    there = own.get(client, "/signed-out/there")

    assert there.status_code == 303
    assert there.headers["Referrer-Policy"] == "no-referrer"
    address = urlsplit(there.headers["Location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{service.url}/out"
    assert parse_qs(address.query) == {
        "of": ["tracks"],
        "id_token_hint": [tokens[0]],
        "client_id": [CLIENT_ID],
        "post_logout_redirect_uri": [f"{BASE_URL}/signed-out"],
    }
    # Once; and back again one reads what is true of this place.
    assert own.get(client, "/signed-out/there").status_code == 404
    back = own.get(client, "/signed-out?lang=en").text
    assert "Sample login" not in back
    assert "close the browser" in back


def test_everywhere_offers_it_too(own: Tool, service: LoginService, tokens: list[str]):
    client = somebody_in(own)
    assert own.post(client, "/sign-ins", go="everywhere").headers["Location"] == "/signed-out"
    assert own.get(client, "/signed-out/there").status_code == 303


def test_the_cookie_is_for_minutes_and_of_our_pages_only(
    own: Tool, service: LoginService, tokens: list[str]
):
    client = somebody_in(own)
    answer = own.post(client, "/sign-out")
    (said,) = [h for h in answer.headers.getlist("Set-Cookie") if h.startswith(COOKIE)]
    assert {"Max-Age=300", "HttpOnly", "Secure", "SameSite=Strict"} <= set(said.split("; "))
    assert tokens[0] not in said
    assert len(said) < 4000
    # In another browser, or made up, it is nothing.
    assert own.get(own.client(), "/signed-out/there").status_code == 404
    other = own.client()
    other.set_cookie(COOKIE, "a" * 200, domain="tracks.example", secure=True)
    assert own.get(other, "/signed-out/there").status_code == 404


def test_the_hint_lies_sealed_and_goes_with_the_sign_in(
    own: Tool, service: LoginService, tokens: list[str]
):
    client = somebody_in(own)
    rows = own.rows(select(sign_in.c.way_out).where(sign_in.c.way == "oidc"))
    assert len(rows) == 1
    assert tokens[0] not in str(rows)
    assert tokens[0].split(".")[1] not in str(rows)
    own.post(client, "/sign-out")
    assert own.rows(select(sign_in.c.way_out).where(sign_in.c.way == "oidc")) == []
    # Nor does what was sealed open when the sign-in could not be there any more.
    kept = client.get_cookie(COOKIE, "tracks.example")
    assert kept is not None
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=13), tick=True):
        late = own.client()
        late.set_cookie(COOKIE, kept.value, domain="tracks.example", secure=True)
        assert own.get(late, "/signed-out/there").status_code == 404


@pytest.mark.parametrize(
    "url",
    [None, "http://evil.example/out", "javascript:alert(1)", 7, "https://x.example/" + "a" * 400],
)
def test_a_service_without_a_good_way_out_offers_none(
    own: Tool, service: LoginService, url: object
):
    service.announced = {} if url is None else {"end_session_endpoint": url}
    client = somebody_in(own)
    answer = own.post(client, "/sign-out")
    assert answer.headers["Location"] == "/catalogue"
    assert not any(h.startswith(COOKIE) for h in answer.headers.getlist("Set-Cookie"))


def test_a_token_too_long_for_a_cookie_is_left_out(
    own: Tool, service: LoginService, tokens: list[str]
):
    service.change = lambda claims: {**claims, "filler": "x" * 3000}
    client = somebody_in(own)
    own.post(client, "/sign-out")
    sent = parse_qs(urlsplit(own.get(client, "/signed-out/there").headers["Location"]).query)
    assert "id_token_hint" not in sent
    assert sent["client_id"] == [CLIENT_ID]


def test_who_came_in_by_a_code_for_the_first_time_is_asked_too(
    own: Tool, service: LoginService, tokens: list[str]
):
    who = a_teacher(own)
    with own.database.writing() as session:
        actor = Actor(who, own.municipality_id, None, frozenset())
        code = make_link_code(session, actor, datetime.now(UTC))
    client = own.client()
    signs_in(own, client)
    assert sends(client, "/sign-in/join", code=code).status_code == 303
    assert own.post(client, "/sign-out").headers["Location"] == "/signed-out"
    assert own.get(client, "/signed-out/there").status_code == 303


def test_who_came_by_an_lms_is_asked_nothing(own: Tool):
    client = own.launch(sub="teacher-5")
    assert own.post(client, "/sign-out").headers["Location"] == "/catalogue"


def test_names_of_services_are_text(own: Tool, service: LoginService, tokens: list[str]):
    from tracks.signin.models import login_service

    with own.database.writing() as session:
        session.execute(login_service.update().values(name="<b>Odd</b>"))
    client = somebody_in(own)
    own.post(client, "/sign-out")
    page = own.get(client, "/signed-out?lang=en").text
    assert "&lt;b&gt;Odd&lt;/b&gt;" in page
    assert not re.search("<b>Odd", page)
