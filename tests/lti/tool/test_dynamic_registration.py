"""LTI Dynamic Registration from our side, without a network (R2 to R9)."""

import base64
import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lti.claims import HISTORY_PARAMETERS
from lti.errors import PermanentServiceError, ServiceError, TransientServiceError
from lti.ports import HttpAnswer
from lti.strict_json import MAX_DEPTH
from lti.tool.dynamic_registration import Registered, ToolDescription, is_token, register_with
from lti.tool.key_thumbprints import key_thumbprints
from lti.tool.platform_configuration import (
    PlatformConfiguration,
    RegistrationFailed,
    SupportedMessage,
    fetch_configuration,
)
from tests.factories.platform import (
    AGS,
    CONFIGURATION_URL,
    LMS,
    NRPS,
    PLATFORM,
    REGISTRATION_URL,
    TOOL,
    Platform,
    answered,
    configuration,
)
from tests.fakes.forge import signing_key
from tests.fakes.lti_ports import RecordingHttp

BASE_URL = "https://tracks.example:8443"
US = ToolDescription(
    launch_url=f"{BASE_URL}/lti/launch",
    login_url=f"{BASE_URL}/lti/login",
    jwks_url=f"{BASE_URL}/lti/jwks.json",
    icon_url=f"{BASE_URL}/icon.svg",
    home_url=BASE_URL,
    names={"en": "Tracks", "nb": "Løyper"},
    descriptions={"en": "For teachers", "nb": "For lærere"},
    message_types=("LtiResourceLinkRequest", "LtiDeepLinkingRequest", "LtiSubmissionReviewRequest"),
    custom=HISTORY_PARAMETERS,
)


def fetched(platform: Platform, token: str | None = "token") -> PlatformConfiguration:
    return fetch_configuration(platform.http, CONFIGURATION_URL, token, base_url=BASE_URL)


def failure(platform: Platform, url: str = CONFIGURATION_URL) -> tuple[str, str]:
    with pytest.raises(RegistrationFailed) as caught:
        fetch_configuration(platform.http, url, "token", base_url=BASE_URL)
    return caught.value.reason, caught.value.detail


def registered(platform: Platform, token: str | None = "token") -> Registered:
    return register_with(platform.http, fetched(platform), US, token)


def refused(platform: Platform, token: str = "t0k3n") -> RegistrationFailed:
    with pytest.raises(RegistrationFailed) as caught:
        registered(platform, token)
    return caught.value


def test_what_a_platform_says_about_itself():
    assert fetched(Platform()) == PlatformConfiguration(
        url=CONFIGURATION_URL,
        issuer=LMS,
        auth_url=f"{LMS}/auth",
        token_url=f"{LMS}/token",
        jwks_url=f"{LMS}/keys",
        registration_url=REGISTRATION_URL,
        scopes=("openid", AGS + "score", AGS + "lineitem", NRPS),
        claims=("sub", "iss", "name", "given_name", "family_name", "email"),
        messages=(
            SupportedMessage("LtiResourceLinkRequest"),
            SupportedMessage("LtiDeepLinkingRequest"),
        ),
        variables=("ResourceLink.id.history", "Person.name.full"),
        family="moodle",
        product="moodle 4.5.1+",
        foreign_hosts=(),
    )


def test_we_ask_for_what_both_have_and_for_no_address():
    platform = Platform()

    registered(platform)

    assert platform.asked() == {
        "application_type": "web",
        "response_types": ["id_token"],
        "grant_types": ["implicit", "client_credentials"],
        "initiate_login_uri": f"{BASE_URL}/lti/login",
        "redirect_uris": [f"{BASE_URL}/lti/launch"],
        "jwks_uri": f"{BASE_URL}/lti/jwks.json",
        "token_endpoint_auth_method": "private_key_jwt",
        "client_uri": BASE_URL,
        "logo_uri": f"{BASE_URL}/icon.svg",
        "scope": f"{AGS}lineitem {AGS}score {NRPS}",
        "client_name": "Tracks",
        "client_name#nb": "Løyper",
        TOOL: {
            "domain": "tracks.example:8443",
            "target_link_uri": f"{BASE_URL}/lti/launch",
            "custom_parameters": {"link_history": "$ResourceLink.id.history"},
            "claims": ["iss", "sub", "name", "given_name", "family_name"],
            "messages": [
                {
                    "type": message,
                    "target_link_uri": f"{BASE_URL}/lti/launch",
                    "icon_uri": f"{BASE_URL}/icon.svg",
                    "label": "Tracks",
                    "label#nb": "Løyper",
                }
                for message in ("LtiResourceLinkRequest", "LtiDeepLinkingRequest")
            ],
            "description": "For teachers",
            "description#nb": "For lærere",
        },
    }


