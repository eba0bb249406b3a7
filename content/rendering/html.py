"""Steps as clean HTML. The page's h1 is the step's title, so headings inside start at h2."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count

from content.blocks import quiz, video
from content.markdown import markdown, normalised
from content.model import Step, StepKind, Track
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
    "render_markdown",
    "render_notes",
    "render_step",
    "render_track_intro",
]

MediaUrl = Callable[[str], str]  # "media/x.png" -> an address on our origin, or https

# `####` is the first level an author may use inside a step
_STEP_SHIFT = -2


def render_step(
    step: Step, language: str, *, media_url: MediaUrl, has_tabs: bool = True
) -> RenderedStep:
    """`has_tabs`: False for pages without our style sheet, which show all devices' variants."""
    text = step.texts[language]

    def draw(source: str, part: str = "") -> str:
        return render_markdown(
            source,
            language,
            media_url=media_url,
            shift=_STEP_SHIFT,
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
