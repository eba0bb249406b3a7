"""Answers that are not ticked: written, filled in, matched, ordered."""

from __future__ import annotations

import re
from collections.abc import Iterable

from content.markdown import Document, Element
from content.model import Gap, Number, Pair
from content.problems import ProblemList
from content.said import say
from content.source import dedented, trimmed, with_references

_EQUALS = re.compile(r"[ \t]*=[ \t]+(?P<text>.*\S)[ \t]*")
_FIGURE = r"[0-9]{1,15}(?:[.,][0-9]{1,10})?"
_NUMBER = re.compile(
    rf"(?P<value>[-+\u2212]?{_FIGURE})\s*(?P<unit>%)?"
    rf"(?:\s*(?:\+-|\+/-|±)\s*(?P<tolerance>{_FIGURE})\s*(?P<share>%)?)?"
)
_PAIR = re.compile(r"[ \t]*[-*+][ \t]+(?P<left>.*?\S)[ \t]+->[ \t]+(?P<right>\S.*?)[ \t]*")
_GAP = re.compile(r"\[\[([^\[\]\n]{1,500})\]\]")
_ITEM = re.compile(r"(?P<mark>[ \t]*[0-9]{1,9}[.)][ \t]+)(?P<text>.*)")
_OPEN = re.compile(r"[ \t]*_{3,}[ \t]*")


def check_each_is_another(answers: Iterable[tuple[str, int]], found: ProblemList) -> None:
    """Of answers with their lines. Capital letters may be what is asked about."""
    seen: set[str] = set()
    for text, line in answers:
        same = " ".join(text.split())
        if same and same in seen:
            hint = "Take one out, or write what makes it another answer."
            found.error(
                "quiz-same-answer", line, say("{text!r} stands twice", text=same[:60]), hint
            )
        seen.add(same)


def written(document: Document, element: Element, found: ProblemList) -> list[tuple[str, int]]:
    """The lines `= Oslo` of a paragraph, each with its line; [] if it is ordinary text."""
    if element.type != "paragraph":
        return []
    lines = list(enumerate(document.lines[element.first : element.last], element.first + 1))
    matches = [(_EQUALS.fullmatch(text), number) for number, text in lines]
    if not any(match for match, _ in matches):
        return []
    for match, number in matches:
        if match is None:
            hint = "Each accepted answer is a line = answer; put an empty line before the first."
            found.error("quiz-equals", number, "text between the accepted answers", hint)
            return []
    return [(match["text"], number) for match, number in matches if match]


def number(text: str) -> Number | None:
    match = _NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    value = to_float(match["value"])
    tolerance = to_float(match["tolerance"] or "0")
    if match["share"] and not match["unit"]:
        tolerance = abs(value) * tolerance / 100
    return Number(value, tolerance, is_percent=match["unit"] is not None)


def to_float(figure: str) -> float:
    return float(figure.replace(",", ".").replace("\u2212", "-"))


def is_open(document: Document, element: Element) -> bool:
    line = document.lines[element.first] if element.first < len(document.lines) else ""
    return element.type == "hr" and _OPEN.fullmatch(line) is not None


def pairs(document: Document, element: Element, found: ProblemList) -> list[Pair]:
    """[] if the list is none of pairs."""
    if element.type != "bullet_list":
        return []
    rows = [(_PAIR.fullmatch(document.lines[item.first]), item) for item in element.children]
    if not any(match for match, _ in rows):
        return []
    hint = "Write every pair on one line: - Norge -> Oslo"
    for match, item in rows:
        if match is None or item.last - item.first > 1 + _blank_lines(document, item):
            found.error("quiz-pair", item.line, "not a pair on one line", hint)
    check_each_is_another(((match["left"], item.line) for match, item in rows if match), found)
    if len(rows) < 2:
        found.error("quiz-few-answers", element.line, "one pair leaves nothing to match", hint)
    return [
        Pair(with_references(document, match["left"]), with_references(document, match["right"]))
        for match, _ in rows
        if match
    ]


def _blank_lines(document: Document, item: Element) -> int:
    return sum(not line.strip() for line in document.lines[item.first : item.last])


def ordered(document: Document, element: Element, found: ProblemList) -> tuple[str, ...]:
    items: list[str] = []
    for item in element.children:
        first = _ITEM.fullmatch(document.lines[item.first])
        if first is None:
            hint = "Write what is put in order as 1. 2. 3."
            found.error("quiz-empty-answer", item.line, "an answer without text", hint)
            continue
        columns = len(first["mark"].expandtabs(4))
        rest = (dedented(line, columns) for line in document.lines[item.first + 1 : item.last])
        items.append(with_references(document, trimmed("\n".join([first["text"], *rest]))))
    lines = (item.line for item in element.children)
    check_each_is_another(zip(items, lines, strict=False), found)
    if len(items) < 2:
        hint = "Write at least two: 1. first 2. second"
        found.error("quiz-few-answers", element.line, "nothing to put in order", hint)
    return tuple(items)


def gaps(prompt: str, line: int, found: ProblemList) -> tuple[str, tuple[Gap, ...]]:
    """The prompt with [[1]], [[2]] where the gaps were, and the gaps."""
    read: list[Gap] = []

    def numbered(match: re.Match[str]) -> str:
        read.append(_gap(match[1], line, found))
        return f"[[{len(read)}]]"

    return _GAP.sub(numbered, prompt), tuple(read)


def _gap(text: str, line: int, found: ProblemList) -> Gap:
    parts = [part.strip() for part in text.split("|")]
    if len(parts) == 1 and parts[0]:
        return Gap(accepted=(parts[0],))
    right = [p[1:-1].strip() for p in parts if len(p) > 2 and p[0] == "(" and p[-1] == ")"]
    choices = tuple(p[1:-1].strip() if p[:1] == "(" and p[-1:] == ")" else p for p in parts)
    if len(right) == len(parts) and all(right):
        return Gap(accepted=tuple(dict.fromkeys(right)))  # each is right: one of them is written
    hint = (
        "Write one word, [[Oslo]], several that are all right, [[(Oslo) | (Kristiania)]], or "
        "choices with the right one marked: [[Oslo | (Bergen)]]"
    )
    if len(right) != 1 or not all(choices):
        message = say(
            "the gap [[{text}]] has {count} right choices", text=text[:40], count=len(right)
        )
        found.error("quiz-gap", line, message, hint)
    check_each_is_another(((choice, line) for choice in choices), found)
    return Gap(accepted=tuple(right[:1]), choices=choices)
