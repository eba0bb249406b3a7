import json
import threading
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from msgspec import structs

from lti.errors import PermanentServiceError, TransientServiceError
from lti.platform_keys import CachedPlatformKeys
from lti.ports import HttpAnswer
from tests.conformance.world import JWKS_URL, REGISTRATION
from tests.fakes.forge import jwks, signing_key
from tests.fakes.lti_ports import FixedClock, RecordingHttp, Sent

FIRST = HttpAnswer(200, {}, jwks(signing_key("a").jwk()))
SECOND = HttpAnswer(200, {}, jwks(signing_key("b").jwk()))


class Asked:
    """`later`: what was left to the background; it waits there until a test runs it."""

    def __init__(self, *answers: HttpAnswer | Exception) -> None:
        self.clock = FixedClock()
        self.http = RecordingHttp({JWKS_URL: answers[0]})
        self.later: list[Callable[[], object]] = []
        self.keys = CachedPlatformKeys(self.http, self.clock, in_background=self.later.append)

    def answer(self, answer: HttpAnswer | Exception) -> None:
        self.http.answers[JWKS_URL] = answer

    def kid(self, kid: str) -> str | None:
        key = self.keys.key(REGISTRATION, kid)
        return key and key.kid

    @property
    def fetches(self) -> int:
        return len(self.http.sent)


def test_fetched_once_and_parsed_once():
    asked = Asked(FIRST)

    keys = {id(asked.keys.key(REGISTRATION, "a")) for _ in range(1000)}

    assert (len(keys), asked.fetches) == (1, 1)


@pytest.mark.parametrize(
    ("cache_control", "seconds"),
    [
        ("", 3600),
        ("max-age=7200", 7200),
        ('public, Max-Age = "900"', 900),
        ("max-age=0", 300),
        ("s-maxage=10, no-cache", 3600),
        ("max-age=999999999", 86_400),
        ("max-age=-1", 3600),
    ],
)
def test_age_named_by_the_platform_within_bounds(cache_control: str, seconds: int):
    asked = Asked(replace(FIRST, headers={"cache-control": cache_control}))
    asked.kid("a")

    asked.clock.advance(seconds=seconds - 1)
    asked.kid("a")
    before = asked.fetches
    asked.clock.advance(seconds=1)
    asked.kid("a")

    assert (before, asked.fetches) == (1, 2)


def test_unknown_kid_makes_one_fetch_a_minute():
    asked = Asked(FIRST)
    asked.kid("a")
    for _ in range(100):
        assert asked.kid("x") is None
    assert asked.fetches == 1

    asked.clock.advance(seconds=60)
    for number in range(1000):
        assert asked.kid(f"x{number}") is None

    assert asked.fetches == 2


def test_new_key_is_found_after_the_cool_down():
    asked = Asked(FIRST)
    asked.kid("a")
    asked.answer(SECOND)
    asked.clock.advance(seconds=59)
    assert asked.kid("b") is None
    asked.clock.advance(seconds=1)
    assert asked.kid("b") == "b"
    assert asked.kid("a") is None


def test_clock_set_back_does_not_stop_the_fetching():
    asked = Asked(FIRST)
    asked.kid("a")
    asked.answer(SECOND)
    asked.clock.advance(hours=-1)

    assert asked.kid("b") == "b"


BROKEN = [
    TransientServiceError("timeout"),
    PermanentServiceError("address_not_public"),
    HttpAnswer(404, {}, b""),
    HttpAnswer(500, {}, jwks(signing_key("a").jwk())),
    HttpAnswer(302, {"location": "https://evil.example/"}, b""),
    HttpAnswer(200, {}, b"<html>"),
    HttpAnswer(200, {}, b"{}"),
    HttpAnswer(200, {}, b'{"keys":{}}'),
    HttpAnswer(200, {}, b'{"keys":null}'),
    HttpAnswer(200, {}, b'{"keys":[],"keys":[]}'),
    HttpAnswer(200, {}, json.dumps({"keys": [{"kid": str(n)} for n in range(51)]}).encode()),
]


@pytest.mark.parametrize("answer", BROKEN)
def test_no_keys_at_all(answer: HttpAnswer | Exception):
    asked = Asked(answer)

    for _ in range(3):
        with pytest.raises(TransientServiceError):
            asked.kid("a")

    assert asked.fetches == 1


@pytest.mark.parametrize("answer", BROKEN)
def test_failed_fetch_keeps_the_old_keys(answer: HttpAnswer | Exception):
    asked = Asked(FIRST)
    asked.kid("a")
    asked.answer(answer)
    asked.clock.advance(hours=2)

    assert [asked.kid("a") for _ in range(3)] == ["a", "a", "a"]
    assert asked.fetches == 2
    with pytest.raises(TransientServiceError):
        asked.kid("x")


def test_nobody_waits_for_a_platform_that_is_known_to_be_down():
    asked = Asked(FIRST)
    asked.kid("a")
    asked.answer(TransientServiceError("timeout"))
    asked.clock.advance(hours=2)
    asked.kid("a")
    before = asked.fetches
    asked.clock.advance(seconds=60)

    at_hand = asked.keys.at_hand(REGISTRATION, "a")
    assert (asked.kid("a"), at_hand.kid, asked.fetches - before) == ("a", "a", 0)

    asked.answer(SECOND)
    asked.later[0]()
    asked.later[1]()
    assert asked.fetches - before == 1
    assert asked.keys.at_hand(REGISTRATION, "b").kid == "b"
    assert asked.keys.at_hand(REGISTRATION, "a") is None


