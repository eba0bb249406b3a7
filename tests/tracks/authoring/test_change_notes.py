"""What an author says is new in a version, for those who did it before (F-14)."""

import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest
from flask.testing import FlaskClient
from msgspec.structs import replace

from content.model import MOST_SAID
from tests.factories.databases import sample_library
from tests.factories.editing import Edited
from tests.factories.tool import BASE_URL, Tool
from tests.tracks.authoring.pages import text_of
from tests.tracks.catalogue.publishing import track_with
from tests.tracks.feedback.pages import SESSION, fresh
from tracks.catalogue.actions import digest_of, publish_track

PUBLISH = "/authoring/maaling/publish"
CHANGES = "/t/sample/maaling/-/changes"
PUBLIC = "/catalogue/sample/maaling"
A = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def notes(page: str) -> list[tuple[str, str, list[str]]]:
    """Version, language and lines of the section on what is new."""
    section = re.search(r'<section aria-labelledby="what-is-new">.*?</section>', page, re.DOTALL)
    found = re.findall(
        r">Version ([0-9.]+)</h3>\s*<ul lang=\"(\w+)\">(.*?)</ul>",
        section[0] if section else "",
        re.DOTALL,
    )
    return [(v, lang, re.findall(r"<li>(.*?)</li>", body)) for v, lang, body in found]


def field(page: str, language: str) -> str:
    name = f"changes-{language}"
    found = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n?(.*?)</textarea>', page, re.S)
    assert found
    return found[1]


@pytest.fixture
def reader(tool: Tool) -> FlaskClient:
    """A teacher at work on 1.0.0."""
    teacher = tool.launch(sub="teacher")
    tool.post(teacher, f"{SESSION}/les", go="done")
    return teacher


def test_from_the_form_to_the_reader(
    tool: Tool, author: FlaskClient, reader: FlaskClient, folder: Path
):
    assert field(tool.get(author, PUBLISH).text, "nb") == ""

    typed = {"changes-nb": "Ny <b>sjekkliste</b>\r\n\r\n Kortere  tekst", "changes-sv": "Ny lista"}
    tool.post(author, PUBLISH, version="1.1", **typed)
    fresh(tool)

    wanted = [("1.1", "nb", ["Ny &lt;b&gt;sjekkliste&lt;/b&gt;", "Kortere tekst"])]
    assert notes(tool.get(reader, f"{CHANGES}?lang=nb").text.replace("Versjon ", "Version ")) == (
        wanted
    )
    assert notes(tool.get(tool.client(), f"{PUBLIC}?lang=en").text) == wanted
    swedish = tool.get(tool.client(), f"{PUBLIC}?lang=sv").text
    assert notes(swedish) == [("1.1", "sv", ["Ny lista"])]
    at_work = tool.get(reader, f"{SESSION}?lang=en").text
    told = at_work.partition("See what is new")[2].partition("</div>")[0]
    assert re.findall(r"<li>(.*?)</li>", told) == wanted[0][2]
    file = (folder / "maaling" / "track.nb.md").read_text("utf-8")
    assert '\nchanges:\n  "1.1": [' in file
    assert "you-said" not in file


def test_nothing_to_tell_is_nothing_told(tool: Tool, author: FlaskClient, reader: FlaskClient):
    tool.post(author, PUBLISH, version="1.1", **{"changes-nb": " \r\n", "changes-sv": ""})
    fresh(tool)

    assert "what-is-new" not in tool.get(tool.client(), f"{PUBLIC}?lang=en").text
    alert = tool.get(reader, f"{SESSION}?lang=en").text.partition("See what is new")[2]
    assert "<li>" not in alert.partition("</div>")[0]


