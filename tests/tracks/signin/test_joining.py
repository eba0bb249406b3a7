"""Whoever a login service knows and nobody here: an invitation, or the code of an account."""

import re
from typing import Any

import pytest
from sqlalchemy import select

from tests.factories.tool import Tool
from tests.fakes.login_service import LoginService
from tests.tracks.organisation.people import as_spreader
from tests.tracks.signin.people import (
    NOW_IS,
    a_link,
    cookie,
    is_signed_in,
    knows,
    sends,
    signs_in,
)
from tracks.organisation.actions.codes import invite
from tracks.organisation.actions.units import Doer
from tracks.organisation.models import link_code
from tracks.organisation.rules import Wanted
from tracks.people.actions import add_municipality, add_school, grant_role
from tracks.people.models import person, role_grant, sign_in
from tracks.people.rules import Role, SchoolKind
from tracks.signin.models import identity

pytestmark = pytest.mark.server


def invited(own: Tool) -> str:
    with own.database.writing() as session:
        made = invite(
            session, own.municipality_id, as_spreader(own.school_id), Doer(None, NOW_IS())
        )
    return made.code


def people(own: Tool) -> int:
    return own.count(person)


def test_a_stranger_is_told_what_to_do_and_nothing_is_kept(own: Tool, service: LoginService):
    service.change = lambda claims: {**claims, "name": "Sample stranger", "email": "x@y.example"}
    client = own.client()

    page = signs_in(own, client)

    assert page.status_code == 200
    assert "We do not know you yet" in page.text or "Vi kjenner deg ikke" in page.text
    assert (people(own), own.count(identity), own.count(sign_in)) == (0, 0, 0)
    assert cookie(client) is None
    assert "x@y.example" not in page.text


def test_an_invitation_lets_a_stranger_in_once(own: Tool, service: LoginService):
    code = invited(own)
    client = own.client()
    signs_in(own, client, "?then=/spreaders")

    answer = sends(client, "/sign-in/join", code=code.lower())

    assert (answer.status_code, answer.headers["Location"]) == (303, "/spreaders")
    assert is_signed_in(own, client)
    ((who, school),) = own.rows(select(person.c.id, person.c.school_id))
    assert school == own.school_id
    assert own.rows(select(role_grant.c.person_id, role_grant.c.role)) == [(who, "spreader")]
    assert own.rows(select(identity.c.sub, identity.c.person_id)) == [("sub-1", who)]
    # From now on the login is enough; and the code opens nothing for the next one.
    again = own.client()
    assert signs_in(own, again).status_code == 200
    assert is_signed_in(own, again)
    service.sub = "sub-2"
    other = own.client()
    signs_in(own, other)
    assert sends(other, "/sign-in/join", code=code).status_code == 422
    assert (people(own), cookie(other)) == (1, None)


def test_a_code_shown_in_the_lms_makes_the_two_one_person(own: Tool, service: LoginService):
    in_lms = own.launch(sub="teacher-1")
    page = own.post(in_lms, "/accounts", go="show").text
    code = re.search(r'class="code-shown">([A-Z0-9-]+)<', page)
    assert code
    client = own.client()
    signs_in(own, client)

    answer = sends(client, "/sign-in/join", code=code[1])

    assert answer.status_code == 303
    assert own.rows(select(identity.c.person_id)) == [(own.person_id("teacher-1"),)]
    assert (people(own), own.count(link_code)) == (1, 0)
    other = own.client()
    service.sub = "sub-2"
    signs_in(own, other)
    assert sends(other, "/sign-in/join", code=code[1]).status_code == 422


def test_an_e_mail_or_a_name_joins_nobody(own: Tool, service: LoginService):
    own.launch(sub="teacher-1", changes={"name": "Sample teacher", "email": "t@sample.example"})
    service.change = lambda claims: {
        **claims,
        "name": "Sample teacher",
        "email": "t@sample.example",
        "email_verified": True,
    }
    client = own.client()

    signs_in(own, client)

    assert cookie(client) is None
    assert (people(own), own.count(identity)) == (1, 0)


