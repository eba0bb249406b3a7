"""QTI 2.1, as Pyslet reads and answers it; GIFT as gift-pegjs reads it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from content.export.quizzes import quizzes
from content.export.source import Losses
from content.grading import grade
from content.model import Question
from tests.content.readers.conftest import Read, Taken
from tests.content.readers.expected import asked, words

NODE_MODULES = Path(".cache/web/node_modules").resolve()
_SRC = re.compile(r'src="\.\./([^"]+)"')


def test_every_qti_item_is_asked_whole_and_counts_as_here(taken: Taken, read: Read) -> None:
    paths = taken.paths("qti")
    for name, files in zip(paths, read("items", list(paths.values())), strict=True):
        expected = asked(taken.sources[name])
        assert set(files) == {f"items/{step}.xml" for step in expected}
        for step, question in expected.items():
            (item,) = files[f"items/{step}.xml"]
            options = list(item["options"])
            assert (item["title"], item["form"]) == (question.title, question.form)
            assert words(item["prompt"]) == question.prompt
            assert tuple(words(html) for html in item["options"].values()) == question.options
            assert {options.index(one) for one in item["right"]} == question.right
            told = {key: words(html) for key, html in item["feedback"].items()}
            assert told.pop("none", "") == question.why
            assert [told.get(one, "") for one in options] == list(question.told)
            for each in item["graded"]:
                chosen = frozenset(options.index(one) for one in each["chosen"])
                ours = grade(question.right, chosen, form=question.form, points=question.points)
                assert each["score"] == pytest.approx(ours.points, abs=1e-4), (name, step)
                assert each["told"] == sorted(each["chosen"])  # what is chosen is commented on


def test_every_picture_of_a_qti_item_is_in_the_package(taken: Taken, read: Read) -> None:
    path = taken.path("spor.nb", "qti")
    (files,) = read("items", [path])
    with zipfile.ZipFile(path) as archive:
        there = archive.namelist()
    shown = [_SRC.findall(item["prompt"]) for each in files.values() for item in each]
    assert shown == [[], ["media/a.png"]]
    assert "media/a.png" in there


def gift(path: str) -> list[dict[str, Any]]:
    node = shutil.which("node")
    if node is None or not (NODE_MODULES / "gift-pegjs").is_dir():
        pytest.skip("gift-pegjs comes with `make test`")
    program = (
        "const read = require('fs').readFileSync(0, 'utf8');"
        "process.stdout.write(JSON.stringify(require('gift-pegjs').parse(read)))"
    )
    answer = subprocess.run(
        [node, "-e", program],
        input=Path(path).read_bytes(),
        capture_output=True,
        check=True,
        env={"NODE_PATH": str(NODE_MODULES)},
    )
    found: list[dict[str, Any]] = json.loads(answer.stdout)
    return found


_KINDS = {
    "one": "MC",
    "several": "MC",
    "text": "Short",
    "number": "Numerical",
    "match": "Matching",
    "order": "Matching",
    "open": "Essay",
}


def accepted(question: Question) -> Any:
    """What is right, as gift-pegjs says it."""
    match question.form:
        case "text":
            return list(question.accepted)
        case "number":
            return [(number.value, number.tolerance) for number in question.numbers]
        case "match":
            return [(pair.left, pair.right) for pair in question.pairs]
        case "order":
            return [(item, str(place)) for place, item in enumerate(question.items, start=1)]
        case "open":
            return []
    shares = len(question.right) or 1
    return [
        (option.text, option.is_right, option.feedback)
        if question.form == "one"
        else (option.text, pytest.approx((100 if option.is_right else -100) / shares, abs=1e-4))
        for option in question.options
    ]


def read_there(said: dict[str, Any], form: str) -> Any:
    match form:
        case "text":
            return [choice["text"]["text"] for choice in said["choices"] if choice["isCorrect"]]
        case "number":
            texts = [choice["text"] for choice in said["choices"]]
            return [(text["number"], text["range"]) for text in texts]
        case "match" | "order":
            return [(p["subquestion"]["text"], p["subanswer"]) for p in said["matchPairs"]]
        case "open":
            return []
    told = [(choice["feedback"] or {"text": ""})["text"] for choice in said["choices"]]
    return [
        (choice["text"]["text"], choice["isCorrect"], feedback)
        if form == "one"
        else (choice["text"]["text"], choice["weight"])
        for choice, feedback in zip(said["choices"], told, strict=True)
    ]


def test_every_question_that_gift_can_say_reads_the_same(taken: Taken) -> None:
    forms = set()
    for name, path in taken.paths("gift").items():
        source = taken.sources[name]
        ours = list(quizzes(source, frozenset(_KINDS), Losses()))  # type: ignore[arg-type]  # forms
        said = gift(path)
        assert [(one["type"], one["title"]) for one in said] == [
            (_KINDS[quiz.question.form], quiz.title) for quiz in ours
        ], name
        for one, quiz in zip(said, ours, strict=True):
            question = quiz.question
            asked_there = "\n\n".join(part for part in (quiz.lead, question.prompt) if part)
            assert one["stem"] == {"format": "markdown", "text": asked_there}
            assert read_there(one, question.form) == accepted(question), (name, quiz.id)
            why = (one["globalFeedback"] or {"text": ""})["text"]
            assert why == question.explanation
            forms.add(question.form)
    assert forms == set(_KINDS)
