"""Links to other places: asked for by a job when an author asks, told by file and line."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from lti.errors import TransientServiceError
from lti.ports import HttpAnswer
from tests.factories.tool import Tool
from tests.tracks.authoring.pages import FILE, send, text_of
from tracks.authoring import outside
from tracks.authoring.models import outside_answer
from tracks.authoring.outside import MOST, worth_asking
from tracks.jobs.models import outbox
from tracks.jobs.worker import Worker

PAGE = "/authoring/maaling/links"
BEGINS = ("Fortell kort.", "[a]")
LINKS = "[a](https://a.example/there) [b](https://a.example/gone) [c](http://a.example/plain)"


class Sites:
    """The net: what answers, and what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status = {"https://a.example/gone": 404, "https://a.example/plain": 404}

    def request(self, method: str, url: str, **_: object) -> HttpAnswer:
        self.asked.append(url)
        if url.startswith("https://nowhere."):
            raise TransientServiceError("name_not_found")
        if url.startswith("https://silent."):
            raise TransientServiceError("timed_out")
        return HttpAnswer(self.status.get(url, 200), {}, b"")


@pytest.fixture
def sites() -> Sites:
    return Sites()


@pytest.fixture
def worker(tool: Tool, sites: Sites) -> Worker:
    return Worker(tool.database, dict(outside.handlers(sites, sites)), "memory://")


def english(tool: Tool, author: FlaskClient) -> str:
    return tool.get(author, f"{PAGE}?lang=en").text


def write(tool: Tool, author: FlaskClient, words: str) -> None:
    """Into the author's own draft, in place of what was there."""
    page = tool.get(author, FILE)
    before = next(line for line in text_of(page.text).split("\n") if line.startswith(BEGINS))
    text = text_of(page.text).replace(before, words)
    assert send(tool, author, page, text).status_code in (200, 303)


def test_dead_links_are_told_by_file_and_line(
    tool: Tool, author: FlaskClient, worker: Worker
) -> None:
    write(tool, author, LINKS)
    assert "3 addresses outside" in english(tool, author)

    answer = tool.post(author, PAGE)
    assert answer.headers["Location"] == PAGE
    assert "0 of 3 have answered so far" in english(tool, author)
    worker.drain()

    page = english(tool, author)
    line = text_of(tool.get(author, FILE).text).split("\n").index(LINKS) + 1
    assert f'href="{FILE}#line-{line}"' in page
    assert "https://a.example/gone is not there any more" in page
    assert "http://a.example/plain is http" in page
    assert "a.example/there" not in page
    assert "2 to look at" in page
    assert "Last asked on" in page


def test_what_is_all_there_is_said(tool: Tool, author: FlaskClient, worker: Worker) -> None:
    write(tool, author, "[a](https://a.example/there)")
    tool.post(author, PAGE)
    worker.drain()

    assert "Every address that was asked is there." in english(tool, author)


def test_nobody_is_asked_again_before_ten_minutes(
    tool: Tool, author: FlaskClient, other: FlaskClient, worker: Worker, sites: Sites
) -> None:
    write(tool, author, "[a](https://a.example/there)")
    for _ in range(2):
        tool.post(author, PAGE)
        worker.drain()
    assert sites.asked == ["https://a.example/there"]

    with tool.database.writing() as session:
        at = outside_answer.c.asked_at
        (row,) = session.execute(select(at)).all()
        session.execute(update(outside_answer).values(asked_at=row.asked_at - timedelta(hours=1)))
    sites.status["https://a.example/there"] = 410
    tool.post(author, PAGE)
    worker.drain()

    assert "is not there any more" in english(tool, author)


def test_what_does_not_answer_now_is_not_called_dead(
    tool: Tool, author: FlaskClient, worker: Worker
) -> None:
    write(tool, author, "[a](https://silent.example/)")
    tool.post(author, PAGE)
    worker.drain()

    page = english(tool, author)
    assert "could not be looked at" in page
    assert "is-warning" in page
    assert "is-error" not in page


def test_a_server_that_may_ask_nobody_blames_no_link(
    tool: Tool, author: FlaskClient, worker: Worker
) -> None:
    write(tool, author, "[a](https://nowhere.example/a) [b](https://nowhere.example/b)")
    tool.post(author, PAGE)
    worker.drain()
    assert "not allowed to ask other places" in english(tool, author)
    assert "not there any more" not in english(tool, author)

    write(tool, author, "[a](https://nowhere.example/a) [b](https://a.example/there)")
    tool.post(author, PAGE)
    worker.drain()

    assert "https://nowhere.example/a is not there any more" in english(tool, author)


def test_a_second_wish_joins_the_first_and_too_many_wait(tool: Tool, author: FlaskClient) -> None:
    write(tool, author, "[a](https://a.example/there)")

    answers = [tool.post(author, PAGE).status_code for _ in range(7)]

    assert answers == [303] * 6 + [429]
    assert len(tool.rows(select(outbox.c.id).where(outbox.c.kind == outside.ASK_JOB))) == 1


def test_a_track_without_links_asks_nobody(tool: Tool, author: FlaskClient) -> None:
    tool.post(author, PAGE)

    assert "<button" not in english(tool, author).partition("<main")[2].partition("</main>")[0]
    assert not tool.rows(select(outbox.c.id).where(outbox.c.kind == outside.ASK_JOB))


def test_a_track_has_an_end() -> None:
    many = [f"https://a.example/{n}" for n in range(MOST + 5)]

    assert worth_asking([*many[:2], many[0], "https://a.example/" + "x" * 2_000]) == many[:2]
    assert len(worth_asking(many)) == MOST


def test_an_http_link_is_judged_when_both_ways_were_asked(tool: Tool, author: FlaskClient) -> None:
    write(tool, author, "[a](http://a.example/plain)")
    with tool.database.writing() as session:
        heard = {"https://a.example/plain": outside.Answer(404)}
        outside._note(session, heard, datetime.now(UTC))
    assert "to look at" not in english(tool, author)

    with tool.database.writing() as session:
        heard = {"http://a.example/plain": outside.Answer(200)}
        outside._note(session, heard, datetime.now(UTC))

    assert "1 to look at" in english(tool, author)


def test_where_it_has_moved_is_words(tool: Tool, author: FlaskClient) -> None:
    write(tool, author, "[a](https://a.example/there)")
    moved = 'https://b.example/"><script>alert(1)</script>'
    with tool.database.writing() as session:
        heard = {"https://a.example/there": outside.Answer(200, moved)}
        outside._note(session, heard, datetime.now(UTC))

    page = english(tool, author)

    assert "Write https://b.example/&#34;&gt;&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_answers_are_forgotten_after_half_a_year(tool: Tool, author: FlaskClient) -> None:
    with tool.database.writing() as session:
        now = datetime.now(UTC)
        outside._note(session, {"https://a.example/": outside.Answer(200)}, now)
        outside.forget_answers(session, now + timedelta(days=179))
        assert outside.answers_to(session, ["https://a.example/"])
        outside.forget_answers(session, now + timedelta(days=181))
        assert not outside.answers_to(session, ["https://a.example/"])


def test_a_text_that_is_too_complex_is_named(
    tool: Tool, author: FlaskClient, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tracks.authoring.views.desk.draw", lambda pieces, bounds: {})

    page = english(tool, author)

    assert "Not read, because it is too complex:" in page
    assert "maaling/01-enheter.nb.md" in page
