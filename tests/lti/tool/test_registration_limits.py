"""Dynamic registration at its limits: lengths, lists, headers, and what is not ours to trust."""

from typing import Any

import pytest
from msgspec.structs import replace

from lti.ports import HttpAnswer
from lti.tool.dynamic_registration import ToolDescription, is_token, register_with
from lti.tool.key_thumbprints import key_thumbprints
from lti.tool.platform_configuration import (
    PlatformConfiguration,
    RegistrationFailed,
    SupportedMessage,
    fetch_configuration,
)
from tests.factories.platform import (
    CONFIGURATION_URL,
    LMS,
    PLATFORM,
    REGISTRATION_URL,
    TOOL,
    Platform,
    answered,
    configuration,
)
from tests.fakes.forge import curve_jwk, jwks
from tests.fakes.lti_ports import RecordingHttp

BASE_URL = "https://tracks.example"
US = ToolDescription(
    launch_url=f"{BASE_URL}/lti/launch",
    login_url=f"{BASE_URL}/lti/login",
    jwks_url=f"{BASE_URL}/lti/jwks.json",
    icon_url=f"{BASE_URL}/icon.svg",
    home_url=BASE_URL,
    names={"en": "Tracks"},
    descriptions={"en": "For teachers"},
    message_types=("LtiResourceLinkRequest",),
)


def fetched(platform: Platform, token: str | None = "token") -> PlatformConfiguration:
    return fetch_configuration(platform.http, CONFIGURATION_URL, token, base_url=BASE_URL)


def platform_says(**changes: Any) -> PlatformConfiguration:
    return fetched(Platform(**{PLATFORM: changes}))


def test_both_requests_speak_json_and_say_so():
    platform = Platform()
    register_with(platform.http, fetched(platform), US, None)
    read, posted = platform.sent

    assert (read.method, read.url, read.headers) == (
        "GET",
        CONFIGURATION_URL,
        {"accept": "application/json"},
    )
    assert (posted.method, posted.url, posted.headers) == (
        "POST",
        REGISTRATION_URL,
        {"content-type": "application/json", "accept": "application/json"},
    )


@pytest.mark.parametrize(("token", "asked"), [("token", 2), (None, 1), ("", 1)])
def test_a_refused_configuration_is_asked_for_again_only_with_a_token(token: Any, asked: int):
    platform = Platform()
    platform.http.answers[CONFIGURATION_URL] = HttpAnswer(403, {}, b"")

    with pytest.raises(RegistrationFailed) as failed:
        fetched(platform, token)

    assert (failed.value.reason, failed.value.status) == ("configuration_status", 403)
    assert (failed.value.detail, failed.value.said) == ("", "")
    assert len(platform.sent) == asked


def test_the_longest_addresses_are_taken():
    longest = f"{LMS}/".ljust(2048, "x")
    platform = Platform(authorization_endpoint=longest)
    platform.http.answers[longest] = answered(configuration())

    assert fetched(platform).auth_url == longest
    assert fetch_configuration(platform.http, longest, None, base_url=BASE_URL).url == longest


@pytest.mark.parametrize(
    ("said", "family", "product"),
    [
        (
            {"product_family_code": " Moodle ", "version": "4.5\n(LTS)"},
            "moodle",
            "Moodle 4.5 (LTS)",
        ),
        ({"product_family_code": "Desire2Learn"}, "brightspace", "Desire2Learn"),
        ({"product_family_code": "sample lms", "version": "1"}, "", "sample lms 1"),
        ({"version": "1"}, "", "1"),
        ({"product_family_code": 7}, "", ""),
        ({"product_family_code": "x" * 300}, "", "x" * 200),
        ({}, "", ""),
    ],
)
def test_the_product_for_people_and_its_family_for_us(said: Any, family: str, product: str):
    found = platform_says(**said)

    assert (found.family, found.product) == (family, product)


@pytest.mark.parametrize(
    ("listed", "read"),
    [
        (["LtiResourceLinkRequest", ""], [SupportedMessage("LtiResourceLinkRequest")]),
        ([{"type": "A", "placements": ["p", 7]}], [SupportedMessage("A", ("p",))]),
        ([{"placements": ["p"]}, {"type": 7}, None, 7], []),
        (["A"] * 201, [SupportedMessage("A")] * 200),
        ("LtiResourceLinkRequest", []),
        (None, []),
    ],
)
def test_the_messages_of_a_platform(listed: Any, read: list[SupportedMessage]):
    assert platform_says(messages_supported=listed).messages == tuple(read)


