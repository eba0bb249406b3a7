"""The cmi5 package: its course structure, and its pages as Chromium runs them against a small
record store. We found no package with the schema of the course structure; what it
demands of order and attributes is checked here. In tests/content/readers Open edX takes it in."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, Playwright
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from content.export.cmi5 import cmi5
from content.export.source import Source
from content.grading import grade_given
from content.loader import load_library
from content.model import Question
from tests.content.cases import read_cases
from tests.content.export.libraries import laid_out, quiz_library
from tests.journeys.chromium import launch

C = "{https://w3id.org/xapi/profiles/cmi5/v1/CourseStructure.xsd}"
ACTOR = {"account": {"homePage": "https://lms.example", "name": "1"}, "objectType": "Agent"}
VERB = "http://adlnet.gov/expapi/verbs/"
MOVE_ON = "https://w3id.org/xapi/cmi5/context/categories/moveon"
CMI5 = "https://w3id.org/xapi/cmi5/context/categories/cmi5"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    root = laid_out(tmp_path, quiz_library())
    loaded = load_library(root)
    assert loaded.value is not None
    source = Source(root, loaded.value.publisher, loaded.value.tracks[0], "nb")
    with zipfile.ZipFile(io.BytesIO(cmi5(source).data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_structure_is_whole(files: dict[str, bytes]) -> None:
    root = ElementTree.fromstring(files["cmi5.xml"])
    assert root.tag == f"{C}courseStructure"
    assert [child.tag for child in root] == [f"{C}course", f"{C}block"]
    ids = [e.attrib["id"] for e in root.iter() if "id" in e.attrib]
    assert len(ids) == len(set(ids))
    for element in root.iter():
        if element.tag in (f"{C}course", f"{C}block", f"{C}au"):
            assert [e.tag for e in element][:2] == [f"{C}title", f"{C}description"]
            assert element.find(f"{C}title/{C}langstring").attrib == {"lang": "nb"}  # type: ignore[union-attr]  # a missing one fails, too
    units = {u.findtext(f"{C}url"): u.attrib for u in root.iter(f"{C}au")}
    assert set(units) == {"en.q1.html", "en.q2.html", "en.b1.html", "en.d1.html"}
    assert set(files) == {"cmi5.xml", "cmi5.js", "media/a.png", *units}
    assert units["en.q1.html"] == {
        "id": "urn:learning-tracks:sample:spor:en:q1",
        "moveOn": "Completed",
        "masteryScore": "1.0",
        "launchMethod": "AnyWindow",
    }


class Store:
    """What an LMS's record store does for one launch."""

    def __init__(self, server: HTTPServer, files: dict[str, bytes]) -> None:
        self.server = server
        self.said: list[dict[str, Any]] = []
        self.states: dict[str, Any] = {}
        self.is_down = False
        server.expect_request("/token", method="POST").respond_with_json({"auth-token": "dDp0"})
        server.expect_request("/xapi/statements", method="PUT").respond_with_handler(self.take)
        server.expect_request("/xapi/activities/state").respond_with_handler(self.state)
        server.expect_request("/xapi/agents/profile").respond_with_json({})
        server.expect_request("/favicon.ico").respond_with_data(b"")
        kinds = {".html": "text/html", ".js": "text/javascript", ".png": "image/png"}
        for name, data in files.items():
            kind = kinds.get(Path(name).suffix, "text/xml")
            server.expect_request(f"/course/{name}").respond_with_data(data, content_type=kind)

    def take(self, request: Request) -> Response:
        if self.is_down:
            return Response(status=503)
        assert request.headers["Authorization"] == "Basic dDp0"
        statement = json.loads(request.data)
        assert request.args["statementId"] == statement["id"]
        self.said.append(statement)
        return Response(status=204)

    def state(self, request: Request) -> Response:
        name = request.args["stateId"]
        if request.method == "PUT":
            self.states[name] = json.loads(request.data)
            return Response(status=204)
        if name not in self.states:
            return Response(status=404)
        return Response(json.dumps(self.states[name]), content_type="application/json")

    def launch(self, page: Page, name: str, mode: str = "Normal") -> None:
        template = {"contextActivities": {"category": [{"id": CMI5}]}, "extensions": {"x": 1}}
        launch = {"contextTemplate": template, "launchMode": mode, "masteryScore": 1.0}
        self.states["LMS.LaunchData"] = launch
        query = {
            "endpoint": self.server.url_for("/xapi"),
            "fetch": self.server.url_for("/token"),
            "actor": json.dumps(ACTOR),
            "registration": "6d1c6bbe-9d3c-4b68-9c7c-0f1f6b8f2d11",
            "activityId": f"https://lms.example/{name}",
        }
        page.goto(f"{self.server.url_for(f'/course/{name}.html')}?{urlencode(query)}")
        page.wait_for_function("!document.getElementById('done').disabled")

    def verbs(self) -> list[str]:
        return [statement["verb"]["id"].removeprefix(VERB) for statement in self.said]


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    made = launch(playwright)
    yield made
    made.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def store(httpserver: HTTPServer, files: dict[str, bytes]) -> Store:
    return Store(httpserver, files)


