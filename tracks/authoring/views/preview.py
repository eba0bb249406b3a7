"""What teachers will see: the same drawing as at publishing, the same form of each step."""

import re
from collections.abc import Iterator

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from msgspec import Struct

from content.grading import fields_of, shuffled
from content.model import Module, Phase, Section, Step, StepKind, Track
from content.rendered import RenderedStep
from content.rendering.pieces import NotesPiece, Piece, StepPiece, placed, rendered_step
from tracks.authoring.queries import drafts_in
from tracks.authoring.views.desk import TOO_COMPLEX, Place, desk, opens_track, place_or_404
from tracks.catalogue.drawn import intro_of, notes_of
from tracks.catalogue.rules import PHASE_NAMES
from tracks.db import Session
from tracks.people.rules import Actor
from tracks.progress.queries import NO_ANSWER
from tracks.progress.rules import LONGEST_TEXT, offers_sharing
from tracks.progress.views.places import safe, safe_line
from tracks.web.pages import gettext
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
    may_share: bool = False

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
    shown = _Shown(place, leads=leads)
    if drawn is not None and is_there:
        # anybody's text: drawn in a process that is ended if it takes too long
        shown.drawn = desk().drawn(actor.person_id, list(shown.pieces(drawn, module)))
    intro = ""
    if drawn is not None and is_there and not place.name.is_module:
        intro = shown.html(intro_of(drawn, lang))
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
        module_leader=shown.notes(module) if module is not None else "",
        phases=shown.phases(module) if module is not None else [],
        answer=NO_ANSWER,
        longest=LONGEST_TEXT,
        safe=safe,
        safe_line=safe_line,
    )


class _Shown:
    """What stands on the page, of the pieces that could be drawn."""

    def __init__(self, place: Place, *, leads: bool) -> None:
        self.place = place
        self.leads = leads
        self.drawn: dict[str, str] = {}

    @property
    def lang(self) -> str:
        return self.place.name.language

    def pieces(self, track: Track, module: Module | None) -> Iterator[Piece]:
        if module is None:
            yield intro_of(track, self.lang)
            return
        if self.leads and self.lang in module.texts:
            yield notes_of(module, self.lang)
        for section in module.sections if self.leads or not module.is_for_leaders else ():
            if self.leads:
                yield self.script_of(section)
            for step in section.steps:
                if self.lang in step.texts:
                    yield StepPiece(self.lang, step)

    def script_of(self, section: Section) -> Piece:
        return NotesPiece(self.lang, section.leader.get(self.lang, ()), section.phase.value)

    def text(self, piece: Piece) -> str | None:
        drawn = self.drawn.get(piece.key)
        media = f"/authoring/{self.place.track}/media/"
        return None if drawn is None else drawn.replace(placed(piece.key), media)

    def html(self, piece: Piece) -> Markup:
        drawn = self.text(piece)
        return Markup("<p>{}</p>").format(gettext(TOO_COMPLEX)) if drawn is None else safe(drawn)

    def notes(self, module: Module) -> Markup:
        is_shown = self.leads and self.lang in module.texts
        return self.html(notes_of(module, self.lang)) if is_shown else Markup("")

    def phases(self, module: Module) -> list[PhaseView]:
        if module.is_for_leaders and not self.leads:
            return []
        found: list[PhaseView] = []
        number = 0
        for section in module.sections:
            steps = [
                self.step(step, number + n)
                for n, step in enumerate(s for s in section.steps if self.lang in s.texts)
            ]
            number += len(steps)
            leader = self.html(self.script_of(section)) if self.leads else Markup("")
            name, title = PHASE_NAMES[section.phase], section.texts.get(self.lang, "")
            found.append(PhaseView(section.phase, name, title, section.minutes, leader, steps))
        return found

    def step(self, step: Step, number: int) -> StepView:
        drawn = self.text(StepPiece(self.lang, step))
        if drawn is None:
            text = RenderedStep(
                step.texts[self.lang].title, StepKind.READING, "", "", "", None, None
            )
            why = Markup("<p>{}</p>").format(gettext(TOO_COMPLEX))
            return StepView(text, why, Markup(""), Markup(""), step.minutes, (), number)
        text = rendered_step(drawn)
        leader = safe(text.leader_html) if self.leads else Markup("")
        order = shuffled(fields_of(text.question), step.id) if text.question is not None else ()
        html, prompt = safe(text.html), safe(text.prompt_html)
        return StepView(
            text, html, prompt, leader, step.minutes, order, number, offers_sharing(step.visibility)
        )
