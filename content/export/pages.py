"""Steps as HTML pages that stand alone: no script, nothing from another host."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from msgspec import Struct

from content.export.quizzes import TICKED, asked_in
from content.export.source import Losses, Source
from content.grading import shuffled
from content.model import Module, QuestionForm, Section, Step
from content.rendered import RenderedQuestion
from content.rendering.html import MediaUrl, render_step, render_track_intro

_WRITTEN = ("reflection", "try-out", "scale", "checklist")
_LOOK = (
    "body{font:1.05rem/1.6 system-ui,sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem}"
    "img,video{max-width:100%}table{border-collapse:collapse}"
    "th,td{border:1px solid;padding:.3em .6em}"
)


class Place(Struct, frozen=True):
    module: Module
    section: Section
    step: Step

    @property
    def id(self) -> str:
        return f"{self.module.id}.{self.step.id}"


def places(source: Source) -> Iterator[Place]:
    for module in source.track.for_everybody:
        for section in module.sections:
            for step in section.steps:
                if source.language in step.texts:
                    yield Place(module, section, step)


def step_body(
    source: Source,
    step: Step,
    media_url: MediaUrl,
    forms: frozenset[QuestionForm] = TICKED,
) -> str:
    """Without the quiz, which each format has its own way for, and without the leader's words."""
    drawn = render_step(step, source.language, media_url=media_url, has_tabs=False)
    parts = [
        drawn.html,
        drawn.event_html,
        drawn.prompt_html,
        drawn.video.html if drawn.video else "",
    ]
    parts += [_list(drawn.items)] if drawn.items else []
    if asked_in(forms, step, source.language) is None and drawn.question is not None:
        parts.append(asked_body(drawn.question, step.id))
    return "\n".join(part for part in parts if part)


def asked_body(question: RenderedQuestion, seed: str) -> str:
    """A question whose answers are written, for a page that cannot take them: nothing in it says
    what is right."""
    parts = [question.prompt_html]
    for number, gap in enumerate(question.gaps, start=1):
        if gap.choices:
            parts.append(f"<p>({number}) {escape(' / '.join(gap.choices))}</p>")
    if question.pairs:
        order = shuffled(len(question.pairs), seed)
        parts.append(_list([pair.left_html for pair in question.pairs]))
        parts.append(_list([escape(question.pairs[place].right) for place in order]))
    if question.items:
        order = shuffled(len(question.items), seed)
        parts.append(_list([question.items[place] for place in order]))
    return "\n".join(parts)


def _list(items: Sequence[str]) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def intro_body(source: Source, media_url: MediaUrl) -> str:
    summary = source.track.texts[source.language].summary
    intro = render_track_intro(source.track, source.language, media_url=media_url)
    return f"<p>{escape(summary)}</p>\n{intro}"


def page(language: str, title: str, body: str) -> bytes:
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(title)}</title>\n<style>{_LOOK}</style>\n</head>\n<body>\n"
        f"<main>\n<h1>{escape(title)}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    ).encode()


def note_work_lost(
    source: Source,
    place: Place,
    losses: Losses,
    forms: frozenset[QuestionForm] = TICKED,
) -> None:
    """Reflections and try-outs are written in the tool; elsewhere only the question is left."""
    question = place.step.texts[source.language].question
    is_written = question is not None and question.form not in forms
    if is_written or place.step.kind in _WRITTEN:
        message = "the page asks, but has no field for the answer"
        hint = "Export as thin-cartridge: its links lead to the tool."
        losses.note(place.step, source.language, message, hint)
