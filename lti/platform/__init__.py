"""The LMS side, for the demo LMS and the tests: lti1p3platform 0.1.8, strictly wrapped.

Everything takes parsed requests and returns plain answers; the host has the web framework."""

from lti.platform.deep_linking import OfferedLineItem, OfferedLink, accept_content
from lti.platform.errors import AuthenticationRefused, ContentRefused
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
from lti.platform.messages import ContentRequest, CourseContext, LaunchMessage
from lti.platform.registration import Platform, Rules, TimestampRule, ToolRegistration
from lti.platform.roster import answer_memberships
from lti.platform.service_messages import ServiceAnswer, ServiceRequest
from lti.platform.tokens import answer_token_request
from lti.platform.tool_key_set import KeySetUnavailable, ToolKeySetCache

__all__ = [
    "AuthenticationRefused",
    "AutoPost",
    "ContentRefused",
    "ContentRequest",
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
    "OfferedLineItem",
    "OfferedLink",
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
    "accept_content",
    "answer_authentication",
    "answer_memberships",
    "answer_token_request",
    "login_initiation_url",
    "new_platform_key_pem",
    "platform_key_set",
]
