"""/privacy: what is kept about oneself; a copy, a correction, the end of it; who has looked."""

from datetime import timedelta
from typing import NamedTuple

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct
from werkzeug.exceptions import TooManyRequests

from tracks.audit.queries import Told, about, number_since
from tracks.db import Database, Session
from tracks.db.data_map import DataMap, Fate, Kept
from tracks.events import Noted
from tracks.i18n import translations
from tracks.people.guards import requires
from tracks.people.queries import counts_of, municipality_name
from tracks.people.rules import Actor, Permission
from tracks.privacy.actions import ask_to_leave, rename
from tracks.privacy.exporting import export
from tracks.privacy.queries import agreed, subject, terms
from tracks.privacy.rules import (
    EXPORTS_AN_HOUR,
    GRACE,
    PARTY_NAMES,
    SIGHT_NAMES,
    reference_of,
)
from tracks.web.cookies import NAME, drop_cookie, is_sealed, sign_in_token
from tracks.web.errors import MALFORMED, PageError
from tracks.web.requests import extension, language, now, parts, see_other

LONGEST_NAME = 200
SHOWN = 50
MOST_PAGES = 10_000


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/privacy", "my_data", my_data)
    pages.add_url_rule("/privacy/<id:person_id>/<seal>", "of_another", of_another)
    pages.add_url_rule("/privacy/export", "take_copy", take_copy, methods=["POST"])
    pages.add_url_rule("/privacy/correct", "correct", correct, methods=["POST"])
    pages.add_url_rule("/privacy/delete", "before_leaving", before_leaving)
    pages.add_url_rule("/privacy/delete", "leave", leave, methods=["POST"])


def data_map() -> DataMap:
    found: DataMap = extension("tracks.data_map")
    return found


class KeptRow(NamedTuple):
    kind: Kept
    number: int


def _rows(session: Session, person_id: int) -> list[KeptRow]:
    kinds = data_map().kept
    counts = counts_of(session, person_id, kinds) if person_id else []
    return [KeptRow(*pair) for pair in zip(kinds, counts, strict=False)]


class Seen(Struct, frozen=True):
    """An entry of the audit log about oneself, as one reads it."""

    told: Told
    said: str  # a message id
    by: str | None
    is_own: bool


def _seen(session: Session, actor: Actor, page: int) -> list[Seen]:
    """One more than a page shows, if there are more."""
    audited, of_all = data_map().audited, data_map().of_all
    skip = (page - 1) * SHOWN
    found = about(
        session,
        actor.municipality_id,
        actor.person_id,
        of_all=of_all,
        most=SHOWN + 1,
        skip=skip,
    )
    return [
        Seen(told, audited.get(told.code, told.code), told.actor, told.actor_id == actor.person_id)
        for told in found
    ]


def _reference(session: Session, person_id: int) -> str:
    found = subject(session, person_id)
    return reference_of(parts().secret, person_id, found.created_at) if found else ""


@requires(Permission.KNOWN)
def my_data(session: Session, actor: Actor) -> ResponseReturnValue:
    page = min(max(1, request.args.get("page", 1, type=int)), MOST_PAGES)
    seen = _seen(session, actor, page)
    return render_template(
        "privacy/my_data.html",
        rows=_rows(session, actor.person_id),
        municipality=municipality_name(session, actor.municipality_id),
        terms=terms(session, actor.municipality_id),
        agreement=agreed(session, actor.municipality_id),
        parties=PARTY_NAMES,
        sights=SIGHT_NAMES,
        seen=seen[:SHOWN],
        page=page,
        has_more=len(seen) > SHOWN,
        longest=LONGEST_NAME,
        reference=_reference(session, actor.person_id),
        then=request.args.get("then"),
    )


@requires(Permission.KNOWN)
def of_another(session: Session, actor: Actor, person_id: int, seal: str) -> ResponseReturnValue:
    """For who came here by a data privacy launch: numbers, no content."""
    if not is_sealed(parts().secret, sign_in_token(), f"/privacy/{person_id}", seal):
        abort(404)
    if person_id == actor.person_id:
        return see_other("/privacy")
    return render_template(
        "privacy/of_another.html",
        rows=_rows(session, person_id),
        municipality=municipality_name(session, actor.municipality_id),
    )


@requires(Permission.KNOWN, own_transactions=True)
def take_copy(database: Database, actor: Actor) -> ResponseReturnValue:
    moment, lang = now(), language()
    hour = moment - timedelta(hours=1)
    with database.writing() as session:
        taken = number_since(session, ("data_exported",), hour, actor_id=actor.person_id)
        if taken >= EXPORTS_AN_HOUR:
            raise TooManyRequests(retry_after=3600)
        session.emit(
            Noted(
                "data_exported",
                actor.municipality_id,
                moment,
                actor_id=actor.person_id,
                person_id=actor.person_id,
            )
        )
    pieces = export(database, data_map(), actor.person_id, translations(lang).gettext, lang, moment)
    response = Response(pieces, mimetype="application/zip")
    response.headers["Content-Disposition"] = 'attachment; filename="learning-tracks.zip"'
    return response


@requires(Permission.KNOWN)
def correct(session: Session, actor: Actor) -> ResponseReturnValue:
    """The name; which language, and which school, have forms of their own."""
    name = " ".join(request.form.get("name", "").split())
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise PageError(400, MALFORMED, kept=name)
    rename(session, actor.person_id, name)
    return see_other("/privacy?then=corrected")


@requires(Permission.KNOWN)
def before_leaving(session: Session, actor: Actor) -> ResponseReturnValue:
    return _leaving_page(session, actor)


def _leaving_page(session: Session, actor: Actor, *, is_unsure: bool = False) -> Response:
    rows = [row for row in _rows(session, actor.person_id) if row.number]
    archived = set(terms(session, actor.municipality_id).archived)

    def is_archived(row: KeptRow) -> bool:
        return row.kind.may_be_archived and row.kind.table.name in archived

    page = render_template(
        "privacy/leave.html",
        goes=[r for r in rows if r.kind.fate is not Fate.LEAVE and not is_archived(r)],
        stays=[r for r in rows if r.kind.fate is Fate.LEAVE],
        archived=[r for r in rows if is_archived(r)],
        days=GRACE.days,
        is_unsure=is_unsure,
        municipality=municipality_name(session, actor.municipality_id),
    )
    return make_response(page, 400 if is_unsure else 200)


@requires(Permission.KNOWN)
def leave(session: Session, actor: Actor) -> ResponseReturnValue:
    if request.form.get("sure") != "1":
        return _leaving_page(session, actor, is_unsure=True)
    leaving_at = ask_to_leave(session, actor.person_id, actor.municipality_id, now())
    response = make_response(render_template("privacy/left.html", leaving_at=leaving_at))
    drop_cookie(response, NAME)
    return response
