"""Pages on the way in that refuse no message: each has an id and a code of the manual."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import update
from werkzeug.test import TestResponse

from tests.docs.pages import code_words, read, rows
from tests.factories.choosing import choosing
from tests.factories.tool import BASE_URL, Tool
from tracks.catalogue.models import track
from tracks.people.models import person
from tracks.web.limits import Window


def _suspended(tool: Tool) -> TestResponse:
    tool.launch()
    with tool.database.writing() as session:
        session.execute(update(person).values(is_suspended=True))
    return tool.click(tool.prepare({"sub": "teacher-1"}))


def _withdrawn(tool: Tool) -> TestResponse:
    with tool.database.writing() as session:
        session.execute(update(track).values(version_id=None))
    browser = tool.launch()
    return tool.get(browser, tool.landed)


def _no_such_session(tool: Tool) -> TestResponse:
    browser = tool.launch(resource="sample/maaling/nothing")
    return tool.get(browser, tool.landed)


def _no_such_resource(tool: Tool) -> TestResponse:
    browser = tool.launch(resource="sample/maaling/enheter#nothing")
    return tool.get(browser, tool.landed)


def _no_resource(tool: Tool) -> TestResponse:
    browser = tool.launch(resource="sample/maaling/enheter#tanker")
    return tool.get(browser, tool.landed)


def _foreign_choice(tool: Tool) -> TestResponse:
    return tool.get(tool.launch(), "/select/x")


def _used_choice(tool: Tool) -> TestResponse:
    client, path = choosing(tool)
    assert tool.post(client, f"{path}/cancel").status_code == 200
    return tool.post(client, f"{path}/cancel")


def _by_hand(tool: Tool) -> TestResponse:
    return tool.get(tool.client(), "/lti/launch")


def _a_gigabyte(tool: Tool) -> TestResponse:
    said = {"CONTENT_LENGTH": str(1024**3)}
    form = {"id_token": "x"}
    return tool.client().post("/lti/launch", data=form, base_url=BASE_URL, environ_overrides=said)


def _a_flood(tool: Tool) -> TestResponse:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Window, "wait_of", lambda *_: 7)
        return tool.get(tool.client(), "/lti/login")


CASES: list[tuple[Callable[[Tool], TestResponse], int, str]] = [
    (_suspended, 403, "person_suspended"),
    (_withdrawn, 404, "not_published"),
    (_no_such_session, 404, "not_published"),
    (_no_such_resource, 404, "not_published"),
    (_no_resource, 404, "not_published"),
    (_foreign_choice, 404, "choice_closed"),
    (_used_choice, 403, "choice_closed"),
    (_by_hand, 405, "method_not_allowed"),
    (_a_gigabyte, 413, "too_large"),
    (_a_flood, 429, "too_many_requests"),
]


@pytest.mark.parametrize(("meet", "status", "code"), CASES)
def test_the_page_and_the_log_have_the_code_and_the_id(
    tool: Tool,
    caplog: pytest.LogCaptureFixture,
    meet: Callable[[Tool], TestResponse],
    status: int,
    code: str,
):
    caplog.set_level("INFO")

    answer = meet(tool)

    assert answer.status_code == status
    found = re.search(r"<code>([0-9A-F]{8})</code> · [^<]+: <code>([a-z_]+)</code>", answer.text)
    assert found is not None, answer.text
    assert found[2] == code
    (line,) = [r.getMessage() for r in caplog.records if found[1] in r.getMessage()]
    assert f" reason={code} " in line


def test_these_are_all_that_the_manual_has():
    said = {
        (*code_words(row[0]), int(status))
        for row in rows(read("operators/lti-reasons.md"), "Code", "Statuses")
        for status in row[1].split(", ")
    }
    assert {(code, status) for _, status, code in CASES} == said


@pytest.mark.parametrize(
    ("meet", "line"), [(_suspended, "launch.refused"), (_withdrawn, "launch.leads_nowhere")]
)
def test_the_log_names_the_registration_of_a_launch(
    tool: Tool,
    caplog: pytest.LogCaptureFixture,
    meet: Callable[[Tool], TestResponse],
    line: str,
):
    meet(tool)

    (said,) = [r.getMessage() for r in caplog.records if r.getMessage().startswith(line)]
    assert f"registration={tool.registration_id}" in said


def test_a_launch_to_what_is_there_says_no_such_thing(tool: Tool, caplog: pytest.LogCaptureFixture):
    tool.launch()

    assert [r for r in caplog.records if "launch." in r.getMessage()] == []


def test_a_page_that_has_no_code_shows_none(tool: Tool):
    assert "Reason code" not in tool.get(tool.launch(), "/nothing/here?lang=en").text
