"""The published conformance cases and our own matrix, against lti itself."""

import pytest

from lti.errors import REASONS, LtiRejected
from tests.conformance.cases import (
    CERTIFICATION_BAD,
    CERTIFICATION_BAD_CHOOSING,
    CERTIFICATION_VALID,
    ODD_BUT_VALID,
    Bad,
    Message,
    Valid,
)
from tests.conformance.forged import FORGED
from tests.conformance.world import JWKS_URL, World
from tests.fakes import forge
from tests.fakes.forge import signing_key


def _named(cases: tuple[Bad | Valid, ...]) -> list:
    return [pytest.param(case, id=case.name) for case in cases]


def _granted(launch) -> frozenset[str]:
    rights = {
        "instructor": launch.roles.is_instructor,
        "learner": launch.roles.is_learner,
        "mentor": launch.roles.is_mentor,
        "administrator": launch.roles.is_administrator,
    }
    return frozenset(name for name, is_granted in rights.items() if is_granted)


def _refusal(
    world: World, case: Bad, *, teacher: bool = True, message: Message = forge.resource_claims
) -> LtiRejected:
    if case.keys is not None:
        world.publish(*case.keys())
    login = world.login()
    with pytest.raises(LtiRejected) as caught:
        world.post(login, case.token(world.setting(login), teacher=teacher, message=message))
    return caught.value


@pytest.mark.parametrize("teacher", [True, False], ids=["teacher", "student"])
@pytest.mark.parametrize("case", _named(CERTIFICATION_BAD))
def test_certification_bad_payload_is_refused(case: Bad, teacher: bool):
    refused = _refusal(World(), case, teacher=teacher)

    assert (refused.reason, refused.status // 100) == (case.reason, 4)


@pytest.mark.parametrize("teacher", [True, False], ids=["teacher", "student"])
@pytest.mark.parametrize("case", _named(CERTIFICATION_BAD_CHOOSING))
def test_certification_bad_payload_is_refused_for_deep_linking(case: Bad, teacher: bool):
    refused = _refusal(World(), case, teacher=teacher, message=forge.deep_linking_claims)

    assert (refused.reason, refused.status // 100) == (case.reason, 4)


@pytest.mark.parametrize("case", _named(CERTIFICATION_VALID + ODD_BUT_VALID))
def test_valid_launch_grants_its_roles_and_no_more(case: Valid):
    world = World()
    world.publish(signing_key().jwk(**case.jwk))
    login = world.login()

    launch = world.post(login, case.token(world.setting(login)))

    assert _granted(launch) == case.roles


@pytest.mark.parametrize("case", _named(FORGED))
def test_forged_token_is_refused_for_its_own_reason(case: Bad):
    world = World()

    refused = _refusal(world, case)

    assert refused.reason == case.reason
    assert refused.status in (400, 401, 403)
    assert {sent.url for sent in world.http.sent} <= {JWKS_URL}


@pytest.mark.parametrize(
    "case", _named(tuple(case for case in FORGED if "resource_link" not in case.reason))
)
def test_forged_token_is_refused_for_deep_linking_too(case: Bad):
    assert _refusal(World(), case, message=forge.deep_linking_claims).reason == case.reason


def test_matrix_is_as_large_as_promised():
    assert len(FORGED) >= 60
    assert len({case.name for case in FORGED}) == len(FORGED)


def test_every_certification_refusal_has_a_reason_of_its_own():
    reasons = [case.reason for case in CERTIFICATION_BAD]

    assert len(set(reasons)) == len(reasons) == 12
    assert set(reasons) <= REASONS.keys()
