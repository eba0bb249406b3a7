"""Quizzes out. Read by gift-pegjs (GIFT) and moodle-xml-parser (Moodle XML). We found no package
with the schemas of QTI, so its rules are checked one by one: every reference leads somewhere, and
an engine of a few lines counts as content.grading does."""

from __future__ import annotations

import io
import itertools
import json
import re
import shutil
import subprocess
import zipfile
from base64 import b64encode
from pathlib import Path
from xml.etree import ElementTree

import pytest
from moodle_xml_parser.parser import parse_bytes

from content.export.formats import FORMATS
from content.export.gift import gift
from content.export.moodle_xml import moodle_xml
from content.export.qti import qti
from content.export.quizzes import TICKED, quizzes
from content.export.source import Losses, Source
from content.grading import grade
from content.intake.gift import read_gift
from content.loader import load_library
from content.model import Question
from tests.content.cases import DOT
from tests.content.export.libraries import laid_out, quiz_library

NODE_MODULES = Path(".cache/web/node_modules").resolve()
Q = "{http://www.imsglobal.org/xsd/imsqti_v2p1}"


@pytest.fixture
def source(tmp_path: Path) -> Source:
    root = laid_out(tmp_path, quiz_library())
    loaded = load_library(root)
    assert loaded.value is not None, loaded.problems
    return Source(root, loaded.value.publisher, loaded.value.tracks[0], "nb")


def questions(source: Source) -> list[Question]:
    return [quiz.question for quiz in quizzes(source, TICKED, Losses())]


def test_gift_reads_the_same_to_another_reader(source: Source) -> None:
    node = shutil.which("node")
    if node is None or not (NODE_MODULES / "gift-pegjs").is_dir():
        pytest.skip("gift-pegjs comes with `make test`")
    program = (
        "const read = require('fs').readFileSync(0, 'utf8');"
        "process.stdout.write(JSON.stringify(require('gift-pegjs').parse(read)))"
    )
    answer = subprocess.run(
        [node, "-e", program],
        input=gift(source).data,
        capture_output=True,
        check=True,
        env={"NODE_PATH": str(NODE_MODULES)},
    )
    read = json.loads(answer.stdout)
    one, several = questions(source)
    assert [q["type"] for q in read] == ["MC", "MC"]
    assert [q["title"] for q in read] == ["Tegn: {a} = ~b", "Flere"]
    for told, question in zip(read, (one, several), strict=True):
        assert told["stem"]["text"].endswith(question.prompt)
        assert (told["globalFeedback"] or {"text": ""})["text"] == question.explanation
        assert [c["text"]["text"] for c in told["choices"]] == [o.text for o in question.options]
        told_back = [(c["feedback"] or {"text": ""})["text"] for c in told["choices"]]
        assert told_back == [o.feedback for o in question.options]
    assert [c["isCorrect"] for c in read[0]["choices"]] == [o.is_right for o in one.options]
    assert [c["weight"] for c in read[1]["choices"]] == [50, -50, 50]


def test_what_gift_cannot_say_is_told(source: Source) -> None:
    assert [(p.location.line, p.message) for p in gift(source).warnings] == [
        (11, "GIFT has no place for the hint"),
        (29, "GIFT cannot say 2 points"),
        (29, "GIFT carries no pictures"),
    ]


def test_moodle_xml_reads_the_same_to_another_reader(source: Source) -> None:
    read = parse_bytes(moodle_xml(source).data)["multichoice"]
    assert [(q.name, q.single, q.default_grade) for q in read] == [
        ("Tegn: {a} = ~b", True, 1.0),
        ("Flere", False, 2.0),
    ]
    assert [[o.score_fraction for o in q.options] for q in read] == [[0, 100], [50, -50, 50]]
    assert [o.feedback for o in read[0].options] == [
        "<p>Nei & nei.</p>",
        "",
    ]
    assert read[0].general_feedback == "<p>Derfor.</p>"


def test_moodle_xml_carries_hint_and_pictures(source: Source) -> None:
    root = ElementTree.fromstring(moodle_xml(source).data)
    first, second = root.findall("question")[1:]
    assert first.findtext("hint/text") == "<p>Tenk.</p>"
    assert 'src="@@PLUGINFILE@@/a.png"' in (second.findtext("questiontext/text") or "")
    file = second.find("questiontext/file")
    assert file is not None
    assert (file.attrib, file.text) == (
        {"name": "a.png", "path": "/", "encoding": "base64"},
        b64encode(DOT).decode(),
    )


