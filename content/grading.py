from __future__ import annotations

from dataclasses import dataclass

from content.model import QuestionForm


@dataclass(frozen=True, slots=True)
class Grade:
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
