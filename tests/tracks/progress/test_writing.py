"""Reflections and try-outs: nothing typed is lost, nothing saved is overwritten."""

import pytest
from sqlalchemy import select

from tests.factories.tool import Tool
from tracks.progress.models import step_work
from tracks.progress.rules import LONGEST_TEXT

TEXT = "/t/sample/maaling/enheter/tanker"
NEXT = "/t/sample/maaling/enheter?done=A"
STORED = select(step_work.c.answer, step_work.c.revision, step_work.c.done_at.is_not(None))
AUTOSAVE = {"go": "autosave"}


def save(tool: Tool, browser, text: str, revision: object = 0, **fields: str):
    return tool.post(browser, TEXT, text=text, revision=str(revision), **{"go": "save", **fields})


def test_a_text_is_kept_as_it_was_typed_and_the_step_is_done(tool: Tool):
    browser = tool.launch()
    typed = "  Først: <b>mål</b> & vei.\r\n\r\n\tSå æøå 🙂 \x00slutt  "

    answer = save(tool, browser, typed)

    kept = "  Først: <b>mål</b> & vei.\n\n\tSå æøå 🙂 slutt  "
    assert (answer.status_code, answer.headers["Location"]) == (303, NEXT)
    assert tool.rows(STORED) == [({"text": kept}, 1, True)]
    assert "&lt;b&gt;mål&lt;/b&gt; &amp; vei." in tool.get(browser, TEXT).text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Write a little first."),
        (" \r\n\t ", "Write a little first."),
        ("å" * (LONGEST_TEXT + 1), "This is longer than the 20000 characters"),
    ],
)
def test_an_empty_or_too_long_text_is_refused_and_stays_in_the_field(
    tool: Tool, text: str, said: str
):
    browser = tool.launch()

    answer = tool.post(browser, f"{TEXT}?lang=en", text=text, revision="0", go="save")

    assert (answer.status_code, said in answer.text) == (422, True)
    assert text.replace("\r\n", "\n") in answer.text
    assert tool.count(step_work) == 0


def test_the_longest_text_is_taken(tool: Tool):
    browser = tool.launch()

    assert save(tool, browser, "å" * LONGEST_TEXT).status_code == 303


def test_a_change_elsewhere_is_shown_beside_what_was_typed_and_nothing_is_overwritten(tool: Tool):
    browser = tool.launch()
    save(tool, browser, "from the first tab", 0)

    refused = save(tool, browser, "from the second tab", 0)

    assert refused.status_code == 409
    assert "from the first tab" in refused.text
    assert "from the second tab" in refused.text
    assert tool.rows(STORED) == [({"text": "from the first tab"}, 1, True)]
    # The page of the conflict carries the newer revision: saving from it is a decision.
    assert 'name="revision" value="1"' in refused.text
    assert save(tool, browser, "both", 1).status_code == 303
    assert tool.rows(STORED) == [({"text": "both"}, 2, True)]


def test_a_double_click_is_one_click(tool: Tool):
    browser = tool.launch()

    answers = [save(tool, browser, "once", 0) for _ in range(3)]

    assert [a.status_code for a in answers] == [303, 303, 303]
    assert tool.rows(STORED) == [({"text": "once"}, 1, True)]


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 12, "9" * 40, "9" * 5000, "१", "0x1"])
def test_an_odd_revision_costs_no_text(tool: Tool, revision: str):
    browser = tool.launch()
    save(tool, browser, "first")

    answer = save(tool, browser, "second", revision)

    assert (answer.status_code, "second" in answer.text) == (409, True)
    assert tool.rows(STORED) == [({"text": "first"}, 1, True)]


def test_autosave_keeps_the_text_and_marks_nothing_done(tool: Tool):
    browser = tool.launch()

    answer = save(tool, browser, "half a sent", 0, **AUTOSAVE)

    assert answer.status_code == 200
    assert answer.json | {"at": ""} == {"status": "saved", "revision": 1, "at": ""}
    assert len(answer.json["at"]) == 5
    assert tool.rows(STORED) == [({"text": "half a sent"}, 1, False)]
    again = save(tool, browser, "half a sentence", 1, **AUTOSAVE)
    assert again.json["revision"] == 2
    assert save(tool, browser, "A sentence.", 2).status_code == 303
    assert tool.rows(STORED) == [({"text": "A sentence."}, 3, True)]


def test_autosave_from_an_older_page_is_refused_and_says_so(tool: Tool):
    browser = tool.launch()
    save(tool, browser, "newer", 0)

    answer = save(tool, browser, "older", 0, **AUTOSAVE)

    assert (answer.status_code, answer.json) == (409, {"status": "newer"})
    assert tool.rows(STORED) == [({"text": "newer"}, 1, True)]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (TEXT, {"text": "å" * (LONGEST_TEXT + 1)}),
        ("/t/sample/maaling/enheter/les", {}),
        ("/t/sample/maaling/enheter/en-av-tre", {"choice": "1"}),
    ],
)
def test_autosave_takes_nothing_else(tool: Tool, path: str, fields: dict[str, str]):
    browser = tool.launch()

    answer = tool.post(browser, path, go="autosave", revision="0", **fields)

    assert (answer.status_code, answer.json) == (422, {"status": "refused"})
    assert tool.count(step_work) == 0


def test_a_text_saved_again_after_it_was_done_stays_done(tool: Tool):
    browser = tool.launch()
    save(tool, browser, "done", 0)

    save(tool, browser, "", 1, **AUTOSAVE)

    assert tool.rows(STORED) == [({"text": ""}, 2, True)]


def test_what_one_writes_is_on_nobody_elses_page(tool: Tool):
    writer = tool.launch(sub="writer")
    save(tool, writer, "a secret thought", 0)

    for sub, leads in (("colleague", False), ("leader", True)):
        reader = tool.launch(sub=sub, leads=leads)
        assert "a secret thought" not in tool.get(reader, TEXT).text
