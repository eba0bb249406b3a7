"""/sign-in/link/<token>: somebody sets up a login of their own, by a link that works once."""

import json
from datetime import datetime

from flask import Blueprint, Response, make_response, render_template
from flask.typing import ResponseReturnValue
from msgspec import Struct

from tracks.db import Database, Session
from tracks.i18n import N_
from tracks.people.actions import Person, add_municipality, token_hash
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission, Way
from tracks.signin.actions.logins import (
    ShownOnce,
    keep_passkey,
    keep_secret,
    person_of_link,
    take_link,
)
from tracks.signin.actions.tries import spend
from tracks.signin.queries import StoredLink, live_link, services
from tracks.signin.rules import CHALLENGE_LIFE, NewPasskey, step_of
from tracks.signin.views.codes import Offered, offered_codes, secret_of_form
from tracks.signin.views.side import begin, check_form, log, one, side, wait_first, with_sign_in
from tracks.web.errors import MALFORMED, Lesson, PageError
from tracks.web.requests import noted, now, see_other

GONE = Lesson(
    N_("This link does not work any more"),
    N_("A link to set up a login works once, for a day, and only with its whole address."),
    N_("Check that you have copied the whole link. If it is used or too old, ask for a new one."),
    N_("A new link comes from an administrator of your municipality, or from whoever runs it all."),
)
WRONG_CODE = N_("The code does not belong to this key. Type the one that the app shows now.")
WRONG_PASSKEY = N_("The passkey could not be made. Try again, or use one-time codes.")
TOO_MANY_TRIES = N_("That were too many tries. Wait five minutes, then try again.")
NO_MUNICIPALITY = N_("Write the name of your municipality.")
COUNTRIES = ("NO", "SE")


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/sign-in/link/<token>", "set_up_page", set_up_page)
    pages.add_url_rule("/sign-in/link/<token>", "set_up", set_up, methods=["POST"])


class _Made(Struct, frozen=True):
    who: Person
    token: str
    shown: ShownOnce | None


class _NotMade(Exception):
    """`problem` is a message id; nothing is kept."""

    def __init__(self, problem: str, field: str) -> None:
        super().__init__(problem)
        self.problem, self.field = problem, field


def _live(session: Session, token: str) -> StoredLink:
    """404 for one that is unknown, used or too old: all the same."""
    found = live_link(session, token_hash(token), now())
    if found is None:
        raise PageError(404, GONE)
    return found


@requires(Permission.PUBLIC, own_transactions=True)
def set_up_page(database: Database, _actor: None, token: str) -> ResponseReturnValue:
    return _page(database, token)


def _page(
    database: Database, token: str, *, problems: dict[str, str] | None = None, status: int = 200
) -> Response:
    with database.reading() as session:
        link = _live(session, token)
        home = link.municipality_id
        theirs = [] if home is None else [s for s in services(session, home) if s.is_active]
    asked = side().passkeys.ask_for_new(_whose(token), "Learning Tracks", [], now())
    offered: Offered = offered_codes(_whose(token))
    typed = {name: one(name)[:200] for name in ("municipality", "country", "name")}
    page = render_template(
        "signin/set_up.html",
        link=link,
        link_token=token,
        services=theirs,
        options=json.dumps(asked.options),
        ticket=asked.ticket,
        offered=offered,
        typed=typed,
        countries=COUNTRIES,
        problems=problems or {},
    )
    return make_response(page, status)


def _whose(token: str) -> str:
    return f"link:{token_hash(token)}"


@requires(Permission.PUBLIC, own_transactions=True)
def set_up(database: Database, _actor: None, token: str) -> ResponseReturnValue:
    check_form()
    with database.reading() as session:
        _live(session, token)
    if wait := wait_first(database, _whose(token)):
        page = _page(database, token, problems={"all": TOO_MANY_TRIES}, status=429)
        page.headers["Retry-After"] = str(wait)
        return page
    try:
        with database.writing() as session:
            made = _set_up(session, token, now())
    except _NotMade as failed:
        return _page(database, token, problems={failed.field: failed.problem}, status=422)
    log.info("sign_in.set_up person=%d", made.who.id)
    if made.shown is None:
        return with_sign_in(see_other("/sign-ins?ready"), made.token)
    noted().actor = Actor(made.who.id, made.who.municipality_id, None, frozenset())
    page = make_response(render_template("signin/shown_once.html", shown=made.shown))
    return with_sign_in(page, made.token)


def _set_up(session: Session, token: str, moment: datetime) -> _Made:
    link = _live(session, token)
    go = one("go")
    if go not in ("passkey", "code"):
        raise PageError(400, MALFORMED)
    home = link.municipality_id or _new_home(session)
    credential = _passkey(session, token, moment) if go == "passkey" else None
    secret, step = _secret(token, moment) if go == "code" else (b"", 0)
    if not take_link(session, token, moment):
        raise PageError(404, GONE)
    name = " ".join(one("name").split())[:200] or None
    who = person_of_link(session, link, home, name, moment)
    shown = None
    if credential is None:
        shown = keep_secret(session, side().sealer, who, secret, step, moment)
    elif not keep_passkey(session, who, credential, moment):
        raise _NotMade(WRONG_PASSKEY, "passkey")
    way = Way.CODE if credential is None else Way.PASSKEY
    cookie = begin(session, who.id, home, way, proved_at=moment, moment=moment)
    return _Made(who, cookie, shown)


def _new_home(session: Session) -> int:
    """Of a new installation: whoever has its first link says whose it is."""
    name, country = " ".join(one("municipality").split())[:200], one("country")
    if len(name) < 2 or country not in COUNTRIES:
        raise _NotMade(NO_MUNICIPALITY, "municipality")
    return add_municipality(session, name, country=country)


def _passkey(session: Session, token: str, moment: datetime) -> NewPasskey:
    from tracks.signin.passkeys import PasskeyRefused

    try:
        made = side().passkeys.made(_whose(token), one("ticket"), one("answer"), moment)
    except PasskeyRefused as refused:
        log.info("sign_in.refused way=passkey reason=%s", refused.reason)
        raise _NotMade(WRONG_PASSKEY, "passkey") from None
    if not spend(session, made.challenge, moment + CHALLENGE_LIFE):
        raise _NotMade(WRONG_PASSKEY, "passkey")
    return made


def _secret(token: str, moment: datetime) -> tuple[bytes, int]:
    secret = secret_of_form(_whose(token))
    step = None if secret is None else step_of(secret, one("code"), moment, 0)
    if secret is None or step is None:
        raise _NotMade(WRONG_CODE, "code")
    return secret, step
