"""What teachers will see: the same drawing as at publishing, the same form of each step."""

import re

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from msgspec import Struct

from content.grading import fields_of, shuffled
from content.model import Module, Phase, Section, Track
from content.rendered import RenderedStep
from content.rendering.html import render_notes, render_step, render_track_intro
from tracks.authoring.queries import drafts_in
from tracks.authoring.views.desk import Place, desk, opens_track, place_or_404
from tracks.catalogue.rules import PHASE_NAMES
from tracks.db import Session
from tracks.people.rules import Actor
from tracks.progress.queries import NO_ANSWER
from tracks.progress.rules import LONGEST_TEXT
from tracks.progress.views.places import safe, safe_line
from tracks.web.requests import may_be_framed_by_us_too

_LABEL = re.compile(r'\b(aria-label)="([^"]*)"')
_ID_IN_OURS = re.compile(r'\b(id|for|aria-labelledby|aria-describedby|name)="([\w-]+)"')


class StepView(Struct, frozen=True):
    text: RenderedStep
    html: Markup
    prompt: Markup
    leader_html: Markup
    minutes: int | None
    order: tuple[int, ...]
    number: int

    def own_ids(self, drawn: str) -> Markup:
        """Several steps stand on one page here; the fields of each have names of their own."""
        own = _ID_IN_OURS.sub(lambda m: f'{m[1]}="s{self.number}-{m[2]}"', drawn)
        return Markup(own)  # noqa: S704  # drawn by our own templates

    def own_labels(self, drawn: Markup) -> Markup:
        """The same for tables, which are regions with a name."""
        return Markup(_LABEL.sub(rf'\1="\2 {self.number + 1}"', drawn))  # noqa: S704  # cleaned HTML


class PhaseView(Struct, frozen=True):
    phase: Phase
    name: str  # message id
    title: str
    minutes: int
    leader_html: Markup
    steps: list[StepView]


@opens_track()
def preview(session: Session, actor: Actor, track: str, file: str) -> ResponseReturnValue:
    place = place_or_404(track, file)
    may_be_framed_by_us_too()
    drafts = drafts_in(session, actor.person_id, track)
    if str(place.name) not in drafts and desk().folder.text(track, place.name) is None:
        abort(404)
    checked = desk().check(session, actor, track, drafts)
    leads = request.args.get("view") == "leader"
    lang = place.name.language
    drawn = checked.track if checked is not None else None
    module = next((m for m in drawn.modules if m.id == place.name.id), None) if drawn else None
    is_there = drawn is not None and (
        lang in drawn.texts if not place.name.is_module else module is not None
    )
    with desk().drawing(actor.person_id):
        intro = _intro(drawn, place) if drawn is not None else ""
        notes = _notes(module, place) if module is not None and leads else ""
        phases = _phases(module, place, leads=leads) if module is not None else []
    return render_template(
        "authoring/preview.html",
        place=place,
        content_lang=lang,
        leads=leads,
        is_checked=checked is not None,
        is_there=is_there,
        track=drawn,
        intro=intro,
        module=module,
        module_leader=notes,
        phases=phases,
        answer=NO_ANSWER,
        longest=LONGEST_TEXT,
        safe=safe,
        safe_line=safe_line,
    )


def _media_url(place: Place, name: str) -> str:
    return f"/authoring/{place.track}/{name}"


def _intro(track: Track, place: Place) -> Markup:
    lang = place.name.language
    if lang not in track.texts:
        return Markup("")
    return safe(render_track_intro(track, lang, media_url=lambda n: _media_url(place, n)))


def _notes(module: Module, place: Place) -> Markup:
    text = module.texts.get(place.name.language)
    notes = (text.leader,) if text is not None else ()
    return _leader(notes, place, "module")


def _leader(notes: tuple[str, ...], place: Place, ids: str) -> Markup:
    lang = place.name.language
    return safe(render_notes(notes, lang, media_url=lambda n: _media_url(place, n), ids=ids))


def _phases(module: Module, place: Place, *, leads: bool) -> list[PhaseView]:
    found: list[PhaseView] = []
    number = 0
    for section in module.sections:
        steps = _steps(section, place, number, leads=leads)
        number += len(steps)
        notes = section.leader.get(place.name.language, ())
        leader = _leader(notes, place, section.phase.value) if leads else Markup("")
        title = section.texts.get(place.name.language, "")
        found.append(
            PhaseView(
                section.phase, PHASE_NAMES[section.phase], title, section.minutes, leader, steps
            )
        )
    return found


def _steps(section: Section, place: Place, number: int, *, leads: bool) -> list[StepView]:
    lang = place.name.language
    found: list[StepView] = []
    for step in section.steps:
        if lang not in step.texts:
            continue
        text = render_step(step, lang, media_url=lambda n: _media_url(place, n))
        leader = safe(text.leader_html) if leads else Markup("")
        order = shuffled(fields_of(text.question), step.id) if text.question is not None else ()
        found.append(
            StepView(
                text,
                safe(text.html),
                safe(text.prompt_html),
                leader,
                step.minutes,
                order,
                number + len(found),
            )
        )
    return found
