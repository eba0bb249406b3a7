"""/audit: who did what in the municipality, for its administrator and data protection officer."""

from collections.abc import Iterator

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from tracks.audit.queries import chain, exported, latest
from tracks.db import Database, Session
from tracks.db.data_map import DataMap
from tracks.events import Noted
from tracks.people.guards import requires
from tracks.people.queries import municipality_name
from tracks.people.rules import Actor, Permission
from tracks.web.requests import extension, now

pages = Blueprint("audit", __name__)
A_PAGE = 100
MOST_PAGES = 10_000


@pages.get("/audit")
@requires(Permission.SEE_AUDIT)
def audit(session: Session, actor: Actor) -> ResponseReturnValue:
    data_map: DataMap = extension("tracks.data_map")
    page = min(max(1, request.args.get("page", 1, type=int)), MOST_PAGES)
    found = latest(session, actor.municipality_id, most=A_PAGE + 1, skip=(page - 1) * A_PAGE)
    return render_template(
        "audit/audit.html",
        municipality=municipality_name(session, actor.municipality_id),
        entries=found[:A_PAGE],
        audited=data_map.audited,
        page=page,
        has_more=len(found) > A_PAGE,
        verdict=chain(session, actor.municipality_id) if request.args.get("verify") else None,
    )


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
