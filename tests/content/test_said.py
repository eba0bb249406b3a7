"""What authors are told, in four languages."""

from __future__ import annotations

import ast
import pickle
import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from content.loader import load_track
from content.problems import Location, Problem, translated
from content.said import CATALOGUES, LANGUAGES, Said, in_language, say
from tests.content.cases import (
    MODULE,
    MODULE_HEAD,
    PHASE_A,
    PHASES_B_D,
    TRACK_FILE,
    all_cases,
)
from tests.content.said_texts import sources, texts, told

CASES = list(all_cases())
OTHERS = [language for language in LANGUAGES if language != "en"]


def catalogue(language: str) -> dict[str, str]:
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        read = read_po(file, locale=language)
    return {str(message.id): str(message.string) for message in read if message.id}


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_there_and_no_other(language: str) -> None:
    there = catalogue(language)
    assert sorted(there) == sorted(texts())
    assert [text for text, said in there.items() if not said.strip()] == []


@pytest.mark.parametrize("language", OTHERS)
def test_the_catalogue_is_sorted(language: str) -> None:
    ids = list(catalogue(language))
    assert ids == sorted(ids)


@pytest.mark.parametrize("language", OTHERS)
def test_the_same_values_stand_in_it(language: str) -> None:
    def places(text: str) -> set[str]:
        try:
            return {
                f"{name}!{conversion}" for _, name, _, conversion in Formatter().parse(text) if name
            }
        except ValueError:
            return set()

    with_values = _with_values()
    there = catalogue(language)
    wrong = {text for text in with_values if places(text) != places(there[text])}
    assert wrong == set()


def _with_values() -> set[str]:
    calls = (n for _, tree in sources() for n in ast.walk(tree) if isinstance(n, ast.Call))
    said = {
        str(call.args[0].value)
        for call in calls
        if getattr(call.func, "id", "") == "say"
        and call.keywords
        and isinstance(call.args[0], ast.Constant)
    }
    return said & texts()


def test_no_text_is_put_together_in_another_way() -> None:
    """An f-string has forgotten what it was made of."""
    put_together = [
        f"{path.name}:{node.lineno}"
        for path, tree in sources()
        for node in told(tree)
        if isinstance(node, ast.JoinedStr)
    ]
    assert put_together == []


def test_what_fixtures_are_told_is_translated_whole(tmp_path: Path) -> None:
    """Every problem there is a document for, as its author reads it."""
    unchanged = {language: set() for language in OTHERS}
    same = {text for text in texts() if all(catalogue(each)[text] == text for each in OTHERS)}
    for number, case in enumerate(CASES):
        for problem in case.load(tmp_path / str(number)).problems:
            for language in OTHERS:
                other = translated(problem, language)
                assert (other.code, other.location, other.level) == (
                    *(problem.code, problem.location),
                    problem.level,
                )
                for text, said in ((problem.message, other.message), (problem.hint, other.hint)):
                    if text and text == said and text not in same:
                        unchanged[language].add(text)
    # what is made of names and signs alone
    assert {
        language: {text for text in found if not re.match(r"phase='|YAML cannot", text)}
        for language, found in unchanged.items()
    } == {language: set() for language in OTHERS}


def test_a_value_that_looks_like_a_text_of_ours_is_left_alone() -> None:
    said = say("the {what} {id} was there in the last version", what=say("step"), id="track")
    assert said == "the step track was there in the last version"
    assert in_language(said, "nb") == "steget track fantes i forrige versjon"
    assert in_language(said, "en") == in_language(said, "fi") == said


def test_a_text_with_braces_of_its_own() -> None:
    hint = say("Put it under a phase. {phase_hint}", phase_hint=say("Write {x}: {}{"))
    assert hint == "Put it under a phase. Write {x}: {}{"
    assert in_language(hint, "sv") == "Sätt det under en fas. Write {x}: {}{"


def test_it_survives_the_way_from_another_process() -> None:
    message = say("the id {id} is taken", id="a")
    problem = pickle.loads(pickle.dumps(Problem("id-doubled", Location("a.md", 1), message)))
    assert isinstance(problem.message, Said)
    assert translated(problem, "nn").message == "id-en a er oppteken"


@pytest.mark.parametrize(
    ("block", "language", "message", "hint"),
    [
        (
            "::: utprøving {#ny}\n:::",
            "nb",
            "utprøving-blokken har ingen tekst",
            "Skriv det læreren blir spurt om, mellom de to linjene med :::.",
        ),
        (
            "::: skala {#ny 1-5}\nHva?\n:::",
            "sv",
            "skalan behöver ett spann av tal",
            "Skriv ::: skala {#id 1..5}: från låg till hög, högst 11 tal.",
        ),
        (
            "::: kviss {#ny}\nHva?\n:::",
            "nb",
            "ingen blokk heter 'kviss'",
            "Kjent her: quiz, refleksjon, utprøving, drøfting, skala, sjekkliste, enhet, film, "
            "leder, lån, tilgang.",
        ),
        (
            "### Uten id\n\nTekst.",
            "nb",
            "tekst som ikke står i noe steg",
            "Gi overskriften over en id, ### Tittel {#id}, eller flytt det inn i et steg.",
        ),
    ],
)
def test_blocks_are_called_by_the_names_of_the_reader(
    tmp_path: Path, block: str, language: str, message: str, hint: str
) -> None:
    place = tmp_path / "spor"
    place.mkdir()
    (place / "track.nb.md").write_text(TRACK_FILE, "utf-8")
    text = f"{MODULE_HEAD}\n{PHASE_A}\n{block}\n{PHASES_B_D}"
    (place / MODULE).write_text(text, "utf-8")

    problems = [translated(each, language) for each in load_track(place).problems]

    assert (message, hint) in {(each.message, each.hint) for each in problems}
