"""/imports/service: the school system that is asked over the net."""

from typing import Final

from flask import (
    Blueprint,
    abort,
    current_app,
    jsonify,
    make_response,
    render_template,
    request,
)
from flask.typing import ResponseReturnValue

from lti.origins import origin_of
from tracks.db import Database, Session
from tracks.i18n import N_
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.rosters.connection import Wanted, remove, service_of, set_up, wish_to_fetch
from tracks.rosters.faults import FILE_TEXTS
from tracks.rosters.queries import import_that_waits, last_passed_over
from tracks.rosters.records import Source
from tracks.rosters.subscribing import (
    NOTICES_PATH,
    TEXTS,
    end_subscription,
    is_news,
    municipality_told_of,
    subscription_of,
    take_notice,
)
from tracks.web.requests import now, parts, see_other

pages = Blueprint("roster_service", __name__)

_LONGEST: Final = {"address": 300, "token_url": 300, "client_id": 200, "scope": 200, "secret": 4000}
MOST_TOLD: Final = 64 * 1024  # of what a call says, and nobody reads
NO_ADDRESS: Final = N_("Write the whole address, beginning with https://, without ? and #.")
NEEDED: Final = N_("This is needed.")
TOO_LONG: Final = N_("This is too long.")
NOT_PLAIN: Final = N_("Only letters, digits and signs of plain English may stand here.")
SECRET_NEEDED: Final = N_("Type the secret: it is kept for the addresses it was typed for only.")


@pages.get("/imports/service")
@requires(Permission.ORGANISE)
def service_page(session: Session, actor: Actor) -> ResponseReturnValue:
    known = service_of(session, actor.municipality_id)
    values = {"way": "token"}
    if known is not None:
        values = {
            "address": known.address,
            "way": "token" if known.token_url is None else "client",
            "token_url": known.token_url or "",
            "client_id": known.client_id or "",
            "scope": known.scope or "",
        }
    return _page(session, actor, values, {})


def _page(session: Session, actor: Actor, values: dict[str, str], problems: dict[str, str]) -> str:
    return render_template(
        "rosters/service.html",
        service=service_of(session, actor.municipality_id),
        waits=import_that_waits(session, actor.municipality_id, Source.SS12000),
        texts=FILE_TEXTS,
        subscription=subscription_of(session, actor.municipality_id),
        subscription_texts=TEXTS,
        passed_over=last_passed_over(session, actor.municipality_id),
        now=now(),
        values=values,
        problems=problems,
    )


@pages.post("/imports/service")
@requires(Permission.ORGANISE)
def save(session: Session, actor: Actor) -> ResponseReturnValue:
    values = {name: request.form.get(name, "").strip() for name in (*_LONGEST, "way")}
    problems = _problems(values)
    is_client = values["way"] == "client"
    if not problems:
        wanted = Wanted(
            address=values["address"].rstrip("/"),
            secret=values["secret"],
            token_url=values["token_url"] if is_client else None,
            client_id=values["client_id"] if is_client else None,
            scope=values["scope"] or None if is_client else None,
        )
        sealing = current_app.extensions["tracks.sealer"]
        before = service_of(session, actor.municipality_id)
        if not set_up(session, sealing, actor.municipality_id, actor.person_id, wanted, now()):
            problems = {"secret": SECRET_NEEDED}
        elif before is not None and before.address != wanted.address:
            end_subscription(session, actor.municipality_id, before, now())
    if problems:
        del values["secret"]  # never shown again
        return make_response(_page(session, actor, values, problems), 422)
    return see_other("/imports/service")


def _problems(values: dict[str, str]) -> dict[str, str]:
    """field -> message id"""
    found: dict[str, str] = {}
    is_client = values["way"] == "client"
    for name in ("address", "token_url") if is_client else ("address",):
        if not _may_be_asked(values[name]):
            found[name] = NO_ADDRESS
    if is_client and not values["client_id"]:
        found["client_id"] = NEEDED
    for name, longest in _LONGEST.items():
        if len(values[name]) > longest:
            found[name] = TOO_LONG
        elif not (values[name].isascii() and values[name].isprintable()):
            found[name] = NOT_PLAIN
    return found


def _may_be_asked(url: str) -> bool:
    """Which machine it leads to is looked at each time it is asked (lti.http)."""
    origin = origin_of(url)
    if origin is None or "?" in url or "#" in url:
        return False
    return origin.is_secure or (parts().settings.is_loopback and origin.is_loopback)


@pages.post(f"{NOTICES_PATH}/<token>")
@requires(Permission.PUBLIC, own_transactions=True)
def told(database: Database, _actor: None, token: str) -> ResponseReturnValue:
    """A school system says that something has changed. Its body is not read: it proves nothing."""
    if (request.content_length or 0) > MOST_TOLD:
        abort(413)
    moment = now()
    with database.reading() as session:
        found = municipality_told_of(session, token)
    if found is None:
        abort(404)
    if is_news(found, moment):
        with database.writing() as session:
            take_notice(session, found, moment)
    return jsonify(status="taken")


OPEN_TO_SCHOOL_SYSTEMS = (told,)


@pages.post("/imports/service/fetch")
@requires(Permission.ORGANISE)
def fetch_now(session: Session, actor: Actor) -> ResponseReturnValue:
    if service_of(session, actor.municipality_id) is not None:
        wish_to_fetch(session, actor.municipality_id, now())
    return see_other("/imports/service")


@pages.post("/imports/service/remove")
@requires(Permission.ORGANISE)
def take_away(session: Session, actor: Actor) -> ResponseReturnValue:
    known = service_of(session, actor.municipality_id)
    if known is not None:
        end_subscription(session, actor.municipality_id, known, now())
        remove(session, actor.municipality_id, actor.person_id, now())
    return see_other("/imports")
