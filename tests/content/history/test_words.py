"""What is different is shown by words, wholly: both texts can be read out of it."""

from hypothesis import given
from hypothesis import strategies as st

from content.history.words import Piece, compared, lines_of, of_a_page


def told(before: list[str], after: list[str]) -> list[str]:
    signs = {"same": "{}", "gone": "[-{}-]", "new": "[+{}+]"}
    return ["".join(signs[p.sign].format(p.text) for p in line) for line in compared(before, after)]


def test_words_that_changed() -> None:
    before = ["Mål lengden med en linjal.", "Likt."]
    after = ["Mål bredden med en god linjal.", "Likt.", "Nytt."]

    assert told(before, after) == [
        "Mål [-lengden-][+bredden+] med en[+ god+] linjal.",
        "[+Nytt.+]",
    ]
    assert told(before, before) == []


def test_a_blank_between_two_changes_is_part_of_them() -> None:
    assert told(["en to tre fire"], ["en fem seks fire"]) == ["en [-to tre-][+fem seks+] fire"]


def test_lines_with_nothing_in_common_are_shown_one_after_the_other() -> None:
    assert told(["Ta fram en linjal og mål."], ["Snakk sammen to og to."]) == [
        "[-Ta fram en linjal og mål.-][+Snakk sammen to og to.+]"
    ]


def test_many_long_lines_are_compared_as_far_as_a_page_has_time() -> None:
    """Of all steps of a page together (check 24)."""
    before, after = [f"{n} " + "a b " * 150 for n in range(100)], []
    after = [line.replace("a b", "b a", 1) + "k" for line in before]  # neither end is equal
    patience = of_a_page()

    first = compared(before[:2], after[:2], patience)
    second = compared(before[2:], after[2:], patience)

    assert all(any(piece.sign == "same" for piece in line) for line in first)
    assert second[-1] == (Piece("gone", before[-1]), Piece("new", after[-1]))
    by_word = [line for line in first + second if any(piece.sign == "same" for piece in line)]
    assert sum(len(line) for line in before[: len(by_word)]) < 60_000
    assert len(first + second) == 100  # nothing is left out


def test_a_long_line_is_not_compared_word_by_word() -> None:
    before, after = ["a " * 5000], ["a " * 4999 + "b"]
    assert compared(before, after) == ((Piece("gone", before[0]), Piece("new", after[0])),)


def test_lines_of_html() -> None:
    html = (
        '<h3 id="x">En &amp; to</h3><p>Med <strong>fet</strong><br>linje</p>'
        '<ul>\n<li>a</li>\n<li><p>b</p></li></ul><img src="/media/1/a.png" alt="Et bilde">'
    )
    assert lines_of(html) == ["En & to", "Med fet", "linje", "a", "b", "Et bilde"]
    assert lines_of("") == []


LINES = st.lists(st.text(alphabet="ab ,.æ", min_size=1, max_size=12), max_size=8)


@given(LINES, LINES)
def test_both_texts_are_in_it(before: list[str], after: list[str]) -> None:
    lines = compared(before, after)
    gone = ["".join(p.text for p in line if p.sign != "new") for line in lines]
    new = ["".join(p.text for p in line if p.sign != "gone") for line in lines]

    kept_before, kept_after = list(before), list(after)
    for line in filter(None, gone):
        kept_before.remove(line)
    for line in filter(None, new):
        kept_after.remove(line)
    assert sorted(kept_before) == sorted(kept_after)
    assert all(any(p.sign != "same" for p in line) for line in lines)
