"""Steps as clean HTML. The page's h1 is the step's title, so headings inside start at h2."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape
from itertools import count

from msgspec.structs import replace

from content.blocks import event, quiz, video
from content.markdown import markdown, normalised
from content.model import Section, Step, StepKind, Track
from content.rendered import RenderedOption, RenderedQuestion, RenderedStep, RenderedVideo
from content.rendering.drawing import Drawing, prepared
from content.rendering.footnotes import without_notes
from content.rendering.rules import StepRenderer, draw_notes
from content.rendering.sanitizer import sanitized, with_ready

__all__ = [
    "MediaUrl",
    "RenderedOption",
    "RenderedQuestion",
    "RenderedStep",
    "RenderedVideo",
    "render_for_leaders",
    "render_markdown",
    "render_notes",
    "render_step",
    "render_track_intro",
]

MediaUrl = Callable[[str], str]  # "media/x.png" -> an address on our origin, or https

# `####` is the first level an author may use inside a step
_STEP_SHIFT = -2


def render_step(
    step: Step,
    language: str,
    *,
    media_url: MediaUrl,
    has_tabs: bool = True,
    shift: int = _STEP_SHIFT,
) -> RenderedStep:
    """`has_tabs`: False for pages without our style sheet, which show all devices' variants.
    `shift`: where several steps stand on a page, their headings are lower than its own."""
    text = step.texts[language]

    def draw(source: str, part: str = "") -> str:
        return render_markdown(
            source,
            language,
            media_url=media_url,
            shift=shift,
            ids=f"{step.id}{part}",
            has_tabs=has_tabs,
        )

    parts = count()

    def draw_part(source: str) -> str:
        return draw(source, f"-q{next(parts)}")

    question, film = text.question, text.video
    return RenderedStep(
        title=text.title,
        kind=StepKind(step.kind),
        html=draw(text.markdown),
        prompt_html=draw(text.prompt, "-p"),
        leader_html="\n".join(draw(t, f"-l{n}") for n, t in enumerate(text.leader)),
        question=None if question is None else quiz.draw(question, draw_part),
        video=None if film is None else _video(step, language, media_url),
        items=tuple(draw(item, f"-i{n}") for n, item in enumerate(text.items)),
        scale=step.scale,
        provider=text.terms.provider if text.terms else "",
        price=text.terms.price if text.terms else "",
        terms_html=draw(text.terms.text, "-t") if text.terms else "",
        event_html=sanitized(event.draw(text.event, language)) if text.event else "",
    )


def render_track_intro(track: Track, language: str, *, media_url: MediaUrl | None = None) -> str:
    return render_markdown(
        track.texts[language].markdown, language, media_url=media_url, ids=track.id
    )


def render_notes(
    notes: Iterable[str], language: str, *, media_url: MediaUrl | None = None, ids: str = "notes"
) -> str:
    """Leader blocks of a section, or a module's words for its leader."""
    drawn = (
        render_markdown(note, language, media_url=media_url, shift=_STEP_SHIFT, ids=f"{ids}-{n}")
        for n, note in enumerate(notes)
    )
    return "\n".join(drawn)


def render_for_leaders(section: Section, language: str, *, media_url: MediaUrl) -> str:
    """A phase of a module for leaders: what stands in no step, then each step under an h3."""
    ids = section.phase.value
    parts = [render_notes(section.leader.get(language, ()), language, media_url=media_url, ids=ids)]
    for step in section.steps:
        if language in step.texts:
            drawn = render_step(step, language, media_url=media_url, shift=0)
            items = "".join(f"<li>{item}</li>" for item in drawn.items)
            parts += [
                f"<h3>{escape(drawn.title)}</h3>",
                drawn.html,
                drawn.event_html,
                drawn.prompt_html,
                drawn.video.html if drawn.video else "",
                f"<ul>{items}</ul>" if items else "",
                drawn.leader_html,
            ]
    return "\n".join(part for part in parts if part)


def render_markdown(
    text: str,
    language: str,
    *,
    media_url: MediaUrl | None = None,
    shift: int = 0,
    ids: str = "text",
    has_tabs: bool = True,
) -> str:
    """`ids` goes into the headings' ids, so that pieces on one page do not share them."""
    if not text.strip():
        return ""
    drawing = Drawing(language, media_url, shift, ids, has_tabs)
    tokens = without_notes(markdown().parse(normalised(text)), drawing.notes)
    renderer, options = StepRenderer(), markdown().options
    html = renderer.render(prepared(tokens, drawing), options, {"drawing": drawing})
    html += draw_notes(renderer, drawing, options)
    clean = sanitized(html, media=frozenset(drawing.media)).strip()
    return with_ready(clean, drawing.ready)


def _video(step: Step, language: str, media_url: MediaUrl) -> RenderedVideo | None:
    text = step.texts[language]
    if text.video is None:
        return None
    drawing = Drawing(language, media_url, _STEP_SHIFT, step.id)
    drawn = video.draw(text.video, text.title, language, media_url=drawing.media_address)
    return replace(drawn, html=sanitized(drawn.html, media=frozenset(drawing.media)))
