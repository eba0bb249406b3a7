"""Two authors at once: nothing that either wrote is lost."""

import time
from difflib import SequenceMatcher
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.history.words import compared
from content.merging import Clash, matching, merged, pieces
from tracks.authoring.rules import hunks

HEAD = "---\ntitle: Enheter\ngap-weeks: 4\n---\n\n"
# few words, so that pieces are alike and both sides meet
PARAGRAPHS = st.sampled_from(
    ["Les.\n\n", "Mål.\n\n", "Del.\n\n", "## A {phase=A}\n\n", "Se.\n", ""]
)
TEXTS = st.lists(PARAGRAPHS, max_size=8).map("".join) | st.text(alphabet="ab \n-", max_size=30)


def pick_all(text, pick):
    return text.text(dict.fromkeys(range(len(text.clashes)), pick))


def test_each_changed_another_paragraph():
    base = f"{HEAD}En.\n\nTo.\n\nTre.\n"
    ours = base.replace("En.", "Ett.")
    theirs = base.replace("Tre.", "Tre og fire.").replace("gap-weeks: 4", "gap-weeks: 2")

    found = merged(base, ours, theirs)

    assert found.clashes == ()
    assert found.text() == "---\ntitle: Enheter\ngap-weeks: 2\n---\n\nEtt.\n\nTo.\n\nTre og fire.\n"


def test_both_changed_the_same_paragraph():
    base = "En.\n\nTo.\n\nTre.\n"

    found = merged(base, "En.\n\nTo A.\n\nTre.\n", "En.\n\nTo B.\n\nTre.\n")

    assert found.parts == ("En.\n\n", Clash("To.\n\n", "To A.\n\n", "To B.\n\n"), "Tre.\n")
    assert found.text({0: "ours"}) == "En.\n\nTo A.\n\nTre.\n"
    assert found.text({0: "theirs"}) == "En.\n\nTo B.\n\nTre.\n"
    assert found.text({0: "both"}) == "En.\n\nTo B.\n\nTo A.\n\nTre.\n"


def test_one_took_out_what_the_other_changed():
    found = merged("En.\n\nTo.\n", "En.\n\n", "En.\n\nTo igjen.\n")

    assert found.clashes == (Clash("To.\n", "", "To igjen.\n"),)


def test_keys_of_front_matter_are_pieces_of_their_own():
    assert pieces("---\na: 1\nb: 2\n---\nEn.\nTo.\n\nTre.") == [
        *("---\n", "a: 1\n", "b: 2\n", "---\n"),
        *("En.\nTo.\n\n", "Tre."),
    ]


@given(TEXTS)
def test_pieces_are_the_text(text):
    assert "".join(pieces(text)) == text


@given(TEXTS, TEXTS)
def test_who_changed_alone_is_right(base, changed):
    assert merged(base, changed, base).text() == changed
    assert merged(base, base, changed).text() == changed
    assert merged(base, changed, changed).text() == changed


@given(TEXTS, TEXTS, TEXTS)
def test_with_one_side_picked_everywhere_that_side_is_whole_where_it_differs(base, ours, theirs):
    found = merged(base, ours, theirs)

    text = pick_all(found, "ours")
    # whatever we wrote that is neither in the base nor theirs is there
    for piece in set(pieces(ours)) - set(pieces(base)):
        assert text.count(piece) >= 1
    mirrored = pick_all(found, "theirs")
    for piece in set(pieces(theirs)) - set(pieces(base)):
        assert mirrored.count(piece) >= 1


@given(TEXTS, TEXTS, TEXTS)
def test_both_picked_everywhere_keeps_every_new_paragraph_of_both(base, ours, theirs):
    text = pick_all(merged(base, ours, theirs), "both")

    for piece in (set(pieces(ours)) | set(pieces(theirs))) - set(pieces(base)):
        assert piece.rstrip() in text


@given(TEXTS, TEXTS, TEXTS)
def test_the_sides_may_change_places(base, ours, theirs):
    one, other = merged(base, ours, theirs), merged(base, theirs, ours)

    assert pick_all(one, "ours") == pick_all(other, "theirs")
    assert len(one.clashes) == len(other.clashes)


@given(st.lists(st.sampled_from("abcde"), max_size=30), st.lists(st.sampled_from("abcde")))
def test_runs_that_are_the_same(one, other):
    found = matching(one, other)

    assert all(size and one[a : a + size] == other[b : b + size] for a, b, size in found)
    for (a, b, size), (c, d, _) in pairwise(found):
        assert a + size <= c
        assert b + size <= d


@given(st.lists(st.sampled_from("abcde"), max_size=30), st.lists(st.sampled_from("abcde")))
def test_between_equal_beginnings_and_ends_difflib_says_the_same(one, other):
    one, other = ["x", *one, "y"], ["z", *other, "w"]  # neither begins or ends like the other
    blocks = SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()

    assert matching(one, other) == [tuple(block) for block in blocks if block.size]


HOSTILE = {
    "one of two is the same": lambda side, n: [f"{side}{n // 2}", f"u{n // 2}"][n % 2],
    "the same, one later": lambda side, n: side if n == 0 else "ab"[(n + (side == "y")) % 2],
    "two of three are the same": lambda side, n: [f"{side}{n // 3}", "u", f"v{n // 3}"][n % 3],
    "each comes often": lambda side, n: side if n % 8_000 == 0 else str(n % 90),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_made_to_take_long_is_compared_as_far_as_there_is_time(kind):
    """Check 24: in the server's own process, and a draft may have 256 KB."""
    base, ours, theirs = ([HOSTILE[kind](side, n) for n in range(16_000)] for side in "xyz")
    began = time.process_time()

    shown = hunks("\n".join(base), "\n".join(ours))
    assert hunks_lines(shown, "-") <= set(base)
    found = merged(*("\n\n".join(each) for each in (base, ours, theirs)))
    assert pick_all(found, "ours") == "\n\n".join(ours)
    compared(base, ours)

    assert time.process_time() - began < 4


def hunks_lines(shown, sign):
    return {line for hunk in shown for each, line in hunk.lines if each == sign}
