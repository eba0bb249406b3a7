"""GIFT in: each of its forms as the block an author would write."""

from __future__ import annotations

import time

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
    "numbers": ("Tall?{#\n\t=3:0#Ja\n=4..5\n=.5e1:0.0\n}", "= 3\n= 4.5 +- 0.5\n= 5\n"),
    "one of weights": ("Hva?{~%100%a ~b}", "- (x) a\n- ( ) b\n"),
    "several with one": ("Hva?{~%100%a ~%-100%b}", "- [x] a\n- [ ] b\n"),
    "formats of answers": (
        "Hva?{=[markdown]*a*#[plain]*b* ~[plain] *c* ~[moodle]5 < 6}",
        "- (x) *a*\n  > \\*b\\*\n- ( ) \\*c\\*\n- ( ) 5 < 6\n",
    ),
    "what means something in Markdown only": (
        "Hva?{=2 * 3 * 4 ~$5 og $6 ~`a` [b](c) ~_a_b_ ~\\~\\~a\\~\\~ ~\\\\n}",
        "- (x) 2 \\* 3 \\* 4\n- ( ) \\$5 og \\$6\n- ( ) \\`a\\` \\[b\\](c)\n"
        "- ( ) \\_a_b\\_\n- ( ) \\~~a\\~~\n- ( ) \\\\n\n",
    ),
    "comment inside": ("Hva?{=a\n// ~c\n~b}", "- (x) a\n- ( ) b\n"),
    "a star that is one": ("Hva?{=\\*}", "= *\n"),
}
TOLD = {"numbers"}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_becomes_its_block(form: str) -> None:
    source, answers = FORMS[form]
    taken = read_gift(f"// note\n\n::Navn på æ::{source}\n")
    prompt = source.partition("{")[0]
    expected = f"### Navn på æ\n\n::: quiz {{#navn-pa-ae}}\n{prompt}\n\n{answers}:::\n"
    assert taken.markdown == expected
    assert bool(taken.problems) == (form in TOLD)


LOST = {
    "$CATEGORY: a\n\nA{T}": [(1, "gift-category")],
    "A{T}\n\n\nbare tekst": [(4, "gift-question")],
    "A{=a": [(1, "gift-question")],
    "{=a ~b}": [(1, "gift-question")],
    "A{~a ~b}": [(1, "gift-question")],
    "A{#=1:0 =%50%2:0}": [(1, "gift-loss")],
    "A{#=%50%2:0}": [(1, "gift-loss"), (1, "gift-question")],
    "A{#3,14}": [(1, "gift-question")],
    "A{#3:-1}": [(1, "gift-question")],
    "A{#1e99}": [(1, "gift-question")],
    "A{#}": [(1, "gift-question")],
    "A{#3~#wrong}": [(1, "gift-loss")],
    "A{=a ~%50%b ~c}": [(1, "gift-loss")],
    "A{=a ~%-50%b}": [(1, "gift-loss")],
    "A{=a =b ~c}": [(1, "gift-loss")],
    "A{=a -> b =c}": [(1, "gift-question")],
    "A{=a -> b =c -> d = -> e}": [(1, "gift-loss")],
    "A{=inga*}": [(1, "gift-loss"), (1, "gift-question")],
    "A{=%0%a}": [(1, "gift-loss"), (1, "gift-question")],
    "A{=}": [(1, "gift-question")],
    "// [id:7] [tag:a]\nA{T}": [(1, "gift-loss")],
    "A{=[html]<b>a</b> ~b}": [(1, "gift-loss")],
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


def test_the_gap_stands_where_the_answers_stood() -> None:
    taken = read_gift("To og to er {=fire =4}.\n\nPi er ({#3.14}) her.{}\n")
    assert "To og to er _____.\n" in taken.markdown
    assert [p.location.line for p in taken.problems] == [3]


def test_general_feedback_of_every_form_is_kept() -> None:
    for answers in ("T#nei#ja", "=a ~b#c", "=a", "#3:1", "=a -> b =c -> d", ""):
        taken = read_gift(f"A{{{answers}####[markdown]*Fordi* \\#1.}}")
        assert "> [!NOTE]\n> *Fordi* #1.\n" in taken.markdown


MANY = 200_000
RUNS = {
    **{f"only {sign!r}": sign * MANY for sign in " \n\t=~{}#\\:[%<*"},
    **{
        f"{form} with {sign!r}": form.replace("@", sign * MANY)
        for sign in (" ", "=", "{", "}", "\\", "\n", "~", "#", "%", "<", "<a", "*", "_", "->", ". ")
        for form in (
            "A{#@3}",
            "A{#@x",
            "A{@=a}",
            "A{=a@~b}",
            "A{=a~@b}",
            "A@{T}",
            "::@",
            "[html]A{=a@b~c}",
            "A{}@",
        )
    },
    "questions": "A{T}\n\n" * (MANY // 6),
    "lines of a question": "A{\n" + "=a\n" * (MANY // 3),
    "comments": "//\n" * (MANY // 3),
    "answers": "A{" + "~a#b" * (MANY // 4) + "=c}",
    "paragraphs": "A" + "\\n" * (MANY // 2) + "{T}",
}


@pytest.mark.parametrize("run", RUNS)
def test_long_runs_of_a_sign_are_read_in_one_pass(run: str) -> None:
    began = time.process_time()
    taken = read_gift(RUNS[run])
    assert time.process_time() - began < 3, "quadratic takes minutes"
    assert taken.count or taken.problems or not RUNS[run].strip() or run == "comments"


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
