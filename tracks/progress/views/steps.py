"""The step page: what a teacher sees most. Reading it writes nothing; its one form does."""

from typing import Any

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from content.devices import DEVICES
from content.grading import fields_of, shuffled
from content.model import StepKind
from content.rendered import RenderedStep
from tracks.catalogue.queries import Edition
from tracks.catalogue.rules import Outline
from tracks.db import Session
from tracks.i18n import clock
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.progress.actions import (
    attach_file,
    complete_steps,
    save_answer,
    share_answer,
    worker_of,
)
from tracks.progress.forms import FileForm, StepForm, read_file, read_step
from tracks.progress.queries import (
    Answer,
    files_at_step,
    own_edition,
    shared_texts,
    work_at_step,
)
from tracks.progress.rules import FILE_STARTS, LARGEST_FILE, LONGEST_TEXT, may_be_shared, seed_of
from tracks.progress.views.dates import event_of
from tracks.progress.views.order import is_closed, refuse_closed
from tracks.progress.views.places import (
    devices_of,
    edition_or_404,
    for_pupils_of,
    in_own_version,
    module_url,
    neighbours,
    notices,
    phases_of,
    safe,
    safe_line,
    shelf,
    step_here_or_404,
    step_url,
    text_of,
)
from tracks.progress.views.versions import news_of
from tracks.web.requests import language, now, see_other


def add_to(pages: Blueprint) -> None:
    rule = "/t/<publisher>/<track>/<module>/<step>"
    pages.add_url_rule(rule, "step", step_page, methods=["GET"])
    pages.add_url_rule(rule, "work", work, methods=["POST"])


@requires(Permission.OWN_WORK)
def step_page(
    session: Session, actor: Actor, publisher: str, track: str, module: str, step: str
) -> ResponseReturnValue:
    edition, outline = step_here_or_404(session, actor, publisher, track, module, step)
    newest = edition_or_404(session, publisher, track)
    is_dated = outline.starts_at is not None  # it takes place when it does
    if not is_dated and is_closed(session, actor, newest, outline.module_id):
        return see_other(module_url(edition, outline.module_slug))
    return draw(session, actor, edition, outline)


def draw(
    session: Session,
    actor: Actor,
    edition: Edition,
    outline: Outline,
    *,
    problem: str | None = None,
    typed: dict[str, Any] | None = None,
    newer: Answer | None = None,
    file_problem: str | None = None,
) -> str:
    """The page of a step in its track; after a refused form with what was typed."""
    done, answer = work_at_step(session, actor.person_id, edition.track_id, outline.step_id)
    edition, outline = in_own_version(session, edition, outline, done.version_id)
    newest = edition_or_404(session, edition.publisher, edition.slug)
    text = for_pupils_of(session, actor, text_of(session, edition, outline))
    module = edition.module_ids[outline.module_id]
    phases = phases_of(edition, module, done)
    before, after = neighbours(edition, outline)
    leads = actor.school_id is not None and actor.may_at(Permission.LEAD, actor.school_id)
    with_files = text.kind is StepKind.TRY_OUT
    shared = None
    if may_be_shared(outline):
        shared = shared_texts(session, actor.person_id, edition.track_id).get(outline.step_id)
    return render_template(
        "progress/step.html",
        edition=edition,
        module=module,
        step=outline,
        text=text,
        html=safe(text.html),
        prompt=safe(text.prompt_html),
        event=event_of(session, newest, outline, text),
        leader_html=safe(text.leader_html) if leads else "",
        content_lang=edition.language(language()),
        devices=devices_of(text),
        device_names=DEVICES,
        phases=phases,
        phase=next(p for p in phases if p.phase is outline.phase),
        before=before,
        after=after,
        news=news_of(session, edition, newest, done, [outline]),
        answer=answer,
        typed=typed or answer.body or {},
        revision=(newer or answer).revision,
        newer=newer,
        problem=problem,
        file_problem=file_problem,
        files=files_at_step(session, actor.person_id, outline.step_id) if with_files else [],
        file_types=", ".join(FILE_STARTS),
        largest_mb=LARGEST_FILE // 1024 // 1024,
        longest=LONGEST_TEXT,
        order=shown_order(text, actor, outline),
        may_share=may_be_shared(outline),
        shared=shared,
        leads=leads,
        notices=notices(session, actor.person_id, edition.track_id),
        action=step_url(edition, outline),
        safe=safe,
        safe_line=safe_line,
    )


