"""Questions in GIFT, pasted into the editor or sent as a file, become quiz blocks of a draft."""

import io
import os
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from markdown_it import MarkdownIt
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse

from content.intake.gift import read_gift
from content.model import Phase
from content.workers.bounded import Within
from tests.factories.tool import Tool
from tests.tracks.authoring.pages import FILE, field, follow, send, text_of
from tracks.authoring.models import draft
from tracks.authoring.views import saving
from tracks.authoring.views.desk import CONVERSIONS_A_MINUTE
from tracks.db import Database

SUM = "::Sum::Hvor mye er 2 + 2? {~3 =4 ~5}\n"
LENGTH = "::Les::Hva er en enhet for lengde? {=Meter ~Sekund}\n"
WEIGHTED = "Er det sant? {~%50%Ja ~%-50%Nei ~%50%Kanskje =Alltid}\n"
FAULTY = f"{SUM}\nUten svar\n\n::Tom::Hva? {{~a ~b}}\n"


def ask(
    tool: Tool, client: FlaskClient, questions: str | bytes, phase: str = "B", **more: Any
) -> TestResponse:
    page = tool.get(client, FILE).text
    fields = {name: field(page, name) for name in ("revision", "begun")}
    fields |= {"text": text_of(page), "questions-phase": phase, "go": "questions"} | more
    if isinstance(questions, bytes):
        fields["questions-file"] = FileStorage(io.BytesIO(questions), "q.gift", "text/plain")
    else:
        fields["questions"] = questions
    return tool.post(client, f"{FILE}?lang=en", **fields)


def now_of(tool: Tool, client: FlaskClient) -> str:
    return text_of(tool.get(client, FILE).text)


def read(questions: str, **how: Any) -> str:
    return read_gift(questions, language="nb", **how).markdown


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize("form", [str, str.encode])
def test_they_are_what_the_command_writes_at_the_end_of_the_phase(
    tool: Tool, author: FlaskClient, folder: Path, form: Any, phase: Phase
):
    before = now_of(tool, author)

    answer = ask(tool, author, form(SUM), phase.value)

    line = int(answer.headers["Location"].partition("#line-")[2])
    page = follow(tool, author, answer)
    assert text_of(page.text).split("\n")[line - 1] == "### Sum"
    expected = saving.with_piece(before, read(SUM), phase)
    assert text_of(page.text) == expected
    assert f"## {phase.value} " in expected.partition("### Sum")[0]
    assert expected.partition("### Sum")[0].count("{phase=") == [*Phase].index(phase) + 1
    assert (folder / "maaling/01-enheter.nb.md").read_text("utf-8") == before
    # another author sees nothing of it, and the text is as good as one that was typed
    assert tool.count(draft) == 1
    assert 'class="problem is-error"' not in page.text


def test_what_was_typed_meanwhile_is_kept_with_them(tool: Tool, author: FlaskClient):
    typed = now_of(tool, author).replace("Fortell kort.", "Fortell lenge.")

    ask(tool, author, SUM, text=typed)

    assert now_of(tool, author) == saving.with_piece(typed, read(SUM), Phase.TOGETHER)


def test_an_id_that_the_session_has_is_not_given_again(tool: Tool, author: FlaskClient):
    follow(tool, author, ask(tool, author, LENGTH))
    follow(tool, author, ask(tool, author, LENGTH))

    ids = re.findall(r"#(les[a-z0-9-]*)", now_of(tool, author))
    assert sorted(ids) == ["les", "les-2", "les-3"]


def test_what_is_lost_of_them_is_told_by_line(tool: Tool, author: FlaskClient):
    answer = ask(tool, author, f"\n{WEIGHTED}")

    assert answer.status_code == 200
    assert "The questions are in your draft" in follow_said(answer)
    told = re.findall(r"<strong>(Line \d+)</strong> ([^<]*)</p>", answer.text)
    problems = read_gift(f"\n{WEIGHTED}", language="nb").problems
    assert told == [(f"Line {p.location.line}", p.message) for p in problems]
    assert told
    assert read(WEIGHTED).split("\n")[0] in now_of(tool, author)
    # the page goes on from what was saved
    assert text_of(answer.text) == now_of(tool, author)
    assert field(answer.text, "revision") == "1"
    assert " data-kept" in answer.text


def follow_said(answer: TestResponse) -> str:
    found = re.search(r'role="status">([^<]*)</p>', answer.text)
    return found[1] if found else ""


