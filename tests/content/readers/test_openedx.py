"""OLX and cmi5, as Open edX's own blocks take them in and grade them."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Playwright
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from content.export.olx_written import FORMS, shown_in_list
from content.grading import grade, grade_given, shuffled
from tests.content.readers.conftest import Read, Taken
from tests.content.readers.expected import (
    Tree,
    Written,
    asked,
    read_on_pages,
    steps,
    tree,
    tried,
    words,
    written,
)
from tests.journeys.chromium import launch

ACTOR = {"account": {"homePage": "https://lms.example", "name": "1"}, "objectType": "Agent"}
_ODD = str.maketrans({".": "_"})


def test_open_edx_asks_every_problem_whole_and_pays_the_right_answer(
    taken: Taken, read: Read
) -> None:
    paths = taken.paths("olx")
    tasks = [(path, {}) for path in paths.values()]
    for name, course in zip(paths, read("problems", tasks), strict=True):
        source = taken.sources[name]
        expected = asked(source)
        there = {*expected, *written(source, FORMS)}
        assert set(course) == {step.translate(_ODD) for step in there}
        for step, question in expected.items():
            problem = course[step.translate(_ODD)]
            assert (problem["title"], problem["form"]) == (question.title, question.form)
            assert problem["weight"] == question.points
            assert words(problem["prompt"]) == question.prompt
            assert tuple(words(html) for html in problem["options"]) == question.options
            assert [words(html) for html in problem["solution"]] == (
                [question.why] if question.why else []
            )
            for each in problem["graded"]:
                chosen = frozenset(each["chosen"])
                assert (each["share"] == 1) == (chosen == question.right), (name, step, chosen)
                if question.form == "one":
                    ours = grade(question.right, chosen, form="one", points=1)
                    assert each["share"] == ours.points
                said = words(each["said"])
                for place in chosen:
                    assert question.told[place] in said


_KINDS = {"text": ["StringResponse"], "number": ["NumericalResponse"]}


def as_olx(one: Written, given: list[str]) -> list[str]:
    """An answer for each field, as its list says it."""
    question = one.question
    if one.form == "match":
        return [shown_in_list(question.pairs[int(number)].right) for number in given]
    if one.form == "order":
        return [given[place] for place in shuffled(len(given), one.seed)]
    if one.form == "gap":
        fields = zip(given, question.gaps, strict=True)
        return [shown_in_list(text) if gap.choices else text for text, gap in fields]
    return given


def labels(one: Written) -> list[str]:
    if one.form == "order":
        order = shuffled(len(one.question.items), one.seed)
        return [words(one.question.items[place]) for place in order]
    return one.fields or [""]


def test_open_edx_asks_for_written_answers_and_pays_them(taken: Taken, read: Read) -> None:
    paths = taken.paths("olx")
    ours = {name: written(taken.sources[name], FORMS) for name in paths}
    tasks = [
        (
            paths[name],
            {
                step.translate(_ODD): [as_olx(one, given) for given in tried(one.question)]
                for step, one in questions.items()
            },
        )
        for name, questions in ours.items()
    ]
    forms = set()
    for name, course in zip(paths, read("problems", tasks), strict=True):
        for step, one in ours[name].items():
            problem, question = course[step.translate(_ODD)], one.question
            listed = ["OptionResponse"] * len(question.pairs or question.items)
            gaps = ["OptionResponse" if g.choices else "StringResponse" for g in question.gaps]
            assert problem["kinds"] == (_KINDS.get(one.form) or gaps or listed)
            assert (problem["title"], problem["weight"]) == (one.title, one.points)
            assert words(problem["prompt"]).startswith(one.prompt), (name, step)
            assert [words(label) for label in problem["labels"]] == labels(one)
            assert [words(html) for html in problem["solution"]] == ([one.why] if one.why else [])
            for options, gap in zip(problem["options"], question.gaps, strict=False):
                assert options == [shown_in_list(choice) for choice in gap.choices]
            for options in problem["options"] if question.pairs else ():
                assert sorted(options) == sorted(
                    {shown_in_list(pair.right) for pair in question.pairs}
                )
            is_right = [grade_given(question, given).is_right for given in tried(question)]
            assert [share == 1 for share in problem["shares"]] == is_right, (name, step)
            assert {True, False} == set(is_right)
            forms.add(one.form)
    assert forms == FORMS


def checked(path: str, folder: Path) -> Tree:
    """As olxcleaner, a program of its own, reads the course."""
    with tarfile.open(path) as archive:
        archive.extractall(folder, filter="data")
    cleaner = Path(sys.executable).with_name("edx-cleaner")
    command = [cleaner, "-c", "course", "-t", "tree.txt", "-l", "4", "-q", "-f", "4"]
    subprocess.run(command, check=True, cwd=folder, capture_output=True)
    rows = (folder / "tree.txt").read_text("utf-8").splitlines()
    top: Tree = []
    open_ = [top]
    for row in rows:
        depth = (len(row) - len(row.lstrip())) // 4
        title = row.partition("display_name='")[2].removesuffix("'>")
        inner: Tree = []
        open_[depth].append((title, inner))
        open_[depth + 1 :] = [inner]
    return top


@pytest.mark.parametrize("name", ["malinger.nb", "spor.nb", "naturfag-utforskende.sv"])
def test_chapters_sequences_and_units_are_there_in_order(
    name: str, taken: Taken, tmp_path: Path
) -> None:
    source = taken.sources[name]
    ((title, chapters),) = checked(taken.path(name, "olx"), tmp_path)
    shown = [
        (chapter, [(phase, [(unit, []) for unit, _ in units]) for phase, units in phases])
        for chapter, phases in chapters
    ]
    assert (title, shown) == (source.track.texts[source.language].title, tree(source))


def test_every_page_of_a_course_says_what_its_step_says(taken: Taken) -> None:
    for name, path in taken.paths("olx").items():
        with tarfile.open(path) as archive:
            for step, (_title, *parts) in read_on_pages(taken.sources[name], FORMS).items():
                file = archive.extractfile(f"course/html/{step.translate(_ODD)}.html")
                assert file is not None
                said = words(file.read().decode())
                assert [part for part in parts if part not in said] == [], (name, step)


def test_open_edx_takes_every_unit_of_a_cmi5_package_in(taken: Taken, read: Read) -> None:
    for name in ("malinger.nb", "spor.nb", "naturfag-utforskende.sv"):
        source = taken.sources[name]
        found = read("units", {"package": taken.path(name, "cmi5"), "requests": []})
        text = source.track.texts[source.language]
        assert found["course"] == {
            "course_id": f"urn:learning-tracks:{source.publisher.id}:{source.track.id}",
            "title": text.title,
            "description": text.summary,
        }
        assert found["units"] == [
            {
                "url": f"{module.id}.{step.id}.html",
                "title": step.texts[source.language].title,
                "launch_method": "AnyWindow",
            }
            for module, step in steps(source)
        ]
        assert {unit["url"] for unit in found["units"]} <= set(found["files"])
        assert {"cmi5.js", *source.media} <= set(found["files"])


class Launched:
    """Open edX's side of one launch: what the page asks is kept, and answered as its block does."""

    def __init__(self, server: HTTPServer, folder: Path, data: dict[str, Any]) -> None:
        self.server = server
        self.data = data
        self.asked: list[dict[str, Any]] = []
        server.expect_request("/token", method="POST").respond_with_json({"auth-token": "dDp0"})
        server.expect_request("/favicon.ico").respond_with_data(b"")
        kinds = {".html": "text/html", ".js": "text/javascript", ".png": "image/png"}
        for place in (each for each in folder.rglob("*") if each.suffix in kinds):
            name = place.relative_to(folder).as_posix()
            server.expect_request(f"/course/{name}").respond_with_data(
                place.read_bytes(), content_type=kinds[place.suffix]
            )

        def answer(request: Request) -> Response:
            is_written = request.method != "GET"
            body = request.get_json(force=True) if is_written else {}
            query = request.query_string.decode()
            self.asked.append({"method": request.method, "query": query, "body": body})
            if request.args.get("stateId") == "LMS.LaunchData":
                return Response(json.dumps(self.data), content_type="text/html")
            return Response(json.dumps({"success": True}), content_type="application/json")

        for path in ("statements", "activities/state", "agents/profile"):
            server.expect_request(f"/xapi/{path}").respond_with_handler(answer)

    def address(self, name: str) -> str:
        query = {
            "endpoint": self.server.url_for("/xapi"),
            "fetch": self.server.url_for("/token"),
            "actor": json.dumps(ACTOR),
            "registration": "6d1c6bbe-9d3c-4b68-9c7c-0f1f6b8f2d11",
            "activityId": "urn:learning-tracks:sample:spor",
        }
        return f"{self.server.url_for(f'/course/{name}.html')}?{urlencode(query)}"


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    made = launch(playwright)
    yield made
    made.close()


