"""`@requires` is the only way a view opens: it signs in, checks rights, holds the transaction."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import quote, urlsplit

from flask import request
from flask.typing import ResponseReturnValue

from tracks.db import Database, DatabaseBusy, Session
from tracks.i18n import N_
from tracks.people.actions import note_seen, token_hash
from tracks.people.queries import SignIn, live_sign_in
from tracks.people.rules import BY_OWN_LOGIN, Actor, Permission
from tracks.web.cookies import is_form_token, sign_in_token
from tracks.web.errors import (
    AGAIN_FIRST,
    FORM_TOO_OLD,
    NOT_ALLOWED,
    OWN_LOGIN_FIRST,
    SIGN_IN,
    SIGN_IN_FIRST,
    PageError,
    typed_text,
)
from tracks.web.requests import (
    may_be_framed_by,
    noted,
    now,
    parts,
    this_request,
    use_language,
)

SEEN_EVERY = timedelta(minutes=5)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def requires(
    permission: Permission,
    *,
    own_transactions: bool = False,
    most_bytes: int | None = None,
    fresh: bool = False,
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Open a view to those who have `permission`; the view gets (session, actor, **address).

    actor is None only for PUBLIC. `own_transactions`: the view gets the Database in the session's
    place: it asks an LMS something, and nobody waits for that with a transaction open. With PUBLIC
    no form token is asked for: posts from an LMS carry a signature instead. `most_bytes`: of a
    request, where that is more than other pages take. `fresh`: whoever opens it must have shown a
    short time ago who they are (check 40).
    """

    def guard(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @wraps(view)
        def opened(**address: Any) -> ResponseReturnValue:
            database = parts().database
            if most_bytes is not None:
                this_request().max_content_length = most_bytes
            if own_transactions and permission is Permission.PUBLIC:
                return view(database, None, **address)
            writes = this_request().method not in _SAFE
            if writes:
                _refuse_foreign_form()
            if own_transactions:
                with database.reading() as session:
                    sign_in = _sign_in(session)
                    actor = _allowed(sign_in, permission, fresh=fresh)
                answer = view(database, actor, **address)
            else:
                with database.writing() if writes else database.reading() as session:
                    sign_in = _sign_in(session)
                    actor = _allowed(sign_in, permission, fresh=fresh)
                    answer = view(session, actor, **address)
            if sign_in is not None:
                _keep_alive(database, sign_in)
            return answer

        opened.requires = permission  # type: ignore[attr-defined]  # read by app.py and tests/whole
        return opened

    return guard


def _sign_in(session: Session) -> SignIn | None:
    token = sign_in_token()
    if not token:
        return None
    settings = parts().settings
    found = live_sign_in(
        session,
        token_hash(token),
        now(),
        idle=timedelta(minutes=settings.session_idle_minutes),
        longest=timedelta(hours=settings.session_hours),
    )
    if found is not None:
        notes = noted()
        notes.actor = found.actor
        use_language(found.actor.language)
        may_be_framed_by(found.lms_origin)
        notes.way_back = found.way_back
    return found


def _allowed(sign_in: SignIn | None, permission: Permission, *, fresh: bool) -> Actor | None:
    if permission is Permission.PUBLIC:
        return sign_in.actor if sign_in else None
    if sign_in is None:
        raise PageError(401, SIGN_IN_FIRST, kept=typed_text(), way_on=_way_in(SIGN_IN[1]))
    if not sign_in.actor.may(permission):
        raise PageError(403, NOT_ALLOWED)
    if fresh or permission in BY_OWN_LOGIN:
        ask_own_login(sign_in.actor, fresh=fresh)
    return sign_in.actor


def ask_own_login(actor: Actor, *, fresh: bool = False) -> None:
    """PageError for whoever came by an LMS; `fresh`: or proved a while ago who they are."""
    if not actor.has_own_login:
        raise PageError(403, OWN_LOGIN_FIRST, kept=typed_text(), way_on=_way_in(SIGN_IN[1]))
    if fresh and not actor.has_just_proved(now()):
        way_on = _way_in(N_("Sign in again"), again=True)
        raise PageError(403, AGAIN_FIRST, kept=typed_text(), way_on=way_on)


def _way_in(name: str, *, again: bool = False) -> tuple[str, str]:
    """To the page of sign-ins, and back here afterwards; of a form: to the page before it."""
    asked = this_request()
    then = asked.full_path.rstrip("?") if asked.method in _SAFE else ""
    if not then and (asked.referrer or "").startswith(f"{parts().settings.base_url}/"):
        then = (asked.referrer or "").removeprefix(parts().settings.base_url)
    query = f"?then={quote(then, safe='')}" if then else "?"
    return f"{SIGN_IN[0]}{query}{'&again=1' if again else ''}".rstrip("?"), name


def refuse_foreign_page() -> None:
    """No other site as the sender, as far as the browser says. For a form without a sign-in: that
    is all there is to ask.
    """
    origin = request.headers.get("Origin")
    if origin is not None and not _is_ours(origin):
        raise PageError(403, FORM_TOO_OLD, kept=typed_text())
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise PageError(403, FORM_TOO_OLD, kept=typed_text())


def _refuse_foreign_form() -> None:
    """CSRF: the form token of this sign-in, and no other site as the sender."""
    refuse_foreign_page()
    token = sign_in_token()
    if not token:
        raise PageError(401, SIGN_IN_FIRST, kept=typed_text(), way_on=_way_in(SIGN_IN[1]))
    if not is_form_token(parts().secret, token, request.form.get("form_token", "")):
        raise PageError(403, FORM_TOO_OLD, kept=typed_text())


def _is_ours(origin: str) -> bool:
    try:
        return urlsplit(origin)[:2] == urlsplit(parts().settings.base_url)[:2]
    except ValueError:
        return False


def _keep_alive(database: Database, sign_in: SignIn) -> None:
    """Note that the sign-in is in use, every few minutes, outside the request's transaction.

    A reading page stays a reading page; missing one note costs nothing.
    """
    moment = now()
    token = sign_in_token()
    if token is None or moment - sign_in.seen_at < SEEN_EVERY:
        return
    try:
        with database.writing() as session:
            note_seen(session, token_hash(token), moment)
    except DatabaseBusy:
        return
