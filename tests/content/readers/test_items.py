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
from content.grading import grade, grade_given
from content.model import Question
from content.rendered import RenderedQuestion
from tests.content.readers.conftest import Read, Taken
from tests.content.readers.expected import Written, asked, tried, words, written

NODE_MODULES = Path(".cache/web/node_modules").resolve()
_SRC = re.compile(r'src="\.\./([^"]+)"')


def test_every_qti_item_is_asked_whole_and_counts_as_here(taken: Taken, read: Read) -> None:
    paths = taken.paths("qti")
    tasks = [(path, {}) for path in paths.values()]
    for name, files in zip(paths, read("items", tasks), strict=True):
        source = taken.sources[name]
        expected = asked(source)
        there = {*expected, *written(source, WRITTEN)}
        assert set(files) == {f"items/{step}.xml" for step in there}
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


WRITTEN = frozenset({"text", "number", "gap", "match", "order", "open"})
_FIELDS = {
    "text": ["TextEntryInteraction"],
    "number": ["TextEntryInteraction"],
    "match": ["MatchInteraction"],
    "order": ["OrderInteraction"],
    "open": ["ExtendedTextInteraction"],
}


def choices(question: RenderedQuestion) -> list[dict[str, str]]:
    """Of each field: what may be chosen, by what it says."""
    match question.form:
        case "gap":
            return [{words(c): f"a{n}" for n, c in enumerate(g.choices)} for g in question.gaps]
        case "match":
            rights = dict.fromkeys(pair.right for pair in question.pairs)
            lefts = {words(pair.left_html): f"l{n}" for n, pair in enumerate(question.pairs)}
            return [lefts | {words(text): f"r{n}" for n, text in enumerate(rights)}]
        case "order":
            return [{words(item): f"a{n}" for n, item in enumerate(question.items)}]
    return [{}]


def as_qti(question: RenderedQuestion, given: list[str]) -> list[object]:
    """What Pyslet is given for each field."""
    match question.form:
        case "gap":
            fields = zip(given, choices(question), strict=True)
            return [chosen.get(words(text), text) for text, chosen in fields]
        case "match":
            (named,) = choices(question)
            pairs = zip(question.pairs, given, strict=True)
            rights = [(words(p.left_html), words(question.pairs[int(g)].right)) for p, g in pairs]
            return [[f"{named[left]} {named[right]}" for left, right in rights]]
        case "order":
            placed = sorted(range(len(given)), key=lambda n: int(given[n]))
            return [[f"a{n}" for n in placed]]
    return list(given)


def test_every_written_answer_is_asked_for_and_counts_as_here_in_qti(
    taken: Taken, read: Read
) -> None:
    paths = taken.paths("qti")
    ours = {name: written(taken.sources[name], WRITTEN) for name in paths}
    tasks = [
        (
            paths[name],
            {
                f"items/{step}.xml": [as_qti(one.question, given) for given in tried(one.question)]
                for step, one in steps.items()
            },
        )
        for name, steps in ours.items()
    ]
    forms = set()
    for name, files in zip(paths, read("items", tasks), strict=True):
        for step, one in ours[name].items():
            (item,) = files[f"items/{step}.xml"]
            check_item(item, one)
            scores = [grade_given(one.question, given).points for given in tried(one.question)]
            assert item["scores"] == scores, (name, step)
            assert {0.0, one.points} == set(scores)
            forms.add(one.form)
    assert forms == WRITTEN


def check_item(item: dict[str, Any], one: Written) -> None:
    question = one.question
    gaps = [f"{'InlineChoice' if gap.choices else 'TextEntry'}Interaction" for gap in question.gaps]
    assert (item["title"], item["fields"]) == (one.title, gaps or _FIELDS[one.form])
    beside = "".join(one.fields) if one.form == "gap" else ""
    assert words(item["prompt"]) == one.prompt + beside
    shown = [{words(text): name for name, text in each} for each in item["choices"]]
    assert shown == choices(question)
    # what is put in order does not come in the right one
    if one.form == "order":
        assert [name for name, _ in item["choices"][0]] != list(choices(question)[0].values())
    assert {key: words(html) for key, html in item["feedback"].items()} == (
        {"none": one.why} if one.why else {}
    )


def test_every_picture_of_a_qti_item_is_in_the_package(taken: Taken, read: Read) -> None:
    path = taken.path("spor.nb", "qti")
    (files,) = read("items", [(path, {})])
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
