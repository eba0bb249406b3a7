"""Deep linking without a web: the settings that are read, the answer that is signed."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from lti.claims import CONTENT_ITEMS, DEEP_LINKING_DATA, DEEP_LINKING_SETTINGS
from lti.errors import LtiRejected
from lti.jose import import_public, public_jwk, sign, verify
from lti.ports import Registration
from lti.roles import Roles
from lti.strict_json import parse_object
from lti.tool.deep_linking import (
    DeepLinkingSettings,
    LineItem,
    NotAccepted,
    Period,
    ResourceLinkItem,
    plain,
    read_settings,
    response_claims,
)
from tests.fakes.forge import MEMBERSHIP
from tests.lti_platform.school import TOOL_KEY

BASE_URL = "https://tool.example"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
REGISTRATION = Registration(
    id=7,
    issuer="https://platform.example",
    client_id="client-1",
    auth_url="https://auth.platform.example/auth",
    token_url=None,
    jwks_url="https://platform.example/jwks",
)
CLAIM: dict[str, Any] = {
    "deep_link_return_url": "https://platform.example/deep?a=1&sesskey=2",
    "accept_types": ["ltiResourceLink", "link"],
    "accept_presentation_document_targets": ["iframe"],
}
ITEM = ResourceLinkItem(
    f"{BASE_URL}/lti/launch",
    "A session",
    {"resource": "a/b/c"},
    line_item=LineItem("S", 100, "a/b/c"),
)


def read(
    registration: Registration = REGISTRATION, base: str = BASE_URL, **changes: Any
) -> DeepLinkingSettings:
    return read_settings({DEEP_LINKING_SETTINGS: {**CLAIM, **changes}}, registration, base)


def items(asked: DeepLinkingSettings, *offered: ResourceLinkItem) -> list[dict[str, Any]]:
    claims = response_claims(asked, REGISTRATION, "1", offered, now=NOW)
    found: list[dict[str, Any]] = claims[CONTENT_ITEMS]
    return found


def test_what_moodle_and_open_edx_send_is_read():
    assert read() == DeepLinkingSettings(
        return_url=CLAIM["deep_link_return_url"],
        accept_types=("ltiResourceLink", "link"),
        document_targets=("iframe",),
        accept_multiple=False,
        accept_lineitem=None,
        auto_create=False,
        data=None,
    )


def test_what_the_json_schema_says_is_read_too():
    asked = read(
        accept_multiple="true", accept_lineitem="false", auto_create="true", title="T", text="t"
    )

    assert (asked.accept_multiple, asked.accept_lineitem, asked.auto_create) == (True, False, True)
    assert (asked.title, asked.text) == ("T", "t")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"deep_link_return_url": None}, "deep_linking_return_url_missing"),
        ({"deep_link_return_url": ""}, "deep_linking_return_url_missing"),
        ({"deep_link_return_url": ["a list"]}, "deep_linking_return_url_missing"),
        ({"deep_link_return_url": "https://evil.example"}, "deep_linking_return_url_foreign"),
        ({"accept_types": None}, "deep_linking_types_missing"),
        ({"accept_types": ["ltiResourceLink", 1]}, "deep_linking_types_missing"),
        ({"accept_types": []}, "deep_linking_type_not_offered"),
        ({"accept_types": ["link", "html"]}, "deep_linking_type_not_offered"),
        ({"accept_presentation_document_targets": None}, "deep_linking_targets_missing"),
        ({"accept_presentation_document_targets": "iframe"}, "deep_linking_targets_missing"),
        ({"data": 1}, "deep_linking_data_not_text"),
    ],
)
def test_what_cannot_be_answered_is_refused(changes: dict[str, Any], reason: str):
    with pytest.raises(LtiRejected) as refused:
        read(**changes)
    assert (refused.value.reason, refused.value.status) == (reason, 400)


@pytest.mark.parametrize("claim", [None, [], "text"])
def test_without_settings_there_is_nothing_to_answer(claim: Any):
    with pytest.raises(LtiRejected) as refused:
        read_settings({DEEP_LINKING_SETTINGS: claim}, REGISTRATION, BASE_URL)
    assert refused.value.reason == "deep_linking_settings_missing"


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://platform.example/x", True),
        ("https://auth.platform.example/x", True),
        ("https://approved.example/x", True),
        ("https://APPROVED.example/x", True),
        ("https://evil.example/x", False),
        ("https://sub.approved.example/x", False),
        ("http://platform.example/x", False),
        ("//platform.example/x", False),
        ("javascript:alert(1)//platform.example", False),
    ],
)
def test_the_return_url_is_on_a_host_of_the_registration_or_one_approved(url: str, allowed: bool):
    registration = structs.replace(REGISTRATION, service_hosts=("approved.example",))
    if allowed:
        assert read(registration, deep_link_return_url=url).return_url == url
        return
    with pytest.raises(LtiRejected) as refused:
        read(registration, deep_link_return_url=url)
    assert refused.value.reason == "deep_linking_return_url_foreign"


@pytest.mark.parametrize(("base", "allowed"), [("http://localhost:8000", True), (BASE_URL, False)])
def test_plain_http_only_between_loopback_addresses(base: str, allowed: bool):
    url = "http://127.0.0.1:8100"
    local = structs.replace(REGISTRATION, issuer=url)
    try:
        read(local, base, deep_link_return_url=f"{url}/chosen")
    except LtiRejected:
        assert not allowed
    else:
        assert allowed


@given(
    data=st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
)
@settings(max_examples=300)
def test_data_comes_back_byte_for_byte_or_not_at_all(data: str | None):
    # As it comes in: parsed from JSON; as it goes out: signed, and read by the platform.
    asked = read(**({} if data is None else {"data": data}))
    token = sign(response_claims(asked, REGISTRATION, "1", [], now=NOW), TOOL_KEY)
    claims = verify(token, import_public(public_jwk(TOOL_KEY)), ["RS256"])

    assert (DEEP_LINKING_DATA in claims) == (data is not None)
    if data is not None:
        assert claims[DEEP_LINKING_DATA].encode() == data.encode()


def _random_text(chance: random.Random) -> str:
    """From one-byte characters, other alphabets and pictures."""
    ranges = ((1, 0x100), (0x100, 0xD800), (0x1F300, 0x1F600))
    length = chance.randrange(60)
    return "".join(chr(chance.randrange(*chance.choice(ranges))) for _ in range(length))


def test_a_hundred_random_strings_come_back_as_they_were():
    chance = random.Random(20261122)
    for _ in range(100):
        sent = _random_text(chance)
        message = json.dumps({DEEP_LINKING_SETTINGS: {**CLAIM, "data": sent}}).encode()
        asked = read_settings(parse_object(message), REGISTRATION, BASE_URL)
        token = sign(response_claims(asked, REGISTRATION, "1", [], now=NOW), TOOL_KEY)
        claims = verify(token, import_public(public_jwk(TOOL_KEY)), ["RS256"])
        assert claims[DEEP_LINKING_DATA].encode() == sent.encode()


def test_the_answer_lives_five_minutes_and_was_made_ten_seconds_ago():
    claims = response_claims(read(), REGISTRATION, "1", [], now=NOW)

    assert (claims["iat"], claims["exp"]) == (
        int(NOW.timestamp()) - 10,
        int(NOW.timestamp()) + 290,
    )
    other = response_claims(read(), REGISTRATION, "1", [], now=NOW)
    assert other["nonce"] != claims["nonce"]


def test_the_answer_is_from_us_to_the_platform():
    claims = response_claims(read(), REGISTRATION, "1", [], now=NOW)

    # here the client is the issuer, and the issuer the audience
    assert (claims["iss"], claims["aud"]) == ("client-1", "https://platform.example")


def test_whoever_chose_nothing_may_say_so_to_a_platform_that_takes_no_links():
    asked = replace(read(), accept_types=("link",))

    assert items(asked) == []


def test_a_title_has_255_characters_and_a_text_1000():
    long = structs.replace(
        ITEM, title="t" * 300, text="t" * 1001, line_item=LineItem("l" * 300, 1, "r")
    )
    (item,) = items(read(), long)

    assert (item["title"], item["text"]) == ("t" * 254 + "…", "t" * 999 + "…")
    assert item["lineItem"]["label"] == "l" * 254 + "…"
    (item,) = items(read(), structs.replace(ITEM, title="t" * 255, text="t" * 1000))
    assert (item["title"], item["text"]) == ("t" * 255, "t" * 1000)


def test_what_the_platform_wants_back_shows_in_no_log():
    assert "secret" not in repr(read(data="secret"))


def test_an_item_without_a_line_item_or_a_period():
    (item,) = items(
        read(), structs.replace(ITEM, line_item=None, available=Period(), submission=None)
    )

    assert sorted(item) == ["custom", "title", "type", "url"]


def test_a_period_with_a_start_only():
    (item,) = items(read(), structs.replace(ITEM, available=Period(start=NOW)))

    assert item["available"] == {"startDateTime": "2026-11-22T12:00:00+00:00"}


def test_message_and_log_are_there_only_when_something_is_said():
    prefix = "https://purl.imsglobal.org/spec/lti-dl/claim/"
    silent = response_claims(read(), REGISTRATION, "1", [], now=NOW)
    spoken = response_claims(
        read(), REGISTRATION, "1", [], now=NOW, message="m", log="l", error="e", error_log="f"
    )

    assert {name for name in silent if name.startswith(prefix)} == {CONTENT_ITEMS}
    assert [spoken[f"{prefix}{name}"] for name in ("msg", "log", "errormsg", "errorlog")] == [
        *"mlef"
    ]
    # Cancelling is no error.
    assert not any("error" in name for name in silent)


def test_several_items_only_where_several_are_taken():
    assert len(items(read(accept_multiple=True), ITEM, ITEM)) == 2
    with pytest.raises(NotAccepted):
        items(read(), ITEM, ITEM)
    with pytest.raises(NotAccepted):
        items(replace(read(), accept_types=("link",)), ITEM)


def test_an_item_in_full():
    period = Period(NOW, datetime(2027, 6, 20, tzinfo=UTC))
    full = structs.replace(
        ITEM,
        text="One line",
        available=period,
        submission=Period(end=period.end),
        line_item=LineItem("S", 100, "a/b/c", "tag"),
    )

    assert items(read(), full) == [
        {
            "type": "ltiResourceLink",
            "url": f"{BASE_URL}/lti/launch",
            "title": "A session",
            "text": "One line",
            "custom": {"resource": "a/b/c"},
            "lineItem": {
                "label": "S",
                "scoreMaximum": 100,
                "resourceId": "a/b/c",
                "tag": "tag",
            },
            "available": {
                "startDateTime": "2026-11-22T12:00:00+00:00",
                "endDateTime": "2027-06-20T00:00:00+00:00",
            },
            "submission": {"endDateTime": "2027-06-20T00:00:00+00:00"},
        }
    ]


@pytest.mark.parametrize(("said", "there"), [(True, True), (None, True), (False, False)])
def test_a_line_item_unless_the_platform_takes_none(said: bool | None, there: bool):
    (item,) = items(replace(read(), accept_lineitem=said), ITEM)

    assert ("lineItem" in item) is there


@pytest.mark.parametrize(
    ("targets", "window"),
    [
        (("iframe", "window"), None),
        (("iframe",), None),
        (("window",), {"targetName": "_blank"}),
        ((), None),
        (("embed",), None),
    ],
)
def test_a_window_where_there_are_no_frames(targets: tuple[str, ...], window: Any):
    (item,) = items(replace(read(), document_targets=targets), ITEM)

    assert item.get("window") == window


@given(text=st.text(max_size=400), longest=st.integers(10, 255))
def test_plain_text_is_one_line_and_not_too_long(text: str, longest: int):
    made = plain(text, longest)

    assert len(made) <= longest
    assert made.isprintable()
    assert plain(made, longest) == made


def test_a_long_title_is_cut_at_a_word():
    assert plain("one two three four", 12) == "one two…"
    assert plain("onetwothreefour", 12) == "onetwothree…"
    assert plain("one two four", 12) == "one two four"
    assert plain("one two four x", 12) == "one two…"
    assert plain("one two thre four", 12) == "one two…"
    assert plain("one two thr four", 12) == "one two…"
    assert plain("one two th four", 12) == "one two th…"
    assert plain(" one\n\ttwo\x07 ", 12) == "one two"


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("Instructor", True),
        ("ContentDeveloper", True),
        ("Administrator", True),
        ("Manager", True),
        ("Learner", False),
        ("Mentor", False),
        ("Member", False),
        ("Officer", False),
    ],
)
def test_who_may_author(role: str, may: bool):
    assert Roles.parse([role]).may_author is may
    assert Roles.parse([MEMBERSHIP + role, MEMBERSHIP + "Learner"]).may_author is may
