from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.grading import Grade, grade

CHOICES = st.frozensets(st.integers(0, 7))
POINTS = st.sampled_from([0.5, 1.0, 2.0, 3.0, 7.25, 100.0])


@pytest.mark.parametrize(
    ("form", "right", "chosen", "expected"),
    [
        ("one", {1}, {1}, Grade(2.0, 2.0, True)),
        ("one", {1}, {0}, Grade(0.0, 2.0, False)),
        ("one", {1}, {0, 1}, Grade(0.0, 2.0, False)),
        ("one", {1}, set(), Grade(0.0, 2.0, False)),
        ("several", {0, 2}, {0, 2}, Grade(2.0, 2.0, True)),
        ("several", {0, 2}, {0}, Grade(1.0, 2.0, False)),
        ("several", {0, 2}, {0, 1}, Grade(0.0, 2.0, False)),
        ("several", {0, 2}, {0, 1, 2}, Grade(1.0, 2.0, False)),
        ("several", {0, 2}, {0, 1, 2, 3}, Grade(0.0, 2.0, False)),
        ("several", {0, 1, 2}, {0}, Grade(0.6667, 2.0, False)),
    ],
)
def test_grade(form: str, right: set[int], chosen: set[int], expected: Grade) -> None:
    assert form in ("one", "several")
    given_ = grade(
        frozenset(right),
        frozenset(chosen),
        form="one" if form == "one" else "several",
        points=2.0,
    )
    assert given_ == expected


@given(CHOICES, CHOICES, POINTS, st.booleans())
def test_within_bounds(
    right: frozenset[int], chosen: frozenset[int], points: float, is_one: bool
) -> None:
    result = grade(right, chosen, form="one" if is_one else "several", points=points)
    assert 0.0 <= result.points <= result.maximum == points
    assert result.is_right == (bool(right) and chosen == right)
    assert (result.points == points) == result.is_right


@given(st.frozensets(st.integers(0, 7), min_size=1), CHOICES, POINTS, st.integers(0, 7))
def test_a_wrong_choice_never_pays(
    right: frozenset[int], chosen: frozenset[int], points: float, more: int
) -> None:
    before = grade(right, chosen, form="several", points=points)
    after = grade(right, chosen | {more}, form="several", points=points)
    if more in right:
        assert after.points >= before.points
    else:
        assert after.points <= before.points


@given(st.integers(2, 8).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n))), POINTS)
def test_everything_ticked_gives_little(sizes: tuple[int, int], points: float) -> None:
    options, right = sizes
    ticked = frozenset(range(options))
    result = grade(frozenset(range(right)), ticked, form="several", points=points)
    assert result.points == pytest.approx(points * max(0, 2 * right - options) / right, abs=1e-4)
