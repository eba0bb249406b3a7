"""Key sets that outlive the process, and renewals that hang: nobody waits for a platform."""

import json
import threading
import time
from datetime import timedelta

import pytest

from lti.errors import TransientServiceError
from lti.platform_keys import CachedPlatformKeys, read_key_set
from lti.ports import HttpAnswer, KeptKeySet
from tests.conformance.world import JWKS_URL, REGISTRATION
from tests.fakes.forge import REMOVED, jwks, signing_key
from tests.fakes.lti_ports import FixedClock, RecordingHttp, Sent

NOW = FixedClock().now()
FIRST = HttpAnswer(200, {}, jwks(signing_key("a").jwk()))
SECOND = HttpAnswer(200, {}, jwks(signing_key("b").jwk()))


def kept_until(fresh_until: timedelta, url: str = JWKS_URL) -> KeptKeySet:
    return KeptKeySet(url, [signing_key("a").jwk()], NOW - timedelta(hours=1), NOW + fresh_until)


class Kept:
    def __init__(self, kept: KeptKeySet | None = None) -> None:
        self.kept = kept
        self.loaded: list[int] = []
        self.noted: list[tuple[int, KeptKeySet]] = []

    def load(self, registration_id: int) -> KeptKeySet | None:
        self.loaded.append(registration_id)
        return self.kept

    def keep(self, registration_id: int, kept: KeptKeySet) -> None:
        self.noted.append((registration_id, kept))


class Asked:
    def __init__(self, kept: Kept, answer: HttpAnswer = SECOND) -> None:
        self.clock = FixedClock()
        self.http = RecordingHttp({JWKS_URL: answer})
        self.keys = CachedPlatformKeys(self.http, self.clock, kept=kept)

    def kid(self, kid: str) -> str | None:
        key = self.keys.key(REGISTRATION, kid)
        return key and key.kid


@pytest.mark.parametrize(
    "fresh_until", [timedelta(minutes=30), timedelta(hours=24), timedelta(hours=-1)]
)
def test_a_new_process_asks_nobody_for_keys_that_were_kept(fresh_until: timedelta):
    kept = Kept(kept_until(fresh_until))
    asked = Asked(kept, HttpAnswer(503, {}, b""))

    assert [asked.kid("a") for _ in range(3)] == ["a"] * 3
    assert kept.loaded == [REGISTRATION.id]
    # what is past its age is served, and renewed
    assert len(asked.http.sent) == (fresh_until < timedelta())


@pytest.mark.parametrize(
    "kept",
    [
        None,
        kept_until(timedelta(minutes=30), "https://platform.example/old"),
        kept_until(timedelta(hours=24, seconds=1)),  # noted by a clock that was wrong
        kept_until(timedelta(hours=-24)),
    ],
)
def test_kept_keys_that_are_of_no_use(kept: KeptKeySet | None):
    asked = Asked(Kept(kept))

    assert (asked.kid("a"), asked.kid("b"), len(asked.http.sent)) == (None, "b", 1)


def test_kept_keys_are_loaded_once_however_many_ask_at_first():
    kept = Kept(kept_until(timedelta(minutes=30)))
    asked = Asked(kept)
    threads = [threading.Thread(target=asked.kid, args=("a",)) for _ in range(4)]
    with asked.keys._entry(REGISTRATION).lock:
        for thread in threads:
            thread.start()
        time.sleep(0.05)  # until all have seen that nothing is loaded yet
    for thread in threads:
        thread.join()

    assert (kept.loaded, asked.http.sent) == ([REGISTRATION.id], [])


def test_of_what_was_fetched_the_usable_is_kept_and_nothing_private():
    good = signing_key("a").jwk(x5c=["vendor"], key_ops=["verify"], use=REMOVED)
    odd = [
        "text",
        {"kty": "RSA"},
        {"kid": ["a"]},
        {"kid": {}},
        signing_key("x").jwk(kid="p", d="AQAB"),
        {"kid": "e"},
    ]
    twice = [signing_key("b").jwk(kid="t"), signing_key("x").jwk(kid="t")]
    kept = Kept()
    body = json.dumps({"keys": [*odd, good, *twice, signing_key("c").jwk()]}).encode()
    asked = Asked(kept, HttpAnswer(200, {"cache-control": "max-age=7200"}, body))
    asked.kid("a")

    shown = {name: good[name] for name in ("kty", "kid", "n", "e", "alg", "key_ops")}
    keys = [shown, signing_key("c").jwk()]
    assert kept.noted == [
        (REGISTRATION.id, KeptKeySet(JWKS_URL, keys, NOW, NOW + timedelta(hours=2)))
    ]


