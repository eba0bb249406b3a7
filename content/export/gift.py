"""Moodle's GIFT: https://docs.moodle.org/en/GIFT_format. Texts stay Markdown."""

from __future__ import annotations

import re

from content.export.quizzes import Quiz, number, quizzes, shares
from content.export.source import Exported, Losses, Source

_SPECIAL = re.compile(r"([\\~=#{}:])")


def gift(source: Source) -> Exported:
    losses = Losses()
    texts = [f"// {source.address} ({source.language})\n"]
    for quiz in quizzes(source):
        texts.append(_question(quiz))
        _note_losses(quiz, losses)
    return Exported("\n".join(texts).encode(), tuple(losses.found))


def escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text.strip()).replace("\n", "\\n")


def _question(quiz: Quiz) -> str:
    question = quiz.question
    asked = "\n\n".join(part for part in (quiz.lead, question.prompt) if part)
    lines = [f"// {quiz.id}", f"::{escaped(quiz.title)}::[markdown]{escaped(asked)}{{"]
    for option, share in zip(question.options, shares(question), strict=True):
        weight = f"%{number(share * 100)}%" if question.form == "several" else ""
        sign = "=" if option.is_right and not weight else "~"
        feedback = f"#{escaped(option.feedback)}" if option.feedback else ""
        lines.append(f"{sign}{weight}{escaped(option.text)}{feedback}")
    if question.explanation:
        lines.append(f"####{escaped(question.explanation)}")
    return "\n".join([*lines, "}\n"])


def _note_losses(quiz: Quiz, losses: Losses) -> None:
    question = quiz.question
    if question.hint:
        losses.note(quiz.step, quiz.language, "GIFT has no place for the hint")
    if question.points != 1:
        losses.note(quiz.step, quiz.language, f"GIFT cannot say {number(question.points)} points")
    texts = [quiz.lead, question.prompt, question.explanation]
    texts += [part for option in question.options for part in (option.text, option.feedback)]
    if any("media/" in text for text in texts):
        hint = "Export as moodle-xml or qti: they carry the files."
        losses.note(quiz.step, quiz.language, "GIFT carries no pictures", hint)