@pytest.mark.browser
@pytest.mark.parametrize(
    ("name", "chosen", "status", "grades", "completions"),
    [
        ("en.b1", (), "completed", [], [1.0]),
        ("en.q2", (0, 2), "passed", [["grade", {"value": 1, "max_value": 1}]], [1.0]),
        ("en.q2", (1,), "completed", [], [1.0]),
    ],
)
def test_open_edx_counts_what_a_page_tells_it(
    name: str,
    chosen: tuple[int, ...],
    status: str,
    grades: list[Any],
    completions: list[float],
    taken: Taken,
    read: Read,
    httpserver: HTTPServer,
    browser: Browser,
    tmp_path: Path,
) -> None:
    package = taken.path("spor.nb", "cmi5")
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path)
    data = read("units", {"package": package, "requests": []})["launch"]
    launched = Launched(httpserver, tmp_path, data)
    page = browser.new_page()
    page.goto(launched.address(name))
    page.wait_for_function("!document.getElementById('done').disabled")
    for place in chosen:
        page.check(f"input[value='{place}']")
    page.click("#done")
    page.wait_for_function("document.getElementById('told').textContent !== ''")
    page.close()

    found = read("units", {"package": package, "requests": launched.asked})

    assert (found["status"], found["grades"], found["completions"]) == (
        status,
        grades,
        completions,
    )
