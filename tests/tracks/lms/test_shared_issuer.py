"""Three registrations of one issuer, as in Canvas's cloud and Open edX: no wrong match (check 6).

They share everything but the client id: issuer, keys, deployment "1"; and somebody else's id is
the same in two of them.
"""

import re
from datetime import UTC, datetime
from itertools import product
from typing import NamedTuple

import pytest
from sqlalchemy import func, select

from tests.factories.tool import BASE_URL, ISSUER, JWKS_URL, TRACK, Tool
from tests.fakes.forge import PREFIX, Setting, changed, resource_claims, token
from tracks.lms.actions import register
from tracks.lms.models import registration
from tracks.people.actions import add_municipality
from tracks.people.models import account, sign_in

CLIENTS = ("client-1", "client-2", "client-3")


class Who(NamedTuple):
    client_id: str
    sub: str


# "same" is another person in each of the first two.
PEOPLE = (
    Who("client-1", "same"),
    Who("client-2", "same"),
    Who("client-3", "third"),
    Who("client-1", "first"),
    Who("client-2", "second"),
    Who("client-3", "fourth"),
)


@pytest.fixture
def sharing(tool: Tool) -> Tool:
    with tool.database.writing() as session:
        for client_id in CLIENTS[1:]:
            register(
                session,
                municipality_id=add_municipality(session, f"Sample {client_id}", country="NO"),
                issuer=ISSUER,
                client_id=client_id,
                auth_url=f"{ISSUER}/auth",
                token_url=f"{ISSUER}/token",
                jwks_url=JWKS_URL,
                deployment_ids=["1"],
                now=datetime.now(UTC),
            )
    return tool


def launch(tool: Tool, begun_by: Who, signed_for: Who) -> str:
    """The login of one, answered with a token for another; what came of it."""
    client = tool.client()
    setting = tool.login(client, client_id=begun_by.client_id)
    forged = Setting(
        ISSUER, signed_for.client_id, "1", setting.target_link_uri, setting.nonce, setting.now
    )
    claims = changed(
        resource_claims(forged, teacher=False),
        {"sub": signed_for.sub, PREFIX + "custom": {"resource": TRACK}},
    )
    form = {"id_token": token(claims), "state": tool.state}
    answer = client.post("/lti/launch", data=form, base_url=BASE_URL)
    if answer.status_code == 303:
        return "launched"
    return str(re.search("<code>([a-z_]+)</code>", answer.text)[1])  # type: ignore[index]  # each refusal has its code


def test_only_the_registration_that_began_gets_in_and_as_its_own_person(sharing: Tool):
    seen = {pair: launch(sharing, *pair) for pair in product(PEOPLE, PEOPLE)}

    wanted = {
        (begun, signed): "launched" if begun.client_id == signed.client_id else "audience_not_us"
        for begun, signed in product(PEOPLE, PEOPLE)
    }
    assert (len(seen), seen) == (36, wanted)
    # Six people, each signed in by the two logins of their own registration, and nobody else.
    signed_in = (
        select(registration.c.client_id, account.c.sub, func.count())
        .select_from(account)
        .join(registration, registration.c.id == account.c.registration_id)
        .join(sign_in, sign_in.c.person_id == account.c.person_id)
        .group_by(registration.c.client_id, account.c.sub)
    )
    assert sorted(map(tuple, sharing.rows(signed_in))) == sorted((*who, 2) for who in PEOPLE)
    people = sharing.rows(select(account.c.person_id).distinct())
    assert len(people) == len(PEOPLE)


def test_a_login_that_does_not_say_which_client_is_refused(sharing: Tool):
    query = {"iss": ISSUER, "login_hint": "h", "target_link_uri": f"{BASE_URL}/lti/launch"}

    answer = sharing.client().get("/lti/login", query_string=query, base_url=BASE_URL)

    assert (answer.status_code, "login_client_id_needed" in answer.text) == (400, True)
