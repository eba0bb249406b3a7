"""/municipality/privacy: what the municipality has set and agreed on, and its documents."""

from datetime import date

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracks.db import Session
from tracks.i18n import local_day
from tracks.people.guards import requires
from tracks.people.queries import municipality_name
from tracks.people.rules import Actor, Permission
from tracks.privacy.actions import end_agreement, record_agreement, set_terms
from tracks.privacy.documents import annex, record
from tracks.privacy.queries import agreements, feedback_of, terms
from tracks.privacy.rules import (
    LEAST_MONTHS,
    MOST_MONTHS,
    PARTY_NAMES,
    SIGHT_NAMES,
    Party,
    Sight,
    Terms,
    fault_of,
)
from tracks.privacy.views.my_data import data_map
from tracks.web.errors import MALFORMED, PageError
from tracks.web.pages import gettext
from tracks.web.requests import now, see_other

_LENGTHS = {
    "controller": 300,
    "officer": 300,
    "processors": 4000,
    "accessibility_contact": 300,
}
HOME = "/municipality/privacy"


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule(HOME, "terms", overview)
    pages.add_url_rule(HOME, "set_terms", save_terms, methods=["POST"])
    pages.add_url_rule(f"{HOME}/agreement", "agree", agree, methods=["POST"])
    pages.add_url_rule(f"{HOME}/agreement/end", "end", end, methods=["POST"])
    pages.add_url_rule(f"{HOME}/record", "record", record_page)
    pages.add_url_rule(f"{HOME}/annex", "annex", annex_page)


@requires(Permission.PROTECT_DATA)
def overview(session: Session, actor: Actor) -> ResponseReturnValue:
    return _page(session, actor)


def _archivable() -> dict[str, str]:
    return {k.table.name: k.what for k in data_map().kept if k.may_be_archived}


def _page(session: Session, actor: Actor, *, fault: str = "", status: int = 200) -> Response:
    found = agreements(session, actor.municipality_id)
    page = render_template(
        "privacy/terms.html",
        municipality=municipality_name(session, actor.municipality_id),
        terms=terms(session, actor.municipality_id),
        agreements=found,
        holds=found[0] if found and not found[0].is_ended else None,
        parties=PARTY_NAMES,
        sights=SIGHT_NAMES,
        archivable=_archivable(),
        feedback=feedback_of(session, actor.municipality_id),
        least_months=LEAST_MONTHS,
        most_months=MOST_MONTHS,
        lengths=_LENGTHS,
        fault=fault,
        today=local_day(now()).isoformat(),
        typed=request.form,
        then=request.args.get("then"),
    )
    return make_response(page, status)


@requires(Permission.PROTECT_DATA)
def save_terms(session: Session, actor: Actor) -> ResponseReturnValue:
    texts = {
        name: "\n".join(line.strip() for line in request.form.get(name, "").splitlines()).strip()
        for name in _LENGTHS
    }
    months = request.form.get("months_away", type=int)
    archived = request.form.getlist("archived")
    if (
        any(len(texts[name]) > most for name, most in _LENGTHS.items())
        or months is None
        or not LEAST_MONTHS <= months <= MOST_MONTHS
        or not set(archived) <= set(_archivable())
    ):
        raise PageError(400, MALFORMED, kept=max(texts.values(), key=len))
    wanted = Terms(**texts, months_away=months, archived=tuple(sorted(set(archived))))
    set_terms(session, actor, wanted, now())
    return see_other(f"{HOME}?then=saved")


def _date(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError:
        return None


@requires(Permission.PROTECT_DATA)
def agree(session: Session, actor: Actor) -> ResponseReturnValue:
    parties = [party for party in Party if str(party) in request.form.getlist("party")]
    sights = [sight for sight in Sight if str(sight) in request.form.getlist("sight")]
    discussed_on = _date(request.form.get("discussed_on", ""))
    fault = fault_of(discussed_on, parties, local_day(now()))
    if fault is not None:
        return _page(session, actor, fault=gettext(fault), status=400)
    assert discussed_on is not None
    record_agreement(session, actor, discussed_on, parties, sights, now())
    return see_other(f"{HOME}?then=agreed")


@requires(Permission.PROTECT_DATA)
def end(session: Session, actor: Actor) -> ResponseReturnValue:
    end_agreement(session, actor, now())
    return see_other(f"{HOME}?then=ended")


@requires(Permission.PROTECT_DATA)
def record_page(session: Session, actor: Actor) -> ResponseReturnValue:
    return _document(session, actor, "record")


@requires(Permission.PROTECT_DATA)
def annex_page(session: Session, actor: Actor) -> ResponseReturnValue:
    return _document(session, actor, "annex")


def _document(session: Session, actor: Actor, which: str) -> str:
    made = {"record": record, "annex": annex}[which]
    return render_template(
        "privacy/document.html",
        document=made(
            data_map(),
            terms(session, actor.municipality_id),
            municipality_name(session, actor.municipality_id),
            gettext,
        ),
        back=HOME,
    )
