"""Every answer form of the dialect in every format: said, or told that it is not."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from msgspec.structs import replace

from content.export.formats import FORMATS
from content.export.gift import gift
from content.export.moodle_xml import moodle_xml
from content.export.quizzes import quizzes
from content.export.source import Losses, Source
from content.intake.gift import read_gift
from content.loader import load_library
from content.model import Question
from tests.content.cases import read_cases
from tests.content.export.libraries import laid_out, quiz_library

FIXTURE = Path("tests/content/fixtures/answers.md")


@pytest.fixture
def source(tmp_path: Path) -> Source:
    text = read_cases(FIXTURE)[0].files["01-case.nb.md"]
    blocks = text[text.index("::: quiz") : text.index("## B")]
    root = laid_out(tmp_path, quiz_library(f"### Svar\n\n{blocks}"))
    loaded = load_library(root)
    assert loaded.value is not None, loaded.problems
    return Source(root, loaded.value.publisher, loaded.value.tracks[0], "nb")


def test_gift_says_each_form_but_gaps(source: Source) -> None:
    exported = gift(source)
    bodies = [part.split("}")[0].strip() for part in exported.data.decode().split("{")[1:]]
    assert bodies == [
        "=Oslo\n=Oslo by",
        "#\n=1.4142:0.0001",
        "=Norge -> Oslo\n=Sverige -> Stockholm",
        "=Spør -> 1\n=Mål -> 2\n=Forklar -> 3",
        "",
    ]
    assert [problem.message for problem in exported.warnings] == [
        "GIFT has no place for the hint",
        "the format has no place for a question of the form gap; it is left out",
        "GIFT cannot order; each is matched with its place",
    ]


def test_moodle_xml_says_each_form(source: Source) -> None:
    exported = moodle_xml(source)
    root = ElementTree.fromstring(exported.data)
    kinds = [question.attrib["type"] for question in root.findall("question")[1:]]
    assert kinds == ["shortanswer", "numerical", "cloze", "matching", "matching", "essay"]
    assert [e.text for e in root.iterfind("question/answer/text")] == ["Oslo", "Oslo by", "1.4142"]
    assert root.findtext("question/answer/tolerance") == "0.0001"
    pairs = [e.findtext("answer/text") for e in root.iter("subquestion")]
    assert pairs == ["Oslo", "Stockholm", "1", "2", "3"]
    gaps = (root[3].findtext("questiontext/text") or "").partition("</p>")[2]
    assert gaps == (
        "<p>(1) {1:SHORTANSWER:=Oslo}</p><p>(2) {1:MULTICHOICE:svensk~=norsk~dansk}</p>"
    )
    assert root[3].find("defaultgrade") is None
    assert [problem.message for problem in exported.warnings] == [
        "Moodle gives points for each gap, not for all together",
        "Moodle matches each with its place instead of ordering",
    ]


_NO_FIELD = "the page asks, but has no field for the answer"
COMMA = "may take a decimal point only, no comma"


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("cartridge", ["number", "gap", "match", "order"]),
        ("cartridge-1.1", ["number", "gap", "match", "order"]),
        ("olx", ["open"]),
        ("cmi5", ["open"]),
        ("qti", []),
    ],
)
def test_where_a_form_has_no_place_each_question_is_told(
    name: str, forms: list[str], source: Source
) -> None:
    told = [p for p in FORMATS[name].make(source).warnings if p.message == _NO_FIELD]
    lines = {step.texts["nb"].location.line: step for step in source.track.modules[0].steps}
    said = [lines[problem.location.line].texts["nb"].question for problem in told]
    assert [question.form for question in said if question] == forms


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("qti", ["QTI 2.1 has no place for the hint", f"QTI 2.1 {COMMA}"]),
        (
            "olx",
            [
                f"Open edX {COMMA}",
                *(["Open edX gives points for each field, not for all together"] * 3),
                "Open edX asks for the place of each instead of ordering",
            ],
        ),
    ],
)
def test_what_is_nearly_as_here_is_told(name: str, told: list[str], source: Source) -> None:
    warnings = [p.message for p in FORMATS[name].make(source).warnings if p.message != _NO_FIELD]
    assert warnings == told


def test_a_handout_asks_all_and_answers_only_when_asked(
    source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []
    monkeypatch.setattr(
        "content.export.pdf.printed", lambda text, root: texts.append(text.decode()) or b""
    )
    for with_answers in (False, True):
        FORMATS["pdf"].make(replace(source, with_answers=with_answers))
    asked, answered = (text for text in texts if text.startswith('#set document(title: "Et spor'))
    assert "Oslo by" not in asked
    assert "1.4142" not in asked
    assert "(2) svensk / norsk / dansk" in asked
    assert asked.index("Forklar") < asked.index("Spør") or asked.index("Mål") < asked.index("Spør")
    for right in ("Oslo by", "1.4142 ± 0.0001", " → Stockholm"):
        assert right in answered


def test_gift_out_and_in_is_the_same_question(source: Source, tmp_path: Path) -> None:
    def asked(source: Source) -> dict[str, list[Question]]:
        found: dict[str, list[Question]] = {}
        for quiz in quizzes(source, frozenset({"text", "number", "match", "open"}), Losses()):
            bare = replace(quiz.question, hint="")
            found.setdefault(quiz.question.form, []).append(bare)
        return found

    taken = read_gift(gift(source).data.decode())
    again = laid_out(tmp_path / "again", quiz_library(taken.markdown))
    loaded = load_library(again)
    assert loaded.value is not None, loaded.problems
    after = asked(replace(source, library=again, track=loaded.value.tracks[0]))
    before = asked(source)
    # what is put in order comes back as pairs
    assert [pair.right for pair in after["match"].pop().pairs] == ["1", "2", "3"]
    assert after == before