def test_a_failed_fetch_leaves_what_is_kept():
    kept = Kept(kept_until(timedelta(hours=-1)))
    asked = Asked(kept, HttpAnswer(503, {}, b""))
    asked.kid("a")

    assert (len(asked.http.sent), kept.noted) == (1, [])


# --- what has to be renewed


def test_a_key_that_was_withdrawn_ends_with_the_age_of_the_set():
    asked = Asked(Kept(), FIRST)
    assert asked.kid("a") == "a"
    asked.http.answers[JWKS_URL] = SECOND
    asked.clock.advance(hours=1)

    assert asked.keys.at_hand(REGISTRATION, "a") is None  # has to be fetched first
    assert len(asked.http.sent) == 1
    assert asked.kid("a") is None


def test_a_key_past_all_use_is_not_at_hand():
    asked = Asked(Kept(), FIRST)
    asked.kid("a")
    asked.http.answers[JWKS_URL] = TransientServiceError("timeout")
    asked.clock.advance(hours=24, minutes=59, seconds=59)
    assert asked.kid("a") == "a"
    assert asked.keys.at_hand(REGISTRATION, "a") is not None

    asked.clock.advance(seconds=1)
    assert asked.keys.at_hand(REGISTRATION, "a") is None
    assert len(asked.http.sent) == 2
    with pytest.raises(TransientServiceError, match=r"^timeout$"):
        asked.kid("a")


def test_a_renewal_that_hangs_past_the_cool_down_is_waited_for_by_nobody():
    asked = Asked(Kept(), FIRST)
    asked.kid("a")
    asked.clock.advance(hours=1)
    entered, leave = threading.Event(), threading.Event()

    def hanging(_: Sent) -> HttpAnswer:
        entered.set()
        leave.wait(5)
        return SECOND

    asked.http.answers[JWKS_URL] = hanging
    found: list[str | None] = []
    renewing = threading.Thread(target=asked.kid, args=("a",))
    other = threading.Thread(target=lambda: found.append(asked.kid("a")))
    renewing.start()
    entered.wait(5)
    asked.clock.advance(seconds=60)
    other.start()
    other.join(1)
    served = [*found]
    leave.set()
    renewing.join()
    other.join()

    assert (served, len(asked.http.sent)) == (["a"], 2)


def test_a_platform_that_is_down_is_asked_once_a_minute_in_the_background():
    later: list = []
    asked = Asked(Kept(), FIRST)
    keys = CachedPlatformKeys(asked.http, asked.clock, in_background=later.append)
    keys.key(REGISTRATION, "a")
    asked.http.answers[JWKS_URL] = TransientServiceError("timeout")
    asked.clock.advance(hours=1)
    for _ in range(5):
        keys.key(REGISTRATION, "a")
    assert later == []

    asked.clock.advance(seconds=60)
    keys.key(REGISTRATION, "a")
    later[0]()
    for _ in range(5):
        keys.key(REGISTRATION, "a")
    assert len(later) == 1


def test_the_background_does_not_keep_the_process_from_ending():
    asked = Asked(Kept(), FIRST)
    asked.kid("a")
    asked.http.answers[JWKS_URL] = TransientServiceError("timeout")
    asked.clock.advance(hours=1)
    asked.kid("a")
    seen: list[tuple[str, bool]] = []
    renewed = threading.Event()

    def note(_: Sent) -> HttpAnswer:
        thread = threading.current_thread()
        seen.append((thread.name, thread.daemon))
        renewed.set()
        return SECOND

    asked.http.answers[JWKS_URL] = note
    asked.clock.advance(seconds=60)
    asked.kid("a")

    assert renewed.wait(5)
    assert seen == [("platform-keys", True)]


# --- what a key set is


@pytest.mark.parametrize(
    ("answer", "reason", "detail"),
    [
        (HttpAnswer(404, {}, b""), "jwks_status", "404"),
        (HttpAnswer(200, {}, b"<html>"), "jwks_not_json", "not_json"),
        (HttpAnswer(200, {}, b"{}"), "jwks_not_a_key_set", ""),
        (
            HttpAnswer(200, {}, jwks(*[{"kid": str(n)} for n in range(51)])),
            "jwks_not_a_key_set",
            "",
        ),
    ],
)
def test_what_is_no_key_set(answer: HttpAnswer, reason: str, detail: str):
    with pytest.raises(TransientServiceError) as caught:
        read_key_set(answer)
    assert (caught.value.reason, caught.value.detail) == (reason, detail)


def test_fifty_keys_are_a_key_set():
    assert len(read_key_set(HttpAnswer(200, {}, jwks(*[{"kid": str(n)} for n in range(50)])))) == 50
