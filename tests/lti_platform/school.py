"""A platform with one course, a tool's key, and the ports in memory."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from lti import jose
from lti.platform import (
    CourseContext,
    GradeService,
    HintSigner,
    KeySetUnavailable,
    LaunchMessage,
    LineItem,
    LineItemDraft,
    Member,
    MessageHint,
    Platform,
    PlatformKey,
    ReceivedScore,
    Recorded,
    RecordedScore,
    Rules,
    ServiceAnswer,
    ServiceRequest,
    ToolKeySetCache,
    ToolRegistration,
    answer_token_request,
    new_platform_key_pem,
)

LMS = "https://lms.example.org"
TOOL = "https://tool.example.org"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
SCOPE_MEMBERS = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
INSTRUCTOR = "http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor"

# made once: an RSA key takes longer than all tests of this folder
PLATFORM_KEY = PlatformKey(new_platform_key_pem())
TOOL_KEY = jose.generate_private()
OTHER_KEY = jose.generate_private()


class RealClock:
    """The library reads the system's clock, so tests move that one (time-machine)."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class MemoryAssertions:
    def __init__(self) -> None:
        self.used: dict[tuple[str, str], datetime] = {}

    def consume(self, client_id: str, jti: str, expires_at: datetime) -> bool:
        is_new = (client_id, jti) not in self.used
        self.used[client_id, jti] = expires_at
        return is_new


class MemoryStore:
    def __init__(self, document: str | None = None) -> None:
        self.document = document

    def load(self) -> str | None:
        return self.document

    def save(self, document: str) -> None:
        self.document = document


class PublishedKeys:
    """The tool's end of the key set: what is published, how often it was asked for."""

    def __init__(self, *keys: jose.PrivateKey) -> None:
        self.document: str | None = key_set(*keys)
        self.fetches = 0

    def fetch(self) -> bytes:
        self.fetches += 1
        if self.document is None:
            raise KeySetUnavailable
        return self.document.encode()


def key_set(*keys: jose.PrivateKey) -> str:
    return json.dumps({"keys": [jose.public_jwk(key) for key in keys]})


class MemoryGradebook:
    def __init__(self, *drafts: LineItemDraft) -> None:
        self.items = {str(n): LineItem(str(n), draft) for n, draft in enumerate(drafts, 1)}
        self.kept: dict[tuple[str, str], RecordedScore] = {}

    def line_items(self) -> list[LineItem]:
        return list(self.items.values())

    def line_item(self, line_item_id: str) -> LineItem | None:
        return self.items.get(line_item_id)

    def add_line_item(self, draft: LineItemDraft) -> LineItem:
        item = LineItem(str(len(self.items) + 1), draft)
        self.items[item.id] = item
        return item

    def change_line_item(self, line_item: LineItem) -> None:
        self.items[line_item.id] = line_item

    def drop_line_item(self, line_item_id: str) -> None:
        del self.items[line_item_id]

    def has_link(self, resource_link_id: str) -> bool:
        return resource_link_id in ("link-1", "link-2")

    def is_graded(self, user_id: str) -> bool:
        return user_id in ("u-1", "u-2", "u-3")

    def record_score(
        self,
        line_item_id: str,
        score: ReceivedScore,
        is_stale: Callable[[datetime, datetime], bool],
    ) -> Recorded:
        kept = self.kept.get((line_item_id, score.user_id))
        if kept and is_stale(kept.score.timestamp, score.timestamp):
            return Recorded.STALE
        self.kept[line_item_id, score.user_id] = RecordedScore(score, datetime.now(UTC))
        return Recorded.REPLACED if kept else Recorded.NEW

    def scores(self, line_item_id: str) -> list[RecordedScore]:
        return [kept for (item_id, _), kept in self.kept.items() if item_id == line_item_id]


class MemoryRoster:
    context_id, context_label, context_title = "course-1", "C1", "Course one"

    def members(self) -> list[Member]:
        return [
            Member("u-1", (LEARNER,), "Asker En", "en@example.org"),
            Member("u-2", (LEARNER,), "Asker To"),
            Member("u-3", (LEARNER,)),
            Member("t-1", (INSTRUCTOR,), "Asker Tre"),
        ]

    def has_link(self, resource_link_id: str) -> bool:
        return resource_link_id == "link-1"


