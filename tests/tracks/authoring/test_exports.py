"""A track out of the browser: the same bytes as the command's, whatever the author wrote is read
elsewhere, and what does not come along is told."""

import html
import os
import re
import shutil
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from markdown_it import MarkdownIt
from werkzeug.test import TestResponse

from content.export import bounded, printing
from content.export.source import Exported, Source
from content.workers.bounded import Within
from tests.factories.tool import BASE_URL, Tool
from tests.tracks.authoring.pages import FILE, send, text_of
from tracks.authoring.models import track_owner
from tracks.authoring.views.desk import CONVERSIONS_A_MINUTE
from tracks.authoring.views.exports import CHOICES
from tracks.catalogue.histories import Histories
from tracks.catalogue.queries import Shelf
from tracks.cli.content import content
from tracks.db import Database
from tracks.people.actions import add_municipality
from tracks.subscriptions import reactions

EXPORT = "/authoring/maaling/export"


@pytest.fixture
def published(tool: Tool, author: FlaskClient) -> None:
    """As the site has it: what is published is kept in the repository."""
    tool.database._reactions = reactions(Shelf(), Histories(tool.settings.data_dir))
    assert tool.post(author, "/authoring/maaling/publish", version="7.0").status_code == 303
    tool.app.extensions["tracks.shelf"] = Shelf()


def export(tool: Tool, client: FlaskClient, name: str, **more: str) -> TestResponse:
    fields = {"format": name, "of": "library", "language": "nb", "go": "fetch"} | more
    return tool.post(client, f"{EXPORT}?lang=en", **fields)


def commands(folder: Path, to: Path, name: str, *more: str) -> bytes:
    """What the command writes."""
    out = to / "by-command"
    given = ["export", "maaling", "--format", name, "--library", str(folder), "-o", str(out)]
    done = CliRunner(env={"TRACKS_BASE_URL": BASE_URL}).invoke(content, [*given, *more])
    assert done.exit_code == 0, done.output
    return out.read_bytes()


def write(
    tool: Tool, client: FlaskClient, old: str, new: str, go: str = "save", file: str = FILE
) -> None:
    page = tool.get(client, file)
    assert old in text_of(page.text)
    send(tool, client, page, text_of(page.text).replace(old, new), go=go)


@pytest.mark.parametrize("name", CHOICES)
def test_the_same_bytes_as_the_commands(
    tool: Tool, author: FlaskClient, folder: Path, tmp_path: Path, name: str
):
    answer = export(tool, author, name, language="sv")

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="maaling.')
    assert answer.data == commands(folder, tmp_path, name, "--language", "sv")
    assert answer.data == export(tool, author, name, language="sv").data


def test_leader_and_answers_come_along_on_paper_only(
    tool: Tool, author: FlaskClient, folder: Path, tmp_path: Path
):
    both = {"leader": "1", "answers": "1"}
    paper = export(tool, author, "pdf", **both).data

    assert paper == commands(folder, tmp_path, "pdf", "--leader", "--answers")
    assert paper != export(tool, author, "pdf").data
    assert export(tool, author, "gift", **both).data == export(tool, author, "gift").data


@pytest.mark.usefixtures("published")
def test_the_published_version_is_as_it_was_then(
    tool: Tool, author: FlaskClient, folder: Path, tmp_path: Path
):
    then = commands(folder, tmp_path, "cartridge")
    write(tool, author, "Fortell kort.", "Fortell lenge.")
    now = commands(folder, tmp_path, "cartridge")

    page = tool.get(author, f"{EXPORT}?lang=en").text

    assert "Version 7.0, as teachers see it" in page
    assert export(tool, author, "cartridge", of="published").data == then
    assert export(tool, author, "cartridge").data == now
    assert then != now