def shown_order(text: RenderedStep, actor: Actor | None, outline: Outline) -> tuple[int, ...]:
    if text.question is None:
        return ()
    seed = seed_of(actor.person_id if actor else 0, outline.step_id)
    return shuffled(fields_of(text.question), seed)


@requires(Permission.OWN_WORK)
def work(
    session: Session, actor: Actor, publisher: str, track: str, module: str, step: str
) -> ResponseReturnValue:
    """Save what the form holds, mark the step done when it is, and go where the button says."""
    edition, outline = step_here_or_404(session, actor, publisher, track, module, step)
    newest = edition_or_404(session, publisher, track)
    if outline.starts_at is None:
        refuse_closed(session, actor, newest, edition.module_ids[outline.module_id])
    own = own_edition(session, shelf(), actor.person_id, edition)
    edition, outline = in_own_version(session, edition, outline, own.version_id)
    text = text_of(session, edition, outline)
    form = read_step(request.form, text, seed_of(actor.person_id, outline.step_id))
    if request.form.get("go") == "autosave":
        return autosave(session, actor, edition, outline, form)
    file = read_file(request.files.get("file")) if text.kind is StepKind.TRY_OUT else None
    refused = _keep(session, actor, edition, outline, text, form, file)
    if refused is not None:
        return refused
    if text.kind is not StepKind.QUIZ or request.form.get("go") == "next":
        return see_other(_onwards(edition, outline))
    return see_other(step_url(edition, outline) + "#answer")


def _keep(
    session: Session,
    actor: Actor,
    edition: Edition,
    outline: Outline,
    text: RenderedStep,
    form: StepForm,
    file: FileForm | None,
) -> ResponseReturnValue | None:
    """None when all is kept and done; else the page that says what is missing."""
    moving_on = text.kind is StepKind.QUIZ and request.form.get("go") == "next"
    if form.problem is not None and not moving_on:
        page = draw(session, actor, edition, outline, problem=form.problem, typed=form.body)
        return page, 422
    if file is not None and file.problem is not None:
        page = draw(session, actor, edition, outline, typed=form.body, file_problem=file.problem)
        return page, 422
    who = worker_of(actor)
    moment = now()
    if form.body is not None and not moving_on:
        saved = save_answer(
            session,
            who,
            edition,
            outline,
            form.body,
            moment,
            started_from=form.revision,
            points=form.points,
        )
        if saved.newer is not None:
            page = draw(session, actor, edition, outline, typed=form.body, newer=saved.newer)
            return page, 409
        if may_be_shared(outline):
            text_to_share = form.body["text"] if "share" in request.form else None
            share_answer(session, who, edition.track_id, outline, text_to_share, moment)
    if file is not None:
        attach_file(session, who, outline.step_id, file.name, file.body, moment)
    if not moving_on:
        complete_steps(session, who, edition, [outline], moment)
    return None


def autosave(
    session: Session,
    actor: Actor,
    edition: Edition,
    outline: Outline,
    form: StepForm,
    *,
    alone: bool = False,
) -> ResponseReturnValue:
    """Text saved while it is typed. Saving is not doing: the step is not marked done."""
    if form.body is None or form.problem == "too_long" or "text" not in form.body:
        return jsonify(status="refused"), 422
    saved = save_answer(
        session,
        worker_of(actor),
        edition,
        outline,
        form.body,
        now(),
        started_from=form.revision,
        alone=alone,
    )
    if saved.newer is not None:
        return jsonify(status="newer"), 409
    at = saved.answer.saved_at
    return jsonify(
        status="saved",
        revision=saved.answer.revision,
        at=clock(at, language()) if at else "",
    )


def _onwards(edition: Edition, outline: Outline) -> str:
    _, after = neighbours(edition, outline)
    if after is not None:
        return step_url(edition, after)
    return f"{module_url(edition, outline.module_slug)}?done={outline.phase.value}"
