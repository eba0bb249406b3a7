"""The sign-in cookie and the form token that goes with it."""

import hashlib
import hmac

from flask import Response, request

# __Host-: sent to this host only, whole site, over TLS (or loopback, which browsers trust).
NAME = "__Host-tracks"


def sign_in_token() -> str | None:
    return request.cookies.get(NAME)


def set_cookie(response: Response, name: str, value: str, *, max_age: int) -> None:
    """SameSite=None and Partitioned: the only cookie a frame in an LMS gets back (ADR 0002)."""
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path="/",
        secure=True,
        httponly=True,
        samesite="None",
        partitioned=True,
    )


def drop_cookie(response: Response, name: str) -> None:
    set_cookie(response, name, "", max_age=0)


def form_token(secret: bytes, token: str) -> str:
    """The hidden field of every form: bound to one sign-in, nothing stored."""
    return hmac.digest(secret, b"form:" + token.encode(), hashlib.sha256).hex()


def is_form_token(secret: bytes, token: str, given: str) -> bool:
    # As bytes: for text that is not ASCII compare_digest raises instead of saying no.
    return hmac.compare_digest(form_token(secret, token).encode(), given.encode())