@pytest.mark.usefixtures("published")
def test_a_published_version_keeps_what_it_had_borrowed(
    tool: Tool, author: FlaskClient, folder: Path, tmp_path: Path
):
    shutil.copytree(folder / "maaling", folder / "ny")
    assert tool.post(author, "/authoring/ny/publish", version="1.0").status_code == 303
    borrowed = '::: lån {resource="ny/enheter#les"}\n:::'
    write(tool, author, "Fortell kort.", borrowed)
    write(tool, author, "Berätta kort.", borrowed, file=FILE.replace(".nb.", ".sv."))
    done = tool.post(author, "/authoring/maaling/publish?lang=en", version="8.0")
    assert done.status_code == 303, done.text
    tool.app.extensions["tracks.shelf"] = Shelf()
    then = commands(folder, tmp_path, "olx")
    lent = folder / "ny" / "01-enheter.nb.md"
    lent.write_text(lent.read_text("utf-8").replace("alltid en enhet", "aldri en enhet"), "utf-8")

    assert export(tool, author, "olx", of="published").data == then
    assert export(tool, author, "olx").data == commands(folder, tmp_path, "olx") != then


def test_drafts_stay_out_and_that_is_said(
    tool: Tool, author: FlaskClient, folder: Path, tmp_path: Path
):
    write(tool, author, "Fortell kort.", "Fortell lenge.", go="check")

    assert (
        "1 draft of yours is not in the library yet" in tool.get(author, f"{EXPORT}?lang=en").text
    )
    assert export(tool, author, "cartridge").data == commands(folder, tmp_path, "cartridge")


def test_what_does_not_come_along_is_told_before_the_file_is_fetched(
    tool: Tool, author: FlaskClient, folder: Path, tmp_path: Path
):
    told = export(tool, author, "cartridge", go="")

    assert told.mimetype == "text/html"
    assert "not everything comes along as it is here" in told.text
    listed = told.text.partition('id="losses"')[2].partition('id="formats"')[0]
    words = f"export maaling --format cartridge --library {folder} -o {tmp_path / 'x'}".split()
    done = CliRunner(env={"LC_ALL": "C", "LANG": "C"}).invoke(content, words)
    said = r"^maaling/([\w.-]+:\d+): export-loss \(warning\): (.*)$"
    lines = re.findall(said, done.output, re.MULTILINE)
    places = re.findall(r">([\w.-]+\.md:\d+)</a>", listed)
    assert sorted(places) == sorted(place for place, _ in lines)
    assert lines
    assert all(html.escape(what) in listed for _, what in lines)
    # the button sends what was asked for once more
    again = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', told.text))
    assert again | {"format": "cartridge", "of": "library", "language": "nb"} == again


def test_a_file_that_loses_nothing_comes_at_once(tool: Tool, author: FlaskClient):
    assert export(tool, author, "thin-cartridge", go="").mimetype == "application/zip"


