"""What goes along with a launch and with a refused one: the way back, the language, the proof."""

from typing import Any

import pytest

from lti.claims import CUSTOM, FOR_USER, LAUNCH_PRESENTATION
from lti.errors import LtiRejected
from lti.tool.launch import BrowserUnproven, Launch
from tests.conformance.world import Login, World
from tests.fakes.forge import changed, resource_claims, token

BACK = "https://platform.example/return"


@pytest.fixture
def world() -> World:
    return World()


def signed(world: World, login: Login, **changes: Any) -> str:
    return token(changed(resource_claims(world.setting(login)), changes))


def presenting(**presentation: Any) -> dict[str, Any]:
    return {LAUNCH_PRESENTATION: presentation}


def refused(world: World, login: Login, sent: str, **how: Any) -> LtiRejected:
    with pytest.raises(LtiRejected) as caught:
        world.post(login, sent, **how)
    return caught.value


def test_a_browser_that_has_its_cookie_needs_no_storage(world: World):
    login = world.login(lti_storage_target="_parent")

    assert isinstance(world.post(login, signed(world, login)), Launch)


def test_a_browser_without_it_is_asked_for_another_proof_where_there_is_one(world: World):
    login = world.login(lti_storage_target="_parent")
    unproven = refused(world, login, signed(world, login), cookies={})

    assert isinstance(unproven, BrowserUnproven)
    assert (unproven.return_url, unproven.locale) == (BACK, "nb")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, (BACK, "nb")),
        (presenting(return_url=BACK, locale="sv"), (BACK, "sv")),
        (presenting(return_url="https://evil.example/", locale="nn"), (None, "nn")),
        ({"exp": 1}, (BACK, "nb")),  # refused for two reasons
    ],
)
def test_a_lost_cookie_still_leads_back_to_the_course(
    world: World, changes: dict[str, Any], told: tuple[str | None, str | None]
):
    login = world.login()
    lost = refused(world, login, signed(world, login, **changes), cookies={})

    assert lost.reason == "browser_cookie_missing"
    assert (lost.return_url, lost.locale) == told
    assert world.nonces.used == {}  # the right browser may still come


def test_a_lost_cookie_and_a_forged_token_lead_nowhere(world: World):
    login = world.login()
    lost = refused(world, login, signed(world, login)[:-4] + "AAAA", cookies={})

    assert (lost.reason, lost.return_url, lost.locale) == ("browser_cookie_missing", None, None)


def test_a_refused_claim_leads_back_in_the_language_of_the_course(world: World):
    login = world.login()
    failed = refused(world, login, signed(world, login, nonce="other"))

    assert (failed.reason, failed.return_url, failed.locale) == ("nonce_differs", BACK, "nb")


@pytest.mark.parametrize(("length", "shown"), [(2000, True), (2001, False)])
def test_the_longest_way_back(world: World, length: int, shown: bool):
    url = f"{BACK}?".ljust(length, "x")
    login = world.login()
    launch = world.post(login, signed(world, login, **presenting(return_url=url)))

    assert (launch.return_url, launch.way_back) == (url, url if shown else None)


def test_a_platform_that_refuses_without_a_word(world: World):
    login = world.login()
    form = [("error", "access_denied"), ("state", login.sent["state"])]
    failed = refused(world, login, "", form=form)

    assert (failed.reason, failed.detail, failed.platform_message) == (
        "platform_error",
        "access_denied",
        "",
    )
    assert (failed.registration_id, failed.binding_cookie) == (7, login.answer.cookie.name)


def test_a_platform_that_refuses_without_a_state(world: World):
    failed = refused(world, world.login(), "", form=[("error", "access_denied")])

    assert (failed.detail, failed.platform_message, world.nonces.used) == ("access_denied", "", {})


@pytest.mark.parametrize(
    ("code", "noted"),
    [("a" * 64, "a" * 64), ("a" * 65, "unreadable"), ("A", "unreadable"), ("", "unreadable")],
)
def test_a_code_that_goes_into_the_log(world: World, code: str, noted: str):
    login = world.login()
    form = [("error", code), ("state", login.sent["state"])]

    assert refused(world, login, "", form=form).detail == noted


def test_how_far_the_platforms_clock_is_ahead(world: World):
    login = world.login()
    now = world.setting(login).now

    assert world.post(login, signed(world, login, iat=now + 20)).clock_ahead == 20.0


def test_nothing_of_a_person_shows_when_a_launch_is_printed(world: World):
    personal = {
        "sub": "canary-sub",
        "name": "canary-name",
        "given_name": "canary-given",
        "family_name": "canary-family",
        "email": "canary@school.example",
        CUSTOM: {"person": "canary-custom"},
        FOR_USER: {"user_id": "canary-other"},
    }
    login = world.login()
    launch = world.post(login, signed(world, login, **personal))

    assert (launch.family_name, launch.for_user) == ("canary-family", "canary-other")
    assert "canary" not in repr(launch)
    assert launch.nonce not in repr(launch)
