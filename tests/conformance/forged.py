"""Forged, broken and odd tokens, in the order of the rules that refuse them (check 3)."""

import json
from collections.abc import Callable
from typing import Any

from tests.conformance.cases import Bad, claim, without
from tests.fakes import forge
from tests.fakes.forge import MEMBERSHIP, REMOVED


def _tampered(token: str) -> str:
    header, payload, signature = token.split(".")
    changed = json.loads(forge.unb64(payload)) | {"sub": "victim"}
    return ".".join((header, forge.b64(json.dumps(changed).encode()), signature))


def _with_extra(text: str) -> Callable[[dict[str, Any]], bytes]:
    """The claims with more JSON text before the closing brace: for names given twice."""
    return lambda claims: (json.dumps(claims)[:-1] + "," + text + "}").encode()


def _number_as(name: str, text: str) -> Callable[[dict[str, Any]], bytes]:
    return lambda claims: json.dumps(claims | {name: "@"}).replace('"@"', text).encode()


def _key(**changes: Any) -> Callable[[], list[dict[str, Any]]]:
    return lambda: [forge.signing_key().jwk(**changes)]


_EMBEDDED = {"jku": "https://attacker.example/jwks", "x5u": "https://attacker.example/cert"}
_KID_INJECTION = "' OR 1=1 --"