def finish(page: Page, told: str) -> None:
    page.click("#done")
    page.wait_for_function("document.getElementById('told').textContent !== ''")
    assert page.text_content("#told") == told


@pytest.mark.browser
def test_a_page_says_how_far_the_person_is(store: Store, page: Page) -> None:
    store.launch(page, "en.b1")
    finish(page, "Lagret.")
    assert store.verbs() == ["initialized", "completed", "terminated"]
    for statement in store.said:
        assert statement["actor"] == ACTOR
        assert statement["object"]["id"] == "https://lms.example/en.b1"
        assert statement["context"]["registration"].startswith("6d1c6bbe")
        assert statement["context"]["extensions"] == {"x": 1}
    kinds = [[c["id"] for c in s["context"]["contextActivities"]["category"]] for s in store.said]
    assert kinds == [[CMI5], [CMI5, MOVE_ON], [CMI5]]
    assert store.said[1]["result"]["completion"] is True

    store.said.clear()
    store.launch(page, "en.b1")
    finish(page, "Lagret.")
    assert store.verbs() == ["initialized", "terminated"]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("chosen", "verb", "scaled", "told"),
    [
        ((0, 2), "passed", 1, "Riktig."),
        ((0,), "failed", 0.5, "Ikke helt riktig."),
        ((0, 1, 2), "failed", 0.5, "Ikke helt riktig."),
        ((1,), "failed", 0, "Ikke helt riktig."),
    ],
)
def test_a_quiz_counts_as_we_do(
    store: Store, page: Page, chosen: tuple[int, ...], verb: str, scaled: float, told: str
) -> None:
    store.launch(page, "en.q2")
    assert not page.is_visible("text=Se en gang til")
    for place in chosen:
        page.check(f"input[value='{place}']")
    finish(page, told)
    assert page.is_visible("text=Se en gang til")
    assert store.verbs() == ["initialized", "completed", verb, "terminated"]
    result = store.said[2]["result"]
    assert (result["success"], result["score"]) == (verb == "passed", {"scaled": scaled})


FORMS = read_cases(Path("tests/content/fixtures/answers.md"))[0].files["01-case.nb.md"]
GIVEN = [
    ("q1", ["oslo."]),
    ("q1", ["  OSLO   By "]),
    ("q1", ["Bergen"]),
    ("q1", ["."]),
    ("q2", ["1,4142"]),
    ("q2", ["+1.4143"]),
    ("q2", ["1.4144"]),
    ("q2", ["\u22121,4142"]),
    ("q2", ["1,4142 %"]),
    ("q2", ["1.4142x"]),
    ("q3", ["oslo", "norsk"]),
    ("q3", ["oslo", "dansk"]),
    ("q3", ["oslo", ""]),
    ("q4", ["Oslo", "Stockholm"]),
    ("q4", ["Stockholm", "Oslo"]),
    ("q4", ["Oslo", "Oslo"]),
    ("q4", ["Oslo", ""]),
    ("q5", ["1", "2", "3"]),
    ("q5", ["2", "1", "3"]),
    ("q5", ["1", "2", ""]),
]


