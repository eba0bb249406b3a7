"""What the platform keeps for a browser that may lose our cookie (lti-pm-s, lti-cs-oidc)."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from lti.origins import origin_of
from lti.ports import Registration
from lti.quirks import quirks_of
from lti.tool.state import LoginState, StateSigner, StorageOffer

PARENT: Final = "_parent"
# The name goes into a page and into a script's look-up of a frame.
_FRAME_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,99}", re.ASCII)
_LONGEST_HINTS: Final = 1024  # bytes, both together: they make every address longer


@dataclass(frozen=True, slots=True)
class StoragePlan:
    """For the page that speaks with the platform: to whom, and about what.

    The values are the cookie's, which nobody can make from the state alone, and the nonce. Both
    are empty in the plan of a page that is to fetch them.
    """

    origin: str  # of the registered authentication endpoint: nobody else is told or listened to
    frame: str | None  # None: the window that opened or holds ours
    state_key: str
    nonce_key: str
    state_value: str = field(default="", repr=False)
    nonce_value: str = field(default="", repr=False)


def storage_offer(given: Mapping[str, str], registration: Registration) -> StorageOffer | None:
    """None without an offer, and for a frame's name that no platform of good will has."""
    target = given.get("lti_storage_target") or quirks_of(registration).storage_target
    if target is None or not (target == PARENT or _FRAME_NAME.fullmatch(target)):
        return None
    hints = given["login_hint"], given.get("lti_message_hint")
    if sum(len((hint or "").encode(errors="surrogateescape")) for hint in hints) > _LONGEST_HINTS:
        return StorageOffer(target)
    return StorageOffer(target, *hints)


def plan_to_put(state: LoginState, auth_url: str, signer: StateSigner) -> StoragePlan | None:
    """None where nothing is offered."""
    if state.storage is None:
        return None
    return _plan(state, state.storage, auth_url, signer.binding_value(state), state.nonce)


def plan_to_get(state: LoginState, auth_url: str) -> StoragePlan | None:
    return None if state.storage is None else _plan(state, state.storage, auth_url)


def _plan(
    state: LoginState, offer: StorageOffer, auth_url: str, value: str = "", nonce: str = ""
) -> StoragePlan | None:
    origin = origin_of(auth_url)
    if origin is None:
        return None
    return StoragePlan(
        origin=origin.text,
        frame=None if offer.target == PARENT else offer.target,
        # Not the state itself: it is longer than some platforms' limit for a key.
        state_key=f"lti_state_{state.cookie_id}",
        nonce_key=f"lti_nonce_{state.cookie_id}",
        state_value=value,
        nonce_value=nonce,
    )


def is_what_was_put(
    state: LoginState, signer: StateSigner, state_value: str, nonce_value: str
) -> bool:
    """Compared here and not in the page (lti-cs-oidc), in constant time."""
    pairs = ((state_value, signer.binding_value(state)), (nonce_value, state.nonce))
    alike = [hmac.compare_digest(_plain(given), _plain(ours)) for given, ours in pairs]
    return all(alike)


def _plain(value: str) -> bytes:
    return value.encode(errors="replace")


def login_parameters(state: LoginState, registration: Registration) -> Mapping[str, str] | None:
    """To begin the same launch again, in a tab where the cookie lasts; None: its hints are not
    known."""
    offer = state.storage
    if offer is None or offer.login_hint is None:
        return None
    parameters = {
        "iss": registration.issuer,
        "client_id": registration.client_id,
        "login_hint": offer.login_hint,
        "target_link_uri": state.target_link_uri,
    }
    if offer.message_hint is not None:
        parameters["lti_message_hint"] = offer.message_hint
    if state.deployment_hint is not None:
        name = quirks_of(registration).deployment_parameters[0]
        parameters[name] = state.deployment_hint
    return parameters
