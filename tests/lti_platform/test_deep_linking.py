"""The platform's side of choosing content: what it asks for, and which answers it takes."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from lti import jose
from lti.platform import (
    ContentRefused,
    ContentRequest,
    CourseContext,
    MessageHint,
    OfferedLineItem,
    OfferedLink,
    Rules,
    accept_content,
    answer_authentication,
    platform_key_set,
)
from lti.platform.deep_linking import MAX_ITEMS
from tests.fakes.forge import REMOVED, changed
from tests.lti_platform.school import (
    INSTRUCTOR,
    LMS,
    OTHER_KEY,
    PLATFORM_KEY,
    TOOL,
    TOOL_KEY,
    School,
)

CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"
DL = "https://purl.imsglobal.org/spec/lti-dl/claim/"
ITEM: dict[str, Any] = {
    "type": "ltiResourceLink",
    "url": f"{TOOL}/lti/launch",
    "title": "A session",
    "custom": {"resource": "a/b/c"},
    "lineItem": {"label": "S", "scoreMaximum": 100, "resourceId": "a/b/c", "tag": "t"},
}
REQUEST = ContentRequest(
    sub="t-1",
    roles=(INSTRUCTOR,),
    context=CourseContext("course-1", "C1", "Course one"),
    target_link_uri=f"{TOOL}/lti/launch",
    document_target="iframe",
    return_url=f"{LMS}/return",
    locale="nb",
    deep_link_return_url=f"{LMS}/chosen?a=1&b=2",
    data="opaque",
)


def answer(key: jose.PrivateKey = TOOL_KEY, **changes: Any) -> list[tuple[str, str]]:
    """A right answer; the names of LTI's own claims are given short."""
    now = int(datetime.now(UTC).timestamp())
    right = {
        "iss": "client-1",
        "aud": LMS,
        "iat": now - 10,
        "exp": now + 290,
        "nonce": f"nonce-{now}",
        f"{CLAIM}message_type": "LtiDeepLinkingResponse",
        f"{CLAIM}version": "1.3.0",
        f"{CLAIM}deployment_id": "deployment-1",
        f"{DL}content_items": [ITEM],
        f"{DL}data": "opaque",
    }
    names = {name.rpartition("/")[2]: name for name in right}
    claims = changed(right, {names.get(name, name): value for name, value in changes.items()})
    return [("JWT", jose.sign(claims, key))]


def taken(school: School, form: list[tuple[str, str]]) -> list[OfferedLink]:
    return accept_content(school.platform, form, data="opaque")


def refusal(school: School, form: list[tuple[str, str]], data: str | None = "opaque") -> str:
    with pytest.raises(ContentRefused) as refused:
        accept_content(school.platform, form, data=data)
    return refused.value.reason


def request_claims(school: School, request: ContentRequest = REQUEST) -> dict[str, Any]:
    hint = MessageHint("t-1", "course-1", None, "iframe")
    sealed = school.hints.sign(hint, now=datetime.now(UTC))
    form = answer_authentication(
        school.platform,
        school.authentication(login_hint="t-1", lti_message_hint=sealed),
        signed_in="t-1",
        hints=school.hints,
        message_for=lambda read: request if read == hint else None,
    )
    (jwk,) = platform_key_set(PLATFORM_KEY)["keys"]
    return jose.verify(form.fields["id_token"], jose.import_public(jwk), ["RS256"])


@pytest.mark.parametrize(("multiple", "lineitem"), [(True, True), (False, False)])
def test_the_request_says_what_is_accepted(multiple: bool, lineitem: bool) -> None:
    school = School(rules=Rules(accept_multiple=multiple, accept_lineitem=lineitem))
    claims = request_claims(school)
    assert claims[f"{CLAIM}message_type"] == "LtiDeepLinkingRequest"
    assert f"{CLAIM}resource_link" not in claims
    assert claims[f"{DL}deep_linking_settings"] == {
        "deep_link_return_url": f"{LMS}/chosen?a=1&b=2",
        "accept_types": ["ltiResourceLink"],
        "accept_presentation_document_targets": ["iframe", "window"],
        "accept_multiple": multiple,
        "accept_lineitem": lineitem,
        "auto_create": True,
        "data": "opaque",
    }


def test_a_right_answer_is_taken_once() -> None:
    school, form = School(), answer()
    assert taken(school, form) == [
        OfferedLink(
            url=f"{TOOL}/lti/launch",
            title="A session",
            text="",
            custom={"resource": "a/b/c"},
            line_item=OfferedLineItem("S", 100, "a/b/c", "t"),
        )
    ]
    assert refusal(school, form) == "nonce_reused"


