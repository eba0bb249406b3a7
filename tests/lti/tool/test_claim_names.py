"""Messages as the specifications spell them, every name written out."""

from typing import Any

import pytest

from lti.claims import HISTORY_PARAMETERS, GroupsClaim, PnsClaim
from lti.tool.dynamic_registration import CLAIMS, EXTRA_SCOPES, SCOPES
from lti.tool.grades import SCOPE_LINEITEM, SCOPE_RESULT, SCOPE_SCORE
from lti.tool.groups import SCOPE_GROUPS
from lti.tool.launch import Launch
from lti.tool.roster import SCOPE_MEMBERS
from tests.conformance.world import World
from tests.fakes.forge import resource_claims, token

LTI = "https://purl.imsglobal.org/spec/lti/claim/"
AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
GROUPS = "https://purl.imsglobal.org/spec/lti-gs/scope/contextgroup.readonly"
NOTICES = "https://purl.imsglobal.org/spec/lti/scope/noticehandlers"


def launched(claims: dict[str, Any]) -> Launch:
    world = World()
    login = world.login()
    return world.post(login, token(resource_claims(world.setting(login)) | claims))


def test_the_services_of_a_course():
    launch = launched(
        {
            "https://purl.imsglobal.org/spec/lti-gs/claim/groupsservice": {
                "context_groups_url": "https://platform.example/groups",
                "context_group_sets_url": "https://platform.example/sets",
                "scope": [GROUPS],
            },
            LTI + "platformnotificationservice": {
                "platform_notification_service_url": "https://platform.example/notices",
                "scope": [NOTICES],
                "notice_types_supported": ["LtiContextCopyNotice"],
            },
        }
    )

    assert launch.groups == GroupsClaim(
        "https://platform.example/groups", "https://platform.example/sets", frozenset({GROUPS})
    )
    assert launch.pns == PnsClaim(
        "https://platform.example/notices",
        frozenset({NOTICES}),
        frozenset({"LtiContextCopyNotice"}),
    )


@pytest.mark.parametrize(
    "message_type",
    ["LtiSubmissionReviewRequest", "DataPrivacyLaunchRequest", "LtiDataPrivacyLaunchRequest"],
)
def test_messages_about_a_person(message_type: str):
    launch = launched({LTI + "message_type": message_type, LTI + "for_user": {"user_id": "u-2"}})

    assert (launch.message_type, launch.for_user) == (message_type, "u-2")


def test_what_we_ask_of_a_platform():
    assert dict(HISTORY_PARAMETERS) == {
        "link_history": "$ResourceLink.id.history",
        "course_history": "$Context.id.history",
    }
    assert (SCOPE_LINEITEM, SCOPE_RESULT, SCOPE_SCORE) == (
        AGS + "lineitem",
        AGS + "result.readonly",
        AGS + "score",
    )
    assert (SCOPE_MEMBERS, SCOPE_GROUPS) == (
        "https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly",
        GROUPS,
    )


def test_every_scope_that_a_service_calls_with_is_asked_for_at_registration():
    assert {SCOPE_LINEITEM, SCOPE_RESULT, SCOPE_SCORE, SCOPE_MEMBERS} == set(SCOPES)
    assert {SCOPE_GROUPS, NOTICES} == set(EXTRA_SCOPES)
    # a name to greet with and a language to speak; nothing here needs an address
    assert CLAIMS == ("iss", "sub", "name", "given_name", "family_name", "locale")
