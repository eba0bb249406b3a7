from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, urlsplit

import pytest
from msgspec.structs import replace

from lti.errors import LtiRejected
from lti.ports import Registration
from lti.tool.login import LoginAnswer, begin_login
from lti.tool.state import StateSigner, StorageOffer
from tests.conformance.world import BASE_URL, LAUNCH_URL, REGISTRATION, TARGET
from tests.fakes.lti_ports import FixedClock, MemoryRegistrations

SIGNER = StateSigner(b"0123456789abcdef0123456789abcdef")
PARAMS = {
    "iss": "https://platform.example",
    "login_hint": "hint",
    "target_link_uri": TARGET,
    "client_id": "client-1",
}


def begin(
    params: Sequence[tuple[str, str]] | Mapping[str, str],
    *,
    registrations: Sequence[Registration] = (REGISTRATION,),
    cookies: Mapping[str, str] | None = None,
    base_url: str = BASE_URL,
) -> LoginAnswer:
    return begin_login(
        list(params.items()) if isinstance(params, Mapping) else params,
        registrations=MemoryRegistrations(registrations),
        signer=SIGNER,
        clock=FixedClock(),
        launch_url=base_url + "/lti/launch",
        base_url=base_url,
        cookies=cookies or {},
    )


def refusal(params, **how) -> tuple[str, int]:
    with pytest.raises(LtiRejected) as caught:
        begin(params, **how)
    return caught.value.reason, caught.value.status


def sent(answer: LoginAnswer) -> dict[str, str]:
    query = urlsplit(answer.redirect_url).query
    return dict(
        parse_qsl(query, keep_blank_values=True, strict_parsing=True, errors="surrogateescape")
    )


def test_redirect_has_all_that_the_framework_asks_for():
    answer = begin({**PARAMS, "lti_message_hint": "message", "lti_deployment_id": "1"})
    state = SIGNER.read(sent(answer)["state"], FixedClock().now())

    assert answer.redirect_url.startswith("https://platform.example/auth?scope=openid&")
    assert sent(answer) == {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": "client-1",
        "redirect_uri": LAUNCH_URL,
        "login_hint": "hint",
        "lti_message_hint": "message",
        "state": sent(answer)["state"],
        "nonce": state.nonce,
    }
    assert (state.registration_id, state.target_link_uri, state.deployment_hint) == (7, TARGET, "1")
    assert state.nonce not in sent(answer)["state"]


def test_cookie_is_of_this_state():
    answer = begin(PARAMS)
    state = SIGNER.read(sent(answer)["state"], FixedClock().now())

    assert (answer.cookie.name, answer.cookie.value, answer.cookie.max_age) == (
        "__Host-lti_" + state.cookie_id,
        SIGNER.binding_value(state),
        600,
    )


def test_message_hint_is_absent_if_absent():
    assert "lti_message_hint" not in sent(begin(PARAMS))


