"""Words as the search compares them, and the excerpts that show where they stand."""

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracks.catalogue.stems import excerpt, stems, words


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("nb", "hypotesene", "hypotese"),
        ("nn", "elevane", "elev"),
        ("sv", "mätningarna", "mätning"),
        ("en", "measuring", "measured"),
    ],
)
def test_forms_of_a_word_are_one_word(language: str, one: str, other: str):
    assert stems(one, language) == stems(other, language)


@pytest.mark.parametrize(("one", "other"), [("før", "for"), ("måle", "male"), ("lære", "lare")])
def test_nordic_letters_are_letters_of_their_own(one: str, other: str):
    assert stems(one, "nb") != stems(other, "nb")


def test_a_letter_is_the_same_however_it_is_written():
    assert words("A\u030arets MÅL, 2_3!") == ["årets", "mål", "2", "3"]


@given(st.text(max_size=200))
def test_words_hold_letters_and_digits_only(text: str):
    assert all(word.isalnum() for word in words(text))


def test_an_excerpt_marks_what_was_looked_for():
    assert excerpt("Elevene måler og en måling til.", ["måle"], "nb") == [
        ("Elevene ", False),
        ("måler", True),
        (" og en ", False),
        ("måling", True),
        (" til.", False),
    ]


@given(st.text(max_size=300), st.text(max_size=20), st.integers(1, 60))
def test_an_excerpt_is_a_stretch_of_the_text(text: str, typed: str, length: int):
    said = "".join(part for part, _ in excerpt(text, words(typed), "nb", length=length))

    assert said.removeprefix("… ").removesuffix(" …") in f"{normalize('NFC', text)} …"