def items(source: Source) -> dict[str, ElementTree.Element]:
    with zipfile.ZipFile(io.BytesIO(qti(source).data)) as archive:
        return {
            name: ElementTree.fromstring(archive.read(name))
            for name in archive.namelist()
            if name.startswith("items/")
        }


def test_qti_counts_as_we_do_for_every_choice(source: Source) -> None:
    for item, question in zip(items(source).values(), questions(source), strict=True):
        mapping = item.find(f"{Q}responseDeclaration/{Q}mapping")
        assert mapping is not None
        values = {e.attrib["mapKey"]: float(e.attrib["mappedValue"]) for e in mapping}
        names = [c.attrib["identifier"] for c in item.iter(f"{Q}simpleChoice")]
        most = 1 if question.form == "one" else len(names)
        for size in range(most + 1):
            for chosen in itertools.combinations(range(len(names)), size):
                total = sum(values[names[n]] for n in chosen)
                bounded = min(max(total, float(mapping.attrib["lowerBound"])), question.points)
                ours = grade(
                    question.right, frozenset(chosen), form=question.form, points=question.points
                )
                assert bounded == pytest.approx(ours.points, abs=1e-4)


def test_the_qti_package_holds_what_it_names_and_nothing_else(source: Source) -> None:
    with zipfile.ZipFile(io.BytesIO(qti(source).data)) as archive:
        names = archive.namelist()
        manifest = ElementTree.fromstring(archive.read("imsmanifest.xml"))
    named = {e.attrib["href"] for e in manifest.iter() if e.tag.endswith("}file")}
    assert names[0] == "imsmanifest.xml"
    assert set(names[1:]) == named == {"items/en.q1.xml", "items/en.q2.xml", "media/a.png"}
    for item in items(source).values():
        choices = {c.attrib["identifier"] for c in item.iter(f"{Q}simpleChoice")}
        right = {
            v.text for v in item.iterfind(f"{Q}responseDeclaration/{Q}correctResponse/{Q}value")
        }
        shown = {f.attrib["identifier"] for f in item.iter(f"{Q}modalFeedback")}
        assert right <= choices
        assert shown <= choices | {"none"}


NOTED = """### Svar

#### Før m² og `å`

Les dette[^en].

::: quiz {#q1}
Hva er rett[^en]?

- (x) ja[^to]
  > Ja[^to].
- ( ) nei

> [!NOTE]
> Fordi[^en].
:::

[^en]: Ved havnivå[^to].
[^to]: Under 1013 hPa.
"""


def test_in_qti_every_footnote_leads_there_and_back(tmp_path: Path) -> None:
    root = laid_out(tmp_path, quiz_library(NOTED))
    loaded = load_library(root)
    assert loaded.value is not None, loaded.problems
    (item,) = items(Source(root, loaded.value.publisher, loaded.value.tracks[0], "nb")).values()
    ids = [e.attrib["id"] for e in item.iter() if "id" in e.attrib]
    links = [e.attrib["href"] for e in item.iter(f"{Q}a") if e.attrib["href"][:1] == "#"]
    assert len(ids) == len(set(ids))
    assert all(re.fullmatch(r"[A-Za-z][\w-]*", each, re.ASCII) for each in ids)
    assert {link[1:] for link in links} == set(ids)
    # prompt, answer, feedback and explanation each have their own two notes or one
    assert sum("-note-" in each for each in ids) == 8


def test_gift_out_and_in_is_the_same_question(source: Source, tmp_path: Path) -> None:
    taken = read_gift(gift(source).data.decode(), language="nb")
    assert (taken.count, taken.problems) == (2, ())
    again = laid_out(tmp_path / "again", quiz_library(taken.markdown))
    loaded = load_library(again)
    assert loaded.value is not None, loaded.problems
    before = questions(source)
    after = questions(Source(again, loaded.value.publisher, loaded.value.tracks[0], "nb"))
    assert [(q.form, q.options, q.explanation) for q in after] == [
        (q.form, q.options, q.explanation) for q in before
    ]
    assert after[0].prompt == before[0].prompt
    assert after[1].prompt == f"Se bildet.\n\n{before[1].prompt}"


@pytest.mark.parametrize("name", ["zip", *[n for n in FORMATS if n not in ("zip", "pdf")]])
def test_the_same_track_gives_the_same_bytes(name: str, source: Source) -> None:
    assert FORMATS[name].make(source).data == FORMATS[name].make(source).data
