"""What the pages of sign-ins share: made once a process, and how somebody comes in."""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, cast

from flask import Response, request
from werkzeug.exceptions import BadRequest

from lti.platform_keys import CachedPlatformKeys
from lti.ports import Clock, Http
from tracks.db import Database, Session
from tracks.events import Noted
from tracks.lms.sealing import Sealer
from tracks.people.actions import FromService, end_sign_in, known_person, start_own_sign_in
from tracks.people.guards import refuse_foreign_page
from tracks.people.rules import Way
from tracks.people.views import local_path
from tracks.rosters.feide import GROUPS_URL
from tracks.signin.actions.tries import count_try
from tracks.signin.rules import FEIDE_ISSUER
from tracks.signin.tickets import Tickets
from tracks.signin.way_out import WayOut, sealed
from tracks.web.cookies import NAME, OWN, drop_cookie, set_own_cookie
from tracks.web.errors import FORM_TOO_OLD, NOT_ALLOWED, PageError
from tracks.web.requests import extension, now, parts, this_request

if TYPE_CHECKING:
    from tracks.signin.oidc import Came, LoginServices
    from tracks.signin.passkeys import Passkeys

log = logging.getLogger("tracks.signin")
EXTENSION = "tracks.signin"


@dataclass(frozen=True)
class Feide:
    """Which issuer Feide is, and where its groups are; `http` waits for a moment only."""

    http: Http
    issuer: str = FEIDE_ISSUER
    groups_url: str = GROUPS_URL


@dataclass
class SignInSide:
    """app.py makes it. Authlib and fido2 are loaded with the first sign-in, not with the server."""

    base_url: str
    tickets: Tickets
    sealer: Sealer
    http: Http
    keys: CachedPlatformKeys
    clock: Clock
    feide: Feide

    @cached_property
    def services(self) -> "LoginServices":
        from tracks.signin.oidc import LoginServices

        return LoginServices(self.http, self.keys, self.clock, self.base_url)

    @cached_property
    def passkeys(self) -> "Passkeys":
        from tracks.signin.passkeys import Passkeys

        return Passkeys(self.base_url, self.tickets)


def side() -> SignInSide:
    return cast(SignInSide, extension(EXTENSION))


def then_of() -> str:
    """Where whoever signs in wants to go; a path of ours."""
    return local_path(request.values.get("then", "")[:500])


def one(name: str) -> str:
    """A field of the form. 400 for one that comes twice."""
    values = request.form.getlist(name)
    if len(values) > 1:
        raise BadRequest
    return values[0].replace("\x00", "") if values else ""


def check_form() -> None:
    """These forms have no sign-in yet that a token could belong to: all that there is to ask is
    where they come from, and browsers say it with every form.
    """
    refuse_foreign_page()
    if "Origin" not in request.headers:
        raise PageError(403, FORM_TOO_OLD)


def wait_first(database: Database, *names: str) -> int:
    """Count this try of the address, and of each name; seconds to wait, 0: none.

    In a transaction of its own: what follows may fail.
    """
    address = this_request().remote_addr or ""
    keys = [f"address:{address}", *(f"name:{name}" for name in names)]
    with database.writing() as session:
        return max(count_try(session, side().tickets.derive("try", key), now()) for key in keys)


def begin(
    session: Session,
    person_id: int,
    municipality_id: int,
    way: Way,
    *,
    proved_at: datetime | None,
    moment: datetime,
    from_service: FromService | None = None,
) -> str:
    """A new cookie value; the sign-ins that this browser had end (check 21)."""
    who = known_person(session, person_id, municipality_id, moment)
    if who.is_suspended:
        raise PageError(403, NOT_ALLOWED)
    if way is not Way.OIDC:
        # Local administrators; of everybody's daily sign-in the log would be a diary.
        session.emit(
            Noted(
                "signed_in", municipality_id, moment, actor_id=who.id, parameters={"way": way.value}
            )
        )
    for name in (OWN, NAME):
        if value := request.cookies.get(name):
            end_sign_in(session, value)
    return start_own_sign_in(
        session, who, way, proved_at=proved_at, now=moment, from_service=from_service
    )


def kept_way_out(service: str, client_id: str, came: "Came", moment: datetime) -> str | None:
    """For the sign-in's row, and for no longer than it may last; None: it is not offered there."""
    if came.end_session is None:
        return None
    way = WayOut(service, came.end_session, client_id, came.id_token)
    return sealed(
        side().tickets, way, moment, timedelta(hours=parts().settings.session_hours, minutes=10)
    )


def with_sign_in(response: Response, token: str) -> Response:
    set_own_cookie(response, OWN, token, max_age=parts().settings.session_hours * 3600)
    drop_cookie(response, NAME)
    return response