def test_canvas_gets_its_placements_its_privacy_and_no_other_names():
    offered = [
        {"type": "LtiResourceLinkRequest", "placements": ["account_navigation"]},
        {"type": "LtiDeepLinkingRequest", "placements": ["link_selection", "editor_button"]},
    ]
    canvas = {"product_family_code": "canvas", "messages_supported": offered}
    platform = Platform(**{PLATFORM: canvas})

    registered(platform)

    asked = platform.asked()
    assert [name for name in [*asked, *asked[TOOL]] if "#" in name] == []
    assert asked[TOOL]["https://canvas.instructure.com/lti/privacy_level"] == "name_only"
    assert asked[TOOL]["custom_parameters"] == dict(HISTORY_PARAMETERS)
    assert [message.get("placements") for message in asked[TOOL]["messages"]] == [
        None,
        ["link_selection"],
    ]


def test_a_platform_that_lists_no_scopes_is_asked_for_the_usual_ones():
    platform = Platform(scopes_supported=None, claims_supported=None, token_endpoint=None)

    registered(platform)

    assert platform.asked()["scope"].split() == [
        AGS + "lineitem",
        AGS + "result.readonly",
        AGS + "score",
        NRPS,
    ]
    assert platform.asked()[TOOL]["claims"] == ["iss", "sub"]
    assert fetched(platform).token_url is None


def test_the_platforms_answer():
    assert registered(Platform()) == Registered(
        client_id="made-by-the-lms",
        deployment_id="7",
        scopes=(AGS + "lineitem", AGS + "score", NRPS),
        message_types=("LtiResourceLinkRequest", "LtiDeepLinkingRequest"),
    )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"client_id": "c"}, Registered("c", None, (), ())),
        ({"client_id": "c", "scope": ["a", 7], TOOL: []}, Registered("c", None, ("a",), ())),
        ({"client_id": "c", TOOL: {"deployment_id": 7}}, Registered("c", None, (), ())),
        ({"client_id": "c", TOOL: {"deployment_id": "æ"}}, Registered("c", None, (), ())),
        ({"client_id": "c", TOOL: {"messages": ["x", {}]}}, Registered("c", None, (), ())),
        ({"client_id": "c", "auth_url": "https://evil.example"}, Registered("c", None, (), ())),
        ({"client_id": "c", "scope": "s " * 999}, Registered("c", None, ("s",) * 50, ())),
    ],
)
def test_an_answer_is_read_leniently_and_takes_nothing_that_was_not_asked(
    answer: dict[str, Any], expected: Registered
):
    assert registered(Platform(answer=answered(answer, 201, "text/html"))) == expected


@pytest.mark.parametrize("client_id", [None, "", 17, ["c"], "c" * 256, "klient-ø", "a\nb"])
def test_an_answer_without_a_usable_client_id(client_id: Any):
    failed = refused(Platform(answer=answered({"client_id": client_id})))

    assert failed.reason == "registration_answer_without_client_id"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"a":1,"a":2}', b"\xff", b"[" * 9999])
def test_an_answer_that_is_no_json(body: bytes):
    failed = refused(Platform(answer=HttpAnswer(200, {}, body)))

    assert (failed.reason, failed.status) == ("registration_answer_not_json", 200)


def test_refusals_of_canvas_and_moodle_are_kept_for_the_administrator():
    canvas = {"errors": [{"message": "scope: unknown", "error_code": "invalid"}]}
    by_canvas = refused(Platform(answer=answered(canvas, 422)))
    by_moodle = refused(Platform(answer=HttpAnswer(401, {}, b"token_already_used")))
    a_page = refused(Platform(answer=HttpAnswer(503, {}, b"\n<!DOCTYPE html><title>Down")))

    assert (by_canvas.reason, by_canvas.status) == ("registration_refused", 422)
    assert by_canvas.said == json.dumps(canvas)
    assert (by_moodle.status, by_moodle.said) == (401, "token_already_used")
    assert (a_page.status, a_page.said) == (503, "")


