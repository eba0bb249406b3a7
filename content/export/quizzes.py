"""The quizzes of a track, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from content.export.source import Source
from content.model import Module, Question, Step
from content.rendered import RenderedQuestion
from content.rendering.html import MediaUrl, render_step


@dataclass(frozen=True, slots=True)
class Quiz:
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
        rendered = render_step(self.step, self.language, media_url=media_url)
        assert rendered.question is not None
        question = rendered.question
        prompt = "\n".join(part for part in (rendered.html, question.prompt_html) if part)
        return RenderedQuestion(
            question.form,
            prompt,
            question.options,
            question.hint_html,
            question.explanation_html,
            question.points,
        )


def quizzes(source: Source) -> Iterator[Quiz]:
    for module in source.track.modules:
        for step in module.steps:
            text = step.texts.get(source.language)
            if text is not None and text.question is not None:
                yield Quiz(module, step, text.question, source.language)


def shares(question: Question) -> tuple[float, ...]:
    """What each option adds to the whole, 1.0: as content.grading counts."""
    right = len(question.right) or 1
    if question.form == "one":
        return tuple(float(option.is_right) for option in question.options)
    return tuple((1 if option.is_right else -1) / right for option in question.options)


def number(value: float) -> str:
    """As short as it can be said, with five decimals at most."""
    return f"{value:.5f}".rstrip("0").rstrip(".")
