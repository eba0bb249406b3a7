"""What a track is to whoever reads it: said from the model, not from what was taken out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

from msgspec import Struct

from content.export.source import Source
from content.export.xml import with_tex
from content.languages import day_in
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


class Written(Struct, frozen=True):
    """A question whose answers are not ticked."""

    title: str
    form: str
    points: float
    prompt: str
    why: str
    question: RenderedQuestion
    seed: str

    @property
    def fields(self) -> list[str]:
        """What stands beside each field, where there are several."""
        question = self.question
        if question.form == "gap":
            return [f"({n})" for n in range(1, len(question.gaps) + 1)]
        return [words(pair.left_html) for pair in question.pairs]


def written(source: Source, forms: frozenset[str]) -> dict[str, Written]:
    """module.step -> what is asked there, of these forms."""
    found = {}
    for module, step in steps(source):
        shown = drawn(source, step)
        question = shown.question
        if question is not None and question.form in forms - {"one", "several"}:
            found[f"{module.id}.{step.id}"] = Written(
                title=shown.title,
                form=question.form,
                points=question.points,
                prompt=words(f"{shown.html}\n{question.prompt_html}"),
                why=words(question.explanation_html),
                question=question,
                seed=step.id,
            )
    return found


def tried(question: RenderedQuestion) -> list[list[str]]:
    """Answers that are right and that are not, as content.grading takes them."""
    match question.form:
        case "text":
            given = [*question.accepted, question.accepted[0].upper(), "helt feil"]
            return [[text] for text in given]
        case "number":
            values = [number.value for number in question.numbers]
            first = question.numbers[0]
            values += [first.value + first.tolerance, first.value + 2 * first.tolerance + 1]
            return [[f"{value:.10g}"] for value in values]
        case "gap":
            right = [gap.accepted[0] for gap in question.gaps]
            other = [gap.accepted[-1] for gap in question.gaps]
            wrong = [next((c for c in gap.choices if c not in right), "x") for gap in question.gaps]
            each = [[*right[:n], wrong[n], *right[n + 1 :]] for n in range(len(right))]
            return [right, other, wrong, *each]
        case "match" | "order":
            begin = 0 if question.form == "match" else 1
            count = len(question.pairs or question.items)
            right = [str(n) for n in range(begin, begin + count)]
            return [right, right[::-1], [*right[1:2], *right[:1], *right[2:]]]
    return [["noe"], [""]]


def read_on_pages(
    source: Source, forms: frozenset[str] = frozenset({"one", "several"})
) -> dict[str, list[str]]:
    """module.step -> what its page says, where it is no quiz: in pieces, in order. Of written
    answers only what is asked: nothing that is right."""
    found = {}
    asked_there = {**asked(source), **written(source, forms)}
    for module, step in steps(source):
        name = f"{module.id}.{step.id}"
        if name not in asked_there:
            shown = drawn(source, step)
            parts = [shown.title, shown.html, shown.prompt_html, *shown.items]
            if shown.question is not None:
                parts.append(shown.question.prompt_html)
            if step.access is not None:
                days = (step.access.free_from, step.access.free_until)
                parts += [day_in(source.language, day) for day in days if day]
            parts += [shown.provider, shown.price, shown.terms_html]
            found[name] = [said for part in parts if (said := words(part))]
    return found