def test_the_token_goes_to_the_registration_endpoint_only_and_into_no_error():
    body = b'{"error": "bad token s3cret-t0ken, or s3cret-t0ken"}'
    platform = Platform(answer=HttpAnswer(400, {}, body + b" " * 9999))

    failed = refused(platform, "s3cret-t0ken")

    sent = [(each.url, each.headers.get("authorization")) for each in platform.sent]
    assert sent == [(CONFIGURATION_URL, None), (REGISTRATION_URL, "Bearer s3cret-t0ken")]
    assert "s3cret" not in f"{failed} {failed.detail} {failed.said} {failed!r}"
    assert failed.said == '{"error": "bad token …, or …"}'


def test_no_token_no_header():
    platform = Platform()

    registered(platform, None)

    assert [each.headers.get("authorization") for each in platform.sent] == [None, None]


def test_canvas_wants_the_token_for_its_configuration_too():
    platform = Platform()
    ours = answered(configuration())
    platform.http.answers[CONFIGURATION_URL] = lambda sent: (
        ours if sent.headers.get("authorization") == "Bearer token" else HttpAnswer(401, {}, b"")
    )

    assert fetched(platform).issuer == LMS
    assert {each.url for each in platform.sent} == {CONFIGURATION_URL}


@pytest.mark.parametrize(
    "issuer",
    [
        "https://other.example",
        "https://moodle.example.evil.example",
        "https://moodle.example:8443",
        "https://sub.moodle.example",
        "https://moodle.exampl\u0435",
        "http://moodle.example",
        "https://canvas.instructure.com",
    ],
)
def test_a_forged_issuer(issuer: str):
    platform = Platform(issuer=issuer)

    assert failure(platform)[0] in {"issuer_host_differs", "endpoint_not_https"}
    assert [each.method for each in platform.sent] == ["GET"]


@pytest.mark.parametrize(
    ("issuer", "reason"),
    [
        ("", "configuration_incomplete"),
        (7, "configuration_incomplete"),
        ("moodle", "endpoint_not_https"),
        (LMS + "/</script>", "endpoint_not_https"),
        (LMS + "/\n", "endpoint_not_https"),
        (LMS + "/" + "a" * 255, "issuer_too_long"),
    ],
)
def test_an_issuer_that_is_none(issuer: Any, reason: str):
    assert failure(Platform(issuer=issuer))[0] == reason


def test_hosted_canvas_answers_for_its_issuer_from_its_own_other_host():
    sso = "https://sso.canvaslms.com"
    school = "https://school.instructure.com"
    found = configuration(
        issuer="https://canvas.instructure.com",
        authorization_endpoint=f"{sso}/api/lti/authorize_redirect",
        jwks_uri=f"{sso}/api/lti/security/jwks",
        token_endpoint=f"{school}/login/oauth2/token",
        registration_endpoint=f"{school}/api/lti/registrations",
    )
    http = RecordingHttp({f"{sso}/config": answered(found)})

    read = fetch_configuration(http, f"{sso}/config", None, base_url=BASE_URL)

    assert read.foreign_hosts == ("sso.canvaslms.com", "school.instructure.com")
    elsewhere = RecordingHttp({f"{school}/config": answered(found)})
    with pytest.raises(RegistrationFailed, match="issuer_host_differs"):
        fetch_configuration(elsewhere, f"{school}/config", None, base_url=BASE_URL)


@pytest.mark.parametrize(
    "name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "registration_endpoint"]
)
@pytest.mark.parametrize(
    "url",
    [
        "http://moodle.example/x",
        "ftp://moodle.example/x",
        "javascript:alert(1)",
        "//moodle.example/x",
        "https://a@moodle.example/x",
        "https://moodle.example/".ljust(2049, "x"),
        "http://localhost/x",
        'https://moodle.example/"><script>',
    ],
)
def test_an_endpoint_that_is_not_https(name: str, url: str):
    assert failure(Platform(**{name: url})) == ("endpoint_not_https", name)


