"""What stood there before: found, compared, and back as a draft."""

import re
from pathlib import Path

from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.databases import LIBRARY
from tests.factories.tool import Tool
from tests.tracks.authoring.pages import FILE, follow, send, text_of
from tracks.authoring.rules import Hunk, hunks

TEXT = (LIBRARY / "maaling" / "01-enheter.nb.md").read_text("utf-8")


def states(tool: Tool, client: FlaskClient, file: str = FILE) -> list[str]:
    return re.findall(rf'href="({file}/history/\d+)"', tool.get(client, f"{file}/history").text)


def test_every_text_that_stood_there_is_found_and_restored(
    tool: Tool, author: FlaskClient, other: FlaskClient, folder: Path
):
    assert states(tool, author) == []
    one = TEXT.replace("Fortell kort.", "Fortell lenge.")
    send(tool, author, tool.get(author, FILE), one, go="save", note="Lengre <tid>")
    send(tool, other, tool.get(other, FILE), one.replace("Les dette", "Les alt"), go="save")

    page = tool.get(author, f"{FILE}/history?lang=en").text
    newest, mine, first = states(tool, author)
    assert "by another author" in page
    assert "by you" in page
    assert "as it was before" in page
    assert "Lengre &lt;tid&gt;" in page
    shown = tool.get(author, mine).text
    assert re.search(r"<del[^>]*>.*Fortell kort\.</del>", shown)
    assert re.search(r"<ins[^>]*>.*Fortell lenge\.</ins>", shown)

    # the state from before the first change says nothing about a change
    before = tool.get(author, f"{first}?lang=en").text
    assert "What was changed then" not in before
    assert "The two texts are the same" not in before

    draft = follow(tool, author, tool.post(author, first))

    assert text_of(draft.text) == TEXT
    assert "Les alt" in (folder / "maaling" / "01-enheter.nb.md").read_text("utf-8")
    # no draft is written over by restoring
    again = follow(tool, author, tool.post(author, newest))
    assert again.request.path == newest
    assert text_of(tool.get(author, FILE).text) == TEXT
    send(tool, author, draft, TEXT, go="save")
    assert (folder / "maaling" / "01-enheter.nb.md").read_text("utf-8") == TEXT
    assert len(states(tool, author)) == 4


def test_what_came_by_git_in_between_is_nobodys_and_not_part_of_the_next_change(
    tool: Tool, author: FlaskClient, folder: Path
):
    one = TEXT.replace("Fortell kort.", "Fortell lenge.")
    send(tool, author, tool.get(author, FILE), one, go="save")
    pushed = one.replace("Les dette", "Les alt")
    (folder / "maaling" / "01-enheter.nb.md").write_text(pushed, "utf-8")
    send(
        tool,
        author,
        tool.get(author, FILE),
        pushed.replace("Fortell lenge.", "Fortell alt."),
        go="save",
    )

    page = tool.get(author, f"{FILE}/history?lang=en").text
    said = re.findall(r"came by git|by you|as it was before", page)
    assert said == ["by you", "came by git", "by you", "as it was before"]
    newest, by_git, *_ = states(tool, author)
    assert "Les alt" not in re.sub(r"(?s)What is different.*", "", tool.get(author, newest).text)
    shown = tool.get(author, f"{by_git}?lang=en").text
    assert re.search(r"<ins[^>]*>.*Les alt", shown.split("What is different")[0])
    follow(tool, author, tool.post(author, by_git))
    assert text_of(tool.get(author, FILE).text) == pushed


def test_what_a_draft_changes(tool: Tool, author: FlaskClient):
    assert tool.get(author, f"{FILE}/changes").status_code == 404
    send(tool, author, tool.get(author, FILE), TEXT.replace("Fortell kort.", "<b>"), go="check")

    page = tool.get(author, f"{FILE}/changes").text

    assert re.search(r"<del[^>]*>.*Fortell kort\.</del>", page)
    assert re.search(r"<ins[^>]*>.*&lt;b&gt;</ins>", page)
    assert "les .resource" not in page


def test_the_history_goes_along_with_the_file_and_knows_its_versions(
    tool: Tool, author: FlaskClient
):
    send(tool, author, tool.get(author, FILE), TEXT + "\nNytt.\n", go="save")
    tool.post(author, "/authoring/maaling", go="down", module="enheter")
    assert len(states(tool, author, "/authoring/maaling/02-enheter.nb.md")) == 2
    tool.post(author, "/authoring/maaling/publish", version="7.1")

    page = tool.get(author, "/authoring/maaling/track.nb.md/history?lang=en").text

    assert "7.1" in page
    assert tool.get(author, f"{FILE}/history").status_code == 404
    assert tool.get(author, "/authoring/maaling/track.nb.md/history/999999").status_code == 404


def test_lines_with_some_around_them():
    assert hunks("a\nb\nc\nd\ne\nf\ng\nh", "a\nb\nX\nd\ne\nf\ng\nh\ni", around=1) == [
        Hunk(2, ((" ", "b"), ("-", "c"), ("+", "X"), (" ", "d"))),
        Hunk(8, ((" ", "h"), ("+", "i"))),
    ]
    assert hunks("a", "a") == []


@given(st.text("ab\n", max_size=30), st.text("ab\n", max_size=30))
def test_with_everything_around_it_a_difference_is_both_texts(before: str, after: str):
    lines = [line for hunk in hunks(before, after, around=100) for line in hunk.lines]

    if before != after:
        assert "\n".join(line for sign, line in lines if sign != "+") == before
        assert "\n".join(line for sign, line in lines if sign != "-") == after
