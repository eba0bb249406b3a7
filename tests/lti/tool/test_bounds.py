"""How much of an answer is read: a platform that sends more is cut off (S6, J4, R2)."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from lti.errors import ServiceError
from lti.platform_keys import fetch_key_set
from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens
from lti.tool.platform_configuration import fetch_configuration
from lti.tool.service_calls import Caller, ServiceCalls
from tests.conformance.world import REGISTRATION
from tests.fakes.lti_ports import FixedClock, RecordingHttp
from tests.lti.tool.gradebook import KEYS, TOKEN_URL, granted

URL = "https://platform.example/x"


def call(http: RecordingHttp) -> None:
    tokens = AccessTokenSource(http, KEYS, FixedClock(), MemoryAccessTokens())
    ServiceCalls(http, tokens, FixedClock()).call(
        Caller(REGISTRATION, "1", "s"), "GET", URL, media_type="a/b"
    )


@pytest.mark.parametrize(
    ("ask", "kilobytes"),
    [
        (lambda http: fetch_key_set(http, URL), [256]),
        (lambda http: fetch_configuration(http, URL, None, base_url=URL), [256]),
        (call, [64, 5 * 1024]),  # the token, then the service
    ],
)
def test_the_most_that_is_read(ask: Callable[[RecordingHttp], Any], kilobytes: list[int]):
    http = RecordingHttp({TOKEN_URL: granted()})
    with suppress(ServiceError):  # nothing is there to be read
        ask(http)

    assert [sent.max_bytes / 1024 for sent in http.sent] == kilobytes


def test_tokens_of_five_thousand_deployments_are_kept_and_no_more():
    http = RecordingHttp({TOKEN_URL: granted()})
    store = MemoryAccessTokens()
    source = AccessTokenSource(http, KEYS, FixedClock(), store)
    token = source.token(REGISTRATION, "first", ["s"])
    ((key, kept),) = store._tokens.items()
    for number in range(5000):
        store.put(key._replace(deployment_id=str(number)), kept)

    assert (token, len(store._tokens), store.get(key)) == ("t", 5000, None)
