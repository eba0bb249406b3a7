"""Which platform, deployment and key a launch belongs to, and the way back."""

from dataclasses import replace

import pytest
from msgspec import structs

from lti.errors import LtiRejected, TransientServiceError
from lti.ports import Deployment, HttpAnswer, Registration
from tests.conformance.world import DEPLOYMENT, JWKS_URL, REGISTRATION, Login, World
from tests.fakes import forge
from tests.fakes.forge import PREFIX, REMOVED, changed, signing_key
from tests.fakes.lti_ports import MemoryRegistrations


@pytest.fixture
def world() -> World:
    return World()


def _token(world: World, login: Login, **changes: object) -> str:
    return forge.token(changed(forge.resource_claims(world.setting(login)), changes))


def _reason(world: World, login: Login, token: str) -> str:
    with pytest.raises(LtiRejected) as caught:
        world.post(login, token)
    return caught.value.reason


# --- registrations that share an issuer, or are mixed up


def _second(world: World, **changes: object):
    other = structs.replace(REGISTRATION, id=8, client_id="client-2", **changes)
    world.registrations.registrations.append(other)
    world.registrations.deployments.append(Deployment(4, 8, "1", True))
    return other


def test_token_of_another_platform_posted_with_our_state(world: World):
    other = _second(world, issuer="https://b.example", jwks_url="https://b.example/jwks")
    login = world.login()
    setting = replace(world.setting(login), issuer=other.issuer, client_id=other.client_id)
    token = forge.token(forge.resource_claims(setting))

    assert _reason(world, login, token) == "issuer_differs"


def test_token_for_another_client_of_the_same_issuer(world: World):
    other = _second(world)
    login = world.login()
    token = forge.token(forge.resource_claims(world.setting(login, other)))

    assert _reason(world, login, token) == "audience_not_us"


def test_same_sub_from_two_registrations_stays_apart(world: World):
    other = _second(world)
    first, second = world.login(), world.login(other)

    launches = [
        world.post(first, _token(world, first)),
        world.post(second, forge.token(forge.resource_claims(world.setting(second, other)))),
    ]

    assert [(one.registration.id, one.deployment.id, one.sub) for one in launches] == [
        (7, 3, "user-instructor"),
        (8, 4, "user-instructor"),
    ]


def test_key_of_another_registration_with_the_same_kid(world: World):
    other = _second(world, jwks_url="https://platform.example/jwks-2")
    world.http.answers[other.jwks_url] = HttpAnswer(
        200, {}, forge.jwks(signing_key("other").jwk(kid="platform-1"))
    )
    login = world.login(other)
    token = forge.token(forge.resource_claims(world.setting(login, other)))

    assert _reason(world, login, token) == "signature_invalid"


def test_registration_removed_between_login_and_launch(world: World):
    login = world.login()
    world.registrations.change(7, is_active=False)

    assert _reason(world, login, _token(world, login)) == "state_registration_gone"


def test_registration_disabled_and_still_found(world: World):
    class Sloppy(MemoryRegistrations):
        def by_id(self, registration_id: int) -> Registration | None:
            return self.registrations[0]

    login = world.login()
    world.registrations = Sloppy([structs.replace(REGISTRATION, is_active=False)], [DEPLOYMENT])

    assert _reason(world, login, _token(world, login)) == "state_registration_gone"


# --- deployments


def test_deployment_seen_for_the_first_time_is_noted_and_refused(world: World):
    login = world.login()

    with pytest.raises(LtiRejected) as caught:
        world.post(login, _token(world, login, **{PREFIX + "deployment_id": "new"}))

    assert (caught.value.reason, caught.value.status) == ("deployment_unknown", 403)
    assert world.registrations.noted == [(7, "new")]


def test_deployment_of_a_forged_token_is_not_noted(world: World):
    login = world.login()
    claims = forge.resource_claims(world.setting(login)) | {PREFIX + "deployment_id": "new"}

    assert (
        _reason(world, login, forge.token(claims, sign=forge.by_other_key)) == "signature_invalid"
    )
    assert world.registrations.noted == []


def test_deployment_not_enabled(world: World):
    world.registrations.deployments = [structs.replace(DEPLOYMENT, is_enabled=False)]
    login = world.login()

    assert _reason(world, login, _token(world, login)) == "deployment_not_enabled"


def test_deployment_differs_from_the_one_at_login(world: World):
    world.registrations.deployments.append(Deployment(9, 7, "2", True))
    login = world.login(lti_deployment_id="2")

    assert _reason(world, login, _token(world, login)) == "deployment_differs"


def test_canvas_names_the_deployment_in_its_own_way(world: World):
    world.registrations.change(7, platform_family="canvas")
    login = world.login(deployment_id="2")

    assert _reason(world, login, _token(world, login)) == "deployment_differs"


# --- the way back


def test_refusal_after_an_authentic_signature_offers_the_way_back(world: World):
    login = world.login()

    with pytest.raises(LtiRejected) as caught:
        world.post(login, _token(world, login, sub=REMOVED))

    assert caught.value.return_url == "https://platform.example/return"


def test_refusal_of_a_forged_token_offers_none(world: World):
    login = world.login()
    claims = forge.resource_claims(world.setting(login))

    with pytest.raises(LtiRejected) as caught:
        world.post(login, forge.token(claims, sign=forge.by_other_key))

    assert caught.value.return_url is None


@pytest.mark.parametrize(
    "url", ["http://platform.example/", "javascript:alert(1)", "https://a@b.example/", 17, ""]
)
def test_return_url_that_is_no_https_url_is_dropped(world: World, url: object):
    login = world.login()
    token = _token(world, login, **{PREFIX + "launch_presentation": {"return_url": url}})

    assert world.post(login, token).return_url is None


# --- the platform's keys


def test_keys_are_fetched_once_for_many_launches(world: World):
    for _ in range(20):
        login = world.login()
        world.post(login, _token(world, login))

    assert [sent.url for sent in world.http.sent] == [JWKS_URL]


def test_keys_unreachable(world: World):
    world.http.answers[JWKS_URL] = TransientServiceError("timeout")
    login = world.login()

    assert _reason(world, login, _token(world, login)) == "keys_unreachable"


def test_key_rotated_on_the_platform(world: World):
    login = world.login()
    world.post(login, _token(world, login))
    world.publish(signing_key("new").jwk(), signing_key().jwk())
    world.clock.advance(seconds=61)
    login = world.login()
    claims = forge.resource_claims(world.setting(login))
    token = forge.token(claims, header=forge.default_header("new"), sign=signing_key("new").sign)

    assert world.post(login, token).sub == "user-instructor"
    assert len(world.http.sent) == 2


def test_known_key_goes_on_while_the_platform_is_away(world: World):
    login = world.login()
    world.post(login, _token(world, login))
    world.http.answers[JWKS_URL] = TransientServiceError("timeout")
    subs = []
    for _ in range(24):
        world.clock.advance(hours=1)
        login = world.login()
        subs.append(world.post(login, _token(world, login)).sub)

    assert subs == ["user-instructor"] * 24


def test_two_registrations_of_one_platform_have_their_own_keys(world: World):
    _second(world)
    for registration in world.registrations.registrations:
        login = world.login(registration)
        world.post(login, forge.token(forge.resource_claims(world.setting(login, registration))))

    assert [sent.url for sent in world.http.sent] == [JWKS_URL, JWKS_URL]
