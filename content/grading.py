"""What an answer is worth. The same everywhere a question is asked."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from msgspec import Struct

from content.model import Gap, Number, Question, QuestionForm
from content.rendered import RenderedQuestion


class Grade(Struct, frozen=True):
    points: float
    maximum: float
    is_right: bool


def grade(
    right: frozenset[int], chosen: frozenset[int], *, form: QuestionForm, points: float
) -> Grade:
    """One answer gives all or nothing. Of several, each right choice counts for its share and
    each wrong choice takes one share back, never below zero: ticking everything must not pay."""
    is_right = bool(right) and chosen == right
    if form == "one" or is_right or not right:
        return Grade(points if is_right else 0.0, points, is_right)
    shares = max(0, len(chosen & right) - len(chosen - right))
    return Grade(round(points * shares / len(right), 4), points, is_right)


def grade_given(question: Question | RenderedQuestion, given: Sequence[str]) -> Grade:
    """All or nothing, one text for each field. Of a match it is the number, from 0, of the right
    side chosen for each left one; of an order the place, from 1, for each item in right order.
    An open answer is nobody's to judge: what is written counts."""
    is_right = len(given) == fields_of(question) and _is_right(question, given)
    return Grade(question.points if is_right else 0.0, question.points, is_right)


def fields_of(question: Question | RenderedQuestion) -> int:
    by_form = {"gap": question.gaps, "match": question.pairs, "order": question.items}
    return len(by_form[question.form]) if question.form in by_form else 1


def _is_right(question: Question | RenderedQuestion, given: Sequence[str]) -> bool:
    match question.form:
        case "text":
            return _is_accepted(given[0], question.accepted)
        case "number":
            return any(_is_near(given[0], number) for number in question.numbers)
        case "gap":
            return bool(question.gaps) and all(map(_fills, given, question.gaps))
        case "match":
            rights = [pair.right for pair in question.pairs]
            chosen = [dict(enumerate(rights)).get(_whole(text)) for text in given]
            return bool(rights) and chosen == rights
        case "order":
            places = [_whole(text) for text in given]
            return bool(places) and places == list(range(1, len(places) + 1))
        case "open":
            return bool(given[0].strip())
    return False


def _fills(given: str, gap: Gap) -> bool:
    return _is_accepted(given, gap.accepted)


def _is_accepted(given: str, accepted: Sequence[str]) -> bool:
    return bool(_folded(given)) and _folded(given) in {_folded(text) for text in accepted}


def _folded(text: str) -> str:
    """Capitals, spaces and a full stop at the end are not what was asked about."""
    plain = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return " ".join(plain.split()).removesuffix(".").rstrip()


def _whole(text: str) -> int:
    return int(text) if re.fullmatch(r"[0-9]{1,4}", text.strip(), re.ASCII) else -1


_GIVEN = re.compile(r"([-+\u2212]?)([0-9]{1,15}(?:[.,][0-9]{1,15})?)\s*(%?)")


def _is_near(given: str, number: Number) -> bool:
    match = _GIVEN.fullmatch("".join(given.split()))
    if match is None or (match[3] and not number.is_percent):
        return False
    value = float(match[2].replace(",", ".")) * (-1 if match[1] in ("-", "\u2212") else 1)
    # what both write in tenths must not fail by what binary fractions cannot hold
    slack = 1e-9 * max(1.0, abs(number.value))
    return abs(value - number.value) <= number.tolerance + slack


def shuffled(count: int, seed: str) -> tuple[int, ...]:
    """The order things are shown in: the same for the same seed, never the order written."""
    order = sorted(range(count), key=lambda n: hashlib.sha256(f"{seed}/{n}".encode()).digest())
    if order == list(range(count)):
        order = order[1:] + order[:1]
    return tuple(order)
