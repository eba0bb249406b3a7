"""With which login a municipality signs in: its own affair, and its secret is nobody's to read."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from tests.factories.tool import Tool
from tests.fakes.login_service import CLIENT_ID, LoginService
from tests.tracks.signin.people import NOW_IS
from tracks.lms.sealing import SealError
from tracks.people.actions import add_municipality, grant_role
from tracks.people.rules import Role
from tracks.signin.actions.identities import Wanted, keep_service, opened
from tracks.signin.models import login_link, login_service
from tracks.signin.queries import active_service
from tracks.signin.rules import read_scopes
from tracks.signin.views import EXTENSION

pytestmark = pytest.mark.server
HOME = "/municipality/sign-in"


def administrator(own: Tool):
    client = own.launch(sub="admin")
    with own.database.writing() as session:
        grant_role(
            session,
            person_id=own.person_id("admin"),
            municipality_id=own.municipality_id,
            role=Role.ADMINISTRATOR,
            school_id=None,
            now=NOW_IS(),
        )
    return own.logs_in(client, "admin")


def form(service: LoginService, **changes: str) -> dict[str, str]:
    said = {"name": "New name", "issuer": service.url, "client_id": CLIENT_ID, "scopes": "openid"}
    return {"go": "save", **said, **changes}


def test_no_address_but_public_https_is_taken_where_the_tool_is_public(
    own: Tool, service: LoginService
):
    """The page reads an address that somebody typed: it must not lead into our own network."""
    client = administrator(own)
    before = len(service.asked)
    for issuer in (
        service.url,
        "http://login.example",
        "https://login.example/?a=b",
        "https://login.example/#a",
        "https://user@login.example",
        "javascript:alert(1)",
        "file:///etc/passwd",
    ):
        answer = own.post(client, HOME, **form(service, issuer=issuer))
        assert answer.status_code == 422, issuer
    assert len(service.asked) == before
    assert own.rows(select(login_service.c.name)) == [("Sample login",)]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]"])
def test_the_client_itself_asks_no_address_of_our_network(tool: Tool, host: str):
    """Also where a name leads there: the tool's own client, as app.py makes it."""
    from tracks.signin.rules import LoginFailed

    with pytest.raises(LoginFailed, match="discovery_address_not_public"):
        tool.app.extensions[EXTENSION].services.endpoints(f"https://{host}")


def test_a_secret_stays_when_none_is_typed_and_goes_with_its_client(
    own: Tool, service: LoginService
):
    side = own.app.extensions[EXTENSION]

    def secret() -> str | None:
        with own.database.reading() as session:
            stored = active_service(session, 1)
            assert stored is not None
            return opened(stored, side.sealer).secret

    def keep(**changes: str) -> None:
        wanted = Wanted("N", service.url, CLIENT_ID, "", "openid")
        with own.database.writing() as session:
            changed = replace(wanted, **changes)
            keep_service(session, side.sealer, own.municipality_id, changed, None, NOW_IS())

    keep()
    assert secret() == "canary-client-secret"
    keep(secret="newer")
    assert secret() == "newer"
    keep(client_id="other")
    assert secret() is None
    assert own.count(login_service) == 1


def test_a_sealed_secret_moved_to_another_row_does_not_open(own: Tool, service: LoginService):
    side = own.app.extensions[EXTENSION]
    with own.database.reading() as session:
        stored = active_service(session, 1)
    assert stored is not None
    for moved in (
        replace(stored, issuer="https://evil.example"),
        replace(stored, municipality_id=stored.municipality_id + 1),
        replace(stored, client_id="another"),
    ):
        with pytest.raises(SealError):
            opened(moved, side.sealer)


def test_another_municipalitys_service_is_not_ours_to_switch_or_to_see(
    own: Tool, service: LoginService
):
    side = own.app.extensions[EXTENSION]
    with own.database.writing() as session:
        home = add_municipality(session, "Other municipality", country="NO")
        wanted = Wanted("Other login", service.url, "x", "y", "openid")
        theirs = keep_service(session, side.sealer, home, wanted, None, NOW_IS())
    client = administrator(own)

    for number in (str(theirs), "999999"):
        assert own.post(client, HOME, go="off", service=number).status_code == 404
    page = own.get(client, f"{HOME}?service={theirs}").text
    assert "Other login" not in page
    assert own.rows(select(login_service.c.is_active)) == [(True,), (True,)]
    # Its own it switches, and the page for everybody has the door no more.
    assert "Sample login" in own.get(own.client(), "/sign-in").text
    assert own.post(client, HOME, go="off", service="1").status_code == 303
    assert "Sample login" not in own.get(own.client(), "/sign-in").text


def test_links_are_made_for_two_roles_and_no_others(own: Tool, service: LoginService):
    client = administrator(own)
    for role, status in (("administrator", 200), ("privacy_officer", 200), ("coordinator", 400)):
        assert own.post(client, HOME, go="link", role=role).status_code == status
    assert own.count(login_link) == 2


def test_scopes_are_words_with_openid_first():
    assert read_scopes("") == "openid"
    assert read_scopes("profile  openid profile") == "openid profile"
    assert read_scopes('a"b') is None
    assert read_scopes("é") is None
    assert read_scopes("x" * 400) is None
