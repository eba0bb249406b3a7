"""What a button mends, problem by problem, as the check itself reports it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from content.loader import load_library
from content.mending import asked_for, may_be_mended, mended, suggested
from content.problems import Location, Problem
from tests.factories.databases import LIBRARY

FILE = "maaling/01-enheter.nb.md"
TEXT = (LIBRARY / FILE).read_text("utf-8")


def problem_in(folder: Path, text: str, code: str, path: str = FILE) -> Problem:
    for source in LIBRARY.rglob("*"):
        place = folder / source.relative_to(LIBRARY)
        if source.is_dir():
            place.mkdir(exist_ok=True)
        else:
            place.write_bytes(source.read_bytes())
    (folder / path).write_text(text, "utf-8")
    found = [p for p in load_library(folder).problems if p.location.path == path]
    return next(p for p in found if p.code == code)


MENDABLE = [
    ("id-missing", "::: quiz\n{q}", "::: quiz {#quiz-1}\n{q}"),
    ("id-missing", "::: quiz {points=2}\n{q}", "::: quiz {#quiz-1 points=2}\n{q}"),
    ("id-missing", "::: utprøving\nHva?\n:::", "::: utprøving {#utproving-1}\nHva?\n:::"),
    ("id-missing", "::: {quiz}\n{q}", "::: {quiz} {#quiz-1}\n{q}"),
    ("block-unknown", "::: refleksjn {#ny}\nHva?\n:::", "::: refleksjon {#ny}\nHva?\n:::"),
    ("option-unknown", "::: quiz {#ny minuts=2}\n{q}", "::: quiz {#ny minutes=2}\n{q}"),
    (
        "visible-unknown",
        "::: refleksjon {#ny visible=privat}\nHva?\n:::",
        "::: refleksjon {#ny visible=private}\nHva?\n:::",
    ),
    ("image-text", "Et ![](media/x.png) her", "Et ![Et \\[glass\\]](media/x.png) her"),
    ("raw-html", "Et <b>glass</b> her.<br>", "Et glass her."),
    (
        "video-captions",
        "::: film {src=https://example.org/film described=yes}\nSe.\n:::",
        "::: film {src=https://example.org/film described=yes "
        "link-only=\"Et '(glass)'\"}\nSe.\n:::",
    ),
    ("heading-jump", "##### For dypt\n\nTekst.", "#### For dypt\n\nTekst."),
]
WORDS = {"video-captions": '  Et\n"{glass}" '}
QUESTION = "Hva?\n\n- (x) Ja\n- ( ) Nei\n:::"


@pytest.mark.parametrize(("code", "wrong", "right"), MENDABLE)
def test_it_is_gone_and_nothing_else_is_changed(
    tmp_path: Path, code: str, wrong: str, right: str
) -> None:
    before = "\n\n### Nytt steg {#nytt}\n\nTekst.\n\n"
    asked = TEXT.rstrip("\n") + before + wrong.replace("{q}", QUESTION) + "\n"
    problem = problem_in(tmp_path, asked, code)

    answer = mended(asked, problem, words=WORDS.get(code, "  Et\n[glass] "))

    assert answer == TEXT.rstrip("\n") + before + right.replace("{q}", QUESTION) + "\n"


def test_a_code_of_the_front_matter_gets_the_spelling_that_is_meant(tmp_path: Path) -> None:
    path = "maaling/track.nb.md"
    text = (LIBRARY / path).read_text("utf-8").replace("summary:", "sumary:", 1)

    problem = problem_in(tmp_path, text, "front-matter-unknown", path)

    assert suggested(problem) == "summary"
    assert mended(text, problem) == (LIBRARY / path).read_text("utf-8")


def test_a_phase_gets_the_minutes_that_are_said(tmp_path: Path) -> None:
    text = TEXT.replace("{A: 20, ", "{", 1).replace("{phase=A minutes=20}", "{phase=A}", 1)
    problem = problem_in(tmp_path, text, "minutes-missing")

    answer = mended(text, problem, words=" 20 ")

    before = text.split("\n")[problem.location.line - 1]
    assert answer == text.replace(before, before.replace("phase=A", "phase=A minutes=20"))


def test_a_text_with_a_colon_in_it_is_put_in_quotes(tmp_path: Path) -> None:
    text = TEXT.replace("title: Enheter", "title: Enheter: og mål", 1)
    problem = problem_in(tmp_path, text, "front-matter-yaml")

    assert problem.message == "YAML cannot read it: a second colon in one line"
    assert mended(text, problem) == text.replace(
        "title: Enheter: og mål", 'title: "Enheter: og mål"', 1
    )


def test_a_language_that_says_something_else_says_the_same(tmp_path: Path) -> None:
    path = "maaling/track.sv.md"
    right = (LIBRARY / path).read_text("utf-8")
    changed = right.replace("frameworks: [pfdk-1]", "frameworks: [pfdk-2]", 1)
    problem = problem_in(tmp_path, changed, "language-front-matter", path)

    assert problem.hint == "Write frameworks: [pfdk-1], as in maaling/track.nb.md."
    assert mended(changed, problem) == right

    more = right.replace("frameworks: [pfdk-1]", "frameworks: [pfdk-1]\nfoundation: maaling", 1)
    problem = problem_in(tmp_path, more, "language-front-matter", path)

    assert problem.hint == "Take foundation out, as in maaling/track.nb.md."
    assert mended(more, problem) == right


def test_devices_that_blocks_are_for_are_named_at_the_top(tmp_path: Path) -> None:
    blocks = "".join(f"::: enhet {{{each}}}\nTrykk.\n:::\n\n" for each in ("ipad", "pc"))
    text = TEXT.replace("::: refleksjon", f"{blocks}::: refleksjon", 1)
    text = "\n".join(line for line in text.split("\n") if not line.startswith("devices:"))
    problem = problem_in(tmp_path, text, "device-not-listed")

    answer = mended(text, problem)

    assert problem.message == "a block for ipad, pc, which devices does not say"
    assert answer is not None
    assert "\ndevices: [ipad, pc]\n---\n" in answer
    assert may_be_mended("", problem)


def test_an_id_that_is_taken_is_not_given_again(tmp_path: Path) -> None:
    text = TEXT + f"\n::: quiz {{#quiz-1}}\n{QUESTION}\n\n::: quiz\n{QUESTION}\n"
    problem = problem_in(tmp_path, text, "id-missing")

    assert (mended(text, problem) or "").endswith(f"::: quiz {{#quiz-2}}\n{QUESTION}\n")


def test_nothing_is_guessed() -> None:
    def problem(code: str, line: int = 1, message: str = "", hint: str = "") -> Problem:
        return Problem(code, Location(FILE, line), message, hint)

    assert mended("![](media/x.png)", problem("image-text"), words=" \n ") is None
    assert mended("![Ord](media/x.png)", problem("image-text"), words="x") is None
    assert mended("x", problem("id-missing")) is None
    assert mended("x", problem("id-missing", line=2)) is None
    assert mended("x", problem("id-missing", line=0)) is None
    assert mended("x", problem("raw-html")) is None
    assert mended("Se `<br>` her<br>", problem("raw-html")) is None
    assert mended("::: film {#a src=x captions=y}", problem("video-captions"), words="x") is None
    assert mended("::: film {#a src=x}", problem("video-captions"), words=" ") is None
    assert mended("## A {phase=A}", problem("minutes-missing"), words="mange") is None
    assert asked_for(problem("image-text")) == "picture"
    assert asked_for(problem("video-captions")) == "reason"
    assert asked_for(problem("minutes-missing")) == "minutes"
    assert asked_for(problem("id-missing")) == ""


def test_a_word_that_stands_twice_is_left_to_its_author(tmp_path: Path) -> None:
    text = TEXT + '\n::: refleksjon {#ny visible=privat title="privat"}\nHva?\n:::\n'
    problem = problem_in(tmp_path, text, "visible-unknown")

    assert suggested(problem) == "private"
    assert mended(text, problem) is None


@pytest.mark.parametrize(
    ("code", "line", "right"),
    [
        ("raw-html", "<!--" * 15_000, None),
        ("raw-html", "x<!-- -->" * 7_000, "x" * 7_000),
        ("front-matter-yaml", "a: b" + " " * 60_000 + '"', None),
        ("front-matter-yaml", "a: b: " + "c " * 30_000, None),
        ("raw-html", "<b" * 30_000 + ">", "<b" * 29_999),
        ("id-missing", "::: quiz" + " " * 60_000 + "x", "::: quiz" + " " * 60_000 + "x {#quiz-1}"),
        ("id-missing", "::: quiz {" + "{" * 60_000 + "}", None),
        ("video-captions", "::: film {" + " " * 60_000 + "}", '::: film {link-only="1"}'),
        (
            "minutes-missing",
            "## A" + " \t" * 30_000 + "}",
            "## A" + " \t" * 30_000 + "} {minutes=1}",
        ),
    ],
)
def test_a_line_is_read_once_however_long(code: str, line: str, right: str | None) -> None:
    problem = Problem(code, Location(FILE, 1), "")
    began = time.process_time()

    may, answer = may_be_mended(line, problem), mended(line, problem, words="1")

    assert time.process_time() - began < 1, "6 to 12 s when each place was a new beginning"
    assert may is (answer is not None)
    if right is not None:
        assert answer == right
