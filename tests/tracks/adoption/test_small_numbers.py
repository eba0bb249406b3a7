"""What may be shown of counts of people: nobody is to be found by reckoning (section 4, no. 7)."""

from collections import defaultdict
from functools import cache
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracks.adoption.rules import STAGES, ladder
from tracks.people.small_numbers import Shown, shown
from tracks.progress.events import Stage

Seen = tuple[Shown, ...]
World = tuple[int, ...]  # started, worked together, tried, followed up: each part of the first


def seen_of(world: World, out_of: int | None, least: int) -> Seen:
    found = ladder(dict(zip(STAGES, world, strict=True)), out_of, least=least)
    return tuple(found[stage] for stage in STAGES)


@cache
def worlds_by_page(out_of: int | None, most: int, least: int) -> dict[Seen, list[World]]:
    """Everything that can be true, by what the page then says: all that a reader can know."""
    found = defaultdict(list)
    for started in range(most + 1):
        for parts in product(range(started + 1), repeat=3):
            world = (started, *parts)
            found[seen_of(world, out_of, least)].append(world)
    return found


def small_groups(world: World, out_of: int | None) -> dict[str, int]:
    """The groups whose sizes a reader could try to reckon out."""
    started, *parts = world
    groups = {stage.value: count for stage, count in zip(STAGES, world, strict=True)}
    if out_of is not None:
        groups |= {f"not {s.value}": out_of - n for s, n in zip(STAGES, world, strict=True)}
    groups |= {
        f"started, not {s.value}": started - n for s, n in zip(STAGES[1:], parts, strict=True)
    }
    return groups


@pytest.mark.parametrize("least", [3, 5])
@pytest.mark.parametrize("out_of", [None, *range(13)])
def test_no_group_under_the_limit_can_be_reckoned_out(out_of: int | None, least: int):
    most = 12 if out_of is None else out_of
    for page, worlds in worlds_by_page(out_of, most, least).items():
        sizes = defaultdict(set)
        for world in worlds:
            for group, size in small_groups(world, out_of).items():
                sizes[group].add(size)
        known = {group: min(found) for group, found in sizes.items() if len(found) == 1}
        given_away = {group: size for group, size in known.items() if 0 < size < least}
        assert given_away == {}, (page, worlds)


@given(
    st.lists(st.integers(0, 200), min_size=4, max_size=4),
    st.none() | st.integers(0, 200),
    st.integers(3, 20),
)
def test_nothing_exact_is_small_or_leaves_few(counts: list[int], out_of: int | None, least: int):
    started = max(counts)
    page = seen_of((started, *counts[1:]), out_of, least)

    for count, seen in zip((started, *counts[1:]), page, strict=True):
        assert seen.is_hidden == (count < least or (out_of is not None and out_of <= least))
        if seen.count is not None:
            assert seen.count == count >= least
            assert out_of is None or not 0 < out_of - count < least
            assert page[0].count is None or not 0 < page[0].count - count < least
        if seen.at_least is not None:
            assert least <= seen.at_least <= count


@given(st.integers(0, 100), st.integers(0, 100), st.integers(3, 10))
def test_a_share_is_never_more_exact_than_the_words(count: int, out_of: int, least: int):
    seen = shown(count, out_of, least=least)

    if seen.is_hidden or not out_of:
        assert seen.share is None
    else:
        said = seen.count if seen.count is not None else seen.at_least
        assert said is not None
        assert seen.share == min(said / out_of, 1.0)


@pytest.mark.parametrize(
    ("count", "out_of", "expected"),
    [
        (4, 20, Shown(None, None, 20)),
        (0, 20, Shown(None, None, 20)),
        (5, 20, Shown(5, None, 20)),
        (15, 20, Shown(15, None, 20)),
        (16, 20, Shown(None, 16, 20)),
        (19, 20, Shown(None, 16, 20)),
        (20, 20, Shown(20, None, 20)),
        (9, 9, Shown(None, 5, 9)),
        (7, None, Shown(7, None, None)),
        (21, 20, Shown(21, None, 20)),
    ],
)
def test_what_a_count_looks_like(count: int, out_of: int | None, expected: Shown):
    assert shown(count, out_of, least=5) == expected


def test_a_later_stage_does_not_give_away_who_only_started():
    counts = {Stage.STARTED: 10, Stage.TOGETHER: 5, Stage.TRIED: 8}

    page = ladder(counts, 40, least=5)

    assert [page[stage] for stage in STAGES] == [
        Shown(10, None, 40),
        Shown(5, None, 40),
        Shown(None, 6, 40),
        Shown(None, None, 40),
    ]


def test_use_in_a_track_does_not_give_away_who_only_started():
    assert shown(8, 40, least=5, within=[10]) == Shown(None, 6, 40)
    assert shown(8, 40, least=5, within=[None]) == Shown(8, None, 40)


def test_everybody_of_a_small_staff_is_not_told_by_at_least():
    assert shown(5, 5, least=5) == Shown(None, None, 5)
    assert shown(6, 6, least=5) == Shown(None, 5, 6)