def test_a_code_of_another_municipality_opens_nothing(own: Tool, service: LoginService):
    with own.database.writing() as session:
        home = add_municipality(session, "Other municipality", country="NO")
        school = add_school(session, home, code="x", name="Other", kind=SchoolKind.PRIMARY)
        made = invite(session, home, as_spreader(school), Doer(None, NOW_IS()))
    client = own.client()
    signs_in(own, client)

    assert sends(client, "/sign-in/join", code=made.code).status_code == 422
    assert (people(own), cookie(client)) == (0, None)


def test_codes_are_not_guessed(own: Tool, service: LoginService):
    client = own.client()
    signs_in(own, client)
    statuses = [sends(client, "/sign-in/join", code="AAAAA").status_code for _ in range(22)]
    assert statuses == [422] * 20 + [429] * 2
    code = invited(own)
    answer = sends(client, "/sign-in/join", code=code)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 301
    assert people(own) == 0


def test_without_the_round_there_is_nothing_to_join(own: Tool, service: LoginService):
    code = invited(own)
    client = own.client()
    assert sends(client, "/sign-in/join", code=code).status_code == 422
    client.set_cookie("__Host-joining", "x" * 200, domain="tracks.example", secure=True)
    assert sends(client, "/sign-in/join", code=code).status_code == 422
    assert (people(own), cookie(client)) == (0, None)


def test_an_administrator_in_an_lms_shows_and_types_no_codes(own: Tool, service: LoginService):
    """Whoever can be them there would be them here (check 40)."""
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
    for fields in ({"go": "show"}, {"go": "link", "mine": "1", "code": "AAAAA"}):
        answer = own.post(client, "/accounts", **fields)
        assert answer.status_code == 403
    assert own.count(link_code) == 0


def test_a_link_sets_up_the_login_of_the_municipality(own: Tool, service: LoginService):
    path = a_link(own)
    client = own.client()

    answer = signs_in(own, client, f"?link={path.rsplit('/', 1)[1]}")

    assert answer.status_code == 200
    ((who,),) = own.rows(select(identity.c.person_id))
    roles: Any = own.rows(select(role_grant.c.person_id, role_grant.c.role))
    assert roles == [(who, "administrator")]
    assert own.get(client, "/lms").status_code == 200
    # Used up: for another login it opens nothing, and nobody new is there.
    service.sub = "sub-2"
    other = own.client()
    assert signs_in(own, other, f"?link={path.rsplit('/', 1)[1]}").status_code == 400
    assert (people(own), cookie(other)) == (1, None)


def test_a_link_of_one_person_is_not_taken_by_the_login_of_another(
    own: Tool, service: LoginService
):
    own.launch(sub="teacher-1")
    own.launch(sub="teacher-2")
    knows(own, "sub-1", own.person_id("teacher-1"))
    path = a_link(own, person=own.person_id("teacher-2"))

    answer = signs_in(own, own.client(), f"?link={path.rsplit('/', 1)[1]}")

    assert answer.status_code == 409
    assert own.count(role_grant) == 0
    assert own.get(own.client(), path).status_code == 200  # not used up


def test_whoever_comes_by_the_link_of_an_invitation_types_nothing(own: Tool, service: LoginService):
    """To a role of the whole municipality: nobody is asked for a school by it."""
    with own.database.writing() as session:
        wanted = Wanted(Role.AUTHOR, None, None, None, None, None)
        made = invite(session, own.municipality_id, wanted, Doer(None, NOW_IS()))
    client = own.client()

    page = signs_in(own, client, f"?then=/invitation/{made.code}")
    assert f'id="code" name="code" value="{made.code}"' in page.text
    assert f'value="{made.code}"' in own.get(client, "/sign-in/join").text
    done = sends(client, "/sign-in/join", code=made.code)

    assert (done.status_code, done.headers["Location"]) == (303, f"/invitation/{made.code}")
    assert "You have the role now: Author" in own.get(client, f"{done.location}?lang=en").text
    assert own.rows(select(role_grant.c.role)) == [("author",)]


def test_a_protected_role_is_taken_by_a_login_of_ones_own_that_nobody_knew(
    own: Tool, service: LoginService
):
    with own.database.writing() as session:
        wanted = Wanted(Role.PRIVACY_OFFICER, None, None, None, None, None)
        made = invite(session, own.municipality_id, wanted, Doer(None, NOW_IS()))
    client = own.client()
    signs_in(own, client)
    assert sends(client, "/sign-in/join", code=made.code).status_code == 303
    assert own.rows(select(role_grant.c.role)) == [("privacy_officer",)]
