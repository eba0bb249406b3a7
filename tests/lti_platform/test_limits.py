"""The platform's side to the second and to the character: what is just taken, what just not."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from msgspec.structs import replace

from lti import jose
from lti.platform import (
    AuthenticationRefused,
    ContentRefused,
    HintSigner,
    MessageHint,
    OfferedLineItem,
    OfferedLink,
    ToolKeySetCache,
    accept_content,
    answer_authentication,
    answer_token_request,
    platform_key_set,
)
from lti.platform.service_messages import ServiceRequest
from tests.fakes.forge import unb64
from tests.lti_platform.school import (
    AGS,
    MESSAGE,
    PLATFORM_KEY,
    TOOL_KEY,
    MemoryStore,
    PublishedKeys,
    RealClock,
    School,
    key_set,
    said,
)
from tests.lti_platform.test_bearer import forged, own_key
from tests.lti_platform.test_deep_linking import ITEM, answer

NOW = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
SECOND = int(NOW.timestamp())
SCORE = f"{AGS}score"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


# --- the client assertion and the answer with content hold alike


TIMES = [
    ({"iat": SECOND}, None),
    ({"iat": SECOND + 1}, "iat_in_future"),
    ({"iat": SECOND, "exp": SECOND + 1}, None),
    ({"exp": SECOND}, "exp_passed"),
    ({"iat": SECOND - 1, "exp": SECOND + 3599}, None),
    ({"iat": SECOND - 1, "exp": SECOND + 3600}, "lifetime_too_long"),
]


@pytest.mark.parametrize(("changes", "reason"), TIMES)
def test_the_times_of_an_assertion(
    school: School, changes: dict[str, int], reason: str | None
) -> None:
    form = school.token_form(school.assertion(**changes), SCORE)
    status, body = said(answer_token_request(school.platform, form))
    assert (status, body.get("error_description")) == (401 if reason else 200, reason)
    ends = datetime.fromtimestamp(changes.get("exp", SECOND + 290), UTC)
    assert [*school.used.used.values()] == ([] if reason else [ends])


@pytest.mark.parametrize(("changes", "reason"), TIMES)
def test_the_times_of_an_answer(
    school: School, changes: dict[str, int], reason: str | None
) -> None:
    form = answer(**changes)
    if reason is None:
        assert accept_content(school.platform, form, data="opaque")
        ends = datetime.fromtimestamp(changes.get("exp", SECOND + 290), UTC)
        assert [*school.used.used.values()] == [ends]
        return
    with pytest.raises(ContentRefused) as refused:
        accept_content(school.platform, form, data="opaque")
    assert refused.value.reason == reason


@pytest.mark.parametrize("length", [1, 255])
def test_names_of_one_use_as_short_and_as_long_as_may_be(school: School, length: int) -> None:
    form = school.token_form(school.assertion(jti="j" * length), SCORE)
    assert answer_token_request(school.platform, form).status == 200
    assert accept_content(school.platform, answer(nonce="n" * length), data="opaque")
    hint = school.authentication(nonce="n" * length)
    assert "id_token" in launched(school, hint)


# --- a launch


def launched(school: School, params: list[tuple[str, str]], message: Any = MESSAGE) -> Any:
    return answer_authentication(
        school.platform,
        params,
        signed_in="u-1",
        hints=school.hints,
        message_for=lambda hint: message,
    ).fields


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ([("client_id", "client-1")] * 2, "parameter_repeated"),
        ([("client_id", "client-2")], "client_id_unknown"),
        ([("client_id", "client-1"), ("redirect_uri", "x")], "redirect_uri_not_registered"),
    ],
)
def test_who_is_not_trusted_is_told_why(
    school: School, params: list[tuple[str, str]], reason: str
) -> None:
    with pytest.raises(AuthenticationRefused) as refused:
        launched(school, params)
    assert refused.value.reason == reason


def test_a_review_names_whose_work_it_is(school: School) -> None:
    fields = launched(school, school.authentication(), replace(MESSAGE, for_user="u-2"))
    (jwk,) = platform_key_set(PLATFORM_KEY)["keys"]
    claims = jose.verify(fields["id_token"], jose.import_public(jwk), ["RS256"])
    prefix = "https://purl.imsglobal.org/spec/lti/claim/"
    assert claims[f"{prefix}message_type"] == "LtiSubmissionReviewRequest"
    assert claims[f"{prefix}for_user"] == {"user_id": "u-2"}


def test_a_hint_lives_ten_minutes() -> None:
    signer, hint = HintSigner(b"s" * 32), MessageHint("u-1", "c", None, "iframe", "u-2")
    sealed = signer.sign(hint, now=NOW)
    assert signer.read(sealed, now=NOW + timedelta(minutes=10)) == hint
    assert signer.read(sealed, now=NOW + timedelta(minutes=10, seconds=1)) is None


# --- content


def taken(school: School, *items: Any) -> list[OfferedLink]:
    return accept_content(school.platform, answer(content_items=[*items]), data="opaque")


def test_an_item_at_its_limits(school: School) -> None:
    item = {
        "type": "ltiResourceLink",
        "url": "u",
        "title": "t" * 4000,
        "text": "x",
        "custom": {"n": "v" * 4000},
        "lineItem": {"scoreMaximum": 1},
    }
    assert taken(school, item) == [
        OfferedLink(
            "u", "t" * 4000, "x", {"n": "v" * 4000}, OfferedLineItem("t" * 4000, 1, None, None)
        )
    ]
    with pytest.raises(ContentRefused) as refused:
        taken(school, {**item, "text": "t" * 4001})
    assert refused.value.reason == "item_malformed"


def test_a_hundred_items_where_several_are_taken(school: School) -> None:
    assert len(taken(school, *[ITEM] * 100)) == 100


# --- services


def asked(school: School, method: str, *query: tuple[str, str], **how: Any) -> tuple[int, Any]:
    media = "application/vnd.ims.lis.v2.lineitemcontainer+json"
    given = {"accept": media, "query": query, **how}
    request = school.request(method, f"{AGS}lineitem", **given)
    return said(school.grades.line_items(request))


def test_a_page_and_a_limit_as_small_and_as_large_as_may_be(school: School) -> None:
    for query in (("limit", "1"), ("page", "1"), ("limit", "999999")):
        status, items = asked(school, "GET", query)
        assert (status, len(items)) == (200, 1)
    assert asked(school, "GET", ("limit", "5"), ("page", "999999")) == (200, [])
    assert asked(school, "GET", ("page", "1000000"))[0] == 400


def test_no_more_than_a_thousand_on_a_page_and_no_link_after_the_last(school: School) -> None:
    draft = school.gradebook.items["1"].draft
    for _ in range(1000):
        school.gradebook.add_line_item(draft)
    assert len(asked(school, "GET", ("limit", "1001"))[1]) == 1000
    assert len(asked(school, "GET", ("limit", "1000"), ("page", "2"))[1]) == 1
    school.gradebook.drop_line_item("1001")
    request = school.request(
        "GET",
        f"{AGS}lineitem",
        accept="application/vnd.ims.lis.v2.lineitemcontainer+json",
        query=(("limit", "1000"),),
    )
    assert "Link" not in school.grades.line_items(request).headers


def test_a_body_as_large_as_may_be(school: School) -> None:
    how = {"accept": None, "content": "application/vnd.ims.lis.v2.lineitem+json"}
    body = json.dumps({"label": "New", "scoreMaximum": 0.5}).encode()
    assert asked(school, "POST", body=body.ljust(64 * 1024), **how)[0] == 201
    status, document = asked(school, "POST", body=body.ljust(64 * 1024 + 1), **how)
    assert (status, document) == (413, {"error": "body is too large"})


def test_a_query_that_a_method_does_not_know_changes_nothing(school: School) -> None:
    request = school.request("DELETE", f"{AGS}lineitem", query=(("page", "x"),))
    assert school.grades.line_item(request, "1").status == 204


def test_what_is_not_there_is_said(school: School) -> None:
    request = school.request("DELETE", f"{AGS}lineitem")
    status, document = said(school.grades.line_item(request, "9"))
    assert (status, [*document]) == (404, ["error"])


def test_the_methods_that_are_allowed_are_a_list(school: School) -> None:
    answered = school.grades.line_items(school.request("PATCH", None))
    assert answered.headers["Allow"] == "GET, POST"


def test_media_types_of_a_header() -> None:
    request = ServiceRequest("GET", headers={"accept": " A/b; q=1 ,, c/D,"})
    assert request.media_types("accept") == ["a/b", "c/d"]
    assert request.media_types("content-type") == []


def test_an_error_of_the_token_endpoint_is_not_stored_and_its_scope_is_told(school: School) -> None:
    refused = answer_token_request(school.platform, [])
    granted = answer_token_request(
        school.platform, school.token_form(school.assertion(), f"{SCORE} x")
    )
    assert refused.headers["Cache-Control"] == granted.headers["Cache-Control"] == "no-store"
    token = said(granted)[1]["access_token"]
    claims = jose.verify(
        token, jose.import_public(platform_key_set(PLATFORM_KEY)["keys"][0]), ["RS256"]
    )
    assert claims["scopes"] == SCORE
    assert len(claims["jti"]) == 22
    assert json.loads(unb64(token.partition(".")[0]))["typ"] == "at+jwt"


def opened(school: School, token: str) -> tuple[int, Any]:
    return asked(school, "GET", authorization=f"Bearer {token}")


def test_a_token_to_the_second_and_to_the_character(school: School) -> None:
    key = own_key()
    assert opened(school, forged(key, exp=SECOND + 1))[0] == 200
    assert opened(school, forged(key, exp=SECOND)) == (
        401,
        {"error": "access token not valid: expired"},
    )
    size = len(forged(key, more=""))
    room = (8192 - size) // 4 * 3  # four characters are three bytes
    made = [forged(key, more="x" * (room + more)) for more in range(-3, 4)]
    assert 8192 in [len(token) for token in made]
    assert {len(token) > 8192: opened(school, token)[0] for token in made} == {
        False: 200,
        True: 401,
    }


# --- the tool's key set


def test_the_key_set_outlives_the_process_and_is_kept_anew() -> None:
    published, store = PublishedKeys(TOOL_KEY), MemoryStore(key_set(TOOL_KEY))
    published.document = None
    cache = ToolKeySetCache(published.fetch, store, RealClock())
    assert cache.find(TOOL_KEY.kid) is not None

    empty = MemoryStore("no JSON")
    assert ToolKeySetCache(published.fetch, empty, RealClock()).find(TOOL_KEY.kid) is None
    published.document = key_set(TOOL_KEY)
    assert ToolKeySetCache(published.fetch, empty, RealClock()).find(TOOL_KEY.kid) is not None
    assert empty.document == key_set(TOOL_KEY)


def test_how_often_the_tool_is_asked(clock: time_machine.Traveller) -> None:
    published = PublishedKeys(TOOL_KEY)
    cache = ToolKeySetCache(published.fetch, MemoryStore(), RealClock())
    counts = []
    known = TOOL_KEY.kid
    for seconds, kid in ((0, known), (59, known), (1, known), (0, "x"), (4, "x"), (1, "x")):
        clock.shift(seconds)
        cache.find(kid)
        counts.append(published.fetches)
    # the first, then with each minute; for an unknown kid at once, then after five seconds
    assert counts == [1, 1, 2, 3, 3, 4]