def test_what_is_to_be_mended_first_is_told(tool: Tool, author: FlaskClient):
    page = tool.get(author, FILE)
    send(tool, author, page, text_of(page.text) + "\n![](media/a.png)\n", go="save")

    answer = export(tool, author, "cartridge")

    assert answer.status_code == 422
    assert "Something is still to be mended. No file was made." in answer.text
    assert "an image without text" in answer.text


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"format": "docx"}, 400),
        ({"format": "zip"}, 400),
        ({"of": "else"}, 400),
        ({"language": "en"}, 422),
        ({"language": "../nb"}, 422),
        ({"of": "published"}, 422),  # published, but not kept in a repository
    ],
)
def test_what_cannot_be_asked_for(
    tool: Tool, author: FlaskClient, given: dict[str, str], status: int
):
    fields = {"format": "gift", "of": "library", "language": "nb"} | given
    assert tool.post(author, EXPORT, **fields).status_code == status


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Markdown that this process reads, and transactions that write while a file is made."""
    here, parse, found = os.getpid(), MarkdownIt.parse, list[str]()

    def noted(self: MarkdownIt, src: str, env: Any = None) -> Any:
        if os.getpid() == here:
            found.append(src[:200])
        return parse(self, src, env)

    monkeypatch.setattr(MarkdownIt, "parse", noted)
    return found


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("of", ["library", "published"])
@pytest.mark.parametrize("name", CHOICES)
def test_no_text_is_read_here_nor_while_something_is_written(
    tool: Tool,
    author: FlaskClient,
    name: str,
    of: str,
    elsewhere: list[str],
    monkeypatch: pytest.MonkeyPatch,
):
    def refuse(_self: Database) -> None:
        raise AssertionError("a writing transaction")

    tool.get(author, EXPORT)
    monkeypatch.setattr(Database, "writing", refuse)

    assert export(tool, author, name, of=of).status_code == 200
    assert elsewhere == []


def in_the_other_process(monkeypatch: pytest.MonkeyPatch, act: Callable[..., None]) -> None:
    """Done where a step is drawn."""
    for module in ("content.export.olx.step_body", "content.export.pdf.render_step"):
        monkeypatch.setattr(module, act)
    monkeypatch.setattr(threading, "active_count", lambda: 1)  # a fork, which has that too


@pytest.mark.parametrize("name", ["olx", "pdf"])
def test_what_takes_too_long_is_ended_and_told(
    tool: Tool, author: FlaskClient, monkeypatch: pytest.MonkeyPatch, name: str
):
    def burn(*_: object, **__: object) -> None:
        while True:
            pass

    tool.get(author, "/authoring/maaling")  # is checked in the time there is for that
    in_the_other_process(monkeypatch, burn)
    monkeypatch.setattr("tracks.authoring.views.exports.exported", _within(0.05))

    answer = export(tool, author, name)

    assert answer.status_code == 422
    assert "It would have taken more time or memory than there may be." in answer.text
    assert re.search(r"Error id: <code>[0-9A-F]{8}</code>", answer.text)
    assert f'href="{EXPORT}"' in answer.text


def _within(seconds: float) -> Callable[[str, Source], Exported]:
    return lambda name, source: bounded.exported(name, source, Within(seconds))


@pytest.mark.parametrize("name", ["olx", "pdf"])
def test_what_breaks_off_is_our_mistake_and_told_with_an_id(
    tool: Tool,
    author: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    name: str,
):
    def wrong(*_: object, **__: object) -> None:
        raise KeyError("no such luck")

    tool.get(author, "/authoring/maaling")  # is checked before anything goes wrong
    in_the_other_process(monkeypatch, wrong)

    answer = export(tool, author, name)

    assert answer.status_code == 503
    assert "What makes it broke off: our mistake, not yours." in answer.text
    found = re.search(r"Error id: <code>([0-9A-F]{8})</code>", answer.text)
    assert found
    assert f"error_id={found[1]}" in caplog.text
    assert "no such luck" in caplog.text


def test_a_pdf_that_cannot_be_printed_is_told_in_the_compilers_words(
    tool: Tool, author: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(printing, "_print", lambda *given: given[-1].send("100% %(wrong)s <b>"))
    monkeypatch.setattr(threading, "active_count", lambda: 1)

    answer = export(tool, author, "pdf")

    assert answer.status_code == 422
    assert "no PDF could be made: 100% %(wrong)s &lt;b&gt;" in answer.text


def test_nobody_makes_more_files_than_there_is_time_for(
    tool: Tool, author: FlaskClient, other: FlaskClient
):
    codes = [export(tool, author, "gift").status_code for _ in range(CONVERSIONS_A_MINUTE + 1)]

    assert codes == [200] * CONVERSIONS_A_MINUTE + [429]
    assert export(tool, other, "gift").status_code == 200


def test_a_track_of_another_municipality_is_not_there(tool: Tool, author: FlaskClient):
    with tool.database.writing() as session:
        theirs = add_municipality(session, "Elsewhere", country="NO")
        session.execute(
            track_owner.insert().values(
                track="maaling", municipality_id=theirs, since=datetime.now(UTC)
            )
        )

    assert tool.get(author, EXPORT).status_code == 404
    assert export(tool, author, "gift").status_code == 404
    assert export(tool, tool.launch(sub="teacher"), "gift").status_code == 403
