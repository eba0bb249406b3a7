"""Which columns hold text that somebody else writes: all but those that stand here, with why."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Column, LargeBinary, String

from tracks.db import Json, metadata

# What no payload is put into, by the reason. Whatever holds text and does not stand here is
# attacked; a name that is in no table any more fails.
LEFT_OUT = {
    "one of a few words of ours; anything else is refused before it is written": """
        accessibility_feedback.language agreement.parties agreement.sights archived_item.kind
        audit_entry.code course.reason course_member.role deployment.status
        device_count.grade identity.groups_said login_link.role municipality.country
        municipality.kind municipality_choice.framework municipality_copy.language
        municipality_copy.state notice.type notice_handler.failed outbox.kind outbox.lane
        outbox.lease outbox.reason person.device person.language person.protected_by
        phase_work.phase privacy_setting.archived refused_address.reason refused_address.service
        refused_launch.reason registration.score_policy registration_request.decided_as
        registration_request.keys_failed registration_request.status remark.kind remark.state
        resource_link.lineitem_failed resource_link.lineitem_from resource_use.way role_grant.role
        role_invitation.role roster_entry.source roster_entry.task roster_import.fault
        roster_import.list_kind roster_import.source roster_import.state roster_row.fault
        roster_row.kind roster_row.says roster_row.task roster_service.fault
        roster_subscription.fault roster_trust.source school.device school.kind
        school_successor.kind score.failed search_entry.devices search_entry.frameworks
        search_entry.grades search_entry.kind search_entry.language search_entry.phase
        search_entry.subjects search_entry.track_kind service_state.reason service_state.service
        sign_in.way step_text.language step_version.kind step_version.phase
        step_version.visibility support_check.answer support_check.kind support_check.statement
        support_line.kind support_written.what teacher_count.source teaching.grades
        teaching.subjects track_version.entry_level track_version.frameworks track_version.grades
        track_version.kind track_version.languages track_version.lifecycle
        track_version.module_order track_version.subjects withdrawn.kind module_version.devices
        module_version.frameworks module_version.grades module_version.subjects
        module_version.minutes roster_import.columns roster_import.counts registration.service_hosts
    """,
    "a name of letters, digits and - or a number of digits only, checked when it is read": """
        draft.path expiry_notice.address former_module.slug former_step.slug
        former_track.publisher former_track.slug library_change.path media_file.name module.slug
        municipality.number page_view.address publisher.organisation_number publisher.slug
        push_token.publisher resource_link.address retired_part.part retired_part.replaced_by
        roster_row.former_code roster_row.unit_code school.code school_code.code
        search_entry.address step.slug track.publisher track.slug track_owner.track
        track_version.foundation track_version.replaced_by track_version.version withdrawn.address
    """,
    "made by us: a hash, a draw of lots, a sealed value, numbers": """
        attachment.id audit_entry.hash audit_entry.parameters ended_municipality.last_hash
        ended_municipality.mark ended_municipality.rows lane.name login_try.key_hash
        municipality.mark municipality_copy_piece.body outbox.key outbox.payload
        outside_answer.address_key
        spent.value_hash step_text.drawn_as tool_key.kid tool_key.public tool_key.sealed
        track_version.digest used_nonce.nonce
    """,
    "opens something and is shown nowhere: what is compared is its hash, or it is sealed": """
        co_author_code.code_hash deep_link_selection.id invitation.register_hash
        invitation.token_hash link_code.code_hash login_link.token_hash
        login_service.sealed_secret one_time_secret.code_hash one_time_secret.sealed
        passkey.credential passkey.credential_hash push_token.token_hash recovery_code.code_hash
        role_invitation.code_hash roster_service.sealed roster_subscription.notice_hash
        sign_in.token_hash sign_in.visit_hash sign_in.way_out
    """,
    "an address that is taken only as https with a host, or an origin": """
        course.differences_url course.group_sets_url course.groups_url course.memberships_url
        deep_link_selection.return_url login_service.issuer notice_handler.url
        platform_key_set.url registration.audience registration.auth_url registration.issuer
        registration.jwks_url registration.token_url registration_request.auth_url
        registration_request.issuer registration_request.jwks_url registration_request.token_url
        resource_link.lineitem_url resource_link.lineitems_url roster_service.address
        roster_service.token_url sign_in.lms_origin sign_in.way_back
    """,
    "keys of an LMS, of which only those that are keys are kept": """
        platform_key_set.jwks registration_request.platform_keys
    """,
    "a file: what is in it is judged where it is read (test_outside.py, content's own tests)": """
        attachment.body media_file.body roster_piece.body
    """,
}
# In JSON: the names of what is text, where not all of it is. HTML of ours is never touched.
TEXTS_IN = {
    "step_text.body": {"title", "provider", "price", "reason", "right"},
    "step_work.answer": {"text", "given", "who"},
    "deep_link_selection.settings": {"course"},
    "municipality_choice.words": None,
}
# The same words in these columns mean the same thing, and tables are joined by them.
ALIKE = {"sub", "context_id", "link_id"}
# Taken in without line breaks and the like, which no header may have (progress.forms.read_file).
PRINTABLE = {"attachment.name"}


def left_out() -> set[str]:
    return {name for names in LEFT_OUT.values() for name in names.split()}


def is_text(column: Column[Any]) -> bool:
    is_such = isinstance(column.type, String | Json | JSON | LargeBinary)
    return is_such and not column.foreign_keys


def attacked() -> list[Column[Any]]:
    away = left_out()
    return [
        column
        for table in metadata.sorted_tables
        for column in table.c
        if is_text(column) and f"{table.name}.{column.name}" not in away
    ]
