"""JSON Web Signatures: the only module that knows joserfc."""

import binascii
import json
from base64 import urlsafe_b64decode
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey
from msgspec import Struct

from lti.errors import LtiRejected
from lti.strict_json import StrictJsonError, parse_object

MINIMUM_BITS: Final = 2048
_MAXIMUM_BITS: Final = 16384
MAX_KID: Final = 255
_MAX_HEADER: Final = 16 * 1024
_ALPHABET: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_PAYLOAD_REASONS: Final = {
    "not_json": "payload_not_json_object",
    "not_object": "payload_not_json_object",
    "name_repeated": "payload_name_repeated",
    "too_deep": "payload_too_deep",
    "too_many": "payload_not_json_object",  # joserfc takes no token that holds so many
    "not_storable": "payload_text_not_storable",
}


@lru_cache(maxsize=16)
def _registry(algorithms: tuple[str, ...]) -> jws.JWSRegistry:
    registry = jws.JWSRegistry(algorithms=algorithms, strict_check_header=False)
    # Everything else a header may carry (jku, jwk, x5u, x5c) is ignored (T6), whatever its type
    # and length, so joserfc is not even told of it.
    registry.header_registry = {name: registry.header_registry[name] for name in ("alg", "kid")}
    registry.max_header_length = _MAX_HEADER
    return registry


class PublicKey(Struct, frozen=True):
    """One key of a platform. `flaw` is the reason code when it must not be used."""

    kid: str
    alg: str | None
    flaw: str | None
    rsa: RSAKey | None

    @property
    def thumbprint(self) -> str | None:
        """RFC 7638, for people to compare; None of a key that must not be used."""
        return None if self.rsa is None else self.rsa.thumbprint()


class PrivateKey(Struct, frozen=True):
    """One of our own keys, parsed once: parsing costs a hundred signatures."""

    kid: str
    rsa: RSAKey


class Header(Struct, frozen=True):
    alg: str
    kid: str


def peek_header(token: str, algorithms: Collection[str]) -> Header:
    """The checked header of a compact JWS; nothing in it is authentic yet."""
    parts = token.split(".")
    if len(parts) != 3:
        raise LtiRejected("token_not_three_parts", f"{len(parts)} parts")
    if not token.isascii() or token.encode().translate(None, _ALPHABET) != b"..":
        raise LtiRejected("token_not_base64url")
    header = _header_fields(parts[0])
    alg, kid = header.get("alg"), header.get("kid")
    if not isinstance(alg, str) or alg not in algorithms:
        raise LtiRejected("alg_not_allowed")
    if "crit" in header:
        raise LtiRejected("crit_not_understood")
    if not isinstance(kid, str) or not kid:
        raise LtiRejected("kid_missing")
    if len(kid) > MAX_KID:
        raise LtiRejected("kid_too_long", f"{len(kid)} characters")
    return Header(alg, kid)


def _header_fields(segment: str) -> dict[str, Any]:
    try:
        return parse_object(urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except StrictJsonError as refused:
        repeated = refused.why == "name_repeated"
        raise LtiRejected(
            "header_name_repeated" if repeated else "header_not_json_object"
        ) from None
    except binascii.Error:
        raise LtiRejected("token_not_base64url") from None


def verify(token: str, key: PublicKey, algorithms: Collection[str]) -> dict[str, Any]:
    """The claims, once the signature holds. Nothing is said yet about what they claim."""
    if key.flaw is not None:
        raise LtiRejected(key.flaw)
    registry = _registry(tuple(algorithms))
    try:
        signed = jws.extract_compact(token.encode("ascii"), registry=registry)
        if key.alg not in (None, signed.protected["alg"]):
            raise LtiRejected("key_for_other_algorithm")
        authentic = jws.validate_compact(signed, key.rsa, registry=registry)
    except (JoseError, ValueError, TypeError) as refused:
        raise LtiRejected("header_not_acceptable", type(refused).__name__) from None
    if not authentic:
        raise LtiRejected("signature_invalid")
    try:
        return parse_object(signed.payload)
    except StrictJsonError as refused:
        raise LtiRejected(_PAYLOAD_REASONS[refused.why]) from None


def sign(claims: Mapping[str, Any], key: PrivateKey) -> str:
    header = {"alg": "RS256", "typ": "JWT", "kid": key.kid}
    payload = json.dumps(claims, separators=(",", ":"), allow_nan=False)
    return jws.serialize_compact(header, payload, key.rsa, algorithms=["RS256"])


def import_public(jwk: Mapping[str, Any]) -> PublicKey:
    """A key of a platform's JWKS. Never raises for its content: what is wrong is its `flaw`."""
    flaw = _flaw(jwk)
    rsa: RSAKey | None = None
    if flaw is None:
        try:
            rsa = RSAKey.import_key({name: jwk[name] for name in ("kty", "n", "e")})
        except (JoseError, ValueError, TypeError, KeyError):
            flaw = "key_broken"
    return PublicKey(jwk["kid"], jwk.get("alg") if flaw is None else None, flaw, rsa)


def _flaw(jwk: Mapping[str, Any]) -> str | None:
    if jwk.get("kty") != "RSA":
        return "key_not_rsa"
    if _PRIVATE_MEMBERS & jwk.keys():
        return "key_is_private"
    operations = jwk.get("key_ops", ["verify"])
    may_verify = isinstance(operations, list) and "verify" in operations
    if jwk.get("use", "sig") != "sig" or not may_verify:
        return "key_not_for_signing"
    bits = _bits(jwk.get("n"))
    if bits > _MAXIMUM_BITS or not isinstance(jwk.get("alg", ""), str):
        return "key_broken"
    # measured before joserfc sees it, which takes 1024 bits with a mere warning
    return "key_too_short" if bits < MINIMUM_BITS else None


def _bits(modulus: Any) -> int:
    try:
        padded = modulus + "=" * (-len(modulus) % 4)
        return int.from_bytes(urlsafe_b64decode(padded)).bit_length()
    except (TypeError, ValueError):
        return 0


def generate_private() -> PrivateKey:
    return _named(RSAKey.generate_key(MINIMUM_BITS))


def load_private(pem: bytes) -> PrivateKey:
    """Takes some 40 ms: to be done once."""
    rsa = RSAKey.import_key(pem)
    if not rsa.is_private or rsa.public_key.key_size < MINIMUM_BITS:
        raise ValueError("not a private RSA key of at least 2048 bits")
    return _named(rsa)


def _named(rsa: RSAKey) -> PrivateKey:
    # RFC 7638: the name follows from the key, so no name can come back with another key (J7)
    return PrivateKey(rsa.thumbprint(), rsa)


def private_pem(key: PrivateKey) -> bytes:
    return key.rsa.as_pem(private=True)


def public_jwk(key: PrivateKey) -> dict[str, str]:
    numbers = key.rsa.as_dict(private=False)
    return {
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
        "kid": key.kid,
        "n": str(numbers["n"]),
        "e": str(numbers["e"]),
    }
