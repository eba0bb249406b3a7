"""Before a teacher begins: is this the right place? Asked, never kept, never in the way (F-03)."""

import shutil
from pathlib import Path

import pytest

from tests.factories.editing import TRACK, Edited
from tests.factories.tool import Tool

PAGE = f"/t/sample/{TRACK}"
ASKED = 'entry-check: ["Jeg kan <måle>", "Jeg har målt: før"]'


@pytest.fixture
def asking(tool: Tool, tmp_path: Path) -> Tool:
    """The track asks two things, and names another as its foundation."""
    edited = Edited(tmp_path)
    shutil.copytree(edited.root / TRACK, edited.root / "grunnlag")
    edited.head("track", "foundation: grunnlag")
    edited.head("track", ASKED)
    published = edited.publish(tool, "1.1.0")
    assert published == {"sample/grunnlag@1.0.0": True, f"sample/{TRACK}@1.1.0": True}
    return tool


def test_who_cannot_all_is_shown_the_foundation_and_may_begin(asking: Tool):
    teacher = asking.launch()
    before = asking.counts()
    for browser in (teacher, asking.client()):
        page = asking.get(browser, f"{PAGE}?lang=en").text
        assert "Jeg kan &lt;måle&gt;</label>" in page
        assert "Jeg har målt: før</label>" in page
        assert "/t/sample/grunnlag" not in page
        for query in ("checked=1", "checked=1&can=1", "checked=1&can=7&can=x&can=-1"):
            answered = asking.get(browser, f"{PAGE}?lang=en&{query}").text
            assert 'href="/t/sample/grunnlag"' in answered, query
            assert "You can also begin here" in answered
    assert "/continue" in asking.get(teacher, f"{PAGE}?checked=1").text
    assert asking.counts() == before


def test_who_can_is_told_so(asking: Tool):
    page = asking.get(asking.launch(), f"{PAGE}?lang=en&checked=1&can=0&can=1").text

    assert "You are ready" in page
    assert "/t/sample/grunnlag" not in page
    assert page.count(" checked>") == 2


def test_who_has_begun_is_not_asked(asking: Tool):
    teacher = asking.launch()
    asking.post(teacher, f"{PAGE}/enheter/les", go="done")

    assert "entry-check" not in asking.get(teacher, PAGE).text


def test_a_track_that_asks_nothing(tool: Tool):
    assert "entry-check" not in tool.get(tool.launch(), f"{PAGE}?checked=1").text


def test_without_a_foundation_nobody_is_sent_away(tool: Tool, tmp_path: Path):
    edited = Edited(tmp_path)
    edited.head("track", ASKED)
    edited.publish(tool, "1.1.0")

    page = tool.get(tool.launch(), f"{PAGE}?lang=en&checked=1").text

    assert "better place" not in page
    assert "You can also begin here" in page
