"""The LMS side, for the demo LMS and the tests: lti1p3platform 0.1.8, strictly wrapped.

Everything takes parsed requests and returns plain answers; the host has the web framework."""

from lti.platform.errors import AuthenticationRefused
from lti.platform.gradebook import (
    Gradebook,
    LineItem,
    LineItemDraft,
    ReceivedScore,
    Recorded,
    RecordedScore,
)
from lti.platform.grades import GradeService
from lti.platform.hints import HintSigner, MessageHint
from lti.platform.keys import PlatformKey, new_platform_key_pem
from lti.platform.launch import AutoPost, answer_authentication
from lti.platform.library import platform_key_set
from lti.platform.login import login_initiation_url
from lti.platform.members import Member, Roster
from lti.platform.messages import CourseContext, LaunchMessage
from lti.platform.registration import Platform, Rules, TimestampRule, ToolRegistration
from lti.platform.roster import answer_memberships
from lti.platform.service_messages import ServiceAnswer, ServiceRequest
from lti.platform.tokens import answer_token_request
from lti.platform.tool_key_set import KeySetUnavailable, ToolKeySetCache

__all__ = [
    "AuthenticationRefused",
    "AutoPost",
    "CourseContext",
    "GradeService",
    "Gradebook",
    "HintSigner",
    "KeySetUnavailable",
    "LaunchMessage",
    "LineItem",
    "LineItemDraft",
    "Member",
    "MessageHint",
    "Platform",
    "PlatformKey",
    "ReceivedScore",
    "Recorded",
    "RecordedScore",
    "Roster",
    "Rules",
    "ServiceAnswer",
    "ServiceRequest",
    "TimestampRule",
    "ToolKeySetCache",
    "ToolRegistration",
    "answer_authentication",
    "answer_memberships",
    "answer_token_request",
    "login_initiation_url",
    "new_platform_key_pem",
    "platform_key_set",
]
