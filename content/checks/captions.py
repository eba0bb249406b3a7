"""The captions of our own films: that there are any, and in a language the reader has."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Final

from content.blocks.video import caption_languages, film
from content.languages import LANGUAGES
from content.markdown import Document
from content.media import is_file_of, media_path
from content.problems import ProblemList
from content.reading.editions import ModuleEdition
from content.said import say

LARGEST: Final = 1024 * 1024  # bytes
_FILE_HINT = "It begins with WEBVTT and is UTF-8; after an empty line: 00:01.000 --> 00:04.000"
_READ_ALIKE: Final = {"nn": "nb"}  # whoever reads one of them reads the other


def check(document: Document, folder: Path, found: ProblemList) -> None:
    for element in document.walk():
        if element.block_name != "video":
            continue
        path = media_path(film(element.attributes).captions)
        if path is None or not path.endswith(".vtt") or not is_file_of(folder, path):
            continue
        text = _read(folder / path)
        if text is None:
            message = say("{path} cannot be read as captions", path=path[:80])
            found.error("captions-unreadable", element.line, message, _FILE_HINT)
        elif not _has_words(text.splitlines()):
            message = say("there is nothing in {path}", path=path[:80])
            found.error("captions-empty", element.line, message, _FILE_HINT)


def _read(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        return None
    return text if text.startswith("WEBVTT") and "\x00" not in text else None


def _has_words(lines: list[str]) -> bool:
    return any("-->" in time and words.strip() for time, words in pairwise(lines))


def check_language(edition: ModuleEdition, found: ProblemList) -> None:
    for element in edition.document.walk():
        if element.block_name != "video":
            continue
        codes = [code for code in caption_languages(film(element.attributes)) if code in LANGUAGES]
        near = {_READ_ALIKE.get(code, code) for code in codes}
        if codes and _READ_ALIKE.get(edition.language, edition.language) not in near:
            message = say(
                "the captions are in {captions}, the text is in {language}",
                captions=", ".join(codes),
                language=edition.language,
            )
            own = say(
                "Add captions in this language, and name them by it: film.{language}.vtt",
                language=edition.language,
            )
            elsewhere = say(
                'If it has captions in this language, too, say so: captions="{all}"',
                all=", ".join([*codes, edition.language]),
            )
            is_own = media_path(film(element.attributes).captions) is not None
            hint = own if is_own else elsewhere
            found.warning("captions-language", element.line, message, hint)