@pytest.mark.parametrize(
    "hint",
    [
        '{"cmid":3,"x":"a b"}',
        "a&b=c+d%20e%00#f",
        "\x00\n\t",
        "æøå 😀",
        "bytes that are no UTF-8: \udcff\udc80",
        "x" * 8192,
        "",
    ],
)
def test_hints_come_back_unaltered(hint: str):
    answer = begin({**PARAMS, "login_hint": "!" + hint[:8000], "lti_message_hint": hint})

    assert (sent(answer)["login_hint"], sent(answer)["lti_message_hint"]) == (
        "!" + hint[:8000],
        hint,
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"login_hint": "ø" * 4097}, "login_hint_too_long"),
        ({"lti_message_hint": "x" * 8193}, "login_message_hint_too_long"),
        ({"login_hint": "\ud83d"}, "login_hint_not_text"),
        ({"lti_message_hint": "\ud83d"}, "login_hint_not_text"),
        ({"iss": ""}, "login_iss_missing"),
        ({"login_hint": ""}, "login_hint_missing"),
        ({"target_link_uri": ""}, "login_target_missing"),
        ({"target_link_uri": (TARGET + "?").ljust(2049, "x")}, "login_target_too_long"),
        ({"target_link_uri": "https://evil.example/"}, "login_target_foreign"),
        ({"target_link_uri": "//evil.example/"}, "login_target_foreign"),
        ({"target_link_uri": "\\\\evil.example"}, "login_target_foreign"),
        ({"target_link_uri": "javascript:alert(1)"}, "login_target_foreign"),
        ({"target_link_uri": "https://tool.example:444/"}, "login_target_foreign"),
        ({"target_link_uri": "https://a@tool.example/"}, "login_target_foreign"),
        ({"lti_deployment_id": "d" * 256}, "login_deployment_malformed"),
        ({"lti_deployment_id": "ø"}, "login_deployment_malformed"),
        ({"iss": "https://platform.example/"}, "login_not_connected"),
        ({"iss": "https://PLATFORM.example"}, "login_not_connected"),
        ({"iss": "http://platform.example"}, "login_not_connected"),
        ({"iss": "https://platform.example?x"}, "login_not_connected"),
        ({"iss": "https://plаtform.example"}, "login_not_connected"),  # a Cyrillic letter
        ({"client_id": "client-2"}, "login_not_connected"),
        ({"client_id": "CLIENT-1"}, "login_not_connected"),
    ],
)
def test_refused(changes: dict[str, str], reason: str):
    assert refusal({**PARAMS, **changes}) == (reason, 400)


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ("iss", "login_iss_missing"),
        ("login_hint", "login_hint_missing"),
        ("target_link_uri", "login_target_missing"),
    ],
)
def test_parameter_missing(missing: str, reason: str):
    params = {name: value for name, value in PARAMS.items() if name != missing}

    assert refusal(params) == (reason, 400)


@pytest.mark.parametrize(
    "name",
    [
        "iss",
        "login_hint",
        "target_link_uri",
        "client_id",
        "lti_message_hint",
        "lti_deployment_id",
        "deployment_id",
        "lti_storage_target",
    ],
)
def test_parameter_given_twice(name: str):
    params = [*PARAMS.items(), ("lti_message_hint", "m"), ("lti_deployment_id", "1")]
    params.append(("deployment_id", "1"))
    params.append(("lti_storage_target", "_parent"))
    value = dict(params)[name]

    assert refusal([*params, (name, value)]) == ("login_parameter_repeated", 400)


def test_other_parameters_change_nothing():
    extra = [("redirect_uri", "https://evil.example/"), ("auth_login_url", "x"), ("state", "y")]
    answer = begin([*PARAMS.items(), *extra, *extra])

    assert urlsplit(answer.redirect_url).netloc == "platform.example"
    assert sent(answer)["redirect_uri"] == LAUNCH_URL


def test_storage_changes_what_is_answered_and_not_where_it_leads():
    plain, stored = begin(PARAMS), begin({**PARAMS, "lti_storage_target": "frame-1"})
    state = SIGNER.read(sent(stored)["state"], FixedClock().now())

    assert plain.storage is None
    assert stored.storage is not None
    assert (stored.storage.frame, stored.storage.origin) == ("frame-1", "https://platform.example")
    assert (stored.storage.state_value, stored.storage.nonce_value) == (
        stored.cookie.value,
        state.nonce,
    )
    assert state.storage == StorageOffer("frame-1", "hint")
    assert {**sent(plain), "state": "", "nonce": ""} == {**sent(stored), "state": "", "nonce": ""}


def test_the_longest_that_is_taken():
    target = (TARGET + "?").ljust(2048, "x")
    longest = {"login_hint": "ø" * 4096, "lti_message_hint": "x" * 8192}
    answer = begin({**PARAMS, **longest, "target_link_uri": target})

    assert {name: sent(answer)[name] for name in longest} == longest
    assert SIGNER.read(sent(answer)["state"], FixedClock().now()).target_link_uri == target


# --- which registration


OTHER = replace(REGISTRATION, id=8, client_id="client-2", auth_url="https://b.example/auth")
WITHOUT_CLIENT = {name: value for name, value in PARAMS.items() if name != "client_id"}


def test_client_id_decides_under_a_shared_issuer():
    answer = begin({**PARAMS, "client_id": "client-2"}, registrations=[REGISTRATION, OTHER])

    assert urlsplit(answer.redirect_url).netloc == "b.example"


