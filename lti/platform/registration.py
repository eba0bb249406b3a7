from enum import Enum

from msgspec import Struct, field

from lti.platform.keys import PlatformKey
from lti.platform.ports import Clock, UsedAssertions
from lti.platform.tool_key_set import ToolKeySetCache

SCOPE_LINE_ITEM = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
SCOPE_LINE_ITEM_READ = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"
SCOPE_RESULT_READ = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
SCOPE_SCORE = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
SCOPE_MEMBERS_READ = "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"
ALL_SCOPES = frozenset(
    {SCOPE_LINE_ITEM, SCOPE_LINE_ITEM_READ, SCOPE_RESULT_READ, SCOPE_SCORE, SCOPE_MEMBERS_READ}
)


class TimestampRule(Enum):
    """When a score's timestamp is too old, and the status that says so."""

    MOODLE = "moodle"  # whole seconds; the same second or earlier: 409
    EXACT = "exact"  # the same instant or earlier: 409
    OPEN_EDX = "openedx"  # the same instant or earlier: 400

    @property
    def status(self) -> int:
        return 400 if self is TimestampRule.OPEN_EDX else 409


class Rules(Struct, frozen=True):
    """What differs between real platforms. The defaults are Moodle's, the strictest we met."""

    timestamps: TimestampRule = TimestampRule.MOODLE
    exact_accept: bool = True  # a GET without the one media type of its answer: 406
    id_token_seconds: int = 60
    accept_multiple: bool = True  # of deep linking: several items in one answer
    accept_lineitem: bool = True


class ToolRegistration(Struct, frozen=True):
    """One tool, as this platform knows it."""

    issuer: str
    client_id: str
    deployment_id: str
    login_url: str
    redirect_uris: frozenset[str]
    token_url: str  # what a client assertion must name as its audience
    scopes: frozenset[str] = ALL_SCOPES


class Platform(Struct, frozen=True):
    """The LMS side of one registration: what every endpoint needs."""

    registration: ToolRegistration
    key: PlatformKey
    tool_keys: ToolKeySetCache
    used_assertions: UsedAssertions
    clock: Clock
    rules: Rules = field(default_factory=Rules)
