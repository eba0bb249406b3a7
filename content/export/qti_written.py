"""QTI 2.1 for answers that are not ticked: written, filled in, matched, ordered. All or nothing, as
content.grading counts them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from xml.etree.ElementTree import Element

from content.export.quizzes import number
from content.export.xml import add
from content.grading import shuffled
from content.model import Gap, QuestionForm
from content.rendered import RenderedQuestion

FORMS: Final[frozenset[QuestionForm]] = frozenset(
    {"text", "number", "gap", "match", "order", "open"}
)
_ASKED: Final = "RESPONSE"
# form -> cardinality and base type of what is answered
_TYPES: Final = {
    "text": ("single", "string"),
    "number": ("single", "float"),
    "match": ("multiple", "directedPair"),
    "order": ("ordered", "identifier"),
    "open": ("single", "string"),
}

DrawHtml = Callable[[Element, str], None]


def declare(item: Element, question: RenderedQuestion) -> None:
    if question.form == "gap":
        for place, gap in enumerate(question.gaps, start=1):
            kind = "identifier" if gap.choices else "string"
            right = _choice(gap) if gap.choices else gap.accepted[0]
            _declare(item, f"{_ASKED}{place}", "single", kind, [right])
        return
    places = range(len(question.items))
    right_of = {
        "text": question.accepted[:1],
        "number": [_float(each.value) for each in question.numbers[:1]],
        "match": [f"l{n} r{at}" for n, at in enumerate(_rights_of(question))],
        "order": [f"a{place}" for place in places],
    }
    _declare(item, _ASKED, *_TYPES[question.form], right_of.get(question.form, []))


def _declare(
    item: Element, identifier: str, cardinality: str, kind: str, right: Sequence[str]
) -> None:
    named = {"identifier": identifier, "cardinality": cardinality, "baseType": kind}
    declared = add(item, "responseDeclaration", attributes=named)
    if right:
        correct = add(declared, "correctResponse")
        for value in right:
            add(correct, "value", value)


def ask(body: Element, question: RenderedQuestion, seed: str, html: DrawHtml) -> None:
    asked = {"responseIdentifier": _ASKED}
    match question.form:
        case "text" | "number":
            add(add(add(body, "div"), "p"), "textEntryInteraction", attributes=asked)
        case "open":
            add(body, "extendedTextInteraction", attributes=asked)
        case "gap":
            _ask_gaps(add(body, "div"), question)
        case "match":
            _ask_pairs(body, question, seed, html)
        case "order":
            interaction = add(body, "orderInteraction", attributes=asked | {"shuffle": "true"})
            for place in shuffled(len(question.items), seed):
                kind = {"identifier": f"a{place}"}
                html(add(interaction, "simpleChoice", attributes=kind), question.items[place])


def _ask_gaps(parent: Element, question: RenderedQuestion) -> None:
    """Under the text, by the numbers that stand in it."""
    for place, gap in enumerate(question.gaps, start=1):
        line = add(parent, "p", f"({place}) ")
        asked = {"responseIdentifier": f"{_ASKED}{place}"}
        if not gap.choices:
            add(line, "textEntryInteraction", attributes=asked)
            continue
        listed = add(line, "inlineChoiceInteraction", attributes=asked | {"shuffle": "false"})
        for at, choice in enumerate(gap.choices):
            add(listed, "inlineChoice", choice, {"identifier": f"a{at}"})


def _ask_pairs(body: Element, question: RenderedQuestion, seed: str, html: DrawHtml) -> None:
    most = {"maxAssociations": str(len(question.pairs)), "shuffle": "true"}
    interaction = add(body, "matchInteraction", attributes={"responseIdentifier": _ASKED, **most})
    lefts, rights = (add(interaction, "simpleMatchSet") for _ in range(2))
    for place, pair in enumerate(question.pairs):
        kind = {"identifier": f"l{place}", "matchMax": "1"}
        html(add(lefts, "simpleAssociableChoice", attributes=kind), pair.left_html)
    texts = _rights(question)
    for place in shuffled(len(texts), seed):
        kind = {"identifier": f"r{place}", "matchMax": "0"}
        add(rights, "simpleAssociableChoice", texts[place], kind)


def _rights(question: RenderedQuestion) -> list[str]:
    """Each once: two may belong to the same."""
    return list(dict.fromkeys(pair.right for pair in question.pairs))


def _rights_of(question: RenderedQuestion) -> list[int]:
    texts = _rights(question)
    return [texts.index(pair.right) for pair in question.pairs]


def _choice(gap: Gap) -> str:
    return f"a{gap.choices.index(gap.accepted[0])}"


def count(item: Element, question: RenderedQuestion) -> None:
    rule = add(add(item, "responseProcessing"), "responseCondition")
    wanted = add(rule, "responseIf")
    _condition(wanted, question)
    score = add(wanted, "setOutcomeValue", attributes={"identifier": "SCORE"})
    _value(score, "float", number(question.points))


def _condition(parent: Element, question: RenderedQuestion) -> None:
    match question.form:
        case "text":
            _is_one_of(parent, _ASKED, question.accepted)
        case "number":
            any_of = add(parent, "or")
            for each in question.numbers:
                near = {"toleranceMode": "exact"}
                if each.tolerance:
                    bound = _float(each.tolerance)
                    near = {"toleranceMode": "absolute", "tolerance": f"{bound} {bound}"}
                equal = add(any_of, "equal", attributes=near)
                _answered(equal, _ASKED)
                _value(equal, "float", _float(each.value))
        case "gap":
            every = add(parent, "and")
            for place, gap in enumerate(question.gaps, start=1):
                if gap.choices:
                    _is_correct(every, f"{_ASKED}{place}")
                else:
                    _is_one_of(every, f"{_ASKED}{place}", gap.accepted)
        case "open":
            _answered(add(add(parent, "not"), "isNull"), _ASKED)
        case _:
            _is_correct(parent, _ASKED)


def _is_one_of(parent: Element, identifier: str, accepted: Sequence[str]) -> None:
    any_of = add(parent, "or")
    for text in accepted:
        same = add(any_of, "stringMatch", attributes={"caseSensitive": "false"})
        _answered(same, identifier)
        _value(same, "string", text)


def _is_correct(parent: Element, identifier: str) -> None:
    same = add(parent, "match")
    _answered(same, identifier)
    add(same, "correct", attributes={"identifier": identifier})


def _answered(parent: Element, identifier: str) -> None:
    add(parent, "variable", attributes={"identifier": identifier})


def _value(parent: Element, kind: str, text: str) -> None:
    add(parent, "baseValue", text, {"baseType": kind})


def _float(value: float) -> str:
    return f"{value:.10g}"
