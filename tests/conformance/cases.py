"""The certification's launches and our own, as data: what differs, and what must come of it.

A payload or header is changed name by name; a callable value is called with the Setting, and
REMOVED takes the name away. The same cases run against lti and, over HTTP, against the application.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from tests.fakes import forge
from tests.fakes.forge import INSTITUTION, MEMBERSHIP, PREFIX, REMOVED, SYSTEM, Setting, Sign

Changes = Mapping[str, Any]


class Message(Protocol):
    """The claims of a complete message of one type."""

    def __call__(self, setting: Setting, *, teacher: bool) -> dict[str, Any]: ...


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

    def token(
        self, setting: Setting, *, teacher: bool = True, message: Message = forge.resource_claims
    ) -> str:
        base = message(setting, teacher=teacher)
        claims = forge.changed(base, _resolved(self.payload, setting))
        if self.only is not None:
            claims = dict(self.only)
        header = self.header
        if not isinstance(header, bytes):
            header = json.dumps(forge.changed(forge.default_header(), header)).encode()
        made = forge.token(self.raw(claims) if self.raw else claims, header=header, sign=self.sign)
        return self.rewrite(made) if self.rewrite else made


def claim(name: str, value: Any) -> dict[str, Any]:
    return {PREFIX + name: value}


def without(*names: str) -> dict[str, Any]:
    return dict.fromkeys(names, REMOVED)


# --- the certification: known bad payloads, each with a teacher's and a student's payload

CERTIFICATION_BAD = (
    Bad("B1 No KID sent in JWT header", "kid_missing", header=without("kid")),
    Bad("B2 Incorrect KID in JWT header", "kid_unknown", header={"kid": "imstester_66067"}),
    Bad("B3 Wrong LTI version", "version_unknown", claim("version", "11.3")),
    Bad("B4 No LTI version", "version_missing", claim("version", REMOVED)),
    Bad("B5 Invalid LTI message", "not_an_lti_message", only={"name": "badltilaunch"}),
    Bad(
        "B6 Missing LTI claims",
        "issuer_missing",
        without("aud", "iss", "sub", PREFIX + "deployment_id", PREFIX + "roles"),
    ),
    Bad("B7 Timestamps incorrect", "exp_passed", {"iat": 11111, "exp": 22222}),
    Bad("B8 message_type claim missing", "message_type_missing", claim("message_type", REMOVED)),
    Bad("B9 role claim missing", "roles_missing", claim("roles", REMOVED)),
    Bad("B10 deployment_id claim missing", "deployment_missing", claim("deployment_id", REMOVED)),
    Bad(
        "B11 resource_link_id claim missing",
        "resource_link_id_invalid",
        claim("resource_link", {}),
    ),
    Bad("B12 user (sub) claim missing", "sub_missing", {"sub": REMOVED}),
)

# The same by deep linking, whose requests name no resource link; they have settings instead.
CERTIFICATION_BAD_CHOOSING = (
    *(case for case in CERTIFICATION_BAD if not case.name.startswith("B11 ")),
    Bad(
        "B11 deep_linking_settings claim missing",
        "deep_linking_settings_missing",
        {forge.DEEP_LINKING_SETTINGS: REMOVED},
    ),
)

# --- the certification: valid launches

_NO_PERSON = without("name", "given_name", "family_name", "email")
_NO_NAMES = without("name", "given_name", "family_name")
_NO_CONTEXT = claim("context", REMOVED)
_UNKNOWN_ROLE = "http://purl.imsglobal.org/vocab/lis/v2/uknownrole/unknown#Unknown"

INSTRUCTOR = frozenset({"instructor"})
LEARNER = frozenset({"learner"})
NOBODY: frozenset[str] = frozenset()

CERTIFICATION_VALID = (
    Valid("T1 as Instructor", {}, INSTRUCTOR),
    Valid(
        "T2 multiple role values",
        claim("roles", [MEMBERSHIP + "Instructor", INSTITUTION + "Faculty", MEMBERSHIP + "Mentor"]),
        frozenset({"instructor", "mentor"}),
    ),
    Valid("T3 short role value", claim("roles", ["Instructor"]), INSTRUCTOR),
    Valid(
        "T4 unknown role",
        claim("roles", [MEMBERSHIP + "Instructor", _UNKNOWN_ROLE]),
        INSTRUCTOR,
    ),
    Valid("T5 no role", claim("roles", [""]), NOBODY),
    Valid("T6 only email (no names)", _NO_NAMES, INSTRUCTOR),
    Valid("T7 only names (no email)", without("email"), INSTRUCTOR),
    Valid("T8 no PII", _NO_PERSON, INSTRUCTOR),
    Valid("T9 with email, no context claim", {**_NO_NAMES, **_NO_CONTEXT}, INSTRUCTOR),
    Valid("S1 as Student", {}, LEARNER, teacher=False),
    Valid(
        "S2 multiple role values",
        claim("roles", [MEMBERSHIP + "Learner", INSTITUTION + "Student", MEMBERSHIP + "Mentor"]),
        frozenset({"learner", "mentor"}),
        teacher=False,
    ),
    Valid("S3 short role value", claim("roles", ["Learner"]), LEARNER, teacher=False),
    Valid(
        "S4 unknown role",
        claim("roles", [MEMBERSHIP + "Learner", _UNKNOWN_ROLE]),
        LEARNER,
        teacher=False,
    ),
    Valid("S5 no role", claim("roles", []), NOBODY, teacher=False),
    Valid("S6 only email (no names)", _NO_NAMES, LEARNER, teacher=False),
    Valid("S7 only names (no email)", without("email"), LEARNER, teacher=False),
    Valid("S8 no PII", _NO_PERSON, LEARNER, teacher=False),
    Valid("S9 with email, no context claim", {**_NO_NAMES, **_NO_CONTEXT}, LEARNER, teacher=False),
    Valid(
        "S only resource link (no context, no PII)",
        {**_NO_PERSON, **_NO_CONTEXT},
        LEARNER,
        teacher=False,
    ),
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
    Valid("a role in custom", claim("custom", {"role": "Administrator"}), LEARNER, teacher=False),
    Valid(
        "administrator of institution and system",
        claim("roles", [INSTITUTION + "Administrator", SYSTEM + "Administrator"]),
        NOBODY,
    ),
    Valid(
        "institution instructor, learner here",
        claim("roles", [INSTITUTION + "Instructor", MEMBERSHIP + "Learner"]),
        LEARNER,
    ),
    Valid(
        "look-alikes of instructor",
        claim(
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
        claim(
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
        "resource link id of 255 characters", claim("resource_link", {"id": "r" * 255}), INSTRUCTOR
    ),
)
