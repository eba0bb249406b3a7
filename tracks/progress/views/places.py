"""Where a person is: the track, module and step of an address, and the way through them."""

from collections.abc import Sequence
from typing import cast

from flask import abort
from markupsafe import Markup
from msgspec import Struct
from msgspec.structs import replace

from content.devices import devices_in, opened
from content.model import Phase
from content.rendered import RenderedStep
from tracks.catalogue.queries import Edition, Module, Shelf
from tracks.catalogue.rules import PHASE_NAMES, Outline
from tracks.db import Session
from tracks.people.queries import device_of
from tracks.people.rules import Actor
from tracks.progress.queries import own_edition
from tracks.progress.rules import DoneWork, is_done, is_phase_done, minutes_left
from tracks.web.errors import NotPublished
from tracks.web.requests import Notice, extension, language, parts


def shelf() -> Shelf:
    return cast(Shelf, extension("tracks.shelf"))


def edition_or_404(session: Session, publisher: str, track: str) -> Edition:
    edition = shelf().current(session, publisher, track)
    if edition is None:
        raise NotPublished
    return edition


def step_here_or_404(
    session: Session, actor: Actor, publisher: str, track: str, module: str, slug: str
) -> tuple[Edition, Outline]:
    """In the newest version; what is not there (any more), in the one the reader works on."""
    newest = edition_or_404(session, publisher, track)
    found = newest.by_slug.get((module, slug))
    if found is not None:
        return newest, found
    own = own_edition(session, shelf(), actor.person_id, newest)
    return own, step_or_404(own, module, slug)


def in_own_version(
    session: Session, edition: Edition, outline: Outline, version_id: int | None
) -> tuple[Edition, Outline]:
    """The same step in the version that is worked on, if that has it."""
    if version_id is None or version_id == edition.version_id:
        return edition, outline
    own = shelf().edition(session, version_id)
    mine = own.step_ids.get(outline.step_id)
    return (edition, outline) if mine is None else (own, mine)


def own_or_newest(session: Session, newest: Edition, work: DoneWork) -> Edition:
    return newest if work.version_id is None else shelf().edition(session, work.version_id)


def module_or_404(edition: Edition, slug: str) -> Module:
    found = edition.by_module.get(slug)
    if found is None:
        raise NotPublished
    return found


def step_or_404(edition: Edition, module: str, slug: str) -> Outline:
    found = edition.by_slug.get((module, slug))
    if found is None:
        raise NotPublished
    return found


def resource_or_404(edition: Edition, module: str, step: str) -> Outline:
    """A step that is not marked as a resource has no life of its own: 404."""
    outline = step_or_404(edition, module, step)
    if not outline.is_resource:
        raise NotPublished
    return outline


def for_pupils_of(session: Session, actor: Actor, text: RenderedStep) -> RenderedStep:
    """With the variants of the device that the actor's pupils have open."""
    device = device_of(session, actor) if devices_of(text) else None
    if device is None:
        return text
    question = text.question
    if question is not None:
        question = replace(question, prompt_html=opened(question.prompt_html, device))
    return replace(
        text,
        html=opened(text.html, device),
        prompt_html=opened(text.prompt_html, device),
        leader_html=opened(text.leader_html, device),
        question=question,
    )


def devices_of(text: RenderedStep) -> list[str]:
    """Those the step has variants to choose from."""
    asked = text.question.prompt_html if text.question else ""
    return devices_in(text.html + text.prompt_html + text.leader_html + asked)


def phase_or_404(letter: str) -> Phase:
    try:
        return Phase(letter)
    except ValueError:
        abort(404)


def text_of(session: Session, edition: Edition, step: Outline) -> RenderedStep:
    lang = edition.language(language())
    return shelf().text(session, edition.version_id, step.step_id, lang)


def track_url(edition: Edition) -> str:
    return f"/t/{edition.publisher}/{edition.slug}"


def module_url(edition: Edition, slug: str) -> str:
    return f"{track_url(edition)}/{slug}"


def step_url(edition: Edition, step: Outline) -> str:
    return f"{track_url(edition)}/{step.module_slug}/{step.slug}"


def resource_url(edition: Edition, step: Outline) -> str:
    return f"/r/{edition.publisher}/{edition.slug}/{step.module_slug}/{step.slug}"


def safe(html: str) -> Markup:
    """HTML that content.rendering has cleaned when the track was published."""
    return Markup(html)  # noqa: S704  # cleaned by the allow-list of content.rendering.sanitizer


def safe_line(html: str) -> Markup:
    """The same without its only <p>: for labels and legends, which hold no paragraphs."""
    inner = html.strip().removeprefix("<p>").removesuffix("</p>")
    return safe(html if "<p>" in inner or "</p>" in inner else inner)


class PhaseView(Struct, frozen=True):
    """One of the four phases on a page."""

    phase: Phase
    name: str  # message id
    title: str
    minutes: int
    minutes_left: int
    steps: Sequence[Outline]
    done: int
    is_done: bool


def phases_of(edition: Edition, module: Module, work: DoneWork) -> list[PhaseView]:
    lang = edition.language(language())
    views = []
    for phase in Phase:
        steps = edition.by_phase.get((module.id, phase), ())
        if not steps and phase not in module.minutes:
            continue
        texts = module.texts[lang]["phases"].get(phase.value, {})
        minutes = module.minutes.get(phase, 0)
        complete = is_phase_done(steps, module.id, phase, work)
        views.append(
            PhaseView(
                phase=phase,
                name=PHASE_NAMES[phase],
                title=texts.get("title", ""),
                minutes=minutes,
                minutes_left=0 if complete else minutes_left(steps, minutes, work),
                steps=steps,
                done=sum(is_done(s, work) for s in steps),
                is_done=complete,
            )
        )
    return views


def neighbours(edition: Edition, step: Outline) -> tuple[Outline | None, Outline | None]:
    """The steps before and after in the same phase of the same module."""
    mine = edition.by_phase[step.module_id, step.phase]
    at = mine.index(step)
    before = mine[at - 1] if at else None
    after = mine[at + 1] if at + 1 < len(mine) else None
    return before, after


def notices(session: Session, person_id: int, track_id: int) -> list[Notice]:
    return [notice for ask in parts().notices for notice in ask(session, person_id, track_id)]
