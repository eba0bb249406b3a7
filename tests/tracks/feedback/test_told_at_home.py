"""Whoever said something of a session is told on their own page that it is answered (S-11)."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.factories.tool import Tool
from tests.tracks.feedback.pages import DESK, SESSION, fresh, ids, plain, says, told
from tracks.feedback.models import remark
from tracks.feedback.rules import KEPT_FOR, NEWS_FOR, is_news_from

HEADING = "Answers to what you have said"
PUBLISH = "/authoring/maaling/publish"


@pytest.fixture
def teacher(tool: Tool) -> FlaskClient:
    return tool.launch(sub="teacher")


def heard(tool: Tool, who: FlaskClient) -> list[tuple[str, str]]:
    """Of each line: where it leads, and what it says."""
    page = tool.get(who, "/?lang=en")
    assert page.status_code == 200
    assert (HEADING in page.text) is ("/-/remarks?version=" in page.text)
    if HEADING not in page.text:
        return []
    part = page.text.partition(HEADING)[2].partition("</ul>")[0]
    rows = re.findall(r'<li class="row"><a[^>]*href="([^"]+)">(.*?)</li>', part, re.DOTALL)
    return [(to, plain(said)) for to, said in rows]


def answer(tool: Tool, author: FlaskClient, each: int, go: str, words: str = "Takk.") -> None:
    done = tool.post(author, DESK, remark=str(each), go=go, answer=words)
    assert done.status_code == 303


def test_an_answer_is_told_to_who_asked_and_nobody_else(
    tool: Tool, author: FlaskClient, teacher: FlaskClient
):
    colleague = tool.launch(sub="colleague")
    says(tool, teacher)
    assert heard(tool, teacher) == []

    answer(tool, author, ids(tool)[0], "not-now", "Først i vår.")

    ((url, said),) = heard(tool, teacher)
    assert said == "Enheter Not now."
    assert url == f"{SESSION}/-/remarks?version={tool.edition.version_id}#own-remarks"
    page = tool.get(teacher, f"{url.partition('#')[0]}&lang=en")
    assert 'id="own-remarks"' in page.text
    assert told(tool, teacher, url.partition("#")[0]) == ["Not now. Først i vår."]
    # their own page, not the answer: who stands behind them sees no words of theirs
    assert "Først i vår." not in tool.get(teacher, "/?lang=en").text
    assert heard(tool, colleague) == heard(tool, author) == []
    # answered no more, told no more
    answer(tool, author, ids(tool)[0], "open")
    assert heard(tool, teacher) == []


def test_what_has_become_of_each_is_told_once_for_a_session(
    tool: Tool, author: FlaskClient, teacher: FlaskClient
):
    for text in ("En", "To", "Tre", "Fire"):
        says(tool, teacher, text)
    first, second, third, _ = ids(tool)
    answer(tool, author, first, "done")
    answer(tool, author, second, "done")
    tool.post(author, DESK, remark=str(third), go="remove")

    ((_, said),) = heard(tool, teacher)
    assert said.startswith("Enheter Those who write the track have deleted your words")
    assert said.endswith("It will be done in the next version.")
    assert said.count("next version") == 1

    tool.post(author, PUBLISH, version="1.4")
    fresh(tool)
    ((_, said),) = heard(tool, teacher)
    assert said.endswith("Done in version 1.4.")


def test_it_is_told_for_a_month_and_again_when_a_version_does_it(
    tool: Tool, author: FlaskClient, teacher: FlaskClient
):
    says(tool, teacher)
    answer(tool, author, ids(tool)[0], "done")

    def last_thing(days_ago: int) -> None:
        with tool.database.writing() as session:
            until = datetime.now(UTC).date() + KEPT_FOR - timedelta(days=days_ago)
            session.execute(update(remark).values(kept_until=until))

    last_thing(NEWS_FOR.days - 1)
    assert len(heard(tool, teacher)) == 1
    last_thing(NEWS_FOR.days + 2)
    assert heard(tool, teacher) == []

    tool.post(author, PUBLISH, version="1.4")
    fresh(tool)
    assert [said for _, said in heard(tool, teacher)] == ["Enheter Done in version 1.4."]


def test_a_session_that_has_another_name(tool: Tool, author: FlaskClient, teacher: FlaskClient):
    says(tool, teacher)
    answer(tool, author, ids(tool)[0], "done")
    tool.post(author, "/authoring/maaling", go="rename", module="enheter", id="maal")
    tool.post(author, PUBLISH, version="1.1")
    fresh(tool)
    ((url, said),) = heard(tool, teacher)
    assert said == "Enheter Done in version 1.1."
    assert told(tool, teacher, url.partition("#")[0]) == ["Done in version 1.1. Takk."]


def test_a_session_that_is_gone(tool: Tool, author: FlaskClient, teacher: FlaskClient):
    says(tool, teacher)
    answer(tool, author, ids(tool)[0], "not-now")
    tool.post(author, "/authoring/maaling", go="out", module="enheter")
    assert tool.post(author, PUBLISH, version="2.0").status_code == 303
    fresh(tool)

    ((url, said),) = heard(tool, teacher)

    assert said == "Enheter Not now."
    assert told(tool, teacher, url.partition("#")[0]) == ["Not now. Takk."]


def test_what_is_taken_back_is_told_no_more(tool: Tool, author: FlaskClient, teacher: FlaskClient):
    says(tool, teacher)
    answer(tool, author, ids(tool)[0], "not-now")
    assert len(heard(tool, teacher)) == 1

    tool.post(teacher, f"{SESSION}/-/remarks", **{"take-back": str(ids(tool)[0])})

    assert heard(tool, teacher) == []


def test_thirty_days_of_news():
    today = date(2026, 3, 31)
    assert is_news_from(today) == date(2026, 3, 1) + KEPT_FOR
