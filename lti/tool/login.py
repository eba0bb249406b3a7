"""The login initiation: from the platform's request to the redirect back to it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final
from urllib.parse import quote, urldefrag, urlencode

from lti.claims import is_identifier
from lti.errors import LtiRejected
from lti.origins import is_secure_for, is_within
from lti.ports import Clock, Registration, RegistrationsAtLogin
from lti.quirks import quirks_of
from lti.tool.platform_storage import StoragePlan, plan_to_put, storage_offer
from lti.tool.state import COOKIE_PREFIX, StateSigner, new_state

MAX_HINT: Final = 8 * 1024  # bytes
MAX_TARGET: Final = 2048
MAX_COOKIES: Final = 10
_SINGLE: Final = (
    "iss",
    "login_hint",
    "target_link_uri",
    "client_id",
    "lti_deployment_id",
    "deployment_id",
    "lti_message_hint",
    "lti_storage_target",
)


@dataclass(frozen=True)
class BrowserBinding:
    """A cookie to be set with `Secure; HttpOnly; Path=/; SameSite=None; Partitioned`."""

    name: str
    value: str
    max_age: int  # seconds


@dataclass(frozen=True)
class LoginAnswer:
    """To be sent as a 302 or 303: Moodle loses the login when this is an auto-submitted form.

    Where `storage` is there: a page that has the platform keep two values, then goes on to the
    same address, by GET too, whatever came of it.
    """

    redirect_url: str
    cookie: BrowserBinding
    drop: tuple[str, ...] = ()  # names of binding cookies to delete
    storage: StoragePlan | None = None


def begin_login(
    params: Sequence[tuple[str, str]],
    *,
    registrations: RegistrationsAtLogin,
    signer: StateSigner,
    clock: Clock,
    launch_url: str,
    base_url: str,
    cookies: Mapping[str, str] = MappingProxyType({}),
) -> LoginAnswer:
    """Rules L2 to L12 and L14. `params` are all pairs of query and form. Raises LtiRejected."""
    given = _read(params)
    registration = _registration(given, registrations)
    if not is_secure_for(registration.auth_url, base_url):
        raise LtiRejected("login_auth_url_insecure")
    target = given["target_link_uri"]
    if len(target) > MAX_TARGET:
        raise LtiRejected("login_target_too_long")
    if not is_within(target, base_url):
        raise LtiRejected("login_target_foreign")
    state = new_state(
        registration.id,
        target,
        _deployment_hint(given, registration),
        clock.now(),
        storage_offer(given, registration),
    )
    query = {
        "login_hint": given["login_hint"],
        "state": signer.sign(state),
        "nonce": state.nonce,
    }
    if "lti_message_hint" in given:
        query["lti_message_hint"] = given["lti_message_hint"]
    asked = _request(registration.auth_url, registration.client_id, launch_url)
    return LoginAnswer(
        redirect_url=f"{asked}&{_encoded(query)}",
        cookie=BrowserBinding(
            name=state.cookie_name,
            value=signer.binding_value(state),
            max_age=int(signer.ttl.total_seconds()),
        ),
        drop=_surplus(cookies),
        storage=plan_to_put(state, registration.auth_url, signer),
    )


def _read(params: Sequence[tuple[str, str]]) -> dict[str, str]:
    counts = Counter(name for name, _ in params)
    repeated = [name for name in _SINGLE if counts[name] > 1]
    if repeated:
        raise LtiRejected("login_parameter_repeated", repeated[0])
    given = dict(params)
    for name, reason in (
        ("iss", "login_iss_missing"),
        ("login_hint", "login_hint_missing"),
        ("target_link_uri", "login_target_missing"),
    ):
        if not given.get(name):
            raise LtiRejected(reason)
    if _bytes(given["login_hint"]) > MAX_HINT:
        raise LtiRejected("login_hint_too_long")
    if _bytes(given.get("lti_message_hint", "")) > MAX_HINT:
        raise LtiRejected("login_message_hint_too_long")
    return given


def _bytes(hint: str) -> int:
    try:
        # bytes that are not UTF-8 go through unharmed where the host decoded them this way
        return len(hint.encode("utf-8", errors="surrogateescape"))
    except UnicodeEncodeError:
        raise LtiRejected("login_hint_not_text") from None


def _registration(given: Mapping[str, str], registrations: RegistrationsAtLogin) -> Registration:
    issuer, client_id = given["iss"], given.get("client_id") or None
    # compared again: a database may find more than asked for, by its collation
    found = [
        registration
        for registration in registrations.for_login(issuer, client_id)
        if registration.is_active
        and registration.issuer == issuer
        and client_id in (None, registration.client_id)
    ]
    if not found:
        raise LtiRejected("login_not_connected")
    if len(found) > 1:
        raise LtiRejected("login_client_id_needed", f"{len(found)} registrations")
    return found[0]


def _deployment_hint(given: Mapping[str, str], registration: Registration) -> str | None:
    for name in quirks_of(registration).deployment_parameters:
        hint = given.get(name)
        if hint:
            if not is_identifier(hint):
                raise LtiRejected("login_deployment_malformed")
            return hint
    return None


@lru_cache(maxsize=500)
def _request(auth_url: str, client_id: str, launch_url: str) -> str:
    """The authentication request to one platform, as far as it is always the same (L9)."""
    url = urldefrag(auth_url).url
    joint = "&" if "?" in url else "?"
    query = {
        "scope": "openid",
        "response_type": "id_token",
        "response_mode": "form_post",
        "prompt": "none",
        "client_id": client_id,
        "redirect_uri": launch_url,
    }
    return url + joint + _encoded(query)


def _encoded(query: Mapping[str, str]) -> str:
    return urlencode(query, quote_via=quote, safe="", errors="surrogateescape")


def _surplus(cookies: Mapping[str, str]) -> tuple[str, ...]:
    """The oldest binding cookies, so that with the new one at most MAX_COOKIES are left (L12)."""
    held = [name for name in cookies if name.startswith(COOKIE_PREFIX)]
    if len(held) < MAX_COOKIES:
        return ()
    held.sort(key=lambda name: _issued_at(cookies[name]), reverse=True)
    return tuple(held[MAX_COOKIES - 1 :])


def _issued_at(value: str) -> int:
    seconds = value.partition(".")[0]
    return int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 20 else 0
