"""The check after a launch without cookie, on the ports (T20); over HTTP in tests/tracks/lms."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from lti.errors import LtiRejected
from lti.tool.browser_proof import (
    MAX_BODY,
    Proven,
    Question,
    open_proven,
    prove_browser,
    question_for,
    ticket_to_open,
)
from lti.tool.launch import BrowserUnproven, Launch
from lti.tool.tickets import LIFETIMES, MAX_TICKET
from tests.conformance.world import BASE_URL, REGISTRATION, World
from tests.fakes.forge import resource_claims, token


@dataclass
class Case:
    """A good launch of a browser without cookie, and the answer that would be right."""

    world: World
    unproven: BrowserUnproven
    question: Question
    form: dict[str, str]

    def ports(self) -> dict[str, Any]:
        return {
            "registrations": self.world.registrations,
            "nonces": self.world.nonces,
            "keys": self.world.keys,
            "signer": self.world.signer,
            "clock": self.world.clock,
            "base_url": BASE_URL,
        }

    def prove(self, *, is_from_us: bool = True, body_size: int = 100, **changes: str) -> Proven:
        form = list({**self.form, **changes}.items())
        return prove_browser(form, body_size=body_size, is_from_us=is_from_us, **self.ports())

    def open(self, ticket: str, *, is_from_us: bool = True) -> Launch:
        form = [("ticket", ticket)]
        return open_proven(form, body_size=100, is_from_us=is_from_us, **self.ports())


@pytest.fixture
def case() -> Case:
    world = World()
    login = world.login(lti_storage_target="_parent", lti_message_hint="message")
    plan = login.answer.storage
    assert plan is not None
    with pytest.raises(BrowserUnproven) as caught:
        world.post(login, token(resource_claims(world.setting(login))), cookies={})
    question = question_for(caught.value, world.signer)
    assert question is not None
    form = {
        "ticket": question.ticket,
        "state": plan.state_value,
        "nonce": plan.nonce_value,
        "problem": "",
    }
    return Case(world, caught.value, question, form)


def refusal(act: Any) -> LtiRejected:
    with pytest.raises(LtiRejected) as caught:
        act()
    return caught.value


def test_a_launch_without_cookie_is_refused_by_a_host_that_knows_no_storage(case: Case):
    assert (case.unproven.reason, case.unproven.status) == ("browser_cookie_missing", 401)
    assert (case.unproven.registration_id, case.unproven.login_again) == (7, None)
    assert len(case.world.nonces.used) == 1


def test_the_right_answer_is_the_launch(case: Case):
    assert case.prove().launch == case.unproven.launch


def test_and_goes_on_in_another_tab(case: Case):
    ticket = ticket_to_open(case.prove(), case.world.signer, case.world.clock)
    case.world.clock.advance(minutes=9)

    assert case.open(ticket) == case.unproven.launch
    assert refusal(lambda: case.open(ticket)).reason == "ticket_reused"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"state": "x"}, "storage_differs"),
        ({"nonce": "x"}, "storage_differs"),
        ({"nonce": ""}, "storage_differs"),
        ({"state": ""}, "storage_differs"),
        ({"state": "", "nonce": ""}, "storage_no_answer"),
        ({"ticket": "x"}, "ticket_invalid"),
        ({"more": ""}, "proof_malformed"),
    ],
)
def test_another_answer_is_none(case: Case, changes: Mapping[str, str], reason: str):
    assert refusal(lambda: case.prove(**changes)).reason == reason
    if reason.startswith("storage"):
        assert refusal(case.prove).reason == "ticket_reused"


@pytest.mark.parametrize("problem", ["no_window", "unsupported", "time_out", "refused", "no_value"])
def test_what_failed_in_the_page_is_noted_and_nothing_else(case: Case, problem: str):
    empty = {"state": "", "nonce": ""}

    assert refusal(lambda: case.prove(**empty, problem=problem)).detail == problem


def test_what_else_the_page_says_is_not_noted(case: Case):
    empty = {"state": "", "nonce": ""}

    assert refusal(lambda: case.prove(**empty, problem="Ola Nordmann")).detail == "unknown"


def test_the_refusal_has_a_way_on(case: Case):
    refused = refusal(lambda: case.prove(nonce="x"))

    assert refused.registration_id == 7
    assert (refused.return_url, refused.locale) == (
        case.unproven.launch.way_back,
        case.unproven.launch.locale,
    )
    assert refused.return_url is not None
    assert refused.login_again == {
        "iss": REGISTRATION.issuer,
        "client_id": "client-1",
        "login_hint": "hint-1",
        "lti_message_hint": "message",
        "target_link_uri": case.unproven.launch.target_link_uri,
    }


def test_from_elsewhere(case: Case):
    assert refusal(lambda: case.prove(is_from_us=False)).reason == "proof_not_from_us"
    ticket = ticket_to_open(case.prove(), case.world.signer, case.world.clock)
    assert refusal(lambda: case.open(ticket, is_from_us=False)).reason == "proof_not_from_us"
    assert case.open(ticket) == case.unproven.launch


def test_too_large_and_repeated(case: Case):
    refused = refusal(lambda: case.prove(body_size=MAX_BODY + 1))
    assert (refused.reason, refused.detail) == ("proof_too_large", f"{MAX_BODY + 1} bytes")
    twice = [*case.form.items(), ("state", "x")]
    refused = refusal(lambda: prove_browser(twice, body_size=100, is_from_us=True, **case.ports()))
    assert refused.reason == "proof_malformed"


def test_the_largest_answer_is_taken(case: Case):
    # the largest ticket, and four kilobytes for what stands beside it
    assert MAX_BODY == MAX_TICKET + 4096
    assert case.prove(body_size=MAX_BODY).launch == case.unproven.launch


def test_a_used_ticket_is_remembered_longer_than_it_could_live(case: Case):
    before = set(case.world.nonces.used)
    case.prove()
    ((_, until),) = ((k, v) for k, v in case.world.nonces.used.items() if k not in before)

    assert until >= case.world.clock.now() + max(LIFETIMES.values())


def test_too_late(case: Case):
    case.world.clock.advance(minutes=2)

    assert refusal(case.prove).reason == "ticket_expired"


def test_a_registration_switched_off_meanwhile(case: Case):
    case.world.registrations.change(7, is_active=False)

    refused = refusal(case.prove)

    assert (refused.reason, refused.login_again) == ("state_registration_gone", None)


def test_a_registration_switched_off_before_the_other_tab(case: Case):
    ticket = ticket_to_open(case.prove(), case.world.signer, case.world.clock)
    case.world.registrations.change(7, is_active=False)

    refused = refusal(lambda: case.open(ticket))

    assert (refused.reason, refused.registration_id) == ("state_registration_gone", 7)


def test_an_authentication_address_without_origin_is_never_asked(case: Case):
    case.world.registrations.change(7, auth_url="javascript:alert(1)")
    registration = case.world.registrations.by_id(7)
    assert registration is not None
    case.unproven.launch = replace(case.unproven.launch, registration=registration)

    assert question_for(case.unproven, case.world.signer) is None
