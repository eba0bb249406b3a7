"""Registered LMSs, their courses and links, and the scores on their way out."""

from tracks.lms.models.invitations import invitation, registration_request
from tracks.lms.models.keys import tool_key
from tracks.lms.models.life_cycle import context_copy, link_copy, notice, notice_handler
from tracks.lms.models.links import resource_link, score, used_nonce
from tracks.lms.models.registrations import deployment, registration
from tracks.lms.models.rosters import (
    course,
    course_group,
    course_group_member,
    course_lead,
    course_member,
)
from tracks.lms.models.selections import deep_link_selection
from tracks.lms.models.standing import (
    platform_key_set,
    refused_address,
    refused_launch,
    service_state,
)

__all__ = [
    "context_copy",
    "course",
    "course_group",
    "course_group_member",
    "course_lead",
    "course_member",
    "deep_link_selection",
    "deployment",
    "invitation",
    "link_copy",
    "notice",
    "notice_handler",
    "platform_key_set",
    "refused_address",
    "refused_launch",
    "registration",
    "registration_request",
    "resource_link",
    "score",
    "service_state",
    "tool_key",
    "used_nonce",
]
