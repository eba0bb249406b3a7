"""Readers that we did not write, in an environment of their own; without it a skip that is seen."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from content.export.formats import FORMATS
from content.export.source import Source
from content.loader import load_library
from tests.content.export.libraries import laid_out, quiz_library
from tests.content.export.test_pdf import png
from tests.journeys.manual import write_library
from tracks.cli.setup.openedx import OpenEdx

_FORMS = """### Tegn i svarene

::: quiz {#q1}
Fransk for <kjærligheten> & livet: [[ l'amour | (l'été) | d'ør #1 ]] og [[(vie) | (la vie)]].
:::

::: quiz {#q2 points=2}
Hvor mange?

= 12,5 +- 0,5
= -3

> [!NOTE]
> Begge.
:::

::: quiz {#q3}
Hva hører sammen?

- *Rom* -> Italia
- Milano -> Italia
- Côte d'Azur -> "Sør" i l'Hexagone
:::

::: quiz {#q4}
Hva heter det?

= åre'n
= <ål> & co
:::
"""
_ROOT = Path(__file__).resolve().parents[3]
_PROGRAMS = Path(__file__).parent / "programs"
_MISSING = (
    "NOT RUN: the readers of our exports are not in .cache/openedx, or are other versions than "
    ".locks/openedx.txt and .locks/readers.txt pin: run `make test`, which installs them."
)

Read = Callable[[str, Any], Any]


@pytest.fixture(scope="session")
def read() -> Read:
    """`read(program, task)`: what one of the programs says."""
    packages = OpenEdx(_ROOT)
    if not packages.is_there():
        if os.environ.get("CI"):
            pytest.fail(_MISSING, pytrace=False)
        pytest.skip(_MISSING)

    def run(program: str, task: Any) -> Any:
        answer = subprocess.run(
            [packages.python, _PROGRAMS / f"{program}.py"],
            input=json.dumps(task),
            capture_output=True,
            text=True,
            check=False,
            # they are older than what they run on; how they are written is not what is tested
            env={**os.environ, "PYTHONWARNINGS": "ignore", "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert answer.returncode == 0, answer.stderr[-3000:]
        return json.loads(answer.stdout)

    return run


class Taken:
    """The track of the authors' manual, which has every block and every form of answer; one whose
    quizzes have pictures, several points and every sign that means something; one with such signs
    in answers that are not ticked; and every track that we ship, in each of its languages: taken
    out, each in each format once."""

    def __init__(self, folder: Path) -> None:
        (folder / "manual").mkdir()
        write_library(folder / "manual")
        laid_out(folder / "quizzes", quiz_library() | {"spor/media/a.png": png()})
        forms = quiz_library(_FORMS)
        laid_out(folder / "forms", {k.replace("spor/", "svar/"): v for k, v in forms.items()})
        self._folder = folder
        self.sources = {
            f"{track.id}.{language}": Source(
                root, loaded.publisher, track, language, "https://tracks.example"
            )
            for root in (
                folder / "manual",
                folder / "quizzes",
                folder / "forms",
                _ROOT / "content/library",
            )
            for loaded in [load_library(root).value]
            if loaded is not None
            for track in loaded.tracks
            for language in track.languages
        }
        assert {"malinger.nb", "spor.nb", "svar.nb"} < set(self.sources)
        assert len(self.sources) > 20

    def path(self, name: str, form: str) -> str:
        place = self._folder / f"{name}.{form}{FORMATS[form].suffix}"
        if not place.exists():
            place.write_bytes(FORMATS[form].make(self.sources[name]).data)
        return str(place)

    def paths(self, form: str) -> dict[str, str]:
        return {name: self.path(name, form) for name in self.sources}


@pytest.fixture(scope="session")
def taken(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    return Taken(tmp_path_factory.mktemp("taken"))
