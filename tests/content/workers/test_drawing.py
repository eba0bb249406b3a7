"""Pieces drawn in a process of their own: what is too slow is left out, and the rest is drawn."""

from __future__ import annotations

from content.checks.size import HTML_LARGEST
from content.rendering.pieces import NotesPiece, Piece, TextPiece, placed
from content.workers.drawing import PAGE, Bounds, draw

SLOW = ">" * 60 + "a\n" + "b\n" * 30_000  # takes minutes


def texts(*written: str) -> list[Piece]:
    return [TextPiece("nb", each, "ids") for each in written]


def test_the_same_as_without_a_process() -> None:
    pieces = [*texts("Les *dette*.", "![Glass](media/a.png)", ""), NotesPiece("sv", ("a",), "x")]

    drawn = draw(pieces, PAGE)

    assert drawn == {piece.key: piece.draw() for piece in pieces}
    picture = pieces[1]
    assert f'src="{placed(picture.key)}a.png"' in drawn[picture.key]


def test_what_is_too_slow_is_left_out_and_the_rest_is_drawn() -> None:
    pieces = texts("Før.", SLOW, "Etter.")

    drawn = draw(pieces, Bounds(0.2, 10, HTML_LARGEST))

    assert drawn == {pieces[0].key: "<p>Før.</p>", pieces[2].key: "<p>Etter.</p>"}


def test_all_together_have_a_time() -> None:
    pieces = texts("Før.", SLOW, "Etter.")

    drawn = draw(pieces, Bounds(5, 0.3, HTML_LARGEST))

    assert drawn == {pieces[0].key: "<p>Før.</p>"}


def test_all_together_have_a_size() -> None:
    pieces = texts("a" * 600, "b" * 600, "c" * 600)

    assert len(draw(pieces, Bounds(5, 5, 1_000))) == 2


def test_what_becomes_too_large_is_left_out() -> None:
    pieces = texts("```\n" + "&" * HTML_LARGEST + "\n```", "b")

    assert list(draw(pieces, Bounds(20, 20, 100 * HTML_LARGEST))) == [pieces[1].key]
