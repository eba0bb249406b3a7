"""A question. The form of its answers decides its type: round brackets mean one right answer,
square ones several; the others are read in answers.py."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec import Struct

from content.attributes import points
from content.blocks import answers
from content.blocks.answers import check_each_is_another
from content.blocks.block import COMMON_OPTIONS, Block, BlockText
from content.markdown import Document, Element
from content.model import Gap, Number, Option, Pair, Question, QuestionForm
from content.problems import ProblemList
from content.rendered import RenderedOption, RenderedPair, RenderedQuestion
from content.said import say
from content.source import (
    dedented,
    source_of,
    trimmed,
    with_references,
    without_quote_marks,
)

_MARKED = re.compile(
    r"(?P<indent>[ \t]*)(?P<bullet>[-*+][ \t]+)"
    r"(?:\((?P<round>[ xX])\)|\[(?P<square>[ xX])\])(?:[ \t]+(?P<text>.*))?"
)
_NEARLY_MARKED = re.compile(r"[ \t]*[-*+][ \t]+[(\[][^)\]\w]{0,3}[xXvV*]?\s{0,2}[)\]](?!\()")
_FORM_HINT = "Start every answer with - ( ) or - (x) if one is right, - [ ] or - [x] if several."
_FORMS_HINT = (
    "Use one form: - ( ), - [ ], lines = answer, gaps [[word]], pairs - a -> b, a list 1. 2. 3., "
    "or ___ for free text."
)


class _Answer(Struct, frozen=True):
    option: Option
    form: QuestionForm
    line: int


@dataclass(slots=True)
class _Parts:
    prompt: list[Element] = field(default_factory=list)
    options: list[_Answer] = field(default_factory=list)
    alerts: dict[str, str] = field(default_factory=dict)
    written: list[tuple[str, int]] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    others: list[tuple[QuestionForm, int]] = field(default_factory=list)  # and where they begin

    @property
    def has_answers(self) -> bool:
        return bool(self.options or self.others)


def read(document: Document, block: Element, found: ProblemList) -> BlockText:
    parts = _Parts()
    for element in block.children:
        _read_element(document, element, parts, found)
    items: tuple[str, ...] = ()
    if not parts.has_answers and parts.prompt and parts.prompt[-1].type == "ordered_list":
        last = parts.prompt.pop()
        items = answers.ordered(document, last, found)
        parts.others.append(("order", last.line))
    prompt = source_of(document, parts.prompt)
    gaps: tuple[Gap, ...] = ()
    if not parts.has_answers:
        prompt, gaps = answers.gaps(prompt, block.line, found)
        if gaps:
            parts.others.append(("gap", block.line))
    if not prompt:
        hint = "Write the question before the answers."
        found.error("quiz-no-question", block.line, "the quiz asks nothing", hint)
    form = _form_of(parts, block.line, found)
    accepted, numbers = _written(parts.written, form)
    question = Question(
        form=form,
        prompt=prompt,
        options=tuple(answer.option for answer in parts.options),
        hint=parts.alerts.get("TIP", ""),
        explanation=parts.alerts.get("NOTE", ""),
        points=points(block.attributes, block.line, found),
        accepted=accepted,
        numbers=numbers,
        gaps=gaps,
        pairs=tuple(parts.pairs),
        items=items,
    )
    return BlockText(question=question)


def _form_of(parts: _Parts, line: int, found: ProblemList) -> QuestionForm:
    """Of the answers there are; several kinds at once are told."""
    if parts.options or not parts.others:
        form = _form(parts.options, found)
        _check_answers(parts.options, form, line, found)
        if parts.others:
            _, at = parts.others[0]
            found.error("quiz-mixed-forms", at, "answers of several forms", _FORMS_HINT)
        return form
    form = parts.others[0][0]
    if form == "text" and all(answers.number(text) for text, _ in parts.written):
        form = "number"
    for other, at in parts.others[1:]:
        if other != parts.others[0][0]:
            found.error("quiz-mixed-forms", at, "answers of several forms", _FORMS_HINT)
            break
    return form


def _written(
    lines: list[tuple[str, int]], form: QuestionForm
) -> tuple[tuple[str, ...], tuple[Number, ...]]:
    if form == "number":
        return (), tuple(number for text, _ in lines if (number := answers.number(text)))
    return (tuple(text for text, _ in lines), ()) if form == "text" else ((), ())


def _read_other(document: Document, element: Element, parts: _Parts, found: ProblemList) -> bool:
    """Whether the element is an answer of one of the forms that are not ticked."""
    if written := answers.written(document, element, found):
        parts.written += written
        parts.others.append(("text", element.line))
    elif pairs := answers.pairs(document, element, found):
        parts.pairs += pairs
        parts.others.append(("match", element.line))
    elif answers.is_open(document, element):
        parts.others.append(("open", element.line))
    else:
        return False
    return True


def _read_element(document: Document, element: Element, parts: _Parts, found: ProblemList) -> None:
    if element.block_name == "leader" or element.type == "footnote":
        return  # the texts that lead to a note have it with them
    kind = str(element.token.meta.get("kind", "")) if element.type == "alert" else ""
    if element.type == "bullet_list" and _is_answers(document, element):
        for item in element.children:
            _read_option(document, item, parts, found)
    elif kind in ("TIP", "NOTE"):
        if kind in parts.alerts:
            hint = "Join them: one [!TIP] for the hint, one [!NOTE] for the explanation."
            found.error(
                "quiz-alert-doubled", element.line, say("a second [!{kind}]", kind=kind), hint
            )
        text = without_quote_marks(document.lines[element.first + 1 : element.last])
        if "[!NOTE]" in text.upper() or "[!TIP]" in text.upper():
            hint = "Put an empty line between the hint and the explanation."
            found.error("quiz-alert-joined", element.line, "two alerts run together", hint)
        parts.alerts[kind] = with_references(document, text)
    elif _read_other(document, element, parts, found):
        return
    elif parts.has_answers or parts.alerts:
        hint = (
            "Indent feedback with > under its answer; write the hint as > [!TIP] and the "
            "explanation as > [!NOTE]; all other text goes before the answers."
        )
        found.error("quiz-stray-text", element.line, "text after the answers", hint)
    else:
        parts.prompt.append(element)


def _is_answers(document: Document, element: Element) -> bool:
    firsts = [document.lines[item.first] for item in element.children]
    return any(_MARKED.fullmatch(line) or _NEARLY_MARKED.match(line) for line in firsts)


def _read_option(document: Document, item: Element, parts: _Parts, found: ProblemList) -> None:
    marked = _MARKED.fullmatch(document.lines[item.first])
    if marked is None:
        found.error("quiz-unmarked", item.line, "an answer without ( ) or [ ]", _FORM_HINT)
        return
    form: QuestionForm = "one" if marked["round"] is not None else "several"
    columns = len((marked["indent"] + marked["bullet"]).expandtabs(4))
    text: list[str] = [marked["text"] or ""]
    feedback: list[str] = []
    quoted = {
        number
        for child in item.children
        if child.type in ("blockquote", "alert")
        for number in range(child.first, child.last)
    }
    for number in range(item.first + 1, item.last):
        line = dedented(document.lines[number], columns)
        (feedback if number in quoted else text).append(line)
    answer = with_references(document, trimmed("\n".join(text)))
    if not answer:
        found.error("quiz-empty-answer", item.line, "an answer without text", _FORM_HINT)
    is_right = (marked["round"] or marked["square"] or "").casefold() == "x"
    told = with_references(document, without_quote_marks(feedback))
    parts.options.append(_Answer(Option(answer, is_right, told), form, item.line))


def _form(answers: list[_Answer], found: ProblemList) -> QuestionForm:
    form: QuestionForm = answers[0].form if answers else "one"
    for answer in answers:
        if answer.form != form:
            found.error("quiz-mixed-forms", answer.line, "the answers mix ( ) and [ ]", _FORM_HINT)
            break
    return form


def _check_answers(
    answers: list[_Answer], form: QuestionForm, line: int, found: ProblemList
) -> None:
    if len(answers) < 2:
        message = say("the quiz needs at least 2 answers and has {count}", count=len(answers))
        found.error("quiz-few-answers", line, message, _FORM_HINT)
    check_each_is_another(((each.option.text, each.line) for each in answers), found)
    right = [answer.line for answer in answers if answer.option.is_right]
    if answers and not right:
        found.error("quiz-none-right", line, "no answer is right", "Mark it: - (x) or - [x].")
    if form == "one" and len(right) > 1:
        hint = "A question with ( ) needs exactly one (x). Use [ ] and [x] for several."
        found.error(
            "quiz-two-right", right[1], say("{count} right answers", count=len(right)), hint
        )


def draw(question: Question, draw_markdown: Callable[[str], str]) -> RenderedQuestion:
    return RenderedQuestion(
        form=question.form,
        prompt_html=draw_markdown(_with_numbers(question)),
        options=tuple(
            RenderedOption(
                draw_markdown(option.text), draw_markdown(option.feedback), option.is_right
            )
            for option in question.options
        ),
        hint_html=draw_markdown(question.hint),
        explanation_html=draw_markdown(question.explanation),
        points=question.points,
        accepted=question.accepted,
        numbers=question.numbers,
        gaps=question.gaps,
        pairs=tuple(RenderedPair(draw_markdown(pair.left), pair.right) for pair in question.pairs),
        items=tuple(draw_markdown(item) for item in question.items),
    )


def _with_numbers(question: Question) -> str:
    """A gap is shown as its number; the fields of the same numbers stand under the text."""
    prompt = question.prompt
    for n in range(1, len(question.gaps) + 1):
        prompt = prompt.replace(f"[[{n}]]", f"**({n})**", 1)
    return prompt


BLOCK = Block(options=COMMON_OPTIONS | {"points"}, read=read)
