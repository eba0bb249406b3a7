"""Why an inbound message is refused, and how an outbound call can fail."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

from msgspec import Struct

Family = Literal[
    "malformed",
    "expired",
    "replayed",
    "browser",
    "not_connected",
    "not_allowed",
    "platform",
    "clock",
    "no_person",
    "not_yours",
    "not_author",
]


class Reason(Struct, frozen=True):
    code: str
    status: int
    rule: str
    family: Family


_ALL = (
    # the login initiation
    Reason("login_parameter_repeated", 400, "L2", "malformed"),
    Reason("login_iss_missing", 400, "L2", "malformed"),
    Reason("login_hint_missing", 400, "L2", "malformed"),
    Reason("login_target_missing", 400, "L2", "malformed"),
    # L3 and L14 share one code on purpose: unknown and disabled look alike
    Reason("login_not_connected", 400, "L3", "not_connected"),
    Reason("login_client_id_needed", 400, "L4", "not_connected"),
    Reason("login_deployment_malformed", 400, "L5", "malformed"),
    Reason("login_hint_too_long", 400, "L6", "malformed"),
    Reason("login_message_hint_too_long", 400, "L6", "malformed"),
    Reason("login_hint_not_text", 400, "L6", "malformed"),
    Reason("login_auth_url_insecure", 403, "L7", "not_connected"),
    Reason("login_target_foreign", 400, "L8", "malformed"),
    Reason("login_target_too_long", 400, "L8", "malformed"),
    # the form of the launch
    Reason("form_too_large", 413, "T1", "malformed"),
    Reason("form_field_repeated", 400, "T1", "malformed"),
    Reason("form_token_missing", 400, "T1", "malformed"),
    Reason("form_state_missing", 401, "T18", "expired"),
    Reason("form_token_and_error", 400, "T2", "malformed"),
    Reason("platform_error", 400, "T2", "platform"),
    # the state
    Reason("state_invalid", 401, "T18", "expired"),
    Reason("state_expired", 401, "T18", "expired"),
    Reason("state_from_future", 401, "T18", "clock"),
    Reason("state_registration_gone", 401, "T18", "not_connected"),
    Reason("browser_cookie_missing", 401, "T20", "browser"),
    Reason("browser_cookie_mismatch", 401, "T20", "browser"),
    Reason("nonce_reused", 401, "T16", "replayed"),
    # a launch without our cookie, asked for again through the platform's storage
    Reason("proof_not_from_us", 403, "T20", "browser"),
    Reason("proof_too_large", 413, "T1", "malformed"),
    Reason("proof_malformed", 400, "T1", "malformed"),
    Reason("storage_no_answer", 401, "T20", "browser"),
    Reason("storage_differs", 401, "T20", "browser"),
    Reason("ticket_invalid", 401, "T18", "expired"),
    Reason("ticket_expired", 401, "T18", "expired"),
    Reason("ticket_reused", 401, "T16", "replayed"),
    # the token's shape, header and signature
    Reason("token_not_three_parts", 401, "T3", "malformed"),
    Reason("token_not_base64url", 401, "T3", "malformed"),
    Reason("header_not_json_object", 401, "T3", "malformed"),
    Reason("payload_not_json_object", 401, "T3", "malformed"),
    Reason("payload_too_deep", 401, "T3", "malformed"),
    Reason("payload_text_not_storable", 401, "T3", "malformed"),
    Reason("header_name_repeated", 401, "T21", "malformed"),
    Reason("payload_name_repeated", 401, "T21", "malformed"),
    Reason("alg_not_allowed", 401, "T4", "malformed"),
    Reason("kid_missing", 401, "T5", "malformed"),
    Reason("kid_too_long", 401, "T5", "malformed"),
    Reason("kid_unknown", 401, "T5", "platform"),
    Reason("keys_unreachable", 401, "T5", "platform"),
    Reason("crit_not_understood", 401, "T6", "malformed"),
    Reason("header_not_acceptable", 401, "T6", "malformed"),
    Reason("key_not_rsa", 401, "T7", "platform"),
    Reason("key_too_short", 401, "T7", "platform"),
    Reason("key_not_for_signing", 401, "T7", "platform"),
    Reason("key_for_other_algorithm", 401, "T7", "platform"),
    Reason("key_is_private", 401, "T7", "platform"),
    Reason("key_broken", 401, "T7", "platform"),
    Reason("kid_ambiguous", 401, "J5", "platform"),
    Reason("signature_invalid", 401, "T8", "malformed"),
    # the claims of the token itself
    Reason("not_an_lti_message", 401, "T23", "malformed"),
    Reason("issuer_missing", 401, "T9", "malformed"),
    Reason("issuer_differs", 401, "T9", "malformed"),
    Reason("audience_missing", 401, "T10", "malformed"),
    Reason("audience_not_us", 401, "T10", "malformed"),
    Reason("audience_untrusted", 401, "T10", "malformed"),
    Reason("azp_missing", 401, "T11", "malformed"),
    Reason("azp_not_us", 401, "T11", "malformed"),
    Reason("exp_missing", 401, "T12", "malformed"),
    Reason("exp_not_number", 401, "T12", "malformed"),
    Reason("exp_passed", 401, "T12", "expired"),
    Reason("iat_missing", 401, "T13", "malformed"),
    Reason("iat_not_number", 401, "T13", "malformed"),
    Reason("iat_in_future", 401, "T13", "clock"),
    Reason("iat_too_old", 401, "T13", "expired"),
    Reason("lifetime_too_long", 401, "T13", "malformed"),
    Reason("nbf_not_number", 401, "T14", "malformed"),
    Reason("nbf_in_future", 401, "T14", "clock"),
    Reason("nonce_missing", 401, "T15", "malformed"),
    Reason("nonce_differs", 401, "T15", "malformed"),
    # the claims of LTI
    Reason("version_missing", 400, "T22", "malformed"),
    Reason("version_unknown", 400, "T22", "malformed"),
    Reason("message_type_missing", 400, "T23", "malformed"),
    Reason("message_type_unknown", 400, "T23", "malformed"),
    Reason("deployment_missing", 403, "T24", "malformed"),
    Reason("deployment_malformed", 403, "T24", "malformed"),
    Reason("deployment_differs", 401, "L5", "malformed"),
    Reason("deployment_unknown", 403, "T24", "not_allowed"),
    Reason("deployment_not_enabled", 403, "T24", "not_allowed"),
    Reason("target_missing", 400, "T25", "malformed"),
    Reason("target_foreign", 400, "T25", "malformed"),
    Reason("target_differs", 401, "T25", "malformed"),
    Reason("resource_link_missing", 400, "T26", "malformed"),
    Reason("resource_link_id_invalid", 400, "T26", "malformed"),
    Reason("roles_missing", 400, "T27", "malformed"),
    Reason("roles_not_list", 400, "T27", "malformed"),
    Reason("roles_not_text", 400, "T27", "malformed"),
    Reason("sub_missing", 400, "T31", "no_person"),
    Reason("sub_malformed", 400, "T30", "no_person"),
    # submission review and data privacy
    Reason("for_user_missing", 400, "T23", "malformed"),
    Reason("review_line_item_missing", 400, "T23", "malformed"),
    Reason("review_not_leader", 403, "T29", "not_yours"),
    Reason("privacy_not_administrator", 403, "T29", "not_yours"),
    # notices, which no browser brings
    Reason("notice_not_connected", 400, "L14", "not_connected"),
    Reason("notices_too_large", 413, "T1", "malformed"),
    Reason("notices_not_json", 400, "T1", "malformed"),
    Reason("notices_missing", 400, "T1", "malformed"),
    Reason("notices_too_many", 413, "T1", "malformed"),
    Reason("notice_token_missing", 400, "T1", "malformed"),
    Reason("notice_claim_missing", 400, "T23", "malformed"),
    Reason("notice_id_invalid", 400, "T23", "malformed"),
    Reason("notice_timestamp_invalid", 400, "T23", "malformed"),
    Reason("notice_type_unknown", 400, "T23", "malformed"),
    Reason("notice_context_missing", 400, "T23", "malformed"),
    Reason("notice_origin_invalid", 400, "T23", "malformed"),
    # choosing content for a course
    Reason("deep_linking_settings_missing", 400, "D1", "malformed"),
    Reason("deep_linking_return_url_missing", 400, "D1", "malformed"),
    Reason("deep_linking_return_url_foreign", 400, "T37", "malformed"),
    Reason("deep_linking_types_missing", 400, "D1", "malformed"),
    Reason("deep_linking_targets_missing", 400, "D1", "malformed"),
    Reason("deep_linking_data_not_text", 400, "D5", "malformed"),
    Reason("deep_linking_type_not_offered", 400, "D6", "malformed"),
    Reason("deep_linking_role", 403, "D2", "not_author"),
)

REASONS: Mapping[str, Reason] = MappingProxyType({reason.code: reason for reason in _ALL})


class LtiRejected(Exception):
    """An inbound message that we refuse.

    `detail` is for our own log and never holds a token, name, e-mail or `sub`.
    The other attributes are for the page: `return_url` only after an authentic signature and only
    https; `platform_message` is the platform's own text (to be escaped) and set only when it came
    through the browser that started the login; `binding_cookie` is the cookie to delete;
    `login_again` are the parameters of a login that begins the same launch anew; `locale`
    is the launch's own, from an authentic message only; so is `not_called`: an address that we
    would have to use, and why we do not, as a code of `lti.tool.service_urls`.
    """

    def __init__(
        self,
        reason: str,
        detail: str = "",
        *,
        return_url: str | None = None,
        platform_message: str = "",
    ) -> None:
        entry = REASONS[reason]
        super().__init__(f"{entry.rule} {reason}" + (f": {detail}" if detail else ""))
        self.reason = reason
        self.status = entry.status
        self.rule = entry.rule
        self.family = entry.family
        self.detail = detail
        self.return_url = return_url
        self.platform_message = platform_message
        self.binding_cookie: str | None = None
        self.login_again: Mapping[str, str] | None = None
        self.registration_id: int | None = None
        self.locale: str | None = None
        self.not_called: tuple[str, str] | None = None


class ServiceError(Exception):
    """An outbound call that failed; `reason` is a machine code."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class TransientServiceError(ServiceError):
    """Try again later; `retry_after` in seconds when the other side named it."""

    def __init__(self, reason: str, detail: str = "", *, retry_after: float | None = None) -> None:
        super().__init__(reason, detail)
        self.retry_after = retry_after


class PermanentServiceError(ServiceError):
    """Trying again cannot help."""
