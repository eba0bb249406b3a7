"""The quizzes of a track, each with its place."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from content.export.source import Losses, Source
from content.model import Module, Question, QuestionForm, Step
from content.rendered import RenderedQuestion
from content.rendering.html import MediaUrl, render_step
from content.said import say


class Quiz(Struct, frozen=True):
    module: Module
    step: Step
    question: Question
    language: str

    @property
    def title(self) -> str:
        return self.step.texts[self.language].title

    @property
    def lead(self) -> str:
        """Markdown that stands between the heading and the quiz."""
        return self.step.texts[self.language].markdown

    @property
    def id(self) -> str:
        """One word in the whole track."""
        return f"{self.module.id}.{self.step.id}"

    def drawn(self, media_url: MediaUrl) -> RenderedQuestion:
        """The lead is part of what is asked: an importer shows nothing else."""
        rendered = render_step(self.step, self.language, media_url=media_url, has_tabs=False)
        assert rendered.question is not None
        question = rendered.question
        prompt = "\n".join(part for part in (rendered.html, question.prompt_html) if part)
        return replace(question, prompt_html=prompt)


TICKED: frozenset[QuestionForm] = frozenset({"one", "several"})


def quizzes(source: Source, forms: frozenset[QuestionForm], losses: Losses) -> Iterator[Quiz]:
    """Those a format can say; the others are told."""
    for module in source.track.for_everybody:
        for step in module.steps:
            text = step.texts.get(source.language)
            if text is not None and text.question is not None:
                if text.question.form in forms:
                    yield Quiz(module, step, text.question, source.language)
                    continue
                message = say(
                    "the format has no place for a question of the form {form}",
                    form=text.question.form,
                )
                losses.note(
                    step, source.language, say("{message}; it is left out", message=message)
                )


def asked_in(forms: frozenset[QuestionForm], step: Step, language: str) -> Question | None:
    """The question, if its answers are of one of these forms."""
    question = step.texts[language].question
    return question if question is not None and question.form in forms else None


def note_alike_only(quiz: Quiz, losses: Losses, system: str) -> None:
    """What is counted nearly as here, and what not at all."""
    if any(n.is_percent for n in quiz.question.numbers):
        message = say("{system} takes the number without its %", system=system)
        losses.note(quiz.step, quiz.language, message)
    if quiz.question.numbers:
        message = say("{system} may take a decimal point only, no comma", system=system)
        losses.note(quiz.step, quiz.language, message)


def shares(question: Question) -> tuple[float, ...]:
    """What each option adds to the whole, 1.0: as content.grading counts."""
    right = len(question.right) or 1
    if question.form == "one":
        return tuple(float(option.is_right) for option in question.options)
    return tuple((1 if option.is_right else -1) / right for option in question.options)


def number(value: float) -> str:
    """As short as it can be said, with five decimals at most."""
    return f"{value:.5f}".rstrip("0").rstrip(".")
