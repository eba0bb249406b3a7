"""What a track is to whoever reads it: said from the model, not from what was taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from msgspec import Struct

from content.export.source import Source
from content.export.xml import with_tex
from content.model import Module, Step
from content.rendered import RenderedQuestion, RenderedStep
from content.rendering.html import render_step

_BESIDE = re.compile(r"<(choicehint|demandhint|style|script)\b.*?</\1>", re.S)
_TAG = re.compile(r"<!--.*?-->|<[^>]*>", re.S)
_PICTURE = re.compile(r"<img\b[^>]*>")
_ALT = re.compile(r'alt="([^"]*)"')

# title, and what is in it
Tree = list[tuple[str, "Tree"]]


class Asked(Struct, frozen=True):
    """A question whose answers are ticked, in words alone."""

    title: str
    form: str
    points: float
    prompt: str
    options: tuple[str, ...]
    right: frozenset[int]
    told: tuple[str, ...]  # for each option, or ""
    why: str


def words(html: str) -> str:
    """What somebody reads, pictures by their alternative text."""

    def alt(match: re.Match[str]) -> str:
        found = _ALT.search(match[0])
        return f" {found[1]} " if found else " "

    shown = _PICTURE.sub(alt, _BESIDE.sub(" ", with_tex(html)))
    return "".join(unescape(_TAG.sub(" ", shown)).split())


def drawn(source: Source, step: Step) -> RenderedStep:
    return render_step(step, source.language, media_url=str, has_tabs=False)


def steps(source: Source) -> Iterator[tuple[Module, Step]]:
    for module in source.track.for_everybody:
        for step in module.steps:
            if source.language in step.texts:
                yield module, step


def tree(source: Source) -> Tree:
    """Modules, in them phases, in them steps; nothing for leaders."""
    language = source.language
    return [
        (
            module.texts[language].title,
            [
                (
                    section.texts[language],
                    [(step.texts[language].title, []) for step in section.steps],
                )
                for section in module.sections
                if section.steps
            ],
        )
        for module in source.track.for_everybody
    ]


def asked(source: Source) -> dict[str, Asked]:
    """module.step -> what is asked there."""
    found = {}
    for module, step in steps(source):
        shown = drawn(source, step)
        question = shown.question
        if question is not None and question.form in ("one", "several"):
            found[f"{module.id}.{step.id}"] = _asked(shown, question)
    return found


def _asked(shown: RenderedStep, question: RenderedQuestion) -> Asked:
    return Asked(
        title=shown.title,
        form=question.form,
        points=question.points,
        prompt=words(f"{shown.html}\n{question.prompt_html}"),
        options=tuple(words(option.html) for option in question.options),
        right=question.right,
        told=tuple(words(option.feedback_html) for option in question.options),
        why=words(question.explanation_html),
    )


def read_on_pages(source: Source) -> dict[str, list[str]]:
    """module.step -> what its page says, where it is no quiz: in pieces, in order. Of written
    answers only what is asked: nothing that is right."""
    found = {}
    ticked = asked(source)
    for module, step in steps(source):
        name = f"{module.id}.{step.id}"
        if name not in ticked:
            shown = drawn(source, step)
            parts = [shown.title, shown.html, shown.prompt_html, *shown.items]
            if shown.question is not None:
                parts.append(shown.question.prompt_html)
            if step.access is not None:
                days = (step.access.free_from, step.access.free_until)
                parts += [day.isoformat() for day in days if day]
            parts += [shown.provider, shown.price, shown.terms_html]
            found[name] = [said for part in parts if (said := words(part))]
    return found
