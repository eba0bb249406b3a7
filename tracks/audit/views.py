"""/audit: who did what in the municipality, for its administrator and data protection officer; and
whose data it was, for whoever has to tell of a breach (ADR 0054).
"""

import csv
import io
from collections.abc import Iterator
from urllib.parse import urlencode

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracks.audit.queries import (
    Affected,
    affected,
    chain,
    exported,
    latest,
    number_of,
    numbers_affected,
)
from tracks.audit.rules import LONGEST, LOOKS, Sought, sought_in
from tracks.db import Database, Session
from tracks.db.data_map import DataMap
from tracks.events import Noted
from tracks.people.guards import requires
from tracks.people.queries import municipality_name
from tracks.people.rules import Actor, Permission
from tracks.web.errors import MALFORMED, PageError
from tracks.web.pages import gettext
from tracks.web.requests import extension, now

pages = Blueprint("audit", __name__)
A_PAGE = 100
MOST_PAGES = 10_000
FIELDS = ("since", "until", "who", "whom", "what")


def _data_map() -> DataMap:
    found: DataMap = extension("tracks.data_map")
    return found


def _page_number() -> int:
    return min(max(1, request.args.get("page", 1, type=int)), MOST_PAGES)


def _kinds() -> list[tuple[str, str]]:
    """Codes with their words, in the order of the words."""
    return sorted(
        ((code, gettext(said)) for code, said in _data_map().audited.items()),
        key=lambda kind: kind[1].casefold(),
    )


def _asked() -> dict[str, object]:
    """What the form and its links need."""
    typed = {name: request.values[name] for name in FIELDS if request.values.get(name)}
    return {"typed": typed, "query": urlencode(typed), "kinds": _kinds(), "longest": LONGEST}


@pages.get("/audit")
@requires(Permission.SEE_AUDIT)
def audit(session: Session, actor: Actor) -> ResponseReturnValue:
    data_map, page, home = _data_map(), _page_number(), actor.municipality_id
    sought, problems = sought_in(request.args, data_map.audited)
    found = (
        []
        if problems
        else latest(
            session, home, sought, data_map.looks, most=A_PAGE + 1, skip=(page - 1) * A_PAGE
        )
    )
    shown = render_template(
        "audit/audit.html",
        municipality=municipality_name(session, home),
        entries=found[:A_PAGE],
        number=None
        if problems or sought.is_everything
        else number_of(session, home, sought, data_map.looks),
        audited=data_map.audited,
        problems=problems,
        page=page,
        has_more=len(found) > A_PAGE,
        verdict=chain(session, home) if request.args.get("verify") else None,
        looks=LOOKS,
        **_asked(),
    )
    return make_response(shown, 422 if problems else 200)


@pages.post("/audit/export")
@requires(Permission.SEE_AUDIT, own_transactions=True, fresh=True)
def take_copy(database: Database, actor: Actor) -> ResponseReturnValue:
    with database.writing() as session:
        session.emit(
            Noted("audit_exported", actor.municipality_id, now(), actor_id=actor.person_id)
        )
    response = Response(_lines(database, actor.municipality_id), mimetype="application/x-ndjson")
    response.headers["Content-Disposition"] = 'attachment; filename="audit.jsonl"'
    return response


def _lines(database: Database, municipality_id: int) -> Iterator[str]:
    with database.reading() as session:
        yield from exported(session, municipality_id)


@pages.get("/audit/affected")
@requires(Permission.SEE_AUDIT)
def affected_page(session: Session, actor: Actor) -> ResponseReturnValue:
    data_map, page, home = _data_map(), _page_number(), actor.municipality_id
    sought, problems = sought_in(request.args, data_map.audited)
    found: list[Affected] = []
    numbers = None
    if not problems and not sought.is_everything:
        looks = data_map.looks
        found = affected(session, home, sought, looks, most=A_PAGE + 1, skip=(page - 1) * A_PAGE)
        numbers = numbers_affected(session, home, sought, looks, data_map.of_all)
    shown = render_template(
        "audit/affected.html",
        municipality=municipality_name(session, home),
        persons=found[:A_PAGE],
        numbers=numbers,
        problems=problems,
        page=page,
        has_more=len(found) > A_PAGE,
        looks=LOOKS,
        **_asked(),
    )
    return make_response(shown, 422 if problems else 200)


@pages.post("/audit/affected")
@requires(Permission.SEE_AUDIT, fresh=True)
def take_affected(session: Session, actor: Actor) -> ResponseReturnValue:
    data_map = _data_map()
    sought, problems = sought_in(request.form, data_map.audited)
    if problems or sought.is_everything:
        raise PageError(400, MALFORMED)
    found = affected(session, actor.municipality_id, sought, data_map.looks)
    session.emit(
        Noted(
            "affected_exported",
            actor.municipality_id,
            now(),
            actor_id=actor.person_id,
            parameters={"persons": len(found), **_codes(sought)},
        )
    )
    response = Response(_csv(found), mimetype="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="affected.csv"'
    return response


def _codes(sought: Sought) -> dict[str, str]:
    """Of what was asked for, what holds no words of people's."""
    found = {"what": sought.what}
    for name, moment in (("since", sought.since), ("until", sought.until)):
        if moment is not None:
            found[name] = f"{moment:%Y-%m-%d.%H:%M}"
    return {name: said for name, said in found.items() if said}


def _csv(found: list[Affected]) -> str:
    out = io.StringIO()
    rows = csv.writer(out)
    rows.writerow(
        [
            gettext("Number"),
            gettext("Name"),
            gettext("Looked at, times"),
            gettext("Other things done, times"),
            gettext("First (UTC)"),
            gettext("Last (UTC)"),
        ]
    )
    for each in found:
        moments = (f"{moment:%Y-%m-%d %H:%M:%S}" for moment in (each.first, each.last))
        rows.writerow([each.person_id, _safe(each.name or ""), each.looked, each.other, *moments])
    return "\ufeff" + out.getvalue()


def _safe(cell: str) -> str:
    """No spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
