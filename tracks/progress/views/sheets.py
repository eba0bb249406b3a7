"""The tables and the checklist of a step as a spreadsheet: for a tender, a meeting, a wall."""

from typing import Any, Final

from flask import Blueprint, Response, abort, make_response
from flask.typing import ResponseReturnValue
from werkzeug.http import dump_options_header

from content.export.xlsx import KIND, Sheet, line_of, tables_in, workbook
from content.rendered import RenderedStep
from tracks.catalogue.public.telling import today
from tracks.db import Session
from tracks.i18n import N_
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.progress.queries import work_at_step
from tracks.progress.views.places import (
    edition_or_404,
    in_own_version,
    resource_or_404,
    step_here_or_404,
    text_of,
)
from tracks.web.pages import gettext

_HEADS: Final = (N_("What"), N_("Done"), N_("Who sees to it"), N_("By when"))


def add_to(pages: Blueprint) -> None:
    place = "<publisher>/<track>/<module>/<step>/sheet.xlsx"
    pages.add_url_rule(f"/t/{place}", "step_sheet", of_step)
    pages.add_url_rule(f"/r/{place}", "resource_sheet", of_resource)


@requires(Permission.OWN_WORK)
def of_step(
    session: Session, actor: Actor, publisher: str, track: str, module: str, step: str
) -> ResponseReturnValue:
    edition, outline = step_here_or_404(session, actor, publisher, track, module, step)
    done, answer = work_at_step(session, actor.person_id, edition.track_id, outline.step_id)
    edition, outline = in_own_version(session, edition, outline, done.version_id)
    return _file(outline.slug, text_of(session, edition, outline), answer.body)


@requires(Permission.PUBLIC)
def of_resource(
    session: Session, actor: Actor | None, publisher: str, track: str, module: str, step: str
) -> ResponseReturnValue:
    """Filled in for whoever has; to be filled in for everybody else."""
    edition = edition_or_404(session, publisher, track)
    outline = resource_or_404(edition, module, step)
    answer = None
    if actor is not None:
        _, own = work_at_step(
            session, actor.person_id, edition.track_id, outline.step_id, alone=True
        )
        answer = own.body
    elif not outline.window.is_open(today()):
        abort(404)
    return _file(outline.slug, text_of(session, edition, outline), answer)


def _file(slug: str, text: RenderedStep, answer: dict[str, Any] | None) -> Response:
    sheets = _sheets(text, answer)
    if not sheets:
        abort(404)
    response: Response = make_response(workbook(sheets))
    response.content_type = KIND
    given = {"filename": f"{slug}.xlsx"}
    response.headers["Content-Disposition"] = dump_options_header("attachment", given)
    return response


def _sheets(text: RenderedStep, answer: dict[str, Any] | None) -> list[Sheet]:
    tables = [Sheet(text.title, rows) for rows in tables_in(text.html + text.prompt_html)]
    return [_checklist(text, answer), *tables] if text.items else tables


def _checklist(text: RenderedStep, answer: dict[str, Any] | None) -> Sheet:
    given = (answer or {}).get("items", [])
    rows = [[gettext(head) for head in _HEADS]]
    for number, item in enumerate(text.items):
        kept = given[number] if number < len(given) else {}
        done = gettext("yes") if kept.get("done") else ""
        rows.append([line_of(item), done, kept.get("who", ""), kept.get("day", "")])
    return Sheet(text.title, rows)
