"""Each claim that is checked by itself; whole launches stand among the cases of conformance."""

from datetime import UTC, datetime
from typing import Any

import pytest

from lti import claims as names
from lti.errors import LtiRejected
from lti.tool.claim_checks import ABOUT_A_PERSON, check_for_user, check_target
from lti.tool.state import LoginState
from tests.conformance.world import World
from tests.fakes.forge import REMOVED, changed, resource_claims, token

BASE_URL = "https://tool.example"
STATE = LoginState(7, "n", f"{BASE_URL}/r/a", None, datetime(2026, 11, 21, tzinfo=UTC), "c")
ITEM = {"lineitem": "https://platform.example/items/1"}
REVIEW = {
    names.MESSAGE_TYPE: names.SUBMISSION_REVIEW_REQUEST,
    names.FOR_USER: {"user_id": "learner-1"},
    names.AGS: ITEM,
}


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (None, "target_missing"),
        ("", "target_missing"),
        (7, "target_missing"),
        ("https://evil.example/r/a", "target_foreign"),
        (f"{BASE_URL}/r/b", "target_differs"),
    ],
)
def test_a_target_that_is_not_the_logins(target: Any, reason: str):
    with pytest.raises(LtiRejected) as refused:
        check_target({names.TARGET_LINK_URI: target}, STATE, BASE_URL)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({names.FOR_USER: REMOVED}, "for_user_missing"),
        ({names.FOR_USER: {}}, "for_user_missing"),
        ({names.AGS: REMOVED}, "review_line_item_missing"),
        ({names.AGS: {"lineitems": "https://platform.example/items"}}, "review_line_item_missing"),
    ],
)
def test_a_review_names_whose_work_and_which_column(changes: dict[str, Any], reason: str):
    with pytest.raises(LtiRejected) as refused:
        check_for_user(changed(REVIEW, changes))
    assert refused.value.reason == reason


@pytest.mark.parametrize("message_type", sorted(ABOUT_A_PERSON))
def test_a_launch_about_a_person_names_one(message_type: str):
    world = World()
    login = world.login()
    claims = resource_claims(world.setting(login)) | {names.MESSAGE_TYPE: message_type}

    with pytest.raises(LtiRejected) as refused:
        world.post(login, token(claims))
    assert refused.value.reason == "for_user_missing"


def test_a_good_review_is_one():
    world = World()
    login = world.login()
    launch = world.post(login, token(resource_claims(world.setting(login)) | REVIEW))

    assert (launch.for_user, launch.ags and launch.ags.lineitem) == ("learner-1", ITEM["lineitem"])
    assert launch.resource_link is not None
    assert (
        launch.resource_link.id == resource_claims(world.setting(login))[names.RESOURCE_LINK]["id"]
    )
