"""From login to launch: what a launch holds, its nonce, its state, its form."""

import threading

import pytest

from lti.claims import AgsClaim, Context, NrpsClaim, ResourceLink
from lti.errors import LtiRejected
from lti.roles import Roles
from lti.tool.launch import Launch, nonce_memory
from lti.tool.state import StateSigner
from tests.conformance.world import DEPLOYMENT, REGISTRATION, TARGET, Login, World
from tests.fakes import forge
from tests.fakes.forge import MEMBERSHIP, changed


@pytest.fixture
def world() -> World:
    return World()


def _token(world: World, login: Login, **changes: object) -> str:
    return forge.token(changed(forge.resource_claims(world.setting(login)), changes))


def _reason(world: World, login: Login, token: str, **how) -> str:
    with pytest.raises(LtiRejected) as caught:
        world.post(login, token, **how)
    return caught.value.reason


def test_launch_has_everything_the_platform_said(world: World):
    login = world.login()

    launch = world.post(login, _token(world, login))

    assert launch == Launch(
        registration=REGISTRATION,
        deployment=DEPLOYMENT,
        message_type="LtiResourceLinkRequest",
        sub="user-instructor",
        roles=Roles.parse([MEMBERSHIP + "Instructor"]),
        target_link_uri=TARGET,
        resource_link=ResourceLink("17", "Module 1", "First steps"),
        context=Context(
            "course-v1:Asker+T1+2026",
            "T1",
            "Track 1",
            ("http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering",),
        ),
        custom={"resource": "asker/track/m1"},
        ags=AgsClaim(
            "https://platform.example/items/1?type_id=1",
            "https://platform.example/items?type_id=1",
            frozenset({"https://purl.imsglobal.org/spec/lti-ags/scope/score"}),
        ),
        nrps=NrpsClaim("https://platform.example/members", ("2.0",)),
        return_url="https://platform.example/return",
        way_back="https://platform.example/return",
        document_target="iframe",
        locale="nb",
        name="Kim Example",
        given_name="Kim",
        family_name="Example",
        email="kim@school.example",
        nonce=login.sent["nonce"],
        binding_cookie=login.answer.cookie.name,
    )


def test_nothing_personal_shows_when_a_launch_is_printed(world: World):
    login = world.login()

    printed = repr(world.post(login, _token(world, login)))

    assert not [
        word for word in ("user-instructor", "Kim", "kim@", login.sent["nonce"]) if word in printed
    ]


def test_deep_linking_request_needs_no_resource_link(world: World):
    login = world.login()

    launch = world.post(login, forge.token(forge.deep_linking_claims(world.setting(login))))

    assert (launch.message_type, launch.resource_link) == ("LtiDeepLinkingRequest", None)


# --- the nonce, once


def test_second_post_of_the_same_form_is_a_replay(world: World):
    login = world.login()
    token = _token(world, login)
    world.post(login, token)

    with pytest.raises(LtiRejected) as caught:
        world.post(login, token)

    assert (caught.value.reason, caught.value.family, caught.value.status) == (
        "nonce_reused",
        "replayed",
        401,
    )


@pytest.mark.parametrize("seconds", [30, 300, 660])
def test_replay_later_is_refused(world: World, seconds: int):
    login = world.login()
    token = _token(world, login, exp=world.setting(login).now + 3600)
    world.post(login, token)

    world.clock.advance(seconds=seconds)

    assert _reason(world, login, token) in {"nonce_reused", "state_expired"}


def test_nonce_is_remembered_longer_than_any_token_or_state_lives(world: World):
    login = world.login()

    world.post(login, _token(world, login))

    (until,) = world.nonces.used.values()
    assert (until - world.clock.now()).total_seconds() == 600 + 2 * 60 + 600
    assert nonce_memory(world.signer.ttl) == until - world.clock.now()