FORGED = (
    # T3 shape
    Bad("not a token", "token_not_three_parts", rewrite=lambda _: "garbage"),
    Bad("two parts", "token_not_three_parts", rewrite=lambda t: t.rpartition(".")[0]),
    Bad("five parts, as a JWE", "token_not_three_parts", rewrite=lambda t: t + ".a.b"),
    Bad("not base64url", "token_not_base64url", rewrite=lambda t: t[:9] + "+" + t[10:]),
    Bad("header of no possible length", "token_not_base64url", rewrite=lambda _: "abcde.x.y"),
    Bad("not ASCII", "token_not_base64url", rewrite=lambda t: t + "é"),
    Bad("white space around", "token_not_base64url", rewrite=lambda t: t + "\n"),
    Bad("header not JSON", "header_not_json_object", header=b"{"),
    Bad("header a list", "header_not_json_object", header=b'["alg"]'),
    Bad("payload not JSON", "payload_not_json_object", raw=lambda _: b"hello"),
    Bad("payload a list", "payload_not_json_object", raw=lambda _: b"[1,2]"),
    Bad("payload not UTF-8", "payload_not_json_object", raw=lambda _: b'{"a":"\xff"}'),
    Bad("payload empty", "payload_not_json_object", raw=lambda _: b""),
    Bad("depth bomb", "payload_too_deep", raw=lambda _: b"[" * 20_000),
    Bad("nested 33 deep", "payload_too_deep", {"x": json.loads("[" * 32 + "]" * 32)}),
    Bad("NUL in a claim", "payload_text_not_storable", {"name": "Kim\x00"}),
    Bad("half a surrogate pair", "payload_text_not_storable", {"name": "\ud83d"}),
    # T4 algorithm
    Bad("alg none", "alg_not_allowed", header={"alg": "none"}, sign=forge.unsigned),
    Bad("alg nOnE", "alg_not_allowed", header={"alg": "nOnE"}, sign=forge.unsigned),
    Bad("alg absent", "alg_not_allowed", header=without("alg")),
    Bad("alg a list", "alg_not_allowed", header={"alg": ["RS256"]}),
    Bad(
        "HS256 with the PEM", "alg_not_allowed", header={"alg": "HS256"}, sign=forge.hs256_with_pem
    ),
    Bad(
        "HS256 with the JWK", "alg_not_allowed", header={"alg": "HS256"}, sign=forge.hs256_with_jwk
    ),
    Bad("RS512", "alg_not_allowed", header={"alg": "RS512"}, sign=forge.rs512),
    Bad("PS256", "alg_not_allowed", header={"alg": "PS256"}, sign=forge.ps256),
    Bad("ES256", "alg_not_allowed", header={"alg": "ES256"}, sign=forge.es256),
    # T5 key id
    Bad("kid a number", "kid_missing", header={"kid": 1}),
    Bad("kid empty", "kid_missing", header={"kid": ""}),
    Bad("kid a path", "kid_unknown", header={"kid": "../../x"}),
    Bad("kid SQL", "kid_unknown", header={"kid": _KID_INJECTION}),
    Bad("kid in other case", "kid_unknown", header={"kid": "PLATFORM-1"}),
    Bad("kid of 256 characters", "kid_too_long", header={"kid": "k" * 256}),
    # T6 keys and instructions from the header
    Bad("crit", "crit_not_understood", header={"crit": ["exp"], "exp": 1}),
    Bad("crit empty", "crit_not_understood", header={"crit": []}),
    Bad("b64 false", "header_not_acceptable", header={"b64": False}),
    Bad("key URLs of the attacker", "signature_invalid", header=_EMBEDDED, sign=forge.by_other_key),
    Bad(
        "key of the attacker embedded",
        "signature_invalid",
        header={"jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}},
        sign=forge.by_other_key,
    ),
    # T7 what the platform publishes under the kid
    Bad(
        "key of 1024 bits",
        "key_too_short",
        sign=forge.by_short_key,
        keys=lambda: [forge.signing_key("short", 1024).jwk(kid="platform-1")],
    ),
    Bad("key for encryption", "key_not_for_signing", keys=_key(use="enc")),
    Bad("key not for verifying", "key_not_for_signing", keys=_key(key_ops=["encrypt"])),
    Bad("key for another algorithm", "key_for_other_algorithm", keys=_key(alg="RS512")),
    Bad("elliptic key", "key_not_rsa", keys=lambda: [forge.curve_jwk()]),
    Bad(
        "symmetric key", "key_not_rsa", keys=lambda: [{"kty": "oct", "kid": "platform-1", "k": "x"}]
    ),
    Bad("private key published", "key_is_private", keys=_key(d="AQAB")),
    Bad("broken key", "key_broken", keys=_key(e="")),
    Bad(
        "same kid twice",
        "kid_ambiguous",
        keys=lambda: [
            forge.signing_key().jwk(),
            forge.signing_key("attacker").jwk(kid="platform-1"),
        ],
    ),
    Bad("no keys at all", "kid_unknown", keys=list),
    # T8 signature
    Bad("signed by another key", "signature_invalid", sign=forge.by_other_key),
    Bad("payload changed", "signature_invalid", rewrite=_tampered),
    Bad("signature stripped", "signature_invalid", sign=forge.unsigned),
    Bad("signature cut", "signature_invalid", rewrite=lambda t: t[:-4]),
    # T9 to T11 parties
    Bad("iss missing", "issuer_missing", without("iss")),
    Bad("iss with a slash", "issuer_differs", {"iss": lambda s: s.issuer + "/"}),
    Bad("iss in other case", "issuer_differs", {"iss": lambda s: s.issuer.upper()}),
    Bad("iss a list", "issuer_differs", {"iss": lambda s: [s.issuer]}),
    Bad("aud missing", "audience_missing", without("aud")),
    Bad("aud somebody else", "audience_not_us", {"aud": "other"}),
    Bad("aud a prefix", "audience_not_us", {"aud": lambda s: s.client_id[:-1]}),
    Bad("aud an object", "audience_not_us", {"aud": lambda s: {s.client_id: 1}}),
    Bad("aud an empty list", "audience_not_us", {"aud": []}),
    Bad("aud with somebody else", "audience_untrusted", {"aud": lambda s: [s.client_id, "evil"]}),
    Bad(
        "aud with somebody else, azp us",
        "audience_untrusted",
        {"aud": lambda s: ["evil", s.client_id], "azp": lambda s: s.client_id},
    ),
    Bad("aud twice us, no azp", "azp_missing", {"aud": lambda s: [s.client_id, s.client_id]}),
    Bad("azp somebody else", "azp_not_us", {"azp": "other"}),
    Bad("azp null", "azp_not_us", {"azp": None}),
    # T12 to T14 times
    Bad("exp missing", "exp_missing", without("exp")),
    Bad("exp past", "exp_passed", {"exp": lambda s: s.now - 61}),
    Bad("exp as text", "exp_not_number", {"exp": lambda s: str(s.now + 60)}),
    Bad("exp true", "exp_not_number", {"exp": True}),
    Bad("exp null", "exp_not_number", {"exp": None}),
    Bad("exp NaN", "payload_not_json_object", raw=_number_as("exp", "NaN")),
    Bad("exp Infinity", "payload_not_json_object", raw=_number_as("exp", "Infinity")),
    Bad("exp 1e999", "payload_not_json_object", raw=_number_as("exp", "1e999")),
    Bad("exp 10^300", "lifetime_too_long", raw=_number_as("exp", "1e300")),
    Bad("exp of 400 digits", "exp_not_number", raw=_number_as("exp", "9" * 400)),
    Bad("exp of 5,000 digits", "payload_not_json_object", raw=_number_as("exp", "9" * 5000)),
    Bad("exp two days ahead", "lifetime_too_long", {"exp": lambda s: s.now + 172_800}),
    Bad("iat missing", "iat_missing", without("iat")),
    Bad("iat as text", "iat_not_number", {"iat": lambda s: str(s.now)}),
    Bad("iat long ago", "iat_too_old", {"iat": 11111}),
    Bad("iat 11 minutes ago", "iat_too_old", {"iat": lambda s: s.now - 661}),
    Bad("iat ahead", "iat_in_future", {"iat": lambda s: s.now + 61}),
    Bad("nbf ahead", "nbf_in_future", {"nbf": lambda s: s.now + 61}),
    Bad("nbf as text", "nbf_not_number", {"nbf": "0"}),
    # T15 nonce
    Bad("nonce missing", "nonce_missing", without("nonce")),
    Bad("nonce empty", "nonce_missing", {"nonce": ""}),
    Bad("nonce of another login", "nonce_differs", {"nonce": "somebody-elses"}),
    Bad("nonce a list", "nonce_differs", {"nonce": lambda s: [s.nonce]}),
    # T21 names twice
    Bad("sub twice", "payload_name_repeated", raw=_with_extra('"sub":"victim"')),
    Bad("name twice, further in", "payload_name_repeated", raw=_with_extra('"x":{"a":1,"a":2}')),
    Bad(
        "alg twice",
        "header_name_repeated",
        header=b'{"alg":"none","alg":"RS256","kid":"platform-1"}',
    ),
    # T22 to T27 LTI
    Bad("version short", "version_unknown", claim("version", "1.3")),
    Bad("version a number", "version_unknown", claim("version", 1.3)),
    Bad("message type unknown", "message_type_unknown", claim("message_type", "LtiOther")),
    Bad(
        "message type a list",
        "message_type_unknown",
        claim("message_type", ["LtiResourceLinkRequest"]),
    ),
    Bad(
        "a deep linking answer sent to us",
        "message_type_unknown",
        claim("message_type", "LtiDeepLinkingResponse"),
    ),
    Bad("deployment unknown", "deployment_unknown", claim("deployment_id", "2")),
    Bad("deployment a number", "deployment_malformed", claim("deployment_id", 1)),
    Bad("deployment of 256 characters", "deployment_malformed", claim("deployment_id", "d" * 256)),
    Bad("deployment not ASCII", "deployment_malformed", claim("deployment_id", "ø")),
    Bad("target missing", "target_missing", claim("target_link_uri", REMOVED)),
    Bad(
        "target differs",
        "target_differs",
        claim("target_link_uri", lambda s: s.target_link_uri + "2"),
    ),
    Bad("target elsewhere", "target_foreign", claim("target_link_uri", "https://evil.example/")),
    Bad("resource link missing", "resource_link_missing", claim("resource_link", REMOVED)),
    Bad("resource link id empty", "resource_link_id_invalid", claim("resource_link", {"id": ""})),
    Bad(
        "resource link id a number", "resource_link_id_invalid", claim("resource_link", {"id": 17})
    ),
    Bad(
        "resource link id an object",
        "resource_link_id_invalid",
        claim("resource_link", {"id": {}}),
    ),
    Bad(
        "resource link id of 256 characters",
        "resource_link_id_invalid",
        claim("resource_link", {"id": "r" * 256}),
    ),
    Bad("resource link as text", "resource_link_id_invalid", claim("resource_link", "17")),
    Bad("roles null", "roles_not_list", claim("roles", None)),
    Bad("roles as text", "roles_not_list", claim("roles", MEMBERSHIP + "Instructor")),
    Bad("roles with a number", "roles_not_text", claim("roles", [1])),
    # T30, T31 person
    Bad("sub null", "sub_missing", {"sub": None}),
    Bad("sub empty", "sub_malformed", {"sub": ""}),
    Bad("sub a number", "sub_malformed", {"sub": 17}),
    Bad("sub of 256 characters", "sub_malformed", {"sub": "s" * 256}),
    Bad("sub not ASCII", "sub_malformed", {"sub": "kåre"}),
    Bad("sub with a line break", "sub_malformed", {"sub": "a\nb"}),
)