@pytest.mark.parametrize("params", [WITHOUT_CLIENT, {**PARAMS, "client_id": ""}])
def test_no_client_id(params: dict[str, str]):
    assert sent(begin(params))["client_id"] == "client-1"
    assert refusal(params, registrations=[REGISTRATION, OTHER]) == ("login_client_id_needed", 400)


def test_disabled_looks_like_unknown():
    disabled = replace(REGISTRATION, is_active=False)

    assert refusal(PARAMS, registrations=[disabled]) == refusal(PARAMS, registrations=[])


@pytest.mark.parametrize(
    ("issuer", "client_id", "is_active"),
    [
        ("https://PLATFORM.example", "client-1", True),
        ("https://platform.example", "CLIENT-1", True),
        ("https://platform.example", "client-1", False),
    ],
)
def test_database_that_finds_more_than_asked_for(issuer: str, client_id: str, is_active: bool):
    class Sloppy(MemoryRegistrations):
        def for_login(self, issuer: str, client_id: str | None) -> Sequence[Registration]:
            return self.registrations

    with pytest.raises(LtiRejected, match="login_not_connected"):
        begin_login(
            list({**PARAMS, "iss": issuer, "client_id": client_id}.items()),
            registrations=Sloppy([replace(REGISTRATION, is_active=is_active)]),
            signer=SIGNER,
            clock=FixedClock(),
            launch_url=LAUNCH_URL,
            base_url=BASE_URL,
        )


# --- where to


def test_auth_url_with_a_query_of_its_own():
    registration = replace(REGISTRATION, auth_url="https://wp.example/?lti-platform&auth#top")

    answer = begin(PARAMS, registrations=[registration])

    assert answer.redirect_url.startswith("https://wp.example/?lti-platform&auth&scope=openid&")
    assert "#" not in answer.redirect_url


@pytest.mark.parametrize(
    ("auth_url", "base_url", "accepted"),
    [
        ("http://127.0.0.1:8100/auth", "http://localhost:8000", True),
        ("http://127.0.0.1:8100/auth", "https://tool.example", False),
        ("http://lms.example/auth", "http://localhost:8000", False),
    ],
)
def test_plain_http_only_on_loopback(auth_url: str, base_url: str, accepted: bool):
    registrations = [replace(REGISTRATION, auth_url=auth_url)]
    params = {**PARAMS, "target_link_uri": base_url + "/r/a"}

    if accepted:
        assert begin(
            params, registrations=registrations, base_url=base_url
        ).redirect_url.startswith(auth_url)
    else:
        refused = refusal(params, registrations=registrations, base_url=base_url)
        assert refused == ("login_auth_url_insecure", 403)


# --- cookies of other logins


def _cookies(count: int) -> dict[str, str]:
    return {f"__Host-lti_{number}": f"{1_000_000 + number}.mac" for number in range(count)}


def test_ten_logins_at_a_time_the_oldest_dropped():
    assert begin(PARAMS, cookies=_cookies(9)).drop == ()
    assert begin(PARAMS, cookies=_cookies(10)).drop == ("__Host-lti_0",)
    assert begin(PARAMS, cookies=_cookies(12)).drop == (
        "__Host-lti_2",
        "__Host-lti_1",
        "__Host-lti_0",
    )


def test_unreadable_cookies_go_first_and_others_are_left_alone():
    cookies = {"__Host-lti_x": "²", "__Host-lti_y": "9" * 50, "session": "1", **_cookies(8)}

    assert begin(PARAMS, cookies=cookies).drop == ("__Host-lti_y",)
    assert begin(PARAMS, cookies={"__Host-lti_z": "x", **_cookies(9)}).drop == ("__Host-lti_z",)
    first = {"__Host-lti_z": "x", "__Host-lti_first": "1.mac", **_cookies(8)}
    assert begin(PARAMS, cookies=first).drop == ("__Host-lti_z",)


@pytest.mark.parametrize(
    ("seconds", "goes"), [("9" * 19, "__Host-lti_0"), ("9" * 20, "__Host-lti_x")]
)
def test_a_time_beyond_all_times_is_unreadable(seconds: str, goes: str):
    cookies = {"__Host-lti_x": f"{seconds}.mac", **_cookies(9)}

    assert begin(PARAMS, cookies=cookies).drop == (goes,)
