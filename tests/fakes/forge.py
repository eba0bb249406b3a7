"""Tokens made by hand, good and bad, without the library that is to judge them."""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

PREFIX = "https://purl.imsglobal.org/spec/lti/claim/"
MEMBERSHIP = "http://purl.imsglobal.org/vocab/lis/v2/membership#"
DEEP_LINKING_SETTINGS = "https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings"
INSTITUTION = "http://purl.imsglobal.org/vocab/lis/v2/institution/person#"
SYSTEM = "http://purl.imsglobal.org/vocab/lis/v2/system/person#"


class _Removed:
    def __repr__(self) -> str:
        return "REMOVED"


REMOVED = _Removed()


@dataclass(frozen=True)
class Setting:
    """What a platform knows when it answers a login; for HTTP tests, read from the redirect."""

    issuer: str
    client_id: str
    deployment_id: str
    target_link_uri: str
    nonce: str
    now: int


@dataclass(frozen=True)
class SigningKey:
    kid: str
    private: rsa.RSAPrivateKey

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message, padding.PKCS1v15(), hashes.SHA256())

    def jwk(self, **changes: Any) -> dict[str, Any]:
        numbers = self.private.public_key().public_numbers()
        members = {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.kid,
            "n": _int64(numbers.n),
            "e": _int64(numbers.e),
        }
        return changed(members, changes)

    def public_pem(self) -> bytes:
        return self.private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )


@lru_cache
def signing_key(kid: str = "platform-1", bits: int = 2048) -> SigningKey:
    """Made once a session: making one takes a tenth of a second."""
    return SigningKey(kid, rsa.generate_private_key(65537, bits))


@lru_cache
def _curve_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def curve_jwk(kid: str = "platform-1") -> dict[str, str]:
    numbers = _curve_key().public_key().public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "use": "sig",
        "kid": kid,
        "x": _int64(numbers.x),
        "y": _int64(numbers.y),
    }


def jwks(*keys: Mapping[str, Any]) -> bytes:
    return json.dumps({"keys": keys}).encode()


def b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _int64(number: int) -> str:
    return b64(number.to_bytes((number.bit_length() + 7) // 8))


def changed(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**base, **changes}.items() if value is not REMOVED}


def resource_claims(setting: Setting, *, teacher: bool = True) -> dict[str, Any]:
    """A complete resource link launch."""
    role = "Instructor" if teacher else "Learner"
    return {
        "iss": setting.issuer,
        "aud": setting.client_id,
        "sub": f"user-{role.lower()}",
        "exp": setting.now + 60,
        "iat": setting.now,
        "nonce": setting.nonce,
        "name": "Kim Example",
        "given_name": "Kim",
        "family_name": "Example",
        "email": "kim@school.example",
        "locale": "nb",
        PREFIX + "version": "1.3.0",
        PREFIX + "message_type": "LtiResourceLinkRequest",
        PREFIX + "deployment_id": setting.deployment_id,
        PREFIX + "target_link_uri": setting.target_link_uri,
        PREFIX + "roles": [MEMBERSHIP + role],
        PREFIX + "resource_link": {"id": "17", "title": "Module 1", "description": "First steps"},
        PREFIX + "context": {
            "id": "course-v1:Asker+T1+2026",
            "label": "T1",
            "title": "Track 1",
            "type": ["http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"],
        },
        PREFIX + "custom": {"resource": "asker/track/m1"},
        PREFIX + "launch_presentation": {
            "document_target": "iframe",
            "locale": "nb",
            "return_url": setting.issuer + "/return",
        },
        "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
            "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
            "lineitems": setting.issuer + "/items?type_id=1",
            "lineitem": setting.issuer + "/items/1?type_id=1",
        },
        "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
            "context_memberships_url": setting.issuer + "/members",
            "service_versions": ["2.0"],
        },
    }


def deep_linking_claims(setting: Setting, *, teacher: bool = True) -> dict[str, Any]:
    """Without resource_link, and without data in the settings, as Moodle and Open edX send it."""
    return changed(
        resource_claims(setting, teacher=teacher),
        {
            PREFIX + "message_type": "LtiDeepLinkingRequest",
            PREFIX + "resource_link": REMOVED,
            DEEP_LINKING_SETTINGS: {
                "deep_link_return_url": setting.issuer + "/deep?a=1&sesskey=2",
                "accept_types": ["ltiResourceLink"],
                "accept_presentation_document_targets": ["iframe", "window"],
            },
        },
    )


def default_header(kid: str = "platform-1") -> dict[str, Any]:
    return {"alg": "RS256", "typ": "JWT", "kid": kid}


Sign = Callable[[bytes], bytes]


def assemble(header: bytes, payload: bytes, sign: Sign) -> str:
    signed = f"{b64(header)}.{b64(payload)}"
    return f"{signed}.{b64(sign(signed.encode()))}"


def token(
    payload: Mapping[str, Any] | bytes,
    *,
    header: Mapping[str, Any] | bytes | None = None,
    sign: Sign | None = None,
) -> str:
    """RS256 by the platform's own key, unless told otherwise."""
    return assemble(
        header if isinstance(header, bytes) else json.dumps(header or default_header()).encode(),
        payload if isinstance(payload, bytes) else json.dumps(payload).encode(),
        sign or signing_key().sign,
    )


def unsigned(_: bytes) -> bytes:
    return b""


def by_other_key(message: bytes) -> bytes:
    return signing_key("attacker").sign(message)


def by_short_key(message: bytes) -> bytes:
    return signing_key("short", 1024).sign(message)


def hs256_with_pem(message: bytes) -> bytes:
    return hmac.digest(signing_key().public_pem(), message, hashlib.sha256)


def hs256_with_jwk(message: bytes) -> bytes:
    return hmac.digest(json.dumps(signing_key().jwk()).encode(), message, hashlib.sha256)


def rs512(message: bytes) -> bytes:
    return signing_key().private.sign(message, padding.PKCS1v15(), hashes.SHA512())


def ps256(message: bytes) -> bytes:
    salted = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=32)
    return signing_key().private.sign(message, salted, hashes.SHA256())


def es256(message: bytes) -> bytes:
    return _curve_key().sign(message, ec.ECDSA(hashes.SHA256()))


def private_pem(key: SigningKey) -> bytes:
    return key.private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