def test_the_background_is_a_thread():
    asked = Asked(FIRST)
    keys = CachedPlatformKeys(asked.http, asked.clock)
    keys.key(REGISTRATION, "a")
    asked.answer(TransientServiceError("timeout"))
    asked.clock.advance(hours=2)
    keys.key(REGISTRATION, "a")
    renewed = threading.Event()
    asked.http.answers[JWKS_URL] = lambda _: renewed.set() or SECOND
    asked.clock.advance(seconds=60)

    assert keys.key(REGISTRATION, "a").kid == "a"
    assert renewed.wait(5)


def test_a_platform_that_is_down_for_a_day_stops_no_known_key():
    """Check 8: a launch a minute, every one of them served, one fetch a minute at most."""
    asked = Asked(FIRST)
    asked.kid("a")
    asked.answer(TransientServiceError("unreachable"))
    served = []
    for _ in range(24 * 60):
        asked.clock.advance(minutes=1)
        served.append(asked.kid("a"))
        for renew in asked.later:
            renew()
        asked.later.clear()

    assert (set(served), asked.fetches <= 24 * 60) == ({"a"}, True)


def test_a_thousand_unknown_kids_in_a_minute_make_one_fetch_for_each_registration():
    """Check 8; half of them by another registration of the same key set address (J1)."""
    asked = Asked(FIRST)
    other = structs.replace(REGISTRATION, id=8)
    asked.kid("a")
    asked.keys.key(other, "a")
    asked.clock.advance(seconds=60)
    for number in range(1000):
        assert asked.keys.key((REGISTRATION, other)[number % 2], f"x{number}") is None
        asked.clock.advance(milliseconds=59)

    assert asked.fetches == 4


def test_a_rotation_with_overlap_fails_no_launch():
    """Check 8: the platform shows its new key before it signs with it, or at that moment."""
    both = HttpAnswer(200, {}, jwks(signing_key("a").jwk(), signing_key("b").jwk()))
    asked = Asked(FIRST)
    found = []
    for number in range(100):
        if number == 40:
            asked.answer(both)
        if number == 90:
            asked.answer(SECOND)
        found.append(asked.kid("a" if number < 50 else "b"))
        asked.clock.advance(minutes=2)

    assert found == ["a"] * 50 + ["b"] * 50


def test_old_keys_end_a_day_after_their_age():
    asked = Asked(FIRST)
    asked.kid("a")
    asked.answer(TransientServiceError("timeout"))
    asked.clock.advance(hours=24, minutes=59)
    assert asked.kid("a") == "a"

    asked.clock.advance(minutes=2)
    with pytest.raises(TransientServiceError, match="timeout"):
        asked.kid("a")

    asked.answer(FIRST)
    asked.clock.advance(minutes=2)
    assert asked.kid("a") == "a"


def test_empty_key_set_is_an_answer():
    assert Asked(HttpAnswer(200, {}, jwks())).kid("a") is None


def test_broken_key_spoils_itself_only():
    odd = [
        "text",
        None,
        {},
        {"kid": 7},
        {"kid": "e", "kty": "RSA", "n": 1},
        {"kid": "ec", "kty": "EC"},
    ]
    asked = Asked(
        HttpAnswer(200, {}, json.dumps({"keys": [*odd, signing_key("a").jwk()]}).encode())
    )

    flaws = {kid: asked.keys.key(REGISTRATION, kid).flaw for kid in ("a", "e", "ec")}

    assert flaws == {"a": None, "e": "key_too_short", "ec": "key_not_rsa"}


def test_kid_given_twice_is_refused_and_no_other():
    twice = [signing_key("x").jwk(kid="a"), signing_key("a").jwk(), signing_key("b").jwk()]
    asked = Asked(HttpAnswer(200, {}, jwks(*twice)))

    assert asked.keys.key(REGISTRATION, "a").flaw == "kid_ambiguous"
    assert asked.keys.key(REGISTRATION, "b").flaw is None


def test_changed_jwks_url_forgets_the_old_keys():
    asked = Asked(FIRST)
    asked.kid("a")
    moved = structs.replace(REGISTRATION, jwks_url="https://platform.example/jwks-2")
    asked.http.answers[moved.jwks_url] = SECOND

    assert asked.keys.key(moved, "a") is None
    assert asked.keys.key(moved, "b").kid == "b"


def test_many_at_once_make_one_fetch():
    def slowly(_: Sent) -> HttpAnswer:
        time.sleep(0.05)
        return FIRST

    asked = Asked(FIRST)
    asked.http.answers[JWKS_URL] = slowly
    found: list[str | None] = []
    threads = [threading.Thread(target=lambda: found.append(asked.kid("a"))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (found, asked.fetches) == (["a"] * 16, 1)


def test_nobody_waits_while_known_keys_are_renewed():
    asked = Asked(FIRST)
    asked.kid("a")
    asked.clock.advance(hours=2)
    entered, leave = threading.Event(), threading.Event()

    def hanging(_: Sent) -> HttpAnswer:
        entered.set()
        leave.wait(5)
        return FIRST

    asked.http.answers[JWKS_URL] = hanging
    renewing = threading.Thread(target=lambda: asked.kid("a"))
    renewing.start()
    entered.wait(5)
    try:
        assert asked.kid("a") == "a"
    finally:
        leave.set()
        renewing.join()
    assert asked.fetches == 2


def test_request_is_bounded_and_asks_for_json():
    asked = Asked(FIRST)
    asked.kid("a")

    (sent,) = asked.http.sent
    assert (sent.method, sent.url, sent.headers, sent.body) == (
        "GET",
        JWKS_URL,
        {"accept": "application/json"},
        None,
    )
