"""Each claim that is checked by itself; whole launches stand among the cases of conformance."""

from datetime import UTC, datetime
from typing import Any

import pytest

from lti import claims as names
from lti.errors import LtiRejected
from lti.tool.claim_checks import (
    ABOUT_A_PERSON,
    check_for_user,
    check_parties,
    check_resource_link,
    check_target,
    check_times,
)
from lti.tool.state import LoginState
from tests.conformance.world import REGISTRATION, World
from tests.fakes.forge import REMOVED, changed, resource_claims, token

BASE_URL = "https://tool.example"
NOW = 1_795_000_000
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


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"exp": NOW - 60}, None),
        ({"exp": NOW - 61}, "exp_passed"),
        ({"exp": None}, "exp_not_number"),
        ({"exp": REMOVED}, "exp_missing"),
        ({"iat": NOW + 60}, None),
        ({"iat": NOW + 61}, "iat_in_future"),
        ({"iat": NOW - 660}, None),
        ({"iat": NOW - 661}, "iat_too_old"),
        ({"exp": NOW + 86_400}, None),
        ({"exp": NOW + 86_401}, "lifetime_too_long"),
        ({"nbf": NOW + 60}, None),
        ({"nbf": NOW + 61}, "nbf_in_future"),
        ({"nbf": None}, "nbf_not_number"),
    ],
)
def test_times_to_the_second(changes: dict[str, Any], reason: str | None):
    claims = changed({"iat": NOW, "exp": NOW + 300}, changes)
    if reason is None:
        check_times(claims, NOW)
        return
    with pytest.raises(LtiRejected) as refused:
        check_times(claims, NOW)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("azp", "reason"), [("client-1", None), (REMOVED, "azp_missing"), ("other", "azp_not_us")]
)
def test_an_audience_of_several_needs_the_one_it_is_for(azp: Any, reason: str | None):
    claims = changed({"iss": REGISTRATION.issuer, "aud": ["client-1", "client-1"]}, {"azp": azp})
    if reason is None:
        check_parties(claims, REGISTRATION)
        return
    with pytest.raises(LtiRejected) as refused:
        check_parties(claims, REGISTRATION)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ({"id": "1"}, None),
        ({"id": "x" * 255}, None),
        ({"id": "x" * 256}, "resource_link_id_invalid"),
        ({"id": ""}, "resource_link_id_invalid"),
        ({"id": 1}, "resource_link_id_invalid"),
        (None, "resource_link_missing"),
    ],
)
def test_the_id_of_a_link(link: Any, reason: str | None):
    claims = {names.MESSAGE_TYPE: names.RESOURCE_LINK_REQUEST, names.RESOURCE_LINK: link}
    if reason is None:
        check_resource_link(claims)
        return
    with pytest.raises(LtiRejected) as refused:
        check_resource_link(claims)
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


@pytest.mark.parametrize("link", [REMOVED, None])
def test_a_review_may_be_of_a_column_without_a_link(link: Any):
    world = World()
    login = world.login()
    claims = resource_claims(world.setting(login)) | REVIEW
    launch = world.post(login, token(changed(claims, {names.RESOURCE_LINK: link})))

    assert (launch.for_user, launch.resource_link) == ("learner-1", None)


def test_a_review_that_names_its_link_badly_is_refused():
    world = World()
    login = world.login()
    claims = resource_claims(world.setting(login)) | REVIEW | {names.RESOURCE_LINK: {"id": 7}}

    with pytest.raises(LtiRejected) as refused:
        world.post(login, token(claims))
    assert refused.value.reason == "resource_link_id_invalid"


@pytest.mark.parametrize(
    "message_type", [names.DATA_PRIVACY_REQUEST, names.LTI_DATA_PRIVACY_REQUEST]
)
def test_a_privacy_launch_needs_no_column_and_takes_no_link(message_type: str):
    world = World()
    login = world.login()
    changes = {
        names.MESSAGE_TYPE: message_type,
        names.FOR_USER: {"user_id": "learner-1"},
        names.AGS: REMOVED,
    }
    launch = world.post(login, token(changed(resource_claims(world.setting(login)), changes)))

    assert (launch.for_user, launch.resource_link, launch.ags) == ("learner-1", None, None)


def test_a_login_that_named_its_deployment_and_a_token_that_agrees():
    world = World()
    login = world.login(lti_deployment_id="1")
    launch = world.post(login, token(resource_claims(world.setting(login))))

    assert launch.deployment.deployment_id == "1"