@pytest.mark.parametrize("form", [str, str.encode])
def test_faults_are_told_by_line_and_nothing_is_lost(tool: Tool, author: FlaskClient, form: Any):
    typed = now_of(tool, author).replace("Fortell kort.", "Fortell lenge.")

    answer = ask(tool, author, form(FAULTY), text=typed)

    assert answer.status_code == 422
    assert "No question was taken in. Mend these" in answer.text
    told = re.findall(r"<strong>(Line \d+)</strong> ([^<]*)</p>", answer.text)
    assert told == [
        ("Line 3", "a text without { }, which asks nothing"),
        ("Line 5", "no answer is right"),
    ]
    assert text_of(answer.text) == now_of(tool, author) == typed
    # what was pasted is there to be mended
    kept = re.search(r'name="questions"[^>]*>\n([^<]*)</textarea>', answer.text)
    assert kept
    assert kept[1] == (FAULTY.replace("&", "&amp;") if form is str else "")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("", "Paste questions in GIFT"),
        (" \n", "Paste questions in GIFT"),
        (b"", "Paste questions in GIFT"),
        ("// ingenting\n", "There is no question in that."),
        (b"::A::Hva\xe5? {=b}", "is not written in UTF-8"),
        (b"x" * (256 * 1024 + 1), "a file may have 256 KB"),
        (f"A? {{={'å' * 131_000}}}".encode(), "a file may have 256 KB"),
    ],
)
def test_what_is_no_question_is_told(
    tool: Tool, author: FlaskClient, given: str | bytes, told: str
):
    before = now_of(tool, author)

    answer = ask(tool, author, given)

    assert answer.status_code == 422
    assert told in answer.text
    assert now_of(tool, author) == before


def test_a_draft_that_another_page_has_written_is_not_written_over(tool: Tool, author: FlaskClient):
    page = tool.get(author, FILE)
    other = text_of(page.text).replace("Fortell kort.", "Fra den andre siden.")
    send(tool, author, page, other)

    more = {"questions": SUM, "questions-phase": "B"}
    answer = send(tool, author, page, text_of(page.text), go="questions", **more)

    assert answer.status_code == 409
    assert "### Sum" in text_of(answer.text)
    assert "Fra den andre siden." in answer.text
    assert now_of(tool, author) == other


def test_questions_are_read_elsewhere_and_before_anything_is_written(
    tool: Tool, author: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    here, parse, found = os.getpid(), MarkdownIt.parse, list[str]()
    open_now, seen, writing = list[str](), list[list[str]](), Database.writing

    def noted(self: MarkdownIt, src: str, env: Any = None) -> Any:
        if os.getpid() == here:
            found.append(src)
        return parse(self, src, env)

    def read_here(*_: object, **__: object) -> None:
        raise AssertionError("read in the server's process")

    def run(self: Within, *given: Any, **options: Any) -> Any:
        seen.append([*open_now])
        return real(self, *given, **options)

    class Noted:
        def __init__(self, database: Database) -> None:
            self.inner = writing(database)

        def __enter__(self) -> Any:
            open_now.append("writing")
            return self.inner.__enter__()

        def __exit__(self, *why: Any) -> Any:
            open_now.pop()
            return self.inner.__exit__(*why)

    real = Within.__call__
    monkeypatch.setattr(MarkdownIt, "parse", noted)
    monkeypatch.setattr(Within, "__call__", run)
    monkeypatch.setattr(Database, "writing", lambda self: Noted(self))
    monkeypatch.setattr("content.intake.gift._questions", read_here)
    # another process has none of this: the server has threads, so it is no fork of this one
    monkeypatch.setattr(threading, "active_count", lambda: 2)

    assert ask(tool, author, SUM).status_code == 303
    assert found == []
    assert seen == [[]]


@pytest.mark.parametrize("is_wrong", [True, False])
def test_what_takes_too_long_or_breaks_off_is_told_and_the_draft_is_kept(
    tool: Tool,
    author: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    is_wrong: bool,
):
    def act(*_: object) -> None:
        while not is_wrong:
            pass
        raise KeyError("no such luck")

    typed = now_of(tool, author).replace("Fortell kort.", "Fortell lenge.")
    monkeypatch.setattr("content.intake.gift._questions", act)
    monkeypatch.setattr("tracks.authoring.views.questions.WITHIN", Within(0.05))
    monkeypatch.setattr(threading, "active_count", lambda: 1)  # a fork, which has that too

    answer = ask(tool, author, SUM, text=typed)

    assert answer.status_code == 422
    told = "broke off, our mistake" if is_wrong else "too complex to be read in the time"
    assert told in answer.text
    found = re.search(r"\(Error id: ([0-9A-F]{8})\)", answer.text)
    assert found
    assert f"error_id={found[1]}" in caplog.text
    assert now_of(tool, author) == typed


def test_nobody_sends_more_than_there_is_time_for_and_what_was_typed_is_shown(
    tool: Tool, author: FlaskClient
):
    for _ in range(CONVERSIONS_A_MINUTE):
        assert ask(tool, author, "Uten svar").status_code == 422
    typed = now_of(tool, author).replace("Fortell kort.", "Fortell lenge.")

    answer = ask(tool, author, SUM, text=typed)

    assert answer.status_code == 429
    assert "Fortell lenge." in answer.text


def test_only_a_session_takes_questions(tool: Tool, author: FlaskClient):
    file = "/authoring/maaling/track.nb.md"
    page = tool.get(author, f"{file}?lang=en")
    assert "Questions in GIFT" not in page.text

    send(tool, author, page, text_of(page.text), go="questions", questions=SUM)

    assert text_of(tool.get(author, file).text) == text_of(page.text)
