from dataclasses import replace
from datetime import timedelta

import pytest

from lti.jose import import_public, verify
from lti.keys import ToolKey, ToolKeys
from tests.fakes import forge
from tests.fakes.forge import signing_key
from tests.fakes.lti_ports import FixedClock

NOW = FixedClock().now()
OLD = ToolKey.generate(NOW - timedelta(days=100))


def test_rotation_overlaps():
    keys = ToolKeys([OLD])
    rotated = keys.rotated(NOW)
    new = rotated.keys[-1]
    kids = {
        days: [jwk["kid"] for jwk in rotated.jwks(NOW + timedelta(days=days))["keys"]]
        for days in (0, 1, 14, 15)
    }
    signing = [rotated.current(NOW + timedelta(hours=hours)).kid for hours in (0, 23, 24, 24 * 30)]

    assert kids == {
        0: [OLD.kid, new.kid],
        1: [OLD.kid, new.kid],
        14: [OLD.kid, new.kid],
        15: [new.kid],
    }
    assert signing == [OLD.kid, OLD.kid, new.kid, new.kid]
    assert keys.keys == (OLD,)


def test_next_rotation_lets_go_of_what_is_no_longer_published():
    later = NOW + timedelta(days=60)
    twice = ToolKeys([OLD]).rotated(NOW).rotated(later)

    assert OLD.kid not in {key.kid for key in twice.keys}
    assert len(twice.keys) == 2


def test_a_key_that_is_withdrawn_signs_no_more_however_new_it_is():
    withdrawn = replace(ToolKey.generate(NOW - timedelta(days=1)), published_until=NOW)
    keys = ToolKeys([OLD, withdrawn])

    assert keys.current(NOW - timedelta(seconds=1)).kid == withdrawn.kid
    assert keys.current(NOW).kid == OLD.kid
    assert [jwk["kid"] for jwk in keys.jwks(NOW)["keys"]] == [OLD.kid]


def test_a_tool_whose_keys_are_all_withdrawn_still_signs():
    keys = ToolKeys([replace(OLD, published_until=NOW)])

    assert keys.current(NOW).kid == OLD.kid


def test_fresh_key_set_signs_at_once():
    fresh = ToolKeys([ToolKey.generate(NOW + timedelta(hours=1))])

    assert fresh.current(NOW).kid == fresh.keys[0].kid


def test_published_keys_verify_what_we_sign_and_show_nothing_private():
    keys = ToolKeys([OLD]).rotated(NOW)
    published = keys.jwks(NOW)["keys"]
    token = keys.sign({"iss": "client-1"}, NOW)

    assert verify(token, import_public(published[0]), ("RS256",)) == {"iss": "client-1"}
    assert [sorted(jwk) for jwk in published] == [["alg", "e", "kid", "kty", "n", "use"]] * 2


def test_key_comes_back_from_its_pem():
    loaded = ToolKey.from_pem(OLD.pem(), OLD.active_from)

    assert ToolKeys([loaded]).jwks(NOW) == ToolKeys([OLD]).jwks(NOW)


@pytest.mark.parametrize(("keys", "message"), [([], "needs a key"), ([OLD, OLD], "same key twice")])
def test_key_set_must_make_sense(keys: list[ToolKey], message: str):
    with pytest.raises(ValueError, match=message):
        ToolKeys(keys)


def test_own_key_of_1024_bits_is_refused():
    pem = forge.private_pem(signing_key("short", 1024))

    with (
        pytest.warns(match="2048"),
        pytest.raises(ValueError, match="private RSA key"),
    ):
        ToolKey.from_pem(pem, NOW)