@pytest.fixture
def written(tmp_path: Path) -> Source:
    blocks = FORMS[FORMS.index("::: quiz") : FORMS.index("## B")]
    root = laid_out(tmp_path / "written", quiz_library(f"### Svar\n\n{blocks}"))
    loaded = load_library(root)
    assert loaded.value is not None, loaded.problems
    return Source(root, loaded.value.publisher, loaded.value.tracks[0], "nb")


def _as_given(question: Question, shown: list[str]) -> list[str]:
    """As our own form sends it: the place of a right side among the pairs."""
    rights = [pair.right for pair in question.pairs]
    if question.form != "match":
        return shown
    return [str(rights.index(text)) if text else "" for text in shown]


@pytest.mark.browser
@pytest.mark.parametrize(("step", "shown"), GIVEN)
def test_answers_that_are_not_ticked_count_as_we_do(
    httpserver: HTTPServer, written: Source, page: Page, step: str, shown: list[str]
) -> None:
    with zipfile.ZipFile(io.BytesIO(cmi5(written).data)) as archive:
        store = Store(httpserver, {name: archive.read(name) for name in archive.namelist()})
    steps = {step.id: step for step in written.track.modules[0].steps}
    question = steps[step].texts["nb"].question
    assert question is not None
    store.launch(page, f"en.{step}")
    fields = page.locator("#quiz [data-right]")
    assert fields.count() == len(shown)
    # what is put in order stands in another one
    names = [fields.nth(n).get_attribute("aria-labelledby") or "" for n in range(len(shown))]
    order = sorted(range(len(shown)), key=lambda n: names[n])
    for text, field in zip(shown, (fields.nth(n) for n in order), strict=True):
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(label=text)
        else:
            field.fill(text)
    is_right = grade_given(question, _as_given(question, shown)).is_right
    finish(page, "Riktig." if is_right else "Ikke helt riktig.")
    result = store.said[2]["result"]
    assert (result["success"], result["score"]) == (is_right, {"scaled": int(is_right)})
    assert fields.nth(0).is_disabled()


def test_what_is_given_is_right_and_wrong_in_each_form(written: Source) -> None:
    steps = {step.id: step.texts["nb"].question for step in written.track.modules[0].steps}
    found = {
        (step, grade_given(steps[step], _as_given(steps[step], shown)).is_right)  # type: ignore[arg-type]  # all are questions
        for step, shown in GIVEN
    }
    assert found == {(f"q{n}", is_right) for n in range(1, 6) for is_right in (True, False)}


def test_an_open_answer_has_no_field_and_the_hint_is_shown(written: Source) -> None:
    with zipfile.ZipFile(io.BytesIO(cmi5(written).data)) as archive:
        asked, hinted = (archive.read(f"en.{name}.html").decode() for name in ("q6", "q1"))
    assert "Hva tenker du om dette?" in asked
    assert "<fieldset" not in asked
    assert "<details><summary>Tips</summary><p>Tenk.</p>" in hinted


@pytest.mark.browser
def test_who_only_looks_is_not_counted(store: Store, page: Page) -> None:
    store.launch(page, "en.q1", mode="Browse")
    page.check("input[value='1']")
    finish(page, "Riktig.")
    assert store.verbs() == ["initialized", "terminated"]


@pytest.mark.browser
def test_a_store_that_is_down_is_told_and_nothing_is_lost(store: Store, page: Page) -> None:
    store.launch(page, "en.q1")
    page.check("input[value='1']")
    store.is_down = True
    finish(page, "Dette ble ikke lagret. Prøv igjen, eller åpne siden på nytt.")
    assert page.is_checked("input[value='1']")
    store.is_down = False
    page.click("#done")
    page.wait_for_function("document.getElementById('told').textContent === 'Riktig.'")
    assert store.verbs() == ["initialized", "completed", "passed", "terminated"]


@pytest.mark.browser
def test_a_page_opened_alone_says_nothing_to_anybody(store: Store, page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(store.server.url_for("/course/en.q1.html"))
    page.check("input[value='1']")
    finish(page, "Riktig.")
    assert store.said == []
    assert {url.rpartition("/")[2] for url in asked} <= {"en.q1.html", "cmi5.js", "favicon.ico"}
