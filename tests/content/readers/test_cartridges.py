"""Common Cartridge 1.3, 1.1 and thin, as Pyslet and the package lti read them."""

from __future__ import annotations

import re
import zipfile
from typing import Any

import pytest

from content.export.qti12 import FORMS
from content.grading import grade_given
from tests.content.readers.conftest import Read, Taken
from tests.content.readers.expected import (
    Tree,
    asked,
    read_on_pages,
    tree,
    tried,
    words,
    written,
)

FULL = {"cartridge": "3", "cartridge-1.1": "1"}
VERSIONS = {**FULL, "thin-cartridge": "3"}
_BASE = re.compile(r"\$IMS-CC-FILEBASE\$/([^\"<]+)")


@pytest.fixture(scope="module")
def cartridges(taken: Taken, read: Read) -> dict[str, dict[str, Any]]:
    """format -> track -> what is read of it."""
    asked_of = [(form, name) for form in VERSIONS for name in taken.sources]
    found = read(
        "cartridges", [(taken.path(name, form), VERSIONS[form]) for form, name in asked_of]
    )
    read_of: dict[str, dict[str, Any]] = {form: {} for form in VERSIONS}
    for (form, name), each in zip(asked_of, found, strict=True):
        read_of[form][name] = each
    return read_of


def titles(items: list[Any]) -> Tree:
    return [(title, titles(inner)) for title, _, inner in items]


@pytest.mark.parametrize("form", VERSIONS)
def test_modules_phases_and_steps_are_there_in_order(
    form: str, taken: Taken, cartridges: dict[str, dict[str, Any]]
) -> None:
    for name, found in cartridges[form].items():
        source = taken.sources[name]
        (top,) = found["tree"]
        title = source.track.texts[source.language].title
        first = [] if form == "thin-cartridge" else [(title, [])]
        assert titles(top) == [*first, *tree(source)], name
        kind = "IMS Thin Common Cartridge" if form == "thin-cartridge" else "IMS Common Cartridge"
        assert found["schema"] == [kind, f"1.{VERSIONS[form]}.0"]


@pytest.mark.parametrize("form", VERSIONS)
def test_the_profiles_own_tests_find_nothing(
    form: str, cartridges: dict[str, dict[str, Any]]
) -> None:
    for name, found in cartridges[form].items():
        assert (found["tests"], found["faults"]) == (8, []), name
        assert (found["missing"], found["unnamed"]) == ([], []), name


def leads_to(items: list[Any]) -> set[str]:
    return {
        name for _, leads, inner in items for name in {leads, *leads_to(inner)} if name is not None
    }


@pytest.mark.parametrize("form", FULL)
def test_every_page_says_what_its_step_says(
    form: str, taken: Taken, cartridges: dict[str, dict[str, Any]]
) -> None:
    for name, found in cartridges[form].items():
        said = read_on_pages(taken.sources[name], FORMS)
        quizzes = {**asked(taken.sources[name]), **written(taken.sources[name], FORMS)}
        (top,) = found["tree"]
        assert leads_to(top) == {"r-index", *(f"r-{step}" for step in (*said, *quizzes))}, name
        with zipfile.ZipFile(taken.path(name, form)) as archive:
            for step, parts in said.items():
                resource = found["resources"][f"r-{step}"]
                assert resource["type"] == "webcontent"
                page = archive.read(resource["files"][0]).decode()
                read_there = words(page.partition("<body>")[2])
                missing = [part for part in parts if part not in read_there]
                assert missing == [], (name, step)
            for resource in found["resources"].values():
                if resource["files"][0].endswith((".html", ".xml")):
                    text = archive.read(resource["files"][0]).decode()
                    assert set(_BASE.findall(text)) <= set(archive.namelist()), name


@pytest.mark.parametrize("form", FULL)
def test_a_quiz_is_asked_whole_and_right_for_the_right_choice_only(
    form: str, taken: Taken, read: Read, cartridges: dict[str, dict[str, Any]]
) -> None:
    paths = taken.paths(form)
    counted = 0
    tasks = [(path, {}) for path in paths.values()]
    for name, files in zip(paths, read("items", tasks), strict=True):
        expected = asked(taken.sources[name])
        resources = cartridges[form][name]["resources"]
        there = {*expected, *written(taken.sources[name], FORMS)}
        assert {f"quizzes/{step}/quiz.xml" for step in there} == set(files)
        for step, question in expected.items():
            resource = resources[f"r-{step}"]
            assert resource["type"] == f"imsqti_xmlv1p2/imscc_xmlv1p{FULL[form]}/assessment"
            (item,) = files[resource["files"][0]]
            options = list(item["options"])
            assert (item["title"], item["form"]) == (question.title, question.form)
            assert words(item["prompt"]) == question.prompt
            assert tuple(words(html) for html in item["options"].values()) == question.options
            for each in item["graded"]:
                chosen = frozenset(options.index(one) for one in each["chosen"])
                # cartridges give all or nothing
                assert each["score"] == (100 if chosen == question.right else 0), (name, step)
                told = [words(item["feedback"][one]) for one in each["told"]]
                shown = [question.told[place] for place in chosen] + [question.why]
                assert sorted(told) == sorted(said for said in shown if said)
                counted += 1
    assert counted > 100


@pytest.mark.parametrize("form", FULL)
def test_a_word_that_is_accepted_is_right_and_an_open_answer_is_asked_for(
    form: str, taken: Taken, read: Read
) -> None:
    paths = taken.paths(form)
    ours = {name: written(taken.sources[name], FORMS) for name in paths}
    tasks = [
        (
            paths[name],
            {
                f"quizzes/{step}/quiz.xml": tried(one.question)
                for step, one in questions.items()
                if one.form == "text"
            },
        )
        for name, questions in ours.items()
    ]
    forms = set()
    for name, files in zip(paths, read("items", tasks), strict=True):
        for step, one in ours[name].items():
            (item,) = files[f"quizzes/{step}/quiz.xml"]
            assert item["title"] == one.title
            assert item["fields"] == ["TextEntryInteraction"]
            assert words(item["prompt"]) == one.prompt
            given = tried(one.question) if one.form == "text" else []
            rights = [grade_given(one.question, each).is_right for each in given]
            assert [score == 100 for score in item["scores"]] == rights, (name, step)
            forms.add(one.form)
    assert forms == FORMS - {"one", "several"}


def test_a_thin_cartridges_links_lead_to_our_tool(
    taken: Taken, cartridges: dict[str, dict[str, Any]]
) -> None:
    for name, found in cartridges["thin-cartridge"].items():
        source = taken.sources[name]
        publisher = source.publisher
        expected = {
            f"links/{module.id}.{step.id}/link.xml": {
                "title": step.texts[source.language].title,
                "url": "https://tracks.example/lti/launch",
                "custom": {"resource": f"{publisher.id}/{source.track.id}/{module.id}#{step.id}"},
                "vendor": [publisher.id, publisher.name],
            }
            for module in source.track.for_everybody
            for step in module.steps
        }
        assert found["links"] == expected, name
        kinds = {resource["type"] for resource in found["resources"].values()}
        assert kinds == {"imsbasiclti_xmlv1p3"}
