import json

import pytest

from lti.errors import LtiRejected
from lti.jose import (
    Header,
    generate_private,
    import_public,
    load_private,
    peek_header,
    private_pem,
    public_jwk,
    sign,
    verify,
)
from tests.fakes import forge
from tests.fakes.forge import REMOVED, signing_key

ALGORITHMS = ("RS256",)


def b64(number: int) -> str:
    return forge.b64(number.to_bytes((number.bit_length() + 7) // 8))


def test_header():
    token = forge.token({}, header={"alg": "RS256", "kid": "k", "typ": "JWT", "jku": "x"})

    assert peek_header(token, ALGORITHMS) == Header("RS256", "k")


def test_registration_may_allow_another_algorithm():
    key = import_public(signing_key().jwk(alg="RS512"))
    header = forge.default_header() | {"alg": "RS512"}
    token = forge.token({"a": 1}, header=header, sign=forge.rs512)

    assert verify(token, key, ("RS256", "RS512")) == {"a": 1}


def test_key_named_for_one_of_two_allowed_algorithms():
    header = forge.default_header() | {"alg": "RS512"}
    token = forge.token({"a": 1}, header=header, sign=forge.rs512)

    with pytest.raises(LtiRejected, match="key_for_other_algorithm"):
        verify(token, import_public(signing_key().jwk(alg="RS256")), ("RS256", "RS512"))


def test_verify_by_itself_keeps_to_the_algorithms():
    header = forge.default_header() | {"alg": "RS512"}
    token = forge.token({"a": 1}, header=header, sign=forge.rs512)

    with pytest.raises(LtiRejected, match="header_not_acceptable"):
        verify(token, import_public(signing_key().jwk(alg=REMOVED)), ALGORITHMS)


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({}, None),
        ({"alg": REMOVED, "use": REMOVED}, None),
        ({"key_ops": ["verify"]}, None),
        ({"x5c": 17, "x5u": "vendor", "vendor": {}}, None),
        ({"kty": "EC"}, "key_not_rsa"),
        ({"kty": REMOVED}, "key_not_rsa"),
        ({"kty": ["RSA"]}, "key_not_rsa"),
        ({"use": "enc"}, "key_not_for_signing"),
        ({"use": None}, "key_not_for_signing"),
        ({"key_ops": "verify"}, "key_not_for_signing"),
        ({"key_ops": 1}, "key_not_for_signing"),
        ({"d": "AQAB"}, "key_is_private"),
        *(({name: ""}, "key_is_private") for name in ("p", "q", "dp", "dq", "qi", "oth", "k")),
        ({"n": REMOVED}, "key_too_short"),
        ({"n": 17}, "key_too_short"),
        ({"n": "AAAA" * 100}, "key_too_short"),
        ({"n": "é" * 400}, "key_too_short"),
        ({"n": b64(2**16384 - 1)}, None),
        ({"n": b64(2**16385 - 1)}, "key_broken"),
        *(({"n": b64(2**bits - 1)}, None) for bits in range(2048, 2208, 8)),  # of every length
        ({"n": b64(2**2047 - 1)}, "key_too_short"),
        ({"n": "_" * 4000}, "key_broken"),
        ({"e": REMOVED}, "key_broken"),
        ({"e": "AA"}, "key_broken"),
        ({"e": None}, "key_broken"),
        ({"alg": 7}, "key_broken"),
    ],
)
def test_key_of_a_platform(changes: dict, flaw: str | None):
    assert import_public(signing_key().jwk(**changes)).flaw == flaw


def test_own_token_is_verified_by_the_published_key():
    key = generate_private()
    jwk = public_jwk(key)
    token = sign({"a": "é", "b": [1]}, key)

    assert json.loads(forge.unb64(token.partition(".")[0])) == {
        "alg": "RS256",
        "typ": "JWT",
        "kid": key.kid,
    }
    assert verify(token, import_public(jwk), ALGORITHMS) == {"a": "é", "b": [1]}
    assert sorted(jwk) == ["alg", "e", "kid", "kty", "n", "use"]


def test_pem_round_trip_keeps_key_and_name():
    key = generate_private()

    loaded = load_private(private_pem(key))

    assert public_jwk(loaded) == public_jwk(key)


def test_pem_of_a_public_key_is_refused():
    with pytest.raises(ValueError, match="private RSA key"):
        load_private(signing_key().public_pem())


def test_a_number_that_json_does_not_have_is_never_signed():
    with pytest.raises(ValueError, match="not JSON compliant"):
        sign({"a": float("nan")}, generate_private())


def test_the_longest_name_of_a_key():
    assert peek_header(forge.token({}, header={"alg": "RS256", "kid": "k" * 255}), ALGORITHMS).kid
    with pytest.raises(LtiRejected) as refused:
        peek_header(forge.token({}, header={"alg": "RS256", "kid": "k" * 256}), ALGORITHMS)
    assert (refused.value.reason, refused.value.detail) == ("kid_too_long", "256 characters")


@pytest.mark.parametrize(("more", "taken"), [(0, True), (1, False)])
def test_the_longest_header(more: int, taken: bool):
    header = forge.default_header() | {"x5c": ""}  # to the 16 KB of _MAX_HEADER
    room = 16 * 1024 // 4 * 3 - len(json.dumps(header))
    token = forge.token({"a": 1}, header=header | {"x5c": "y" * (room + more)})
    key = import_public(signing_key().jwk())
    if taken:
        assert len(token.partition(".")[0]) == 16 * 1024
        assert verify(token, key, ALGORITHMS) == {"a": 1}
        return
    with pytest.raises(LtiRejected, match="header_not_acceptable"):
        verify(token, key, ALGORITHMS)


def test_half_a_surrogate_pair_is_no_token():
    with pytest.raises(LtiRejected, match="token_not_base64url"):
        peek_header("a.b.\ud800", ALGORITHMS)


def test_a_list_is_no_algorithm_however_the_allowed_ones_are_kept():
    token = forge.token({}, header={"alg": ["RS256"], "kid": "k"})

    with pytest.raises(LtiRejected, match="alg_not_allowed"):
        peek_header(token, frozenset(ALGORITHMS))
