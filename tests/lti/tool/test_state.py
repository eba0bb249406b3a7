import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from lti.errors import LtiRejected
from lti.tool.state import LoginState, StateSigner, StorageOffer, new_state

SECRET = b"0123456789abcdef0123456789abcdef"
NOW = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
SIGNER = StateSigner(SECRET)
STATE = LoginState(7, "nonce", "https://tool.example/r/a", "1", NOW, "cookie")

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
_STATES = st.builds(
    LoginState,
    registration_id=st.integers(1, 2**62),
    nonce=_TEXT,
    target_link_uri=_TEXT,
    deployment_hint=st.none() | _TEXT,
    issued_at=st.integers(0, 300).map(lambda seconds: NOW - timedelta(seconds=seconds)),
    cookie_id=_TEXT,
    storage=st.none()
    | st.builds(StorageOffer, _TEXT, st.none() | _TEXT, st.none() | st.text(max_size=30)),
)


@given(_STATES)
def test_what_was_signed_is_read(state: LoginState):
    assert SIGNER.read(SIGNER.sign(state), NOW) == state


@given(st.data())
def test_no_character_can_be_changed(data: st.DataObject):
    text = SIGNER.sign(STATE)
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(max_codepoint=126).filter(lambda char: char != text[place]))

    with pytest.raises(LtiRejected, match="state_invalid"):
        SIGNER.read(text[:place] + other + text[place + 1 :], NOW)


@given(st.text(max_size=50))
def test_any_text_is_refused(text: str):
    with pytest.raises(LtiRejected, match="state_invalid"):
        SIGNER.read(text, NOW)


@pytest.mark.parametrize("text", ["", "WzFd", "WzFd.", ".", "é.é"])
def test_what_is_not_signed_is_refused(text: str):
    with pytest.raises(LtiRejected, match="state_invalid"):
        SIGNER.read(text, NOW)


def test_our_own_state_is_refused_when_it_is_longer_than_any():
    long = SIGNER.sign(replace(STATE, target_link_uri="x" * 8192))

    with pytest.raises(LtiRejected, match="state_invalid"):
        SIGNER.read(long, NOW)


def test_content_of_another_version_of_ours_is_refused():
    payload = "WzFd"  # [1]

    with pytest.raises(LtiRejected, match="state_invalid"):
        SIGNER.read(f"{payload}.{SIGNER._mac(payload)}", NOW)


def test_a_state_is_in_whole_seconds_and_comes_back_as_it_was():
    state = new_state(1, "https://tool.example/", "1", NOW + timedelta(microseconds=999_999))

    assert state.issued_at == NOW
    assert SIGNER.read(SIGNER.sign(state), NOW) == state


def test_a_state_as_long_as_may_be():
    # three bytes of the payload are four characters, two more states are between two lengths
    states = [replace(STATE, target_link_uri="x" * length) for length in range(6000, 6100)]
    longest = [state for state in states if len(SIGNER.sign(state)) == 8192]

    assert len(longest) == 1
    assert SIGNER.read(SIGNER.sign(longest[0]), NOW) == longest[0]


def test_state_and_nonce_are_random_and_distinct():
    states = [new_state(1, "https://tool.example/", None, NOW) for _ in range(2000)]
    drawn = {state.nonce for state in states} | {state.cookie_id for state in states}

    assert len(drawn) == 4000
    assert {len(word) for word in drawn} == {22}  # 128 bits in base64url


def test_secret_must_be_long():
    with pytest.raises(ValueError, match="at least 32 bytes"):
        StateSigner(SECRET[:31])


def test_age():
    text = SIGNER.sign(STATE)

    assert SIGNER.read(text, NOW + timedelta(seconds=599)) == STATE
    assert SIGNER.read(text, NOW - timedelta(seconds=60)) == STATE
    with pytest.raises(LtiRejected, match="state_expired"):
        SIGNER.read(text, NOW + timedelta(seconds=600))
    with pytest.raises(LtiRejected, match="state_from_future"):
        SIGNER.read(text, NOW - timedelta(seconds=61))


def test_time_to_live_is_the_hosts_choice():
    signer = StateSigner(SECRET, ttl=timedelta(minutes=2))

    with pytest.raises(LtiRejected, match="state_expired"):
        signer.read(signer.sign(STATE), NOW + timedelta(seconds=120))


@pytest.mark.parametrize(
    "other",
    [
        replace(STATE, cookie_id="other"),
        replace(STATE, nonce="other"),
        replace(STATE, issued_at=NOW + timedelta(seconds=1)),
    ],
)
def test_browser_of_another_login(other: LoginState):
    SIGNER.check_browser(STATE, SIGNER.binding_value(STATE))
    with pytest.raises(LtiRejected, match="browser_cookie_mismatch"):
        SIGNER.check_browser(STATE, SIGNER.binding_value(other))


def test_cookie_value_says_nothing_of_the_state():
    value = SIGNER.binding_value(STATE)

    assert value.split(".")[0] == str(int(NOW.timestamp()))
    assert value.split(".")[1] not in SIGNER.sign(STATE)


def test_browser_without_cookie():
    for missing, reason in ((None, "browser_cookie_missing"), ("", "browser_cookie_mismatch")):
        with pytest.raises(LtiRejected, match=reason):
            SIGNER.check_browser(STATE, missing)


def test_a_state_without_storage_is_no_longer_than_before():
    payload = SIGNER.sign(STATE).partition(".")[0]
    fields = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))

    assert fields == [7, "nonce", "https://tool.example/r/a", "1", int(NOW.timestamp()), "cookie"]


# --- what is left in the cookie when the launch is over

NAME = STATE.cookie_name


def receipt(path: str = "/t/a/b?then=å", holder: int = 5) -> str:
    made = SIGNER.receipt(NAME, path, holder, NOW)
    assert made is not None
    return made


def test_a_receipt_says_where_the_launch_led():
    for path in ("/t/a/b?then=å", "/tW", "/t", "/"):  # the second ends in X when encoded
        assert SIGNER.receipt_path(NAME, receipt(path), 5) == path
    assert receipt().split(".")[0] == str(int(NOW.timestamp()))


@pytest.mark.parametrize(
    ("name", "holder", "value"),
    [
        ("__Host-lti_other", 5, receipt()),
        (NAME, 6, receipt()),
        (NAME, 5, receipt(holder=6)),
        (NAME, 5, receipt()[:-1]),
        (NAME, 5, receipt() + "x"),
        (NAME, 5, SIGNER.binding_value(STATE)),
        (NAME, 5, f"1.Ly9ldmls.{receipt().split('.')[2]}"),
        (NAME, 5, "1..x"),
        (NAME, 5, "1.A.x"),
        (NAME, 5, "1._w.x"),  # no UTF-8
        (NAME, 5, "1.å.ø"),
        (NAME, 5, f"1.{receipt().split('.')[1]}.\udcff"),  # bytes that were no UTF-8
        (NAME, 5, ""),
    ],
)
def test_a_receipt_is_for_one_login_and_one_person(name: str, holder: int, value: str):
    assert SIGNER.receipt_path(name, value, holder) is None


def test_a_receipt_is_no_binding():
    with pytest.raises(LtiRejected, match="nonce_reused: by this browser"):
        SIGNER.check_browser(STATE, receipt())


def test_a_long_path_leaves_no_receipt():
    assert SIGNER.receipt(NAME, "/" + "x" * 399, 5, NOW) is not None
    assert SIGNER.receipt(NAME, "/" + "x" * 400, 5, NOW) is None
