"""What goes back to the LMS, and how often: rules D3 to D8 by name, over HTTP."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select

from lti.claims import HISTORY_PARAMETERS
from tests.factories.choosing import (
    DATA,
    ITEMS,
    RETURN_URL,
    answered,
    choosing,
    form_of,
    request_content,
    send,
    settings,
)
from tests.factories.threads import at_once
from tests.factories.tool import BASE_URL, ISSUER, JWKS_URL, TRACK, Tool
from tests.fakes.forge import PREFIX, REMOVED
from tests.fakes.scripted_lms import ScriptedLms
from tracks.lms.actions import forget_selections, register, switch_off_deployment
from tracks.lms.models import deep_link_selection
from tracks.people.actions import add_municipality

SESSION = f"{TRACK}/enheter"
RESOURCE = f"{TRACK}/enheter#les"


def titles(claims: dict[str, Any]) -> list[str]:
    return [item["title"] for item in claims[ITEMS]]


# D3, D4, D5: the answer


def test_d3_the_answer_is_one_form_to_the_address_of_the_signed_request(tool: Tool):
    client, path = choosing(tool)

    page = send(tool, client, path, SESSION)

    action, fields = form_of(page)
    assert (action, list(fields)) == (RETURN_URL, ["JWT"])
    policy = page.headers["Content-Security-Policy"]
    assert "form-action 'self' https://lms.example:443;" in policy
    assert page.headers["Cache-Control"] == "no-store"
    # It goes on by itself, and by a button where there is no script.
    assert '<script src="/static/post.js" defer></script>' in page.text
    assert re.search(r"<form[^>]*data-auto-post>.*<button[^>]*type=\"submit\"", page.text, re.S)


def test_d3_an_address_in_the_form_or_the_query_has_no_effect(tool: Tool):
    client, path = choosing(tool)
    forged = dict.fromkeys(
        ("return_url", "deep_link_return_url", "action", "then", "url"), "https://evil.example/take"
    )
    query = "&".join(f"{name}={value}" for name, value in forged.items())

    page = send(tool, client, f"{path}?{query}", SESSION, **forged)

    assert form_of(page)[0] == RETURN_URL
    assert "evil.example" not in page.text + str(page.headers)


def test_d4_the_claims_of_the_answer(tool: Tool):
    client, path = choosing(tool)
    before = int(datetime.now(UTC).timestamp())

    claims = answered(tool, send(tool, client, path, SESSION))

    nonce, issued, expires = claims.pop("nonce"), claims.pop("iat"), claims.pop("exp")
    assert len(nonce) >= 22
    assert before - 11 <= issued <= datetime.now(UTC).timestamp() - 9
    assert expires - issued == 300
    assert claims == {
        "iss": "client-1",
        "aud": ISSUER,
        PREFIX + "message_type": "LtiDeepLinkingResponse",
        PREFIX + "version": "1.3.0",
        PREFIX + "deployment_id": "1",
        ITEMS: [
            {
                "type": "ltiResourceLink",
                "url": f"{BASE_URL}/lti/launch",
                "title": "Enheter",
                "text": "Forarbeid 20 min · Samarbeid 30 min · Utprøving 40 min · "
                "Etterarbeid 20 min",
                "custom": {"resource": SESSION, **HISTORY_PARAMETERS},
                "lineItem": {
                    "label": "Enheter",
                    "scoreMaximum": 100,
                    "resourceId": SESSION,
                    "tag": "learning-tracks",
                },
            }
        ],
        DATA: "opaque",
    }


def test_d4_no_two_answers_have_the_same_nonce(tool: Tool):
    nonces = set()
    for _ in range(3):
        client, path = choosing(tool)
        nonces.add(answered(tool, send(tool, client, path, SESSION))["nonce"])

    assert len(nonces) == 3


@pytest.mark.parametrize(
    "data", ["opaque", "", " spaces ", "a&b=c+d%20", "åæø 🎉 é", '{"json": "\\u0041"}', "\r\n\t<b>"]
)
def test_d5_data_comes_back_byte_for_byte(tool: Tool, data: str):
    client, path = choosing(tool, changes=settings(data=data))

    claims = answered(tool, send(tool, client, path, SESSION))

    assert claims[DATA].encode() == data.encode()


@pytest.mark.parametrize("data", [REMOVED, None])
def test_d5_where_none_was_sent_none_comes_back(tool: Tool, data: Any):
    client, path = choosing(tool, changes=settings(data=data))

    assert DATA not in answered(tool, send(tool, client, path, SESSION))


# D6: what the LMS accepts


@pytest.mark.parametrize("several", [True, "true"])
def test_d6_several_items_where_the_lms_takes_several(tool: Tool, several: Any):
    client, path = choosing(tool, changes=settings(accept_multiple=several))
    page = tool.get(client, path).text
    assert 'type="checkbox" name="pick"' in page
    assert 'type="radio"' not in page

    claims = answered(tool, send(tool, client, path, RESOURCE, SESSION, TRACK))

    assert titles(claims) == ["Les om måling", "Enheter", "Måling i klasserommet"]


def test_what_is_not_offered_any_more_is_told_and_the_rest_is_added(tool: Tool):
    client, path = choosing(tool)

    claims = answered(tool, send(tool, client, path, SESSION, f"{TRACK}/borte", lang="en"))

    assert titles(claims) == ["Enheter"]
    told, noted = (
        claims[f"{DATA.removesuffix('data')}{name}"] for name in ("errormsg", "errorlog")
    )
    assert told.startswith("1 ")
    assert noted == "1 of 2 chosen addresses were not added"


def test_itslearning_takes_every_link_that_is_chosen(tool: Tool):
    """It takes LTI resource links and nothing else, and so it says."""
    lms = ScriptedLms("itslearning")
    asked = settings(accept_types=list(lms.asks_for()), accept_lineitem=REMOVED)
    client, path = choosing(tool, changes=asked)

    claims = answered(tool, send(tool, client, path, RESOURCE, SESSION, TRACK))

    lms.take_items(claims[ITEMS])
    assert lms.asks_for() == ("ltiResourceLink",)
    assert len(lms.links) == 3


@pytest.mark.parametrize("several", [False, "false", REMOVED, None, "yes", 1])
def test_d6_one_item_where_the_lms_does_not_say_several(tool: Tool, several: Any):
    client, path = choosing(tool, changes=settings(accept_multiple=several))
    page = tool.get(client, path).text
    assert 'type="radio" name="pick"' in page
    assert 'type="checkbox"' not in page

    refused = send(tool, client, path, SESSION, TRACK)
    assert refused.status_code == 422
    # It was no answer: the same page still takes one.
    assert titles(answered(tool, send(tool, client, path, TRACK))) == ["Måling i klasserommet"]


@pytest.mark.parametrize(
    ("said", "there"),
    [(True, True), ("true", True), (REMOVED, True), (False, False), ("false", False)],
)
def test_d6_no_line_item_where_the_lms_takes_none(tool: Tool, said: Any, there: bool):
    client, path = choosing(tool, changes=settings(accept_lineitem=said))

    (item,) = answered(tool, send(tool, client, path, RESOURCE))[ITEMS]

    assert ("lineItem" in item) is there


def test_d6_a_window_of_its_own_where_the_lms_has_no_frames(tool: Tool):
    changes = settings(accept_presentation_document_targets=["window"])
    client, path = choosing(tool, changes=changes)

    (item,) = answered(tool, send(tool, client, path, RESOURCE))[ITEMS]

    assert item["window"] == {"targetName": "_blank"}


# D7: the answer of who cancels


def test_d7_cancelling_is_an_answer_with_nothing_in_it(tool: Tool):
    client, path = choosing(tool)

    page = tool.post(client, f"{path}/cancel", pick=SESSION)

    assert answered(tool, page)[ITEMS] == []
    assert form_of(page)[0] == RETURN_URL
    assert tool.post(client, f"{path}/cancel").status_code == 403


# D8: once, and by the one who was asked


def test_d8_a_form_that_is_sent_again_is_refused(tool: Tool):
    client, path = choosing(tool)
    assert send(tool, client, path, SESSION).status_code == 200

    again = send(tool, client, path, SESSION)

    assert (again.status_code, "JWT" in again.text) == (403, False)
    assert tool.get(client, path).status_code == 404


def test_d8_of_many_equal_forms_at_once_one_is_answered(tool: Tool):
    client, path = choosing(tool)
    token = tool.form_token(client)
    cookie = "; ".join(f"{c.key}={c.value}" for c in client._cookies.values())

    def once(_: int) -> int:
        return (
            tool.app.test_client(use_cookies=False)
            .post(
                path,
                data={"form_token": token, "pick": SESSION},
                base_url=BASE_URL,
                headers={"Cookie": cookie, "Origin": BASE_URL},
            )
            .status_code
        )

    assert sorted(at_once(8, once)) == [200] + [403] * 7


def test_d8_another_person_cannot_use_it_not_even_of_the_same_lms(tool: Tool):
    _, path = choosing(tool)
    thief = tool.launch(sub="thief", leads=True)

    assert tool.get(thief, path).status_code == 404
    assert send(tool, thief, path, SESSION).status_code == 403
    assert tool.post(thief, f"{path}/cancel").status_code == 403
    assert tool.rows(select(deep_link_selection.c.used_at)) == [(None,)]


def test_d8_a_teacher_of_another_municipality_with_the_same_id_cannot_use_it(tool: Tool):
    _, path = choosing(tool)
    other = "https://other.example"
    with tool.database.writing() as session:
        register(
            session,
            municipality_id=add_municipality(session, "Other municipality", country="SE"),
            issuer=other,
            client_id="client-2",
            auth_url=f"{other}/auth",
            token_url=None,
            jwks_url=JWKS_URL,
            deployment_ids=["1"],
            now=datetime.now(UTC),
        )
    named = {"iss": other, "aud": "client-2", **settings(deep_link_return_url=f"{other}/back")}
    stranger = tool.client()
    begun = request_content(tool, stranger, named, iss=other, client_id="client-2")
    assert begun.status_code == 303, begun.text

    assert send(tool, stranger, path, SESSION).status_code == 403
    assert tool.get(stranger, path).status_code == 404
    assert tool.rows(select(deep_link_selection.c.used_at)) == [(None,), (None,)]


def test_d8_it_ends_after_an_hour_and_is_forgotten(tool: Tool):
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        client, path = choosing(tool)
        clock.shift(timedelta(minutes=59))
        assert tool.get(client, path).status_code == 200
        clock.shift(timedelta(minutes=1))
        assert tool.get(client, path).status_code == 404
        assert send(tool, client, path, SESSION).status_code == 403
        with tool.database.writing() as session:
            assert forget_selections(session, datetime.now(UTC)) == 1
    assert tool.count(deep_link_selection) == 0


def test_d8_without_the_form_token_of_this_sign_in_nothing_happens(tool: Tool):
    client, path = choosing(tool)

    answer = client.post(path, data={"pick": SESSION}, base_url=BASE_URL)

    assert answer.status_code == 403
    assert tool.rows(select(deep_link_selection.c.used_at)) == [(None,)]


def test_d8_a_deployment_that_is_switched_off_answers_no_more(tool: Tool):
    client, path = choosing(tool)
    with tool.database.writing() as session:
        switch_off_deployment(session, tool.registration_id, "1")

    assert client.get(path, base_url=BASE_URL).status_code == 401


def test_the_secret_of_the_page_is_not_in_the_database(tool: Tool):
    _, path = choosing(tool)

    (row,) = tool.rows(select(deep_link_selection))
    assert path.removeprefix("/select/") not in str(row)