def test_one_of_many_parallel_posts_wins(world: World):
    login = world.login()
    token = _token(world, login)
    outcomes: list[str] = []

    def post() -> None:
        try:
            world.post(login, token)
            outcomes.append("launched")
        except LtiRejected as refused:
            outcomes.append(refused.reason)

    threads = [threading.Thread(target=post) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["launched"] + ["nonce_reused"] * 19


def test_state_is_used_up_by_a_launch_that_failed(world: World):
    login = world.login()

    first = _reason(world, login, "garbage")
    second = _reason(world, login, _token(world, login))

    assert (first, second) == ("token_not_three_parts", "nonce_reused")


def test_another_browser_cannot_use_up_a_state(world: World):
    login = world.login()
    token = _token(world, login)

    assert _reason(world, login, token, cookies={}) == "browser_cookie_missing"
    assert world.post(login, token).sub == "user-instructor"


def test_nonce_of_the_platform_is_not_the_one_we_asked_for(world: World):
    first, second = world.login(), world.login()

    assert _reason(world, second, _token(world, first)) == "nonce_differs"


# --- the state and its browser


def test_state_from_another_browser(world: World):
    mine, theirs = world.login(), world.login()
    token = _token(world, theirs)

    with pytest.raises(LtiRejected) as caught:
        world.post(theirs, token, cookies=mine.cookies)

    assert (caught.value.reason, caught.value.family) == ("browser_cookie_missing", "browser")


def test_cookie_of_the_right_name_and_a_wrong_value(world: World):
    mine, theirs = world.login(), world.login()
    cookies = {theirs.answer.cookie.name: mine.answer.cookie.value}

    assert (
        _reason(world, theirs, _token(world, theirs), cookies=cookies) == "browser_cookie_mismatch"
    )


def test_cookie_that_is_not_text(world: World):
    login = world.login()
    cookies = {login.answer.cookie.name: "\udcff\x00ø"}

    assert _reason(world, login, _token(world, login), cookies=cookies) == "browser_cookie_mismatch"


def test_several_logins_in_one_browser_all_finish(world: World):
    logins = [world.login() for _ in range(3)]
    cookies = {name: value for login in logins for name, value in login.cookies.items()}

    launches = [world.post(login, _token(world, login), cookies=cookies) for login in logins]

    assert [launch.binding_cookie for launch in launches] == [
        login.answer.cookie.name for login in logins
    ]


def test_state_missing(world: World):
    login = world.login()
    token = _token(world, login)

    assert _reason(world, login, token, form=[("id_token", token)]) == "form_state_missing"


@pytest.mark.parametrize("state", ["x", "a.b", "ø.b", ".", "[7].x" * 3000])
def test_state_unknown(world: World, state: str):
    login = world.login()
    form = [("id_token", _token(world, login)), ("state", state)]

    assert _reason(world, login, "", form=form) == "state_invalid"


def test_state_signed_with_another_secret(world: World):
    login = world.login()
    world.signer = StateSigner(b"another secret, just as long as that")

    assert _reason(world, login, _token(world, login)) == "state_invalid"


def test_state_expires_after_ten_minutes(world: World):
    login = world.login()
    world.clock.advance(seconds=599)
    in_time = world.post(login, _token(world, login))
    late = world.login()
    world.clock.advance(seconds=600)

    assert in_time.sub == "user-instructor"
    assert _reason(world, late, _token(world, late)) == "state_expired"


def test_our_clock_set_back_by_an_hour(world: World):
    login = world.login()
    world.clock.advance(hours=-1)

    with pytest.raises(LtiRejected) as caught:
        world.post(login, _token(world, login))

    assert (caught.value.reason, caught.value.family) == ("state_from_future", "clock")


def test_refusal_names_registration_and_cookie_to_delete(world: World):
    login = world.login()

    with pytest.raises(LtiRejected) as caught:
        world.post(login, "garbage")

    assert (caught.value.registration_id, caught.value.binding_cookie) == (
        7,
        login.answer.cookie.name,
    )


# --- the form


def test_body_of_more_than_64_kilobytes(world: World):
    login = world.login()
    token = _token(world, login)

    with pytest.raises(LtiRejected) as caught:
        world.post(login, token, body_size=64 * 1024 + 1)

    assert (caught.value.reason, caught.value.status) == ("form_too_large", 413)
    assert world.post(login, token, body_size=64 * 1024).sub == "user-instructor"


@pytest.mark.parametrize("twice", ["id_token", "state", "other"])
def test_field_given_twice(world: World, twice: str):
    login = world.login()
    form = [("id_token", _token(world, login)), ("state", login.sent["state"]), ("other", "1")]

    assert _reason(world, login, "", form=[*form, (twice, "x")]) == "form_field_repeated"


@pytest.mark.parametrize("form", [[], [("state", "x")], [("id_token", ""), ("state", "x")]])
def test_token_missing(world: World, form: list[tuple[str, str]]):
    assert _reason(world, world.login(), "", form=form) == "form_token_missing"


def test_further_fields_are_ignored(world: World):
    login = world.login()
    form = [
        ("id_token", _token(world, login)),
        ("state", login.sent["state"]),
        ("session_state", "x"),
    ]

    assert world.post(login, "", form=form).sub == "user-instructor"


# --- the platform says no


def _error(login: Login, **fields: str) -> list[tuple[str, str]]:
    said = {"error": "login_required", "error_description": "<b>log in</b>", **fields}
    return [*said.items(), ("state", login.sent["state"])]


def test_error_of_the_platform_in_the_right_browser_is_passed_on(world: World):
    login = world.login()

    with pytest.raises(LtiRejected) as caught:
        world.post(login, "", form=_error(login))

    refused = caught.value
    assert (refused.reason, refused.status, refused.family) == ("platform_error", 400, "platform")
    assert (refused.detail, refused.platform_message) == ("login_required", "<b>log in</b>")
    assert _reason(world, login, _token(world, login)) == "nonce_reused"


def test_error_from_anywhere_else_says_nothing_in_our_page(world: World):
    login = world.login()

    with pytest.raises(LtiRejected) as caught:
        world.post(login, "", form=_error(login, error="Call 555 now!"), cookies={})

    assert (caught.value.reason, caught.value.detail) == ("platform_error", "unreadable")
    assert caught.value.platform_message == ""
    assert world.nonces.used == {}


def test_long_error_text_is_cut(world: World):
    login = world.login()

    with pytest.raises(LtiRejected) as caught:
        world.post(login, "", form=_error(login, error_description="x" * 5000))

    assert caught.value.platform_message == "x" * 500


def test_token_and_error_together(world: World):
    login = world.login()
    form = [*_error(login), ("id_token", _token(world, login))]

    assert _reason(world, login, "", form=form) == "form_token_and_error"
