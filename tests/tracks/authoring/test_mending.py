"""Problems in the author's own language, and the button that mends one."""

import re

import pytest
from flask.testing import FlaskClient

from tests.factories.databases import LIBRARY
from tests.factories.tool import Tool
from tests.tracks.authoring.pages import FILE, follow, send, text_of

LIBRARY_TEXT = (LIBRARY / "maaling" / "01-enheter.nb.md").read_text("utf-8")
BROKEN = LIBRARY_TEXT + "\n::: refleksjon {#ny visible=privat}\nHva?\n:::\n\n![](media/x.png)\n"


@pytest.mark.parametrize(
    ("language", "message", "hint"),
    [
        ("nb", "visible=&#39;privat&#39; er ikke kjent", "Mente du private?"),
        ("sv", "visible=&#39;privat&#39; är inte känt", "Menade du private?"),
        ("en", "visible=&#39;privat&#39; is not known", "Did you mean private?"),
    ],
)
def test_every_page_tells_it_in_the_persons_language(
    tool: Tool, author: FlaskClient, language: str, message: str, hint: str
):
    page = tool.get(author, FILE)
    send(tool, author, page, BROKEN)
    shown = tool.get(author, f"{FILE}?lang={language}").text
    send(tool, author, tool.get(author, FILE), BROKEN, go="save")
    gate = tool.get(author, f"/authoring/maaling/publish?lang={language}").text

    assert message in shown
    assert hint in shown
    assert message in gate
    assert 'lang="en"' not in re.sub(r"<(?:a|option|html|button)[^>]*>", "", gate)


def test_the_button_writes_the_word_that_was_meant(tool: Tool, author: FlaskClient):
    at_once = send(tool, author, tool.get(author, FILE), BROKEN, "autosave")
    assert "Mente du private?" in at_once.json["html"]
    page = tool.get(author, FILE)
    mend = re.findall(r'name="mend" value="([^"]+)"', page.text)
    line = BROKEN[: BROKEN.index("{#ny visible")].count("\n") + 1
    picture = BROKEN[: BROKEN.index("![](")].count("\n") + 1
    assert mend == [f"{line}-visible-unknown", f"{picture}-image-text"]

    first = follow(tool, author, send(tool, author, page, BROKEN, mend=mend[0]))
    assert text_of(first.text) == BROKEN.replace("visible=privat}", "visible=private}")
    words = {f"words-{mend[1]}": "Et glass"}
    second = follow(
        tool, author, send(tool, author, first, text_of(first.text), mend=mend[1], **words)
    )

    assert "![Et glass](media/x.png)" in text_of(second.text)
    assert "visible=private}" in text_of(second.text)


def test_a_button_that_is_out_of_date_changes_nothing(tool: Tool, author: FlaskClient):
    page = follow(tool, author, send(tool, author, tool.get(author, FILE), BROKEN))

    for mend in ("1-none", "x", "99999999-image-text"):
        page = follow(tool, author, send(tool, author, page, BROKEN, mend=mend))
        assert text_of(page.text) == BROKEN
        assert "said=not-mended" in page.request.url
