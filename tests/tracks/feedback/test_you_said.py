"""What was done because teachers said so goes out with a version, in its author's words (S-11)."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from content.front_matter import plain_values, read_front_matter, split_front_matter
from content.front_matter_writing import with_values
from content.model import MOST_SAID
from content.problems import ProblemList
from content.reading.forms import TrackForm
from tests.factories.editing import Edited
from tests.factories.tool import Tool
from tests.tracks.authoring.pages import follow, text_of
from tests.tracks.feedback.pages import DESK, SESSION, TOO_LONG, fresh, ids, says, told
from tracks.authoring.rules import is_room_for, lines_in, told_in, with_told
from tracks.catalogue.rules import Told, ToldOfVersion, told_of_versions

PUBLISH = "/authoring/maaling/publish"
CHANGES = "/t/sample/maaling/-/changes"
PUBLIC = "/catalogue/sample/maaling"


def lines(page: str) -> list[tuple[str, str, list[str]]]:
    """Version, language and lines, as a page tells them."""
    found = re.findall(r">Version ([0-9.]+)</h3>\s*<ul lang=\"(\w+)\">(.*?)</ul>", page, re.DOTALL)
    return [(v, lang, re.findall(r"<li>(.*?)</li>", body)) for v, lang, body in found]


def field(page: str, language: str) -> str:
    found = re.search(rf'<textarea[^>]*name="said-{language}"[^>]*>\n?(.*?)</textarea>', page, re.S)
    assert found
    return found[1]


@pytest.fixture
def answered(tool: Tool, author: FlaskClient) -> FlaskClient:
    """A teacher at work on 1.0.0 whose remark is to be done; and two who said the same."""
    teacher = tool.launch(sub="teacher")
    tool.post(teacher, f"{SESSION}/les", go="done")
    for who in (teacher, tool.launch(sub="two"), tool.launch(sub="three")):
        says(tool, who)
    first, second, third = ids(tool)
    for each, answer in (
        (first, "Kortere forarbeid."),
        (second, "Kortere forarbeid."),
        (third, ""),
    ):
        tool.post(author, DESK, remark=str(each), go="done", answer=answer)
    return teacher


def test_from_an_answer_to_what_is_new(
    tool: Tool, author: FlaskClient, answered: FlaskClient, folder: Path
):
    page = tool.get(author, f"{PUBLISH}?lang=en").text
    assert field(page, "nb") == "Kortere forarbeid."  # once, and never what a teacher wrote
    assert field(page, "sv") == ""
    assert TOO_LONG not in page

    said = "Forarbeidet tar nå 20 minutter.\r\n\r\n  Med  en <b>sjekkliste</b>: ny \r\n"
    done = tool.post(author, PUBLISH, version="1.1", **{"said-nb": said, "said-sv": ""})

    fresh(tool)
    assert follow(tool, author, done).status_code == 200
    wanted = ["Forarbeidet tar nå 20 minutter.", "Med en &lt;b&gt;sjekkliste&lt;/b&gt;: ny"]
    for who, path in ((answered, CHANGES), (tool.client(), PUBLIC)):
        assert lines(tool.get(who, f"{path}?lang=en").text) == [("1.1", "nb", wanted)]
    # where nothing is written in a language the original's is read, and marked as that
    assert lines(tool.get(tool.client(), f"{PUBLIC}?lang=sv").text)[0][1] == "nb"
    assert told(tool, answered) == ["Done in version 1.1. Kortere forarbeid."]
    assert "1 change" not in tool.get(answered, f"{SESSION}?lang=en").text
    assert "See what is new" in tool.get(answered, f"{SESSION}?lang=en").text
    written = (folder / "maaling" / "track.nb.md").read_text("utf-8")
    assert '\nyou-said:\n  "1.1": [Forarbeidet tar nå 20 minutter.,' in written
    assert "you-said" not in (folder / "maaling" / "track.sv.md").read_text("utf-8")
    # nothing of it is proposed again
    assert field(tool.get(author, PUBLISH).text, "nb") == ""


def test_the_next_version_tells_its_own(
    tool: Tool, author: FlaskClient, answered: FlaskClient, folder: Path
):
    tool.post(author, PUBLISH, version="1.1", **{"said-nb": "Først", "said-sv": "Först"})
    tool.post(author, PUBLISH, version="1.2", **{"said-nb": "Så", "said-sv": ""})
    tool.post(author, PUBLISH, version="1.3")  # a form without the fields: nothing new is told
    fresh(tool)

    all_of_it = [("1.2", "nb", ["Så"]), ("1.1", "nb", ["Først"])]
    assert lines(tool.get(answered, f"{CHANGES}?lang=en").text) == all_of_it
    public = tool.get(tool.client(), f"{PUBLIC}?lang=en").text
    assert lines(public) == all_of_it
    assert public.index(">Version 1.2<") < public.index("Earlier versions")
    tool.post(answered, CHANGES, go="take", version="1.3")
    later = tool.launch(sub="later")
    tool.post(later, f"{SESSION}/les", go="done")
    for each in (answered, later):
        assert lines(tool.get(each, f"{CHANGES}?lang=en").text) == []


def test_too_much_is_told_and_stays_typed(tool: Tool, author: FlaskClient, answered: FlaskClient):
    for typed in ("\n".join(["linje"] * (MOST_SAID + 1)), "å" * 301):
        refused = tool.post(author, PUBLISH, version="1.1", **{"said-nb": typed})
        assert refused.status_code == 422
        assert field(refused.text, "nb") == typed
        assert 'role="alert"' in refused.text
    assert told(tool, answered) == ["It will be done in the next version. Kortere forarbeid."]


def test_a_version_that_is_refused_keeps_the_lines(
    tool: Tool, author: FlaskClient, answered: FlaskClient, folder: Path
):
    before = (folder / "maaling" / "track.nb.md").read_bytes()
    for version in ("x", tool.edition.version):
        refused = tool.post(author, PUBLISH, version=version, **{"said-nb": "Min linje"})
        assert (refused.status_code, field(refused.text, "nb")) == (422, "Min linje")
    assert (folder / "maaling" / "track.nb.md").read_bytes() == before


def test_what_stands_in_the_file_stands_in_the_form(
    tool: Tool, author: FlaskClient, answered: FlaskClient, folder: Path
):
    """Written by git, or in the editor."""
    file = folder / "maaling" / "track.nb.md"
    text = file.read_text("utf-8")
    head = 'you-said:\n  "1.0.0": Gammelt\n  "1.1.0": ["Fra git"]\ntitle:'
    file.write_text(text.replace("title:", head, 1), "utf-8")
    assert "you-said" in text_of(tool.get(author, "/authoring/maaling/track.nb.md").text)

    page = tool.get(author, PUBLISH).text
    assert field(page, "nb") == "Fra git\nKortere forarbeid."

    tool.post(author, PUBLISH, version="1.1.0", **{"said-nb": "Fra git"})
    fresh(tool)
    public = tool.get(tool.client(), f"{PUBLIC}?lang=en").text
    assert lines(public) == [("1.1.0", "nb", ["Fra git"]), ("1.0.0", "nb", ["Gammelt"])]


def test_who_writes_by_git_writes_it_there(tool: Tool, tmp_path: Path):
    teacher = tool.launch(sub="teacher")
    tool.post(teacher, f"{SESSION}/les", go="done")
    edited = Edited(tmp_path)
    edited.head("track", 'you-said: {"1.1.0": [<i>Kortere</i>], "9.0": [Ikke ennå]}')
    edited.publish(tool, "1.1.0")

    page = tool.get(teacher, f"{CHANGES}?lang=en").text
    assert lines(page) == [("1.1.0", "nb", ["&lt;i&gt;Kortere&lt;/i&gt;"])]


@pytest.mark.parametrize(
    "wrong",
    [
        "you-said: Kortere",
        "you-said: {x: [a]}",
        'you-said: {"1.1": []}',
        'you-said: {"1.1": [""]}',
        'you-said: {"1.1": [' + ", ".join(["a"] * (MOST_SAID + 1)) + "]}",
    ],
)
def test_what_is_written_wrongly_is_said_by_the_check(wrong: str):
    found = ProblemList("track.nb.md")
    assert read_front_matter(f"title: T\n{wrong}\n", TrackForm, found).values is None
    assert any("you-said" in str(each.message) + str(each.hint) for each in found.found)


# So few that two of them are often the same.
VERSIONS = st.sampled_from(["1", "1.0", "1.1", "1.1.0", "1.2", "1.10", "2.0", "10"])
LINES = st.lists(
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=40)
    .map(lambda text: " ".join(text.split()))
    .filter(bool)
    .filter(lambda text: "\ufffd" not in text and "\ufeff" not in text),
    max_size=MOST_SAID,
)
TOLD = st.dictionaries(VERSIONS, LINES.filter(bool), max_size=8)


@given(TOLD, VERSIONS, st.none() | LINES)
def test_what_is_written_is_read_back(
    told: dict[str, list[str]], version: str, new: list[str] | None
):
    found = with_told(told, version, new, 5)

    assert len(found) <= 5
    if new is not None:
        assert found.get(version, []) == new
    assert all(found[each] == told[each] for each in found if each != version)
    text = with_values("---\ntitle: T\n---\n\nText\n", {"you-said": found or None})
    yaml, _ = split_front_matter(text)
    assert told_in(plain_values(yaml or "") or {}, "you-said") == found
    assert text.endswith("---\n\nText\n")
    assert with_values(text, {"you-said": None}) == "---\ntitle: T\n---\n\nText\n"


@given(st.text(max_size=200))
def test_any_text_becomes_lines(typed: str):
    found = lines_in(typed)
    assert all(line == " ".join(line.split()) and line for line in found)
    assert lines_in("\n".join(found)) == found
    assert is_room_for(found[:1]) == (len("".join(found[:1])) <= 300)


def number(version: str) -> tuple[int, ...]:
    return (*map(int, version.split(".")), 0, 0)[:3]


@given(TOLD, TOLD, st.none() | VERSIONS, VERSIONS)
def test_a_reader_is_told_what_they_have_missed(
    nb: dict[str, list[str]], sv: dict[str, list[str]], after: str | None, until: str
):
    texts = {"nb": {"you_said": nb}, "sv": {"you_said": sv}, "en": {}}
    found = told_of_versions(Told.YOU_SAID, texts, ["sv", "nb", "en"], after=after, until=until)

    assert [number(each.version) for each in found] == sorted(
        (number(each.version) for each in found), reverse=True
    )
    missed = {
        v
        for v in {*nb, *sv}
        if number(v) <= number(until) and (after is None or number(after) < number(v))
    }
    assert {each.version for each in found} == missed
    for each in found:
        own = sv if each.version in sv else nb
        language = "sv" if each.version in sv else "nb"
        assert each == ToldOfVersion(each.version, language, tuple(own[each.version]))