MESSAGE = LaunchMessage(
    sub="u-1",
    roles=(LEARNER,),
    context=CourseContext("course-1", "C1", "Course one"),
    link_id="link-1",
    link_title="Link one",
    target_link_uri=f"{TOOL}/r/track",
    document_target="iframe",
    return_url=f"{LMS}/return",
    locale="nb",
    line_items_url=f"{LMS}/ags/1",
    line_item_url=f"{LMS}/ags/1/1",
    memberships_url=f"{LMS}/nrps/1",
    name="Asker En",
    email=None,
    custom={"resource": "x"},
)


@dataclass
class School:
    rules: Rules = field(default_factory=Rules)
    login_url: str = f"{TOOL}/lti/login"
    published: PublishedKeys = field(default_factory=lambda: PublishedKeys(TOOL_KEY))
    gradebook: MemoryGradebook = field(
        default_factory=lambda: MemoryGradebook(
            LineItemDraft("Link one", 10, resource_link_id="link-1")
        )
    )
    hints: HintSigner = field(default_factory=lambda: HintSigner(b"s" * 32))
    used: MemoryAssertions = field(default_factory=MemoryAssertions)

    def __post_init__(self) -> None:
        self.platform = Platform(
            registration=ToolRegistration(
                issuer=LMS,
                client_id="client-1",
                deployment_id="deployment-1",
                login_url=self.login_url,
                redirect_uris=frozenset({f"{TOOL}/lti/launch"}),
                token_url=f"{LMS}/token",
            ),
            key=PLATFORM_KEY,
            tool_keys=ToolKeySetCache(self.published.fetch, MemoryStore(), RealClock()),
            used_assertions=self.used,
            clock=RealClock(),
            rules=self.rules,
        )

    # what a tool sends

    def authentication(self, **changes: str | None) -> list[tuple[str, str]]:
        """A right authentication request; None takes a parameter out."""
        hint = MessageHint("u-1", "course-1", "link-1", "iframe")
        right: dict[str, str | None] = {
            "scope": "openid",
            "response_type": "id_token",
            "response_mode": "form_post",
            "prompt": "none",
            "client_id": "client-1",
            "redirect_uri": f"{TOOL}/lti/launch",
            "login_hint": "u-1",
            "lti_message_hint": self.hints.sign(hint, now=datetime.now(UTC)),
            "state": "state-1",
            "nonce": "nonce-1",
        }
        return [(name, value) for name, value in {**right, **changes}.items() if value is not None]

    def assertion(self, key: jose.PrivateKey = TOOL_KEY, **changes: Any) -> str:
        """A right client assertion; None takes a claim out."""
        now = int(datetime.now(UTC).timestamp())
        right = {
            "iss": "client-1",
            "sub": "client-1",
            "aud": f"{LMS}/token",
            "iat": now - 10,
            "exp": now + 290,
            "jti": secrets.token_urlsafe(16),
        }
        claims = {name: value for name, value in {**right, **changes}.items() if value is not None}
        return jose.sign(claims, key)

    def token_form(self, assertion: str, scope: str) -> list[tuple[str, str]]:
        return [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", JWT_BEARER),
            ("client_assertion", assertion),
            ("scope", scope),
        ]

    def token(self, scope: str) -> str:
        answer = answer_token_request(self.platform, self.token_form(self.assertion(), scope))
        assert answer.status == 200, answer.body
        return str(json.loads(answer.body)["access_token"])

    def request(
        self,
        method: str,
        scope: str | None,
        *,
        accept: str | None = None,
        content: str | None = None,
        body: Any = None,
        query: tuple[tuple[str, str], ...] = (),
        authorization: str | None = None,
    ) -> ServiceRequest:
        if authorization is None and scope is not None:
            authorization = f"Bearer {self.token(scope)}"
        named = {"authorization": authorization, "accept": accept, "content-type": content}
        return ServiceRequest(
            method=method,
            query=query,
            headers={name: value for name, value in named.items() if value is not None},
            body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        )

    @property
    def grades(self) -> GradeService:
        return GradeService(self.platform, self.gradebook, f"{LMS}/ags/1")


def with_rules(**changes: Any) -> School:
    return School(rules=replace(Rules(), **changes))


def said(answer: ServiceAnswer) -> tuple[int, Any]:
    return answer.status, json.loads(answer.body) if answer.body else None
