import json
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from lti.tool.platform_storage import (
    StoragePlan,
    is_what_was_put,
    login_parameters,
    plan_to_get,
    plan_to_put,
    storage_offer,
)
from lti.tool.state import LoginState, StateSigner, StorageOffer
from tests.conformance.world import REGISTRATION, TARGET
from tests.fakes.lti_ports import FixedClock

SIGNER = StateSigner(b"0123456789abcdef0123456789abcdef")
OFFER = StorageOffer("_parent", "hint", "message")
STATE = LoginState(7, "nonce", TARGET, "1", FixedClock().now(), "id", OFFER)


def offered(target: str | None, **given: str) -> StorageOffer | None:
    params = {"login_hint": "hint", **given}
    if target is not None:
        params["lti_storage_target"] = target
    return storage_offer(params, REGISTRATION)


@pytest.mark.parametrize("target", ["_parent", "post_message_forwarding", "a", "F-1_x", "f" * 100])
def test_offers_that_are_taken(target: str):
    assert offered(target) == StorageOffer(target, "hint", None)


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "_top",
        "_self",
        "_blank",
        "_PARENT",
        "1a",
        "-a",
        "a b",
        "a.b",
        "a\n",
        "å",
        "f" * 101,
        "</script>",
        '"',
        "'",
        "a&b",
        "\x00",
        "javascript:alert(1)",
    ],
)
def test_offers_that_are_left_alone(target: str | None):
    assert offered(target) is None


@given(st.text(max_size=120))
def test_a_name_that_is_taken_needs_no_escaping(name: str):
    if offered(name) is not None:
        assert json.dumps(name) == f'"{name}"'
        assert not set(name) & set("<>&'\"/\\ ")


def test_blackboard_keeps_values_and_does_not_say_so():
    blackboard = structs.replace(REGISTRATION, platform_family="blackboard")

    assert storage_offer({"login_hint": "hint"}, blackboard) == StorageOffer("_parent", "hint")


def test_hints_that_are_no_text_are_carried_along():
    assert offered("_parent", login_hint="\udcff" * 1024) == StorageOffer(
        "_parent", "\udcff" * 1024, None
    )
    assert offered("_parent", login_hint="\udcff" * 1025) == StorageOffer("_parent")


def test_hints_are_carried_along_while_they_are_short():
    assert offered("_parent", lti_message_hint="m" * 1020) == StorageOffer(
        "_parent", "hint", "m" * 1020
    )
    assert offered("_parent", lti_message_hint="m" * 1021) == StorageOffer("_parent")
    assert offered("_parent", login_hint="ø" * 512) is not None
    assert offered("_parent", login_hint="ø" * 513) == StorageOffer("_parent")


@pytest.mark.parametrize(
    ("auth_url", "origin"),
    [
        ("https://LMS.example/auth?x=1", "https://lms.example"),
        ("https://lms.example:443/auth", "https://lms.example"),
        ("https://lms.example:8443/auth", "https://lms.example:8443"),
        ("http://127.0.0.1:8100/auth", "http://127.0.0.1:8100"),
        ("http://[::1]:80/auth", "http://[::1]"),
    ],
)
def test_the_platform_is_the_origin_of_its_authentication(auth_url: str, origin: str):
    plan = plan_to_put(STATE, auth_url, SIGNER)

    assert plan == StoragePlan(
        origin=origin,
        frame=None,
        state_key="lti_state_id",
        nonce_key="lti_nonce_id",
        state_value=SIGNER.binding_value(STATE),
        nonce_value="nonce",
    )
    assert plan_to_get(STATE, auth_url) == replace(plan, state_value="", nonce_value="")


def test_the_values_show_in_no_log():
    plan = plan_to_put(STATE, "https://lms.example/auth", SIGNER)

    assert plan is not None
    assert plan.state_value not in repr(plan)
    assert repr("nonce") not in repr(plan)


def test_no_plan_without_an_offer_or_an_origin():
    assert plan_to_put(structs.replace(STATE, storage=None), "https://lms.example", SIGNER) is None
    assert plan_to_get(structs.replace(STATE, storage=None), "https://lms.example") is None
    assert plan_to_get(STATE, "https://user@lms.example/") is None


def test_only_both_values_as_they_were_put_count():
    value = SIGNER.binding_value(STATE)

    assert is_what_was_put(STATE, SIGNER, value, "nonce")
    for state_value, nonce_value in (
        ("", ""),
        (value, ""),
        ("", "nonce"),
        (value + "x", "nonce"),
        (value[:-1], "nonce"),
        (value, "Nonce"),
        ("nonce", value),
        ("\ud83d", "\udc80"),
    ):
        assert not is_what_was_put(STATE, SIGNER, state_value, nonce_value)


@pytest.mark.parametrize(
    ("changes", "extra"),
    [
        ({}, {"lti_message_hint": "message", "lti_deployment_id": "1"}),
        ({"deployment_hint": None}, {"lti_message_hint": "message"}),
        ({"storage": StorageOffer("f", "hint"), "deployment_hint": None}, {}),
    ],
)
def test_the_login_that_begins_the_same_launch_again(
    changes: Mapping[str, object], extra: Mapping[str, str]
):
    assert login_parameters(structs.replace(STATE, **changes), REGISTRATION) == {  # type: ignore[arg-type] # names checked by the dataclass
        "iss": "https://platform.example",
        "client_id": "client-1",
        "login_hint": "hint",
        "target_link_uri": TARGET,
        **extra,
    }


def test_no_login_again_without_its_hints():
    for storage in (None, StorageOffer("_parent")):
        assert login_parameters(structs.replace(STATE, storage=storage), REGISTRATION) is None