def test_cancelling_is_an_answer() -> None:
    assert taken(School(), answer(content_items=[])) == []


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"iss": LMS}, "iss_differs"),
        ({"iss": REMOVED}, "iss_differs"),
        ({"aud": "https://other.example"}, "aud_differs"),
        ({"aud": [LMS, "https://other.example"]}, "aud_differs"),
        ({"aud": "client-1"}, "aud_differs"),
        ({"azp": "https://other.example"}, "azp_differs"),
        ({"message_type": "LtiDeepLinkingRequest"}, "message_type_differs"),
        ({"message_type": REMOVED}, "message_type_differs"),
        ({"version": "1.1"}, "version_differs"),
        ({"deployment_id": "deployment-2"}, "deployment_id_differs"),
        ({"deployment_id": REMOVED}, "deployment_id_differs"),
        ({"exp": REMOVED}, "exp_missing"),
        ({"iat": REMOVED}, "iat_missing"),
        ({"iat": True}, "iat_missing"),
        ({"exp": 1}, "exp_passed"),
        ({"exp": 10**400}, "exp_missing"),
        ({"iat": 1}, "lifetime_too_long"),
        ({"iat": 4_000_000_000, "exp": 4_000_000_100}, "iat_in_future"),
        ({"nonce": REMOVED}, "nonce_missing"),
        ({"nonce": ""}, "nonce_missing"),
        ({"nonce": ["n"]}, "nonce_missing"),
        ({"data": REMOVED}, "data_differs"),
        ({"data": "opaque "}, "data_differs"),
        ({"content_items": REMOVED}, "items_malformed"),
        ({"content_items": {}}, "items_malformed"),
        ({"content_items": [ITEM] * (MAX_ITEMS + 1)}, "items_malformed"),
        ({"content_items": ["x"]}, "item_of_another_type"),
        ({"content_items": [{}]}, "item_of_another_type"),
        ({"content_items": [{**ITEM, "type": "html"}]}, "item_of_another_type"),
        ({"content_items": [{**ITEM, "url": 1}]}, "item_malformed"),
        ({"content_items": [{**ITEM, "title": ""}]}, "item_malformed"),
        ({"content_items": [{**ITEM, "custom": []}]}, "custom_malformed"),
        ({"content_items": [{**ITEM, "custom": {"resource": 1}}]}, "item_malformed"),
        ({"content_items": [{**ITEM, "lineItem": {}}]}, "line_item_malformed"),
        ({"content_items": [{**ITEM, "lineItem": {"scoreMaximum": 1.5}}]}, "line_item_malformed"),
        ({"content_items": [{**ITEM, "lineItem": {"scoreMaximum": 0}}]}, "line_item_malformed"),
        ({"content_items": [{**ITEM, "lineItem": {"scoreMaximum": True}}]}, "line_item_malformed"),
    ],
)
def test_any_other_answer_is_refused(changes: dict[str, Any], reason: str) -> None:
    assert refusal(School(), answer(**changes)) == reason


def test_only_the_tools_own_key_signs() -> None:
    assert refusal(School(), answer(OTHER_KEY)) == "kid_unknown"
    unsigned = answer()[0][1].rpartition(".")[0] + "."
    assert refusal(School(), [("JWT", unsigned)]) == "signature_invalid"
    assert refusal(School(), [("id_token", answer()[0][1])]) == "form_malformed"
    assert refusal(School(), answer() * 2) == "form_malformed"


def test_what_the_rules_do_not_take_is_refused() -> None:
    one = School(rules=Rules(accept_multiple=False))
    assert refusal(one, answer(content_items=[ITEM, ITEM])) == "too_many_items"
    assert len(taken(one, answer())) == 1
    plain = School(rules=Rules(accept_lineitem=False))
    assert refusal(plain, answer()) == "line_item_not_accepted"
    without = changed(ITEM, {"lineItem": REMOVED})
    assert taken(plain, answer(content_items=[without]))[0].line_item is None


def test_data_that_was_not_sent_may_not_come_back() -> None:
    school = School()
    assert refusal(school, answer(), data=None) == "data_differs"
    assert accept_content(school.platform, answer(data=REMOVED), data=None)


def test_without_data_the_request_has_none() -> None:
    claims = request_claims(School(), replace(REQUEST, data=None))
    assert "data" not in claims[f"{DL}deep_linking_settings"]
