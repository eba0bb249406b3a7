"""GIFT in: each of its forms as the block an author would write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.intake.gift import read_gift

FORMS = {
    "truth": (
        "Jorda er rund{T#Se igjen.#Ja.}",
        "- (x) Sant\n  > Ja.\n- ( ) Usant\n  > Se igjen.\n",
    ),
    "untruth": ("Jorda er flat{FALSE}", "- ( ) Sant\n- (x) Usant\n"),
    "one": ("Hvem?{=Grant ~ingen ~Grant\\=2}", "- (x) Grant\n- ( ) ingen\n- ( ) Grant=2\n"),
    "several": ("Hvilke?{~%50%a ~%50%b ~%-50%c}", "- [x] a\n- [x] b\n- [ ] c\n"),
    "text": ("Hovedstad?{=Oslo =Christiania}", "= Oslo\n= Christiania\n"),
    "number": ("Pi?{#3.14:0.01}", "= 3.14 +- 0.01\n"),
    "range": ("Pi?{#3..4}", "= 3.5 +- 0.5\n"),
    "pairs": (
        "Par?{=Norge -> Oslo =Sverige -> Stockholm}",
        "- Norge -> Oslo\n- Sverige -> Stockholm\n",
    ),
    "open": ("Skriv.{}", "___\n"),
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_becomes_its_block(form: str) -> None:
    source, answers = FORMS[form]
    taken = read_gift(f"// note\n\n::Navn på æ::{source}\n")
    prompt = source.partition("{")[0]
    expected = f"### Navn på æ\n\n::: quiz {{#navn-pa-ae}}\n{prompt}\n\n{answers}:::\n"
    assert (taken.markdown, taken.problems) == (expected, ())


LOST = {
    "$CATEGORY: a\n\nA{T}": [(1, "gift-category")],
    "A{T}\n\n\nbare tekst": [(4, "gift-question")],
    "A{=a": [(1, "gift-question")],
    "{=a ~b}": [(1, "gift-question")],
    "A{~a ~b}": [(1, "gift-question")],
    "A{#=1:0 =%50%2:0}": [(1, "gift-question")],
    "A{=a =%50%b}": [(1, "gift-loss")],
    "A{~%80%a ~%20%b}": [(1, "gift-loss")],
    "[html]<b>A</b>{T}": [(1, "gift-loss")],
    "A{#3#feedback}": [(1, "gift-loss")],
}


@pytest.mark.parametrize("source", LOST)
def test_what_cannot_be_taken_over_is_told_with_its_line(source: str) -> None:
    told = {(p.location.line, p.code) for p in read_gift(source).problems}
    assert sorted(told) == LOST[source]


def test_a_missing_word_stays_a_gap_in_the_text_and_ids_are_never_doubled() -> None:
    taken = read_gift("Vi {=spiser ~leser} brød\n\nVi {=spiser ~leser} brød\n")
    assert "Vi _____ brød" in taken.markdown
    assert "{#vi-brod}" in taken.markdown
    assert "{#vi-brod-2}" in taken.markdown


def test_text_cannot_end_the_block_it_stands_in() -> None:
    taken = read_gift("A\\n\\:\\:\\:\\n\\# B{=a ~b}")
    assert "A\n\\:::\n\\# B\n" in taken.markdown


_PIECES = [
    "::",
    "{",
    "}",
    "=",
    "~",
    "#",
    "####",
    "->",
    "%50%",
    "\\",
    "\\n",
    "\n",
    "\n\n",
    "//",
    "T",
    "a",
]


@given(st.lists(st.sampled_from(_PIECES) | st.text(max_size=5), max_size=30).map("".join))
def test_no_text_makes_it_fail_and_every_question_is_taken_or_told(text: str) -> None:
    taken = read_gift(text)
    asked = [line for line in text.split("\n") if line.strip()]
    is_comment = all(line.lstrip().startswith("//") for line in text.split("\n") if line.strip())
    assert taken.count or taken.problems or not asked or is_comment
