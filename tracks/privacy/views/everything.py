"""/municipality/privacy/everything: all data of the municipality out of here, and the end of it."""

from collections.abc import Iterator

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from tracks.db import Database, Session
from tracks.events import Noted
from tracks.i18n import N_
from tracks.people.guards import requires
from tracks.people.queries import municipality_name
from tracks.people.rules import Actor, Permission
from tracks.privacy.actions import announce_end, ask_for_copy, stop_end
from tracks.privacy.actions.copies import AT_WORK
from tracks.privacy.queries import Copy, copy_of, piece_of
from tracks.privacy.rules import COPY_KEPT_FOR, GRACE, CopyState, is_same_name
from tracks.privacy.views.municipality import HOME
from tracks.web.requests import language, now, see_other

PATH = f"{HOME}/everything"
OTHER_NAME = N_("Type the name of the municipality as it stands above, to show that it is meant.")


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule(PATH, "everything", everything)
    pages.add_url_rule(f"{PATH}/copy", "make_copy", make_copy, methods=["POST"])
    pages.add_url_rule(f"{PATH}/download", "download", download, methods=["POST"])
    pages.add_url_rule(f"{PATH}/end", "end_all", end_all, methods=["POST"])
    pages.add_url_rule(f"{PATH}/stop", "stop", stop, methods=["POST"])


@requires(Permission.TAKE_OUT)
def everything(session: Session, actor: Actor) -> ResponseReturnValue:
    return _page(session, actor)


def _ready(copy: Copy | None) -> Copy | None:
    return copy if copy and copy.state is CopyState.READY and now() < copy.until else None


def _page(session: Session, actor: Actor, *, problem: str = "") -> Response:
    copy = copy_of(session, actor.municipality_id)
    page = render_template(
        "privacy/everything.html",
        municipality=municipality_name(session, actor.municipality_id),
        copy=copy,
        ready=_ready(copy),
        megabytes=max(1, round((copy.bytes if copy else 0) / 1_000_000)),
        is_at_work=copy is not None and copy.state in AT_WORK,
        has_failed=copy is not None and copy.state is CopyState.FAILED,
        copy_days=COPY_KEPT_FOR.days,
        days=GRACE.days,
        ends_on=now() + GRACE,
        problem=problem,
        typed=request.form.get("name", ""),
        then=request.args.get("then"),
    )
    return make_response(page, 422 if problem else 200)


@requires(Permission.TAKE_OUT, fresh=True)
def make_copy(session: Session, actor: Actor) -> ResponseReturnValue:
    ask_for_copy(session, actor, language(), now())
    return see_other(f"{PATH}#copy")


@requires(Permission.TAKE_OUT, fresh=True, own_transactions=True)
def download(database: Database, actor: Actor) -> ResponseReturnValue:
    with database.writing() as session:
        copy = _ready(copy_of(session, actor.municipality_id))
        if copy is None:
            abort(404)
        session.emit(
            Noted("everything_taken", actor.municipality_id, now(), actor_id=actor.person_id)
        )
    response = Response(_pieces(database, copy.id), mimetype="application/zip")
    response.content_length = copy.bytes
    response.headers["Content-Disposition"] = 'attachment; filename="municipality.zip"'
    return response


def _pieces(database: Database, copy_id: int) -> Iterator[bytes]:
    number = 0
    while True:
        with database.reading() as session:
            body = piece_of(session, copy_id, number)
        if body is None:
            return
        yield body
        number += 1


@requires(Permission.TAKE_OUT, fresh=True)
def end_all(session: Session, actor: Actor) -> ResponseReturnValue:
    name = municipality_name(session, actor.municipality_id)
    if not is_same_name(request.form.get("name", ""), name):
        return _page(session, actor, problem=OTHER_NAME)
    announce_end(session, actor.municipality_id, now(), actor_id=actor.person_id)
    return see_other(PATH)


@requires(Permission.TAKE_OUT, fresh=True)
def stop(session: Session, actor: Actor) -> ResponseReturnValue:
    stop_end(session, actor.municipality_id, now(), actor_id=actor.person_id)
    return see_other(f"{PATH}?then=stopped")
