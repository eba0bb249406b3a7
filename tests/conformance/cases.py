"""The certification's launches and our own, as data: what differs, and what must come of it.

A payload or header is changed name by name; a callable value is called with the Setting, and
REMOVED takes the name away. The same cases run against lti and, over HTTP, against the application.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes import forge
from tests.fakes.forge import INSTITUTION, MEMBERSHIP, PREFIX, REMOVED, SYSTEM, Setting, Sign

Changes = Mapping[str, Any]


def _resolved(changes: Changes, setting: Setting) -> dict[str, Any]:
    return {name: value(setting) if callable(value) else value for name, value in changes.items()}


@dataclass(frozen=True)
class Valid:
    name: str
    payload: Changes
    roles: frozenset[str]  # of instructor, learner, mentor: what the launch must grant
    teacher: bool = True
    jwk: Changes = field(default_factory=dict)
    header: Changes = field(default_factory=dict)

    def token(self, setting: Setting) -> str:
        base = forge.resource_claims(setting, teacher=self.teacher)
        return forge.token(
            forge.changed(base, _resolved(self.payload, setting)),
            header=forge.changed(forge.default_header(), self.header),
        )


@dataclass(frozen=True)
class Bad:
    name: str
    reason: str
    payload: Changes = field(default_factory=dict)
    only: Changes | None = None  # the whole payload, instead of a changed one
    raw: Callable[[dict[str, Any]], bytes] | None = None  # the payload's bytes from its claims
    header: Changes | bytes = field(default_factory=dict)
    sign: Sign | None = None
    rewrite: Callable[[str], str] | None = None  # of the finished token
    keys: Callable[[], list[dict[str, Any]]] | None = None  # what the platform publishes

    def token(self, setting: Setting, *, teacher: bool = True) -> str:
        base = forge.resource_claims(setting, teacher=teacher)
        claims = forge.changed(base, _resolved(self.payload, setting))
        if self.only is not None:
            claims = dict(self.only)
        header = self.header
        if not isinstance(header, bytes):
            header = json.dumps(forge.changed(forge.default_header(), header)).encode()
        made = forge.token(self.raw(claims) if self.raw else claims, header=header, sign=self.sign)
        return self.rewrite(made) if self.rewrite else made


def _claim(name: str, value: Any) -> dict[str, Any]:
    return {PREFIX + name: value}


def _without(*names: str) -> dict[str, Any]:
    return dict.fromkeys(names, REMOVED)


# --- the certification: known bad payloads, each with a teacher's and a student's payload

CERTIFICATION_BAD = (
    Bad("B1 no kid in the header", "kid_missing", header=_without("kid")),
    Bad("B2 unknown kid in the header", "kid_unknown", header={"kid": "imstester_66067"}),
    Bad("B3 wrong LTI version", "version_unknown", _claim("version", "11.3")),
    Bad("B4 no LTI version", "version_missing", _claim("version", REMOVED)),
    Bad("B5 not an LTI message", "not_an_lti_message", only={"name": "badltilaunch"}),
    Bad(
        "B6 LTI claims missing",
        "issuer_missing",
        _without("aud", "iss", "sub", PREFIX + "deployment_id", PREFIX + "roles"),
    ),
    Bad("B7 timestamps incorrect", "exp_passed", {"iat": 11111, "exp": 22222}),
    Bad("B8 message_type missing", "message_type_missing", _claim("message_type", REMOVED)),
    Bad("B9 roles missing", "roles_missing", _claim("roles", REMOVED)),
    Bad("B10 deployment_id missing", "deployment_missing", _claim("deployment_id", REMOVED)),
    Bad("B11 resource_link id missing", "resource_link_id_invalid", _claim("resource_link", {})),
    Bad("B12 sub missing", "sub_missing", {"sub": REMOVED}),
)

# --- the certification: valid launches

_NO_PERSON = _without("name", "given_name", "family_name", "email")
_NO_NAMES = _without("name", "given_name", "family_name")
_NO_CONTEXT = _claim("context", REMOVED)
_UNKNOWN_ROLE = "http://purl.imsglobal.org/vocab/lis/v2/uknownrole/unknown#Unknown"

INSTRUCTOR = frozenset({"instructor"})
LEARNER = frozenset({"learner"})
NOBODY: frozenset[str] = frozenset()

CERTIFICATION_VALID = (
    Valid("T1 as instructor", {}, INSTRUCTOR),
    Valid(
        "T2 several roles",
        _claim(
            "roles", [MEMBERSHIP + "Instructor", INSTITUTION + "Faculty", MEMBERSHIP + "Mentor"]
        ),
        frozenset({"instructor", "mentor"}),
    ),
    Valid("T3 short role", _claim("roles", ["Instructor"]), INSTRUCTOR),
    Valid(
        "T4 unknown role",
        _claim("roles", [MEMBERSHIP + "Instructor", _UNKNOWN_ROLE]),
        INSTRUCTOR,
    ),
    Valid("T5 no role", _claim("roles", [""]), NOBODY),
    Valid("T6 only e-mail", _NO_NAMES, INSTRUCTOR),
    Valid("T7 only names", _without("email"), INSTRUCTOR),
    Valid("T8 nothing personal", _NO_PERSON, INSTRUCTOR),
    Valid("T9 e-mail without context", {**_NO_NAMES, **_NO_CONTEXT}, INSTRUCTOR),
    Valid("S1 as student", {}, LEARNER, teacher=False),
    Valid(
        "S2 several roles",
        _claim("roles", [MEMBERSHIP + "Learner", INSTITUTION + "Student", MEMBERSHIP + "Mentor"]),
        frozenset({"learner", "mentor"}),
        teacher=False,
    ),
    Valid("S3 short role", _claim("roles", ["Learner"]), LEARNER, teacher=False),
    Valid(
        "S4 unknown role",
        _claim("roles", [MEMBERSHIP + "Learner", _UNKNOWN_ROLE]),
        LEARNER,
        teacher=False,
    ),
    Valid("S5 no role", _claim("roles", []), NOBODY, teacher=False),
    Valid("S6 only e-mail", _NO_NAMES, LEARNER, teacher=False),
    Valid("S7 only names", _without("email"), LEARNER, teacher=False),
    Valid("S8 nothing personal", _NO_PERSON, LEARNER, teacher=False),
    Valid("S9 e-mail without context", {**_NO_NAMES, **_NO_CONTEXT}, LEARNER, teacher=False),
    Valid("only a resource link", {**_NO_PERSON, **_NO_CONTEXT}, LEARNER, teacher=False),
)

# --- what platforms really send, and what must not turn into a refusal

_OPTIONAL_WRONG = {
    PREFIX + "context": "a string",
    PREFIX + "custom": ["a", "list"],
    PREFIX + "launch_presentation": 7,
    "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": [1],
    "https://purl.imsglobal.org/spec/lti-nrps/claim/namesroleservice": {
        "context_memberships_url": "https://platform.example/members",
        "service_versions": 2,
    },
    "name": {"not": "text"},
    "email": None,
    "https://vendor.example/unknown": {"deep": [1, {"er": 2}]},
}

ODD_BUT_VALID = (
    Valid("aud as a list of one, without azp", {"aud": lambda s: [s.client_id]}, INSTRUCTOR),
    Valid(
        "aud as a list of one, with azp",
        {"aud": lambda s: [s.client_id], "azp": lambda s: s.client_id},
        INSTRUCTOR,
    ),
    Valid("exp 59 s ago", {"exp": lambda s: s.now - 59}, INSTRUCTOR),
    Valid("iat 59 s ahead", {"iat": lambda s: s.now + 59}, INSTRUCTOR),
    Valid("iat nearly 10 minutes old", {"iat": lambda s: s.now - 599}, INSTRUCTOR),
    Valid("times as fractions", {"iat": lambda s: s.now + 0.15}, INSTRUCTOR),
    Valid("nbf now", {"nbf": lambda s: s.now}, INSTRUCTOR),
    Valid("JWK without alg and use", {}, INSTRUCTOR, jwk={"alg": REMOVED, "use": REMOVED}),
    Valid("header without typ", {}, INSTRUCTOR, header={"typ": REMOVED}),
    Valid(
        "header with ignored fields of odd types",
        {},
        INSTRUCTOR,
        header={"jku": 17, "x5c": "not a list", "x5u": "ftp://x", "jwk": [], "vendor": {"a": 1}},
    ),
    Valid("optional claims of wrong types", _OPTIONAL_WRONG, INSTRUCTOR),
    Valid("a role in custom", _claim("custom", {"role": "Administrator"}), LEARNER, teacher=False),
    Valid(
        "administrator of institution and system",
        _claim("roles", [INSTITUTION + "Administrator", SYSTEM + "Administrator"]),
        NOBODY,
    ),
    Valid(
        "institution instructor, learner here",
        _claim("roles", [INSTITUTION + "Instructor", MEMBERSHIP + "Learner"]),
        LEARNER,
    ),
    Valid(
        "look-alikes of instructor",
        _claim(
            "roles",
            [
                MEMBERSHIP + "InstructorX",
                "http://evil.example/membership#Instructor",
                MEMBERSHIP.removesuffix("#") + "/Instructor#GuestInstructor",
                "instructor",
                " Instructor",
                MEMBERSHIP + "Instructor ",
            ],
        ),
        NOBODY,
    ),
    Valid(
        "teaching assistant beside learner",
        _claim(
            "roles",
            [
                MEMBERSHIP + "Learner",
                MEMBERSHIP.removesuffix("#") + "/Instructor#TeachingAssistant",
            ],
        ),
        LEARNER,
    ),
    Valid("sub of 255 characters", {"sub": "s" * 255}, INSTRUCTOR),
    Valid(
        "resource link id of 255 characters", _claim("resource_link", {"id": "r" * 255}), INSTRUCTOR
    ),
)


# --- forged and odd tokens


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
    Bad("alg absent", "alg_not_allowed", header=_without("alg")),
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
    Bad("iss missing", "issuer_missing", _without("iss")),
    Bad("iss with a slash", "issuer_differs", {"iss": lambda s: s.issuer + "/"}),
    Bad("iss in other case", "issuer_differs", {"iss": lambda s: s.issuer.upper()}),
    Bad("iss a list", "issuer_differs", {"iss": lambda s: [s.issuer]}),
    Bad("aud missing", "audience_missing", _without("aud")),
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
    Bad("exp missing", "exp_missing", _without("exp")),
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
    Bad("iat missing", "iat_missing", _without("iat")),
    Bad("iat as text", "iat_not_number", {"iat": lambda s: str(s.now)}),
    Bad("iat long ago", "iat_too_old", {"iat": 11111}),
    Bad("iat 11 minutes ago", "iat_too_old", {"iat": lambda s: s.now - 661}),
    Bad("iat ahead", "iat_in_future", {"iat": lambda s: s.now + 61}),
    Bad("nbf ahead", "nbf_in_future", {"nbf": lambda s: s.now + 61}),
    Bad("nbf as text", "nbf_not_number", {"nbf": "0"}),
    # T15 nonce
    Bad("nonce missing", "nonce_missing", _without("nonce")),
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
    Bad("version short", "version_unknown", _claim("version", "1.3")),
    Bad("version a number", "version_unknown", _claim("version", 1.3)),
    Bad("message type unknown", "message_type_unknown", _claim("message_type", "LtiOther")),
    Bad(
        "message type a list",
        "message_type_unknown",
        _claim("message_type", ["LtiResourceLinkRequest"]),
    ),
    Bad(
        "a deep linking answer sent to us",
        "message_type_unknown",
        _claim("message_type", "LtiDeepLinkingResponse"),
    ),
    Bad("deployment unknown", "deployment_unknown", _claim("deployment_id", "2")),
    Bad("deployment a number", "deployment_malformed", _claim("deployment_id", 1)),
    Bad("deployment of 256 characters", "deployment_malformed", _claim("deployment_id", "d" * 256)),
    Bad("deployment not ASCII", "deployment_malformed", _claim("deployment_id", "ø")),
    Bad("target missing", "target_missing", _claim("target_link_uri", REMOVED)),
    Bad(
        "target differs",
        "target_differs",
        _claim("target_link_uri", lambda s: s.target_link_uri + "2"),
    ),
    Bad("target elsewhere", "target_foreign", _claim("target_link_uri", "https://evil.example/")),
    Bad("resource link missing", "resource_link_missing", _claim("resource_link", REMOVED)),
    Bad("resource link id empty", "resource_link_id_invalid", _claim("resource_link", {"id": ""})),
    Bad(
        "resource link id a number", "resource_link_id_invalid", _claim("resource_link", {"id": 17})
    ),
    Bad(
        "resource link id an object",
        "resource_link_id_invalid",
        _claim("resource_link", {"id": {}}),
    ),
    Bad(
        "resource link id of 256 characters",
        "resource_link_id_invalid",
        _claim("resource_link", {"id": "r" * 256}),
    ),
    Bad("resource link as text", "resource_link_id_invalid", _claim("resource_link", "17")),
    Bad("roles null", "roles_not_list", _claim("roles", None)),
    Bad("roles as text", "roles_not_list", _claim("roles", MEMBERSHIP + "Instructor")),
    Bad("roles with a number", "roles_not_text", _claim("roles", [1])),
    # T30, T31 person
    Bad("sub null", "sub_missing", {"sub": None}),
    Bad("sub empty", "sub_malformed", {"sub": ""}),
    Bad("sub a number", "sub_malformed", {"sub": 17}),
    Bad("sub of 256 characters", "sub_malformed", {"sub": "s" * 256}),
    Bad("sub not ASCII", "sub_malformed", {"sub": "kåre"}),
    Bad("sub with a line break", "sub_malformed", {"sub": "a\nb"}),
)