def test_a_message_that_we_do_not_take_is_not_asked_for():
    platform = Platform(**{PLATFORM: {"messages_supported": ["LtiDeepLinkingRequest", "Other"]}})
    register_with(platform.http, fetched(platform), US, None)

    assert platform.asked()[TOOL]["messages"] == []


def test_notices_groups_and_a_language_are_asked_for_where_they_are_offered():
    notices = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"
    groups = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"
    platform = Platform(
        scopes_supported=[notices, groups, "https://other.example/scope"],
        claims_supported=["locale", "email", "picture"],
    )
    register_with(platform.http, fetched(platform), US, None)

    assert platform.asked()["scope"].split() == [notices, groups]
    assert platform.asked()[TOOL]["claims"] == ["iss", "sub", "locale"]


def test_where_a_teacher_looks_for_us():
    everywhere = ["course_navigation", "ContentArea", "link_selection", "assignment_selection"]
    offered = [
        {"type": name, "placements": ["account_navigation", *everywhere]}
        for name in ("LtiResourceLinkRequest", "LtiDeepLinkingRequest")
    ]
    platform = Platform(**{PLATFORM: {"messages_supported": offered}})
    asks = replace(US, message_types=("LtiResourceLinkRequest", "LtiDeepLinkingRequest"))
    register_with(platform.http, fetched(platform), asks, None)

    assert [message["placements"] for message in platform.asked()[TOOL]["messages"]] == [
        ["course_navigation"],
        ["ContentArea", "link_selection", "assignment_selection"],
    ]


@pytest.mark.parametrize("kind", ["", "beta.", "test."])
def test_each_hosted_canvas_answers_from_its_own_other_host(kind: str):
    sso = f"https://sso.{kind}canvaslms.com/config"
    endpoint = "https://school.beta.instructure.com/register"
    found = configuration(
        issuer=f"https://canvas.{kind}instructure.com", registration_endpoint=endpoint
    )
    http = RecordingHttp({sso: answered(found)})

    assert fetch_configuration(http, sso, None, base_url=BASE_URL).registration_url == endpoint


@pytest.mark.parametrize(
    ("code", "family"),
    [
        ("canvas", "canvas"),
        ("desire2learn", "brightspace"),
        ("d2l", "brightspace"),
        ("brightspace", "brightspace"),
        ("BlackboardLearn", "blackboard"),
        ("blackboard", "blackboard"),
        ("Open edX", "openedx"),
        ("openedx", "openedx"),
        ("itslearning", "itslearning"),
    ],
)
def test_every_spelling_of_a_platform(code: str, family: str):
    assert platform_says(product_family_code=code).family == family


def test_the_token_of_hosted_canvas_goes_to_no_other_domain():
    sso = "https://sso.canvaslms.com"
    found = configuration(
        issuer="https://canvas.instructure.com",
        registration_endpoint="https://evil.example/instructure.com",
    )
    http = RecordingHttp({f"{sso}/config": answered(found)})

    with pytest.raises(RegistrationFailed) as failed:
        fetch_configuration(http, f"{sso}/config", "token", base_url=BASE_URL)
    assert failed.value.reason == "registration_endpoint_foreign"


@pytest.mark.parametrize(
    ("token", "is_one"),
    [("a" * 8192, True), ("a" * 8193, False), ("a\x7f", False), ("", True)],
)
def test_the_longest_token(token: str, is_one: bool):
    assert is_token(token) is is_one


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"bad\x00 request\xff\r\n now", "bad request\ufffd now"),
        (b"x" * 501, "x" * 500),
        (b'<?xml version="1.0"?><e/>', ""),
        (b"<HTML><body>Down", ""),
        (b"a <html> page", "a <html> page"),
    ],
)
def test_what_an_administrator_reads_of_a_refusal(body: bytes, said: str):
    platform = Platform(answer=HttpAnswer(400, {}, body))

    with pytest.raises(RegistrationFailed) as failed:
        register_with(platform.http, fetched(platform), US, None)
    assert failed.value.said == said


def test_words_of_an_answer_are_cut_to_what_can_be_kept():
    answer = answered({"client_id": "c" * 255, "scope": f"{'s' * 255}a {'t' * 255}"})
    platform = Platform(answer=answer)
    made = register_with(platform.http, fetched(platform), US, None)

    assert (made.client_id, made.scopes) == ("c" * 255, ("s" * 255, "t" * 255))


def test_a_key_that_cannot_be_used_is_named_with_what_is_wrong():
    http = RecordingHttp({f"{LMS}/keys": HttpAnswer(200, {}, jwks(curve_jwk("ec")))})

    assert key_thumbprints(http, f"{LMS}/keys") == [("ec", "key_not_rsa")]
