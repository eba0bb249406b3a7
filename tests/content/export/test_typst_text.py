"""No text of an author is read as Typst's own markup, and none stops the compiler."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from content.export.pdf import _LOOK, _unprintable
from content.export.printing import printed
from content.export.typst_text import body
from content.rendering.html import render_markdown
from tests.content.strategies import MARKDOWN

HEAD = '#set document(title: "x")\n#let ink = black\n#let footer-text = []\n' + _LOOK
SIGNS = st.lists(
    st.sampled_from(["#", "$", "[", "]", "{", "}", "\\", '"', ";", "@", "//", "/*", "a"])
)


def compiled(text: str, folder: Path) -> bytes:
    return printed(f"{HEAD}{text}".encode(), folder)


@settings(max_examples=30, deadline=None)
@given(MARKDOWN | SIGNS.map("".join))
def test_every_text_is_printed(text: str) -> None:
    drawn = body(render_markdown(text, "nb", shift=-2), level=2)
    with tempfile.TemporaryDirectory() as folder:
        for sign in _unprintable(drawn, Path(folder)):
            drawn = drawn.replace(sign, "?")
        levels = "#heading(level: 1)[a]\n#heading(level: 2)[a]\n#heading(level: 3)[a]\n"
        assert printed(f"{HEAD}{levels}{drawn}".encode(), Path(folder)).startswith(b"%PDF")
