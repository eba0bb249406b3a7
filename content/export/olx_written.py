"""Open edX's problems for answers that are not ticked: a field for a word or a number, a list for
what is chosen, matched or given its place. It has none for an open answer.
https://docs.openedx.org/en/latest/educators/references/course_development/exercise_tools"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final
from xml.etree.ElementTree import Element

from content.export.quizzes import Quiz
from content.export.source import Losses
from content.export.xml import add, elements, with_tex
from content.grading import shuffled
from content.model import Number, QuestionForm
from content.rendered import RenderedQuestion

FORMS: Final[frozenset[QuestionForm]] = frozenset({"text", "number", "gap", "match", "order"})


def ask(problem: Element, question: RenderedQuestion, seed: str) -> Element:
    """The last of its fields."""
    prompt = elements(with_tex(question.prompt_html))
    match question.form:
        case "text":
            response = _field_of_words(problem, question.accepted)
            response.insert(0, prompt)
        case "number":
            response = _field_of_a_number(problem, question.numbers)
            response.insert(0, prompt)
        case _:
            problem.append(prompt)
            *_, response = _fields(problem, question, seed)
    return response


def note_losses(quiz: Quiz, losses: Losses) -> None:
    question = quiz.question
    if len(question.gaps) > 1 or question.form in ("match", "order"):
        message = "Open edX gives points for each field, not for all together"
        losses.note(quiz.step, quiz.language, message)
    if question.form == "order":
        message = "Open edX asks for the place of each instead of ordering"
        losses.note(quiz.step, quiz.language, message)
    if any(each.tolerance for each in question.numbers[1:]):
        message = "Open edX allows a tolerance for the first number only"
        losses.note(quiz.step, quiz.language, message)


def _fields(problem: Element, question: RenderedQuestion, seed: str) -> Iterator[Element]:
    for place, gap in enumerate(question.gaps, start=1):
        if gap.choices:
            response = _list_of(problem, gap.choices, gap.accepted[0])
        else:
            response = _field_of_words(problem, gap.accepted)
        _label(response, f"({place})")
        yield response
    rights = list(dict.fromkeys(pair.right for pair in question.pairs))
    shown = [rights[at] for at in shuffled(len(rights), seed)]
    for pair in question.pairs:
        response = _list_of(problem, shown, pair.right)
        _label(response, pair.left_html)
        yield response
    places = [str(n) for n in range(1, len(question.items) + 1)]
    for at in shuffled(len(question.items), seed):
        response = _list_of(problem, places, places[at])
        _label(response, question.items[at])
        yield response


def _label(response: Element, html: str) -> None:
    content = elements(with_tex(html))
    # one paragraph is the line of a label; of more Open edX makes one, too
    inner = content[0] if len(content) == 1 and content[0].tag == "p" else content
    label = Element("label")
    label.text = inner.text
    label.extend(list(inner))
    response.insert(0, label)


def _field_of_words(problem: Element, accepted: Sequence[str]) -> Element:
    response = add(problem, "stringresponse", attributes={"answer": accepted[0], "type": "ci"})
    for text in accepted[1:]:
        add(response, "additional_answer", attributes={"answer": text})
    add(response, "textline", attributes={"size": "20"})
    return response


def _field_of_a_number(problem: Element, numbers: Sequence[Number]) -> Element:
    first = numbers[0]
    response = add(problem, "numericalresponse", attributes={"answer": _float(first.value)})
    for each in numbers[1:]:
        add(response, "additional_answer", attributes={"answer": _float(each.value)})
    near = {"type": "tolerance", "default": _float(first.tolerance)}
    add(response, "responseparam", attributes=near)
    add(response, "formulaequationinput")
    return response


def _list_of(problem: Element, choices: Sequence[str], right: str) -> Element:
    response = add(problem, "optionresponse")
    listed = add(response, "optioninput")
    for choice in choices:
        add(listed, "option", shown_in_list(choice), {"correct": str(choice == right)})
    return response


def shown_in_list(text: str) -> str:
    """Open edX's reader of a list ends a choice at a straight apostrophe."""
    return text.replace("'", "\u2019")


def _float(value: float) -> str:
    return f"{value:.10g}"
