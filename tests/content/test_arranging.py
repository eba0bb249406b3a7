"""Steps moved, taken out, put in and renamed: every line is still there, every id is kept."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from content.arranging import (
    borrows,
    parts,
    resources_of,
    spans,
    step_in,
    steps_of,
    with_address,
    with_entry,
    with_resource,
    with_step,
    with_step_called,
    with_step_moved,
    without_step,
)
from content.beginnings import PIECES, new_module, piece
from content.front_matter import split_front_matter
from content.markdown import read_document
from content.model import Phase
from content.problems import ProblemList
from content.reading.editions import read_sections

TEXT = (
    Path(__file__).parent.parent / "factories" / "library" / "maaling" / "01-enheter.nb.md"
).read_text("utf-8")


def read(text: str) -> list[tuple[str, list[str]]]:
    """Phase and ids, as the loader reads them."""
    _, body = split_front_matter(text)
    sections = read_sections(read_document("x.md", body), "nb", ProblemList("x.md"))
    return [(each.phase.value, [step.id for step in each.steps]) for each in sections]


def lines(text: str) -> list[str]:
    return sorted(line for line in text.split("\n") if line.strip())


def test_a_step_goes_past_its_neighbour_and_over_a_heading():
    moved = with_step_moved(TEXT, "flere", -1)
    assert read(moved)[0] == ("A", ["les", "flere", "en-av-tre", "tanker"])
    assert with_step_moved(moved, "flere", 1) == TEXT

    over = with_step_moved(TEXT, "tanker", 1)
    assert read(over)[:2] == [("A", ["les", "en-av-tre", "flere"]), ("B", ["tanker", "del"])]
    back = with_step_moved(over, "tanker", -1)
    assert back == TEXT


@pytest.mark.parametrize(("step", "places"), [("les", -1), ("tilbake", 1), ("none", 1)])
def test_where_there_is_no_place_nothing_changes(step: str, places: int):
    assert with_step_moved(TEXT, step, places) == TEXT


def test_the_leaders_words_go_with_their_step():
    moved = with_step_moved(TEXT, "del", 1)
    assert read(moved)[1:3] == [("B", []), ("C", ["del", "provd"])]
    assert "Gi ordet rundt." in (step_in(TEXT, "del") or "")


def test_prose_before_a_block_goes_with_the_block():
    text = TEXT.replace("::: refleksjon", "### Tenk etter\n\nSe på bordet.\n\n::: refleksjon")
    taken, rest = step_in(text, "tanker") or "", without_step(text, "tanker") or ""
    assert taken.startswith("### Tenk etter\n\nSe på bordet.\n\n::: refleksjon {#tanker")
    assert "Se på bordet." not in rest
    assert read(with_step(rest, Phase.FOLLOW_UP, taken) or "")[3] == ("D", ["tilbake", "tanker"])


def test_what_a_step_refers_to_goes_along():
    text = TEXT.replace("Fortell kort.", "Fortell kort.[^1] Se [her].") + (
        "\n[^1]: Noten.\n\n[her]: https://example.org/x\n"
    )
    taken, rest = step_in(text, "del") or "", without_step(text, "del") or ""
    assert "[^1]: Noten." in taken
    assert "[her]: https://example.org/x" in taken
    assert "[^1]: Noten." in rest


def test_another_id_stands_at_that_step_only():
    text = TEXT.replace("Fortell kort.", "Fortell om #del og {#delt}.")
    called = with_step_called(text, "del", "fortell")
    assert called == text.replace("{#del minutes", "{#fortell minutes")
    assert with_step_called(text, "none", "x") == text


def test_entries_of_the_front_matter():
    one = with_entry(TEXT, "retired", "del", "maaling/feil#x")
    assert 'retired: {del: "maaling/feil#x"}' in one
    two = with_entry(one, "retired", "les", "")
    assert with_entry(with_entry(two, "retired", "les", None), "retired", "del", None) == TEXT
    assert with_entry(TEXT, "renamed", "x", None) == TEXT


@pytest.mark.parametrize(
    ("line", "changed"),
    [
        ("::: lån {resource=a/b#c}", "::: lån {resource=x/y#z}"),
        ('::: lån {resource="a/b#c"}', '::: lån {resource="x/y#z"}'),
        ("::: lån {resource=a/b#cd}", None),
        ("::: lån {resource=aa/b#c}", None),
        ("a/b#c", None),
    ],
)
def test_borrowed_addresses(line: str, changed: str | None):
    assert with_address(line, "a/b#c", "x/y#z") == (changed or line)
    assert borrows(line, "a/b#c") is (changed is not None)
    if changed and '"' not in line:
        assert with_address(line, "a/b", "a/n") == "::: lån {resource=a/n#c}"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(PIECES), max_size=6),
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from([-1, 1])), max_size=6),
)
def test_no_line_and_no_id_is_lost(kinds: list[str], moves: list[tuple[int, int]]):
    text = new_module("T", "nb")
    for n, kind in enumerate(kinds):
        text = with_step(text, list(Phase)[n % 4], piece(kind, "nb", f"s{n}").strip()) or ""
    before, ids = lines(text), sorted(steps_of(text))
    assert "\n".join(parts(text, spans(text))) == text
    assert [id_ for _, some in read(text) for id_ in some if id_] == steps_of(text)
    for n, places in moves:
        text = with_step_moved(text, ids[n % len(ids)], places)
        assert lines(text) == before
        assert sorted(steps_of(text)) == ids
    assert [id_ for _, some in read(text) for id_ in some if id_] == steps_of(text)


@pytest.mark.parametrize(
    ("braces", "marked"),
    [
        ("{#x}", "{#x .resource}"),
        ("{ #x minutes=5 }", "{#x .resource minutes=5}"),
        (
            '{minutes=5 #x title="A #x .resource"}',
            '{minutes=5 #x .resource title="A #x .resource"}',
        ),
    ],
)
def test_a_step_is_marked_as_a_resource_and_not_any_more(braces: str, marked: str):
    block = f"::: refleksjon {braces}\nOm y?\n:::\n"
    text = f"## A Forarbeid {{phase=A}}\n\n### Les {{#y}}\n\nOm x.\n\n{block}"
    assert resources_of(text) == frozenset()

    there = with_resource(text, "x", is_resource=True)

    assert there == text.replace(braces, marked)
    assert resources_of(there) == {"x"}
    assert with_resource(there, "x", is_resource=True) == there
    back = with_resource(there, "x", is_resource=False)
    assert back == text.replace(braces, "{" + braces[1:-1].strip() + "}")
    assert with_resource(text, "z", is_resource=True) == text


def test_every_kind_of_step_can_be_a_resource():
    tried = 0
    for kind in PIECES:
        text = with_step(new_module("T", "nb"), Phase.PREPARE, piece(kind, "nb", "x").strip()) or ""
        if "x" not in steps_of(text):
            continue
        is_one = "x" in resources_of(text)
        other = with_resource(text, "x", is_resource=not is_one)
        assert ("x" in resources_of(other)) is not is_one, kind
        assert with_resource(other, "x", is_resource=is_one) == text
        tried += 1
    assert tried > 10
