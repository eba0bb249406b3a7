"""The sign-in cookie and the form token that goes with it."""

import hashlib
import hmac
import re

from flask import Response

from tracks.web.requests import this_request

# __Host-: sent to this host only, whole site, over TLS (or loopback, which browsers trust).
NAME = "__Host-tracks"
# Of whoever has a login of their own: never sent from a page of others, in no frame (check 17).
OWN = "__Host-tracks-own"
# For some minutes after signing out here: how to sign out of the login service, sealed.
WAY_OUT = "__Host-way-out"
WAY_OUT_SECONDS = 300


_PLAIN = re.compile(r"[\w.-]*", re.ASCII)
_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=None; Partitioned"
_OF_OURS = "Path=/; Secure; HttpOnly; SameSite="


def sign_in_token() -> str | None:
    cookies = this_request().cookies
    return cookies.get(OWN) or cookies.get(NAME)


def set_own_cookie(
    response: Response, name: str, value: str, *, max_age: int, same_site: str = "Strict"
) -> None:
    """For pages in a window of their own. Lax: it comes along when another site sends one here."""
    if not _PLAIN.fullmatch(name) or not _PLAIN.fullmatch(value):
        raise ValueError(f"not a plain cookie: {name}")
    said = f"{name}={value}; Max-Age={max_age}; {_OF_OURS}{same_site}"
    response.headers.add("Set-Cookie", said)


def drop_own_cookie(response: Response, name: str) -> None:
    set_own_cookie(response, name, "", max_age=0)


def renew_cookie(response: Response, token: str, *, max_age: int) -> None:
    """The sign-in of this browser goes on under another value."""
    if this_request().cookies.get(OWN):
        set_own_cookie(response, OWN, token, max_age=max_age)
    else:
        set_cookie(response, NAME, token, max_age=max_age)


def set_cookie(response: Response, name: str, value: str, *, max_age: int) -> None:
    """SameSite=None and Partitioned: the only cookie a frame in an LMS gets back (ADR 0002).

    Names and values are ours: letters, digits, "_", "-" and ".", which need no quoting. Three are
    set at a launch, and Response.set_cookie takes four times as long for each.
    """
    if not _PLAIN.fullmatch(name) or not _PLAIN.fullmatch(value):
        raise ValueError(f"not a plain cookie: {name}")
    response.headers.add("Set-Cookie", f"{name}={value}; Max-Age={max_age}; {_ATTRIBUTES}")


def drop_cookie(response: Response, name: str) -> None:
    if _PLAIN.fullmatch(name):  # any other is none of ours, whatever the browser says
        set_cookie(response, name, "", max_age=0)


def form_token(secret: bytes, token: str) -> str:
    """The hidden field of every form; nothing stored. Bound to the part of the sign-in before the
    point, which stays when the same person comes in again in the same browser."""
    stays = token.partition(".")[0]
    return hmac.digest(secret, b"form:" + stays.encode(), hashlib.sha256).hex()


def is_form_token(secret: bytes, token: str, given: str) -> bool:
    # As bytes: for text that is not ASCII compare_digest raises instead of saying no.
    return hmac.compare_digest(form_token(secret, token).encode(), given.encode())


def seal(secret: bytes, token: str, path: str) -> str:
    """The last part of a path that one sign-in opens, and only while it lasts; nothing stored."""
    return hmac.digest(secret, f"path:{path}:{token}".encode(), hashlib.sha256).hex()


def is_sealed(secret: bytes, token: str | None, path: str, given: str) -> bool:
    if token is None:
        return False
    return hmac.compare_digest(seal(secret, token, path).encode(), given.encode())
