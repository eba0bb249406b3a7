"""A launch without our cookie: what the platform's storage gives back decides (T20, lti-cs-oidc).

The token was found good, its nonce is used up, and the launch went into the page as a sealed
ticket. The page fetches the two values; here they are compared, and only then is there a launch.
"""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from lti.errors import LtiRejected
from lti.ports import Clock, Nonces, PlatformKeys, Registrations
from lti.tool.launch import BrowserUnproven, Launch, nonce_memory
from lti.tool.launch_message import authentic_launch, tell_the_way_back
from lti.tool.platform_storage import StoragePlan, is_what_was_put, login_parameters, plan_to_get
from lti.tool.state import LoginState, StateSigner
from lti.tool.tickets import MAX_TICKET, Stage, Ticket

MAX_BODY: Final = MAX_TICKET + 4096
# What the page may say it met; anything else is not worth a line in the log.
_PROBLEMS: Final = frozenset({"no_window", "unsupported", "time_out", "refused", "no_value"})

Form = Sequence[tuple[str, str]]


class Question(Struct, frozen=True):
    """For the page that asks the platform: nothing in it can be read or used without the answer."""

    plan: StoragePlan
    ticket: str


def question_for(unproven: BrowserUnproven, signer: StateSigner) -> Question | None:
    """None where the platform has no place to ask (any more)."""
    plan = plan_to_get(unproven.state, unproven.launch.registration.auth_url)
    if plan is None:
        return None
    ticket = signer.tickets.seal(
        "check",
        registration_id=unproven.state.registration_id,
        state=unproven.state_text,
        id_token=unproven.id_token,
        checked_at=unproven.checked_at,
        now=unproven.checked_at,
    )
    return Question(plan, ticket)


class Proven(Struct, frozen=True):
    launch: Launch
    ticket: Ticket


def prove_browser(
    form: Form,
    *,
    body_size: int,
    is_from_us: bool,
    registrations: Registrations,
    nonces: Nonces,
    keys: PlatformKeys,
    signer: StateSigner,
    clock: Clock,
    base_url: str,
) -> Proven:
    """The answer of our page. Raises LtiRejected; the ticket is used up even then."""
    posted = _read(form, body_size, {"ticket", "state", "nonce", "problem"}, is_from_us=is_from_us)
    ticket, state = _used_up("check", posted["ticket"], nonces, signer, clock)
    pinned = ticket.id_token, state, registrations, keys, ticket.checked_at, base_url
    try:
        _compare(state, signer, posted)
        return Proven(authentic_launch(*pinned), ticket)
    except LtiRejected as rejected:
        tell_the_way_back(rejected, *pinned)
        raise _told(rejected, state, registrations) from None


def ticket_to_open(proven: Proven, signer: StateSigner, clock: Clock) -> str:
    """For a browser that keeps no cookie where it is now: the launch goes on in another tab."""
    ticket = proven.ticket
    return signer.tickets.seal(
        "open",
        registration_id=ticket.registration_id,
        state=ticket.state,
        id_token=ticket.id_token,
        checked_at=ticket.checked_at,
        now=clock.now(),
    )


def open_proven(
    form: Form,
    *,
    body_size: int,
    is_from_us: bool,
    registrations: Registrations,
    nonces: Nonces,
    keys: PlatformKeys,
    signer: StateSigner,
    clock: Clock,
    base_url: str,
) -> Launch:
    """The button "open in a new tab". Raises LtiRejected; the ticket is used up even then."""
    posted = _read(form, body_size, {"ticket"}, is_from_us=is_from_us)
    ticket, state = _used_up("open", posted["ticket"], nonces, signer, clock)
    try:
        return authentic_launch(
            ticket.id_token, state, registrations, keys, ticket.checked_at, base_url
        )
    except LtiRejected as rejected:
        raise _told(rejected, state, registrations) from None


def _read(form: Form, body_size: int, names: set[str], *, is_from_us: bool) -> dict[str, str]:
    if not is_from_us:
        # Whoever began a login of their own knows all that stands in it. They could have another
        # person's browser send it, but never from a page of ours.
        raise LtiRejected("proof_not_from_us")
    if body_size > MAX_BODY:
        raise LtiRejected("proof_too_large", f"{body_size} bytes")
    posted = dict(form)
    if len(posted) != len(form) or set(posted) != names:
        raise LtiRejected("proof_malformed")
    return posted


def _used_up(
    stage: Stage, text: str, nonces: Nonces, signer: StateSigner, clock: Clock
) -> tuple[Ticket, LoginState]:
    now = clock.now()
    ticket = signer.tickets.open(stage, text, now)
    # As old as when it came with the token: how long may be waited since is the ticket's affair.
    state = signer.read(ticket.state, ticket.checked_at)
    if nonces.consume(ticket.registration_id, ticket.id, now + nonce_memory(signer.ttl)):
        return ticket, state
    reused = LtiRejected("ticket_reused")
    reused.registration_id = ticket.registration_id
    reused.binding_cookie = state.cookie_name
    raise reused


def _compare(state: LoginState, signer: StateSigner, posted: dict[str, str]) -> None:
    if not posted["state"] and not posted["nonce"]:
        problem = posted["problem"]
        raise LtiRejected("storage_no_answer", problem if problem in _PROBLEMS else "unknown")
    if not is_what_was_put(state, signer, posted["state"], posted["nonce"]):
        raise LtiRejected("storage_differs")


def _told(rejected: LtiRejected, state: LoginState, registrations: Registrations) -> LtiRejected:
    """With what the page needs to offer a way on."""
    rejected.registration_id = state.registration_id
    registration = registrations.by_id(state.registration_id)
    if registration is not None:
        rejected.login_again = login_parameters(state, registration)
    return rejected
