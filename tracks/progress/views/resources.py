"""A resource on its own: readable by anybody, answerable by those who came from an LMS (F-13)."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue

from tracks.catalogue.public.about import Named
from tracks.catalogue.public.telling import telling, today
from tracks.catalogue.queries import Edition
from tracks.catalogue.rules import Outline, parse_address, public_path, work_path
from tracks.db import Session
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.progress.actions import complete_steps, note_use, save_answer, worker_of
from tracks.progress.events import Way
from tracks.progress.forms import read_step
from tracks.progress.queries import NO_ANSWER, Answer, work_at_step
from tracks.progress.rules import LONGEST_TEXT, seed_of
from tracks.progress.views.dates import event_of
from tracks.progress.views.places import (
    edition_or_404,
    module_url,
    notices,
    resource_or_404,
    resource_url,
    safe,
    safe_line,
    text_of,
    track_url,
)
from tracks.progress.views.steps import autosave, shown_order
from tracks.web.requests import language, now, see_other

MOST_OTHERS = 6


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/r/<path:address>", "address", by_address)
    rule = "/r/<publisher>/<track>/<module>/<step>"
    pages.add_url_rule(rule, "resource", resource_page, methods=["GET"])
    pages.add_url_rule(rule, "use_resource", use, methods=["POST"])


@requires(Permission.PUBLIC)
def by_address(session: Session, actor: Actor | None, address: str) -> ResponseReturnValue:
    """`/r/<resource address>`, also as `…%23step`: to the page of what it names."""
    found = parse_address(address)
    if found is None:
        abort(404)
    edition = edition_or_404(session, found.publisher, found.track)
    if found.module is None:
        return see_other(track_url(edition))
    if found.step is None:
        return see_other(module_url(edition, found.module))
    return see_other(resource_url(edition, resource_or_404(edition, found.module, found.step)))


@requires(Permission.PUBLIC)
def resource_page(
    session: Session, actor: Actor | None, publisher: str, track: str, module: str, step: str
) -> ResponseReturnValue:
    edition = edition_or_404(session, publisher, track)
    return _draw(session, actor, edition, resource_or_404(edition, module, step))


def _draw(
    session: Session,
    actor: Actor | None,
    edition: Edition,
    outline: Outline,
    *,
    problem: str | None = None,
    typed: dict[str, object] | None = None,
    newer: Answer | None = None,
) -> str:
    told = telling(session, actor, edition, edition.address(outline.module_slug, outline.slug))
    text = text_of(session, edition, outline)
    answer = NO_ANSWER
    if actor is not None:
        _, answer = work_at_step(
            session, actor.person_id, edition.track_id, outline.step_id, alone=True
        )
    lang = edition.language(language())
    return render_template(
        "progress/resource.html",
        edition=edition,
        told=told,
        others=[] if told.is_readable else _open_to_all(edition, lang),
        whole_path=public_path if actor is None else work_path,
        public_path=public_path,
        step=outline,
        text=text,
        html=safe(text.html),
        prompt=safe(text.prompt_html),
        event=event_of(session, edition, outline, text),
        content_lang=lang,
        answer=answer,
        typed=typed or answer.body or {},
        revision=(newer or answer).revision,
        newer=newer,
        problem=problem,
        longest=LONGEST_TEXT,
        order=shown_order(text, actor, outline),
        notices=notices(session, actor.person_id, edition.track_id) if actor else [],
        action=resource_url(edition, outline),
        safe=safe,
        safe_line=safe_line,
    )


def _open_to_all(edition: Edition, lang: str) -> list[Named]:
    """Instead of what is closed."""
    return [
        Named(edition.address(s.module_slug, s.slug), edition.titles[s.step_id, lang])
        for s in edition.steps
        if s.is_resource and s.window.is_open(today())
    ][:MOST_OTHERS]


@requires(Permission.OWN_WORK)
def use(
    session: Session, actor: Actor, publisher: str, track: str, module: str, step: str
) -> ResponseReturnValue:
    edition = edition_or_404(session, publisher, track)
    outline = resource_or_404(edition, module, step)
    text = text_of(session, edition, outline)
    form = read_step(request.form, text, seed_of(actor.person_id, outline.step_id))
    if request.form.get("go") == "autosave":
        return autosave(session, actor, edition, outline, form, alone=True)
    if form.problem is not None:
        page = _draw(session, actor, edition, outline, problem=form.problem, typed=form.body)
        return page, 422
    who = worker_of(actor)
    if form.body is not None:
        saved = save_answer(
            session,
            who,
            edition,
            outline,
            form.body,
            now(),
            started_from=form.revision,
            points=form.points,
            alone=True,
        )
        if saved.newer is not None:
            page = _draw(session, actor, edition, outline, typed=form.body, newer=saved.newer)
            return page, 409
    complete_steps(session, who, edition, [outline], now(), alone=True)
    note_use(session, who, outline, Way.INDEPENDENT, now())
    return see_other(resource_url(edition, outline) + "#answer")
