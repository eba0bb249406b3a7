"""What the editor's pages look for in a text takes one reading of it, whatever stands there: a line
in which each sign could be a beginning held all who use the server for up to half a minute."""

import time
from collections.abc import Callable

import pytest

from content.model import Phase
from content.translation import mark_of_text
from tracks.authoring.views.media import _alt_in
from tracks.authoring.views.saving import with_piece
from tracks.authoring.views.translating import _HEADING

LONG = 60_000
HEAD = "---\ntitle: Enheter\n---\n\n"
LOOKING: dict[str, Callable[[], object]] = {
    "a phase for a new piece": lambda: with_piece("## " + "{" * LONG, "ny", Phase.PREPARE),
    "a heading in a translation": lambda: _HEADING.match("# " + " " * LONG + "{"),
    "alternative text, begun": lambda: _alt_in("media/x.png", "![ " * LONG),
    "alternative text, ended": lambda: _alt_in("media/x.png", "](media/x.png) " * (LONG // 15)),
    "a mark of quotations": lambda: mark_of_text("01-a.nb.md", f"{HEAD}{'>' * LONG} x"),
    "a mark of brackets": lambda: mark_of_text("01-a.nb.md", f"{HEAD}{'[' * LONG}](x)"),
}


@pytest.mark.parametrize("name", LOOKING)
def test_a_long_line_is_read_once(name: str):
    began = time.process_time()
    LOOKING[name]()
    assert time.process_time() - began < 0.5


def test_what_is_looked_for_is_found():
    text = '![a] ![Et glass](media/y.png) ![[Et mål](media/x.png "T")\n![b](media/x.png)'

    assert _alt_in("media/x.png", text) == "[Et mål"
    assert _alt_in("media/z.png", text) == ""
    assert _HEADING.match("### Les  om {#a}\n") is not None
    assert _HEADING.match("### {#a}\n") is None