@pytest.mark.parametrize("name", ["authorization_endpoint", "jwks_uri", "registration_endpoint"])
def test_a_configuration_without_an_endpoint(name: str):
    assert failure(Platform(**{name: None})) == ("configuration_incomplete", name)


def test_foreign_hosts_are_named_for_the_approval():
    found = fetched(
        Platform(
            authorization_endpoint="https://sso.other.example/auth",
            token_endpoint="https://api.moodle.example/token",
            jwks_uri="https://notmoodle.example/keys",
        )
    )

    assert found.foreign_hosts == ("sso.other.example", "notmoodle.example")


def test_no_token_is_sent_to_a_foreign_registration_endpoint():
    platform = Platform(registration_endpoint="https://evil.example/register")

    assert failure(platform)[0] == "registration_endpoint_foreign"
    assert [each.url for each in platform.sent] == [CONFIGURATION_URL]


@pytest.mark.parametrize(
    "url",
    [
        "http://moodle.example/c",
        "file:///etc/passwd",
        "https://u@moodle.example",
        "",
        "x" * 2049,
        "https://moodle.example/".ljust(2049, "x"),
        "http://localhost:1/",
        "https://moodle.example\\@evil",
    ],
)
def test_an_address_that_is_never_asked(url: str):
    platform = Platform()

    assert failure(platform, url)[0] == "configuration_url_not_https"
    assert platform.sent == []


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (HttpAnswer(302, {"location": f"{LMS}/x"}, b""), "configuration_status"),
        (HttpAnswer(404, {}, b""), "configuration_status"),
        (HttpAnswer(200, {}, b"<html>"), "configuration_not_json"),
        (HttpAnswer(200, {}, b"[]"), "configuration_not_json"),
        (HttpAnswer(200, {}, b'{"issuer":"a","issuer":"b"}'), "configuration_not_json"),
        (HttpAnswer(200, {}, b'{"a":' * (MAX_DEPTH + 1)), "configuration_not_json"),
        (HttpAnswer(200, {}, b"{}"), "configuration_incomplete"),
    ],
)
def test_a_configuration_that_cannot_be_read(answer: HttpAnswer, reason: str):
    platform = Platform()
    platform.http.answers[CONFIGURATION_URL] = answer

    assert failure(platform)[0] == reason
    assert [each.url for each in platform.sent] == [CONFIGURATION_URL]


@pytest.mark.parametrize(
    "failed",
    [TransientServiceError("answer_too_big"), PermanentServiceError("address_not_public")],
)
def test_what_the_network_says_goes_on_to_the_page(failed: ServiceError):
    platform = Platform()
    platform.http.answers[CONFIGURATION_URL] = failed

    with pytest.raises(ServiceError) as caught:
        fetched(platform)

    assert caught.value is failed


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=9,
)


@given(name=st.sampled_from([*configuration(), PLATFORM]), value=_JSON)
def test_no_value_of_a_configuration_is_a_bug(name: str, value: Any):
    try:
        registered(Platform(**{name: value}))
    except RegistrationFailed:
        return


@given(name=st.sampled_from(["client_id", "scope", TOOL]), value=_JSON)
def test_no_value_of_an_answer_is_a_bug(name: str, value: Any):
    try:
        registered(Platform(answer=answered({"client_id": "c", name: value})))
    except RegistrationFailed:
        return


@pytest.mark.parametrize("token", ["a b", "a\nb", "ø", "a" * 9000])
def test_a_token_that_no_header_takes(token: str):
    assert (is_token(token), is_token("eyJ.a-b_c.~+/=")) == (False, True)


def test_thumbprints_are_those_of_rfc_7638():
    key = signing_key()

    (seen,) = key_thumbprints(Platform().http, f"{LMS}/keys")

    assert seen == (key.jwk()["kid"], rfc_7638(key.jwk()))


def rfc_7638(jwk: dict[str, str]) -> str:
    text = json.dumps({"e": jwk["e"], "kty": "RSA", "n": jwk["n"]}, separators=(",", ":"))
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