def test_versions_stand_in_the_tracks_history_and_a_reader_meets_those_since(
    tool: Tool, author: FlaskClient, reader: FlaskClient
):
    tool.post(author, PUBLISH, version="1.1", **{"changes-nb": "Først"})
    tool.post(author, PUBLISH, version="1.2", **{"changes-nb": "Så"})
    fresh(tool)

    both = [("1.2", "nb", ["Så"]), ("1.1", "nb", ["Først"])]
    assert notes(tool.get(reader, f"{CHANGES}?lang=en").text) == both
    public = tool.get(tool.client(), f"{PUBLIC}?lang=en").text
    assert notes(public) == both
    assert public.index(">Version 1.2<") < public.index("Earlier versions")
    later = tool.launch(sub="later")
    tool.post(later, f"{SESSION}/les", go="done")
    assert notes(tool.get(later, f"{CHANGES}?lang=en").text) == []


def test_too_much_is_told_and_stays_typed(tool: Tool, author: FlaskClient, folder: Path):
    before = (folder / "maaling" / "track.nb.md").read_bytes()
    for typed in ("\n".join(["linje"] * (MOST_SAID + 1)), "å" * 301):
        refused = tool.post(author, f"{PUBLISH}?lang=en", version="1.1", **{"changes-nb": typed})
        assert refused.status_code == 422
        assert field(refused.text, "nb") == typed
    assert "has room for 6 lines" in unescape(refused.text)
    assert (folder / "maaling" / "track.nb.md").read_bytes() == before


def test_what_stands_in_the_file_stands_in_the_form(tool: Tool, author: FlaskClient, folder: Path):
    file = folder / "maaling" / "track.nb.md"
    head = 'changes:\n  "1.1": ["Fra filen"]\ntitle:'
    file.write_text(file.read_text("utf-8").replace("title:", head, 1), "utf-8")
    assert "changes" in text_of(tool.get(author, "/authoring/maaling/track.nb.md").text)

    assert field(tool.post(author, PUBLISH, version="1.1.x").text, "nb") == ""
    page = tool.post(author, PUBLISH, version="1.1", **{"said-nb": "x\n" * 9}).text
    assert field(page, "nb") == "Fra filen"


def test_who_writes_by_git_or_the_command_writes_it_there(
    tool: Tool, reader: FlaskClient, tmp_path: Path
):
    edited = Edited(tmp_path)
    edited.head("track", 'changes: {"1.1.0": [<i>Kortere</i>], "9.0": [Ikke ennå]}')
    edited.publish(tool, "1.1.0")

    page = tool.get(reader, f"{CHANGES}?lang=en").text
    assert notes(page) == [("1.1.0", "nb", ["&lt;i&gt;Kortere&lt;/i&gt;"])]


def test_the_feed_tells_what_is_new_in_the_newest_version_only(tool: Tool):
    source = track_with()
    texts = {
        lang: replace(text, changes={"1.1.0": ("Gammelt",), "1.2.0": ("Nytt <b>", "Mer")})
        for lang, text in source.texts.items()
        if lang == "nb"
    } | {lang: text for lang, text in source.texts.items() if lang != "nb"}
    for version in ("1.2.0", "1.3.0"):
        with tool.database.writing() as session:
            publish_track(
                session,
                "sample",
                replace(source, id="other", version=version, texts=texts),
                media={},
                now=datetime(2030, 5, 1, tzinfo=UTC),
            )
        fresh(tool)
        answer = tool.client().get("/catalogue/feed.atom?lang=sv", base_url=BASE_URL)
        entry = fromstring(answer.data).find(f"{A}entry")
        assert entry is not None
        content = entry.find(f"{A}content")
        if version == "1.2.0":
            assert content is not None
            assert (content.text, content.get(LANG)) == ("Nytt <b>\nMer", "nb")
            assert content.get("type") == "text"
        else:
            assert content is None


def test_a_note_is_part_of_the_text():
    plain = sample_library().tracks[0]
    noted = {lang: replace(t, changes={"1.0.0": ("Ny",)}) for lang, t in plain.texts.items()}
    assert digest_of(replace(plain, texts=noted), {}) != digest_of(plain, {})
