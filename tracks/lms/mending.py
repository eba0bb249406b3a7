"""What to mend, and who can, by the reason code: of refused launches and of failed services.

docs/operators/lti-reasons.md has the same for operators, code by code; tests/docs compares the two.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from lti.errors import REASONS
from tracks.i18n import N_
from tracks.lms.advice import (
    ADMINISTRATOR,
    ALLOW,
    FORBIDDEN,
    KEYS_USELESS,
    LMS_STAFF,
    NOT_CALLED,
    OPERATOR,
    OWN_KEY,
    SILENT,
    TOKEN_NONE,
    TOKEN_REFUSED,
)
from tracks.lms.lessons import FOR_THE_LMS

COURSE: Final = N_("Whoever runs the course in the LMS")
PERSON: Final = N_("Whoever opened the link")


class Mend(NamedTuple):
    what: str
    who: str = LMS_STAFF


_NOT_OURS: Final = Mend(NOT_CALLED["host_not_allowed"].mend, ADMINISTRATOR)
_MAKER: Final = Mend(
    N_("This is a fault of the LMS's software. Update it, or report the reason code to its maker.")
)
_SET_UP: Final = Mend(
    N_(
        "Look at how the tool is set up in the LMS: as LTI 1.3, and as nothing else. A single one "
        "is most often an address that somebody opened by hand."
    )
)
_PROXY: Final = Mend(
    N_("Look for a proxy that changes what is sent. If there is none, report the reason code.")
)
_LINK: Final = Mend(
    N_("Mend the address of the link in the course, or make the link anew."), COURSE
)
_DEPLOYMENT: Final = Mend(
    N_("Look at the deployment ID in the LMS: at most 255 ordinary characters.")
)
_OPEN_AGAIN: Final = Mend(
    N_("Open the link again, or in another browser. If it comes back, report the reason code."),
    PERSON,
)
_OWN_CLIENT: Final = Mend(
    N_("Give this tool a client ID of its own in the LMS, and compare it with the one here.")
)
_SECRET: Final = Mend(
    N_("If it happens at all launches: do all our servers have the same file of secrets?"),
    OPERATOR,
)
_SWITCHED_OFF: Final = Mend(
    N_("The connection was switched off here. Switch it on, or take the tool out in the LMS."),
    OPERATOR,
)
_KEY: Final = Mend(KEYS_USELESS.mend)

_BY_FAMILY: Final[Mapping[str, Mend]] = {
    "malformed": _MAKER,
    "expired": Mend(FOR_THE_LMS["expired"], PERSON),
    "replayed": Mend(FOR_THE_LMS["replayed"], PERSON),
    "browser": Mend(FOR_THE_LMS["browser"], PERSON),
    "not_connected": Mend(FOR_THE_LMS["not_connected"], OPERATOR),
    "not_allowed": Mend(FOR_THE_LMS["not_allowed"], ADMINISTRATOR),
    "platform": _KEY,
    "clock": Mend(FOR_THE_LMS["clock"]),
    "no_person": Mend(FOR_THE_LMS["no_person"]),
    "not_author": Mend(FOR_THE_LMS["not_author"], COURSE),
    "not_yours": Mend(FOR_THE_LMS["not_yours"], COURSE),
}
# Where the family does not say it.
_BY_REASON: Final[Mapping[str, Mend]] = {
    **dict.fromkeys(
        (
            "login_iss_missing",
            "login_hint_missing",
            "form_token_missing",
            "not_an_lti_message",
            "version_missing",
            "version_unknown",
        ),
        _SET_UP,
    ),
    **dict.fromkeys(
        ("login_parameter_repeated", "token_not_base64url", "form_state_missing"), _PROXY
    ),
    **dict.fromkeys(
        (
            "login_target_missing",
            "login_target_foreign",
            "login_target_too_long",
            "target_missing",
            "target_foreign",
            "target_differs",
            "message_type_unknown",
            "resource_link_missing",
            "resource_link_id_invalid",
        ),
        _LINK,
    ),
    **dict.fromkeys(("login_deployment_malformed", "deployment_malformed"), _DEPLOYMENT),
    **dict.fromkeys(
        ("proof_too_large", "proof_malformed", "nonce_differs", "deployment_differs"), _OPEN_AGAIN
    ),
    **dict.fromkeys(("audience_untrusted", "azp_not_us"), _OWN_CLIENT),
    **dict.fromkeys(("state_invalid", "ticket_invalid"), _SECRET),
    **dict.fromkeys(("state_registration_gone", "notice_not_connected"), _SWITCHED_OFF),
    "form_too_large": Mend(
        N_("The LMS sends more than fits, perhaps a whole list of people: switch that off there.")
    ),
    "token_not_three_parts": Mend(N_("Switch encryption of the token off in the LMS.")),
    "payload_text_not_storable": Mend(
        N_("Look for odd characters in the names of the course, the link and the person."), COURSE
    ),
    "alg_not_allowed": Mend(
        N_(
            "Choose RS256 for signing in the LMS. If that is so already, somebody may be trying "
            "forged launches."
        )
    ),
    "crit_not_understood": Mend(N_("Switch the extension of signed tokens off in the LMS.")),
    "signature_invalid": Mend(
        N_(
            "Compare the address of the LMS's public keys that is registered here with the LMS. If "
            "it is right, the launch was changed or forged."
        ),
        OPERATOR,
    ),
    "issuer_differs": Mend(
        N_(
            "Compare the issuer that is registered here with the LMS, letter by letter, also a "
            "slash at the end."
        ),
        OPERATOR,
    ),
    "audience_not_us": Mend(
        N_("Compare the client ID that is registered here with the LMS."), OPERATOR
    ),
    "lifetime_too_long": Mend(N_("Let tokens of the LMS live for at most 24 hours.")),
    "roles_missing": Mend(N_("Let the LMS send roles to this tool: look at the privacy settings.")),
    "deep_linking_return_url_foreign": _NOT_OURS,
    "deep_linking_type_not_offered": Mend(
        N_("Choose content from another place in the course: as an activity, not as a file."),
        COURSE,
    ),
    "review_line_item_missing": Mend(ALLOW),
    "notices_too_many": Mend(N_("Let the LMS send fewer notices at a time.")),
    "notice_type_unknown": Mend(
        N_("Take our address out where the LMS has it for other notices than of copied courses.")
    ),
    "proof_not_from_us": Mend(
        N_("Compare the address that people see with the one that Learning Tracks is set up with."),
        OPERATOR,
    ),
    "login_client_id_needed": Mend(
        N_("Several LMSs have this issuer: let the LMS send its client ID when somebody comes in.")
    ),
    "login_auth_url_insecure": Mend(
        N_("Register the address where the LMS signs people in with https."), OPERATOR
    ),
    "platform_error": Mend(FOR_THE_LMS["platform"], PERSON),
    "kid_unknown": Mend(
        N_(
            "If the LMS has just changed its key, wait a minute. Else compare the address of its "
            "public keys that is registered here with the LMS."
        ),
        OPERATOR,
    ),
    "keys_unreachable": Mend(
        N_(
            "The address of the LMS's public keys could not be read from here: is it the right "
            "one, with https, and open to the internet?"
        ),
        OPERATOR,
    ),
    "key_is_private": Mend(
        N_("The LMS shows a private key to everybody. It must be replaced at once.")
    ),
    "state_from_future": Mend(N_("Let all our servers set their clocks by the network."), OPERATOR),
    "sub_missing": Mend(FOR_THE_LMS["no_person"], PERSON),
    "privacy_not_administrator": Mend(FOR_THE_LMS["not_yours"]),
}


def mend_launch(reason: str) -> Mend:
    found = _BY_REASON.get(reason)
    if found is not None:
        return found
    return _BY_FAMILY[REASONS[reason].family] if reason in REASONS else _MAKER


_REACH: Final = Mend(N_("See that the LMS runs and can be reached. It is tried again by itself."))
_ADDRESS: Final = Mend(
    N_("Look at the LMS's own address: it must begin with https and be open to the internet.")
)
_LOG: Final = Mend(N_("Look into the log of the LMS at this time."))
_STRANGE: Final = Mend(
    N_(
        "Something else answers in place of the LMS, often a page to sign in, or one that says "
        "that it is closed. Look for a proxy. It is tried again by itself."
    )
)
_KEYS_OLD: Final = Mend(
    N_("Let the LMS read our keys anew from their address. It is tried again by itself.")
)
_FOR_SERVICES: Final[Mapping[str, Mend]] = {
    **dict.fromkeys((*SILENT, "answer_too_big", "answer_encoded", "roster_too_slow"), _REACH),
    **dict.fromkeys(FORBIDDEN, _ADDRESS),
    **dict.fromkeys(
        (
            "answer_is_a_page",
            "answer_not_json",
            "answer_not_a_roster",
            "token_answer_not_json",
            "token_answer_without_token",
            "token_answer_without_life",
        ),
        _STRANGE,
    ),
    **dict.fromkeys(
        (
            "token_type_unknown",
            "paging_without_end",
            "paging_off_host",
            "line_item_without_id",
        ),
        _MAKER,
    ),
    "host_not_allowed": _NOT_OURS,
    "no_token_endpoint": Mend(TOKEN_NONE.mend, TOKEN_NONE.who),
    "token_refused": Mend(TOKEN_REFUSED.mend, TOKEN_REFUSED.who),
    "token_not_accepted": _KEYS_OLD,
    "scope_not_granted": Mend(ALLOW),
    "own_key_sealed": Mend(OWN_KEY.mend, OWN_KEY.who),
    "line_item_gone": Mend(N_("Make the link in the course anew, and open it once."), COURSE),
    "user_unknown": Mend(
        N_("Enrol the person in the course again, if they should be there."), COURSE
    ),
    "no_row_for_instructor": Mend(
        N_("Nothing: the LMS keeps no results for those who run the course."), COURSE
    ),
    "attempts_used_up": Mend(N_("Allow more attempts in the settings of the column."), COURSE),
    "roster_of_another_course": Mend(
        N_("Let a leader open the link from the course again: that brings the new address."), COURSE
    ),
    "roster_too_large": Mend(N_("Use this tool in courses with at most 20,000 people."), COURSE),
}


def mend_service(reason: str, *, is_list: bool = False) -> Mend:
    """Of scores, or of lists of participants."""
    if is_list and reason in ("status_404", "status_410"):
        return _FOR_SERVICES["roster_of_another_course"]
    if is_list and reason in ("status_401", "status_403"):
        return _FOR_SERVICES["scope_not_granted"]
    if reason in ("status_408", "status_429") or reason.startswith("status_5"):
        return _REACH
    return _FOR_SERVICES.get(reason, _LOG)
