"""The launch: a form posted by the browser, or the reason why it is refused."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from lti.errors import LtiRejected
from lti.ports import Clock, Nonces, PlatformKeys, Registrations
from lti.tool import claim_checks as check
from lti.tool.launch_message import Launch, authentic_launch, tell_the_way_back
from lti.tool.state import LEEWAY, LoginState, StateSigner

__all__ = ["BrowserUnproven", "Launch", "accept_launch", "nonce_memory"]

MAX_BODY: Final = 64 * 1024
_MAX_PLATFORM_MESSAGE: Final = 500
_ERROR_CODE: Final = re.compile(r"[a-z_]{1,64}")


class BrowserUnproven(LtiRejected):
    """A good launch, pinned, of a browser that has still to show that it began the login (T20).

    Nothing of it may be shown or kept before that. For a host without platform storage it is a
    launch without its cookie.
    """

    def __init__(
        self, launch: Launch, state: LoginState, state_text: str, id_token: str, now: datetime
    ) -> None:
        super().__init__("browser_cookie_missing", return_url=launch.way_back)
        self.locale = launch.locale
        self.launch = launch
        self.state = state
        self.state_text = state_text
        self.id_token = id_token
        self.checked_at = now


def accept_launch(
    form: Sequence[tuple[str, str]],
    *,
    cookies: Mapping[str, str],
    body_size: int,
    registrations: Registrations,
    nonces: Nonces,
    keys: PlatformKeys,
    signer: StateSigner,
    clock: Clock,
    base_url: str,
) -> Launch:
    """Rules T1 to T36. Raises LtiRejected; the nonce is used up even then (T19).

    BrowserUnproven where all holds but the cookie, and the platform's storage may take its place.
    """
    posted = _read_form(form, body_size)
    now = clock.now()
    if "error" in posted:
        raise _platform_error(posted, cookies, nonces, signer, now)
    token, state_text = _token_and_state(posted)
    state = signer.read(state_text, now)
    cookie = cookies.get(state.cookie_name)
    try:
        is_unproven = cookie is None and state.storage is not None
        if not is_unproven:
            signer.check_browser(state, cookie)
        _consume(nonces, state, signer, now)
        launch = authentic_launch(token, state, registrations, keys, now, base_url)
        if is_unproven:
            raise BrowserUnproven(launch, state, state_text, token, now)
        return launch
    except LtiRejected as rejected:
        rejected.registration_id = state.registration_id
        rejected.binding_cookie = state.cookie_name
        if rejected.reason == "browser_cookie_missing" and not is_unproven:
            tell_the_way_back(rejected, token, state, registrations, keys, now, base_url)
        raise


def _read_form(form: Sequence[tuple[str, str]], body_size: int) -> dict[str, str]:
    if body_size > MAX_BODY:
        raise LtiRejected("form_too_large", f"{body_size} bytes")
    posted = dict(form)
    if len(posted) != len(form):
        raise LtiRejected("form_field_repeated")
    if "error" in posted and "id_token" in posted:
        raise LtiRejected("form_token_and_error")
    return posted


def _token_and_state(posted: Mapping[str, str]) -> tuple[str, str]:
    token, state = posted.get("id_token"), posted.get("state")
    if not token:
        raise LtiRejected("form_token_missing")
    if not state:
        raise LtiRejected("form_state_missing")
    return token, state


def _platform_error(
    posted: Mapping[str, str],
    cookies: Mapping[str, str],
    nonces: Nonces,
    signer: StateSigner,
    now: datetime,
) -> LtiRejected:
    code = posted["error"] if _ERROR_CODE.fullmatch(posted["error"]) else "unreadable"
    plain = LtiRejected("platform_error", code)
    try:
        state = signer.read(posted.get("state", ""), now)
        signer.check_browser(state, cookies.get(state.cookie_name))
        _consume(nonces, state, signer, now)
    except LtiRejected:
        # anybody could have sent the browser here: then their words are not ours to show
        return plain
    message = posted.get("error_description", "")[:_MAX_PLATFORM_MESSAGE]
    answered = LtiRejected("platform_error", code, platform_message=message)
    answered.registration_id = state.registration_id
    answered.binding_cookie = state.cookie_name
    return answered


def nonce_memory(ttl: timedelta) -> timedelta:
    """How long a used nonce is remembered (T17): as long as any token or state could live."""
    return check.MAX_AGE + 2 * LEEWAY + ttl


def _consume(nonces: Nonces, state: LoginState, signer: StateSigner, now: datetime) -> None:
    until = now + nonce_memory(signer.ttl)
    if not nonces.consume(state.registration_id, state.nonce, until):
        raise LtiRejected("nonce_reused")
