"""Moodle's GIFT: https://docs.moodle.org/en/GIFT_format. Texts stay Markdown."""

from __future__ import annotations

import re
from typing import Final

from content.export.quizzes import TICKED, Quiz, number, quizzes, shares
from content.export.source import Exported, Losses, Source
from content.markdown import read_document
from content.model import Question
from content.said import say

_FORMS: Final = frozenset({*TICKED, "text", "number", "match", "order", "open"})
_SPECIAL = re.compile(r"([\\~=#{}:])")


def gift(source: Source) -> Exported:
    losses = Losses()
    texts = [f"// {source.address} ({source.language})\n"]
    for quiz in quizzes(source, _FORMS, losses):
        texts.append(_question(quiz))
        _note_losses(quiz, losses)
    return Exported("\n".join(texts).encode(), tuple(losses.found))


def escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text.strip()).replace("\n", "\\n")


def _question(quiz: Quiz) -> str:
    question = quiz.question
    asked = "\n\n".join(part for part in (quiz.lead, question.prompt) if part)
    lines = [f"// {quiz.id}", f"::{escaped(quiz.title)}::[markdown]{escaped(asked)}{{"]
    lines += _written(question)
    for option, share in zip(question.options, shares(question), strict=True):
        weight = f"%{number(share * 100)}%" if question.form == "several" else ""
        sign = "=" if option.is_right and not weight else "~"
        feedback = f"#{escaped(option.feedback)}" if option.feedback else ""
        lines.append(f"{sign}{weight}{escaped(option.text)}{feedback}")
    if question.explanation:
        lines.append(f"####{escaped(question.explanation)}")
    return "\n".join([*lines, "}\n"])


def _written(question: Question) -> list[str]:
    """Answers that are not ticked. What is put in order is matched with its place."""
    match question.form:
        case "text":
            return [f"={escaped(text)}" for text in question.accepted]
        case "number":
            return ["#", *(f"={n.value:.10g}:{n.tolerance:.10g}" for n in question.numbers)]
        case "match":
            return [f"={escaped(pair.left)} -> {escaped(pair.right)}" for pair in question.pairs]
        case "order":
            return [f"={escaped(item)} -> {n}" for n, item in enumerate(question.items, start=1)]
    return []


def _note_losses(quiz: Quiz, losses: Losses) -> None:
    question = quiz.question
    if question.hint:
        losses.note(quiz.step, quiz.language, "GIFT has no place for the hint")
    if question.form == "order":
        losses.note(quiz.step, quiz.language, "GIFT cannot order; each is matched with its place")
    if any(n.is_percent for n in question.numbers):
        losses.note(quiz.step, quiz.language, "GIFT takes the number without its %")
    if question.points != 1:
        losses.note(
            quiz.step,
            quiz.language,
            say("GIFT cannot say {number} points", number=number(question.points)),
        )
    texts = [quiz.lead, question.prompt, question.explanation]
    texts += [part for option in question.options for part in (option.text, option.feedback)]
    if any(read_document("", text).has_formulas for text in texts if "$" in text):
        hint = "Export as moodle-xml: formulas come with the signs that Moodle looks for."
        losses.note(quiz.step, quiz.language, "GIFT leaves formulas as they are written", hint)
    if any("media/" in text for text in texts):
        hint = "Export as moodle-xml or qti: they carry the files."
        losses.note(quiz.step, quiz.language, "GIFT carries no pictures", hint)
