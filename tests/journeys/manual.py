"""What the authors' manual says, taken from its own pages: all that a new author has."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import examples, read

INDEX, BROWSER = read("authors/index.md"), read("authors/browser.md")


@dataclass(frozen=True, slots=True)
class PlantedError:
    code: str
    text: str  # Markdown, as the manual shows it
    message: str
    hint: str


def planted_errors() -> list[PlantedError]:
    """The five that everybody makes, each with what the page says of it."""
    found = []
    for example in examples(BROWSER):
        if example.kind == "wrong":
            after = BROWSER.partition(example.text)[2]
            told = re.search(r"```text\n(.*?)\n(.*?)```", after, re.S)
            assert told, example.names
            hint = " ".join(told[2].split())
            found.append(PlantedError(example.names[0], example.text, told[1].strip(), hint))
    return found


# What one does who reads the hint, and nothing else.
AS_TOLD: dict[str, Callable[[str], str]] = {
    "quiz-two-right": lambda text: text.replace(
        "- (x) Meter\n- (x) Sekund", "- (x) Meter\n- ( ) Sekund"
    ),
    "image-text": lambda text: text.replace("![](", "![To glass, ett med is]("),
    "id-missing": lambda text: text.replace("::: quiz\n", "::: quiz {#enhet-for-tid}\n"),
    "visible-unknown": lambda text: text.replace("visible=privat}", "visible=private}"),
    "raw-html": lambda text: text.replace("<br>", ""),
}


def steps() -> list[str]:
    """Every block and every form of answer, as the manual writes it."""
    return [example.text.strip() for example in examples(INDEX) if example.kind == "step"]


def write_library(folder: Path) -> None:
    """The files the manual shows, and a second session with all its steps."""
    for example in examples(INDEX):
        if example.kind == "file":
            path = folder / example.names[0]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(example.text, "utf-8")
    media = folder / "malinger" / "media"
    media.mkdir(exist_ok=True)
    for name, data in (
        ("maling.mp4", b"\x00\x00\x00\x18ftypmp42"),
        ("maling.nb.vtt", b"WEBVTT\n\n00:00.000 --> 00:01.000\nHei.\n"),
    ):
        (media / name).write_bytes(data)
    head = "---\ntitle: Alt som finnes\nminutes: {A: 90, B: 30, D: 30}\n---\n"
    phases = (
        ("A", "Forarbeid", "\n\n".join(steps())),
        ("B", "Samarbeid", "### Del bordet {#del-bordet}\n\nDel det dere så."),
        ("D", "Etterarbeid", "### Se tilbake {#se-tilbake}\n\nHva beholder dere?"),
    )
    body = "\n\n".join(
        f"## {letter} {name} {{phase={letter}}}\n\n{text}" for letter, name, text in phases
    )
    for language in ("nb", "sv"):
        (folder / "malinger" / f"02-alt.{language}.md").write_text(f"{head}\n{body}\n", "utf-8")
