"""A quiz as its author would write it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from msgspec import Struct

from content.ids import LONGEST_ID

_SPELLED = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ä": "a", "ö": "o", "ß": "ss"})
_ROOM = 6  # for a number behind an id that is taken
# What would begin or end a block, or an answer, in the middle of a text.
_MEANS_SOMETHING = re.compile(r"^([ \t]*+)(:::|#|>|- [(\[]|---|===|=[ \t]|___)", re.MULTILINE)


class Answer(Struct, frozen=True):
    text: str
    is_right: bool
    feedback: str


@dataclass(slots=True)
class QuizText:
    title: str
    prompt: str
    explanation: str
    answers: list[Answer] = field(default_factory=list)
    is_one: bool = False
    lines: list[str] = field(default_factory=list)  # of forms without options, as written


def block(quiz: QuizText, taken: dict[str, int]) -> str:
    """Under a heading of its own. The id is added to those `taken`: each with the last number that
    was put behind it."""
    title = " ".join((quiz.title or quiz.prompt).split())[:120]
    id_ = _id(title, taken)
    lines = [f"### {title}".rstrip("# "), "", f"::: quiz {{#{id_}}}", _harmless(quiz.prompt), ""]
    for answer in quiz.answers:
        mark = "x" if answer.is_right else " "
        text = _indented(answer.text, "  ")
        lines.append(f"- ({mark}) {text}" if quiz.is_one else f"- [{mark}] {text}")
        if answer.feedback:
            lines.append(f"  > {_indented(answer.feedback, '  > ')}")
    lines += quiz.lines
    if quiz.explanation:
        lines += ["", "> [!NOTE]", f"> {_indented(quiz.explanation, '> ')}"]
    return "\n".join([*lines, ":::", ""])


def _harmless(text: str) -> str:
    return _MEANS_SOMETHING.sub(r"\1\\\2", text)


def _indented(text: str, by: str) -> str:
    return _harmless(text).replace("\n", f"\n{by}")


def _id(title: str, taken: dict[str, int]) -> str:
    plain = unicodedata.normalize("NFKD", title.casefold().translate(_SPELLED))
    slug = re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")
    base = (slug[: LONGEST_ID - _ROOM].strip("-")) or "quiz"
    number = taken.get(base, 0) + 1
    while number > 1 and f"{base}-{number}" in taken:
        number += 1
    taken[base] = number
    name = base if number == 1 else f"{base}-{number}"
    taken.setdefault(name, 1)
    return name
