"""What each column of this area holds: LMSs, their courses, and scores on their way."""

from tracks.db.data_map import Limit, Tagged
from tracks.i18n import N_
from tracks.lms.actions.life_cycle import KEPT_FOR as NOTICES_KEPT_FOR
from tracks.lms.actions.refusals import KEPT_FOR as REFUSALS_KEPT_FOR
from tracks.lms.models import (
    context_copy,
    course,
    course_group,
    course_group_member,
    course_lead,
    course_member,
    deep_link_selection,
    deployment,
    invitation,
    link_copy,
    notice,
    notice_handler,
    platform_key_set,
    refused_address,
    refused_launch,
    registration,
    registration_request,
    resource_link,
    score,
    service_state,
    tool_key,
    used_nonce,
)

_CONNECT = N_("to connect LMSs, and to see that they work")
_COURSES = N_("to lead to the right page from a course")
TAGGED = (
    Tagged(
        registration,
        _CONNECT,
        none="id municipality_id issuer client_id auth_url token_url jwks_url audience "
        "platform_family is_active registered_at score_policy name service_hosts",
        label="issuer",
    ),
    Tagged(deployment, _CONNECT, none="id registration_id deployment_id status seen_at"),
    Tagged(
        invitation,
        _CONNECT,
        none="id municipality_id token_hash register_hash made_at expires_at claimed_until used_at",
        pseudonymous="made_by",
        hidden="token_hash register_hash",
    ),
    Tagged(
        registration_request,
        _CONNECT,
        none="id municipality_id invitation_id registration_id name issuer client_id auth_url "
        "token_url jwks_url platform_family product deployment_id scopes messages platform_keys "
        "keys_failed foreign_hosts status requested_at decided_at decided_as",
        pseudonymous="decided_by",
    ),
    Tagged(
        used_nonce,
        N_("so that nobody can use a launch twice"),
        none="registration_id nonce forget_at",
        leads=(used_nonce.c.registration_id, registration.c.id),
        limit=Limit(used_nonce.c.forget_at, has_chore=True),
    ),
    Tagged(
        deep_link_selection,
        N_("so that only the one who began can finish"),
        none="municipality_id deployment_id return_url data settings",
        pseudonymous="id person_id created_at expires_at used_at",
        hidden="id data",
        limit=Limit(deep_link_selection.c.expires_at, has_chore=True),
    ),
    Tagged(
        service_state,
        _CONNECT,
        none="registration_id service ok_at failed_at reason failures paused_until clock_ahead",
    ),
    Tagged(
        refused_launch,
        _CONNECT,
        none="registration_id day reason launches last_at",
        limit=Limit(refused_launch.c.day, REFUSALS_KEPT_FOR, has_chore=True),
    ),
    Tagged(
        refused_address,
        _CONNECT,
        none="registration_id day service host reason seen_at",
        limit=Limit(refused_address.c.day, REFUSALS_KEPT_FOR, has_chore=True),
    ),
    Tagged(platform_key_set, _CONNECT, none="registration_id url jwks fetched_at fresh_until"),
    Tagged(
        tool_key,
        _CONNECT,
        none="kid public sealed active_from published_until",
        left_out=N_("keys of the installation"),
    ),
    Tagged(
        notice,
        _CONNECT,
        none="registration_id notice_id deployment_id type sent_at received_at",
        limit=Limit(notice.c.received_at, NOTICES_KEPT_FOR, has_chore=True),
    ),
    Tagged(notice_handler, _CONNECT, none="deployment_id url wanted_at registered_at failed"),
    Tagged(context_copy, _COURSES, none="deployment_id context_id origin_id noted_at"),
    Tagged(link_copy, _COURSES, none="resource_link_id origin_id noted_at"),
    Tagged(
        resource_link,
        _COURSES,
        none="id municipality_id deployment_id link_id context_id address track_id lineitem_url "
        "lineitem_from lineitem_at lineitem_failed lineitems_url resent_at scopes",
        label="address",
    ),
    Tagged(
        score,
        N_("to send the score to the gradebook"),
        none="resource_link_id municipality_id failed is_unsure",
        pseudonymous="person_id wanted_at sent_at last_timestamp moved_on_at",
        personal="sub wanted sent noted leads",
    ),
    Tagged(
        course,
        _COURSES,
        none="id municipality_id deployment_id context_id title memberships_url groups_url "
        "group_sets_url differences_url asked_at synced_at whole_at reason held_listed "
        "held_known accepted",
        label="title",
    ),
    Tagged(
        course_member,
        N_("so that whoever leads the course sees who is in it"),
        none="course_id missing",
        personal="sub role name is_active",
    ),
    Tagged(
        course_lead,
        N_("so that the list of the course opens for those who lead it"),
        none="course_id",
        pseudonymous="person_id led_at",
    ),
    Tagged(
        course_group,
        N_("so that whoever leads the course sees the groups"),
        none="id course_id group_id name set_name",
        label="name",
    ),
    Tagged(
        course_group_member,
        N_("so that whoever leads the course sees the groups"),
        none="course_group_id",
        personal="sub",
    ),
)
AUDITED = {
    "shared_text_seen": N_("Opened what a person has shared with the leader"),
    "course_progress_seen": N_("Saw how far a participant of a course has come"),
    "lms_invited": N_("Made an invitation to connect an LMS"),
    "lms_approved": N_("Approved the connection of an LMS"),
    "lms_refused": N_("Refused the connection of an LMS"),
    "lms_registered": N_("Connected an LMS"),
    "lms_host_changed": N_("Approved a host of an LMS's services, or took it away"),
    "lms_scores_chosen": N_("Chose what the gradebook of an LMS gets"),
    "lms_switched": N_("Switched an LMS, or a deployment of it, on or off"),
}
LOOKS = frozenset({"shared_text_seen", "course_progress_seen"})
