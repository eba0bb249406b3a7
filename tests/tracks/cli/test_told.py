"""`tracks content check` in the language of whoever reads it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from tests.content.cases import MODULE, MODULE_HEAD, PHASES_B_D, TRACK_FILE, write
from tests.content.test_includes import LIBRARY
from tracks.cli.content import content
from tracks.cli.told import terminal_language


@pytest.fixture
def library(tmp_path: Path) -> Path:
    module = f"{MODULE_HEAD}## A Forarbeid {{phase=A}}\n\n### Les {{#a1}}\n\n![](x)\n{PHASES_B_D}"
    write(tmp_path, {"library.yaml": LIBRARY})
    write(tmp_path / "et-spor", {"track.nb.md": TRACK_FILE, MODULE: module})
    return tmp_path


SAID = {
    "nb": ("'x' er ikke i media/", "et bilde uten tekst", "2 å rette, 0 å se på"),
    "nn": ("'x' er ikkje i media/", "eit bilete utan tekst", "2 å rette, 0 å sjå på"),
    "sv": ("'x' finns inte i media/", "en bild utan text", "2 att rätta, 0 att se på"),
    "en": ("'x' is not in media/", "an image without text", "2 to mend, 0 to look at"),
}


@pytest.mark.parametrize("language", SAID)
def test_check(library: Path, language: str):
    words = ["check", str(library), "--language", language]
    done = CliRunner().invoke(content, words)
    place, text, count = SAID[language]
    lines = [line for line in done.output.split("\n") if not line.startswith(" ")]
    assert (done.exit_code, lines) == (
        1,
        [
            f"et-spor/{MODULE}:9: image-place: {place}",
            f"et-spor/{MODULE}:9: image-text: {text}",
            count,
            "",
        ],
    )
    rows = json.loads(CliRunner().invoke(content, [*words, "--json"]).output)["problems"]
    assert [(row["code"], row["line"], row["message"]) for row in rows] == [
        ("image-place", 9, place),
        ("image-text", 9, text),
    ]
    done = CliRunner().invoke(content, [*words, "--annotations"])
    beside = [line.partition("%0A")[0] for line in done.output.splitlines()]
    at = f"file={library.as_posix()}/et-spor/{MODULE},line=9"
    assert (done.exit_code, beside) == (
        1,
        [f"::error {at},title=image-place::{place}", f"::error {at},title=image-text::{text}"],
    )


def test_as_the_terminal_says(library: Path):
    env = {"LC_ALL": None, "LC_MESSAGES": None, "LANG": "sv_SE.UTF-8"}
    assert SAID["sv"][2] in CliRunner(env=env).invoke(content, ["check", str(library)]).output


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "nb_NO.UTF-8"}, "nb"),
        ({"LANG": "no_NO"}, "nb"),
        ({"LANG": "nn_NO.utf8", "LC_ALL": ""}, "nn"),
        ({"LANG": "nb_NO", "LC_MESSAGES": "sv_SE"}, "sv"),
        ({"LANG": "nb_NO", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_terminal_language(environ: dict[str, str], language: str):
    assert terminal_language(environ) == language
