"""Which files an author may edit, how ids and versions come about, what a draft is beside its
library."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from content.ids import LONGEST_ID, is_id
from content.languages import LANGUAGES
from content.merging import matching
from content.model import MOST_SAID
from tracks.feedback.rules import LONGEST_ANSWER

LONGEST_TEXT: Final = 256 * 1024  # bytes a file may have (content.reading.files); drafts as well
_MODULE: Final = re.compile(r"([0-9]{1,3})-([a-z0-9-]+)\.([a-z]{2,3})\.md", re.ASCII)
_TRACK: Final = re.compile(r"track\.([a-z]{2,3})\.md", re.ASCII)
_LETTERS: Final = str.maketrans({"æ": "ae", "ø": "o", "å": "a", "ä": "a", "ö": "o", "đ": "d"})
_VERSION: Final = re.compile(r"[0-9]{1,4}(?:\.[0-9]{1,4}){0,2}", re.ASCII)


class FileName(Struct, frozen=True, order=True):
    """Of a text in a track's folder. Module files: 01-its-id.nb.md; the track's: track.nb.md."""

    number: int  # 0: the track's own
    id: str  # "" for the track's own
    language: str
    digits: str = ""  # as the number is written; "" for two digits

    def __str__(self) -> str:
        stem = f"{self.digits or f'{self.number:02}'}-{self.id}" if self.id else "track"
        return f"{stem}.{self.language}.md"

    @property
    def is_module(self) -> bool:
        return bool(self.id)


def file_name(text: str) -> FileName | None:
    """None for any other file."""
    track, module = _TRACK.fullmatch(text), _MODULE.fullmatch(text)
    if track and track[1] in LANGUAGES:
        return FileName(0, "", track[1])
    if module and is_id(module[2]) and module[3] in LANGUAGES:
        number = int(module[1])
        digits = module[1] if module[1] != f"{number:02}" else ""
        return FileName(number, module[2], module[3], digits)
    return None


def id_from(title: str) -> str:
    """What a title gives as an id: "Å måle i klassen" -> "a-male-i-klassen". May be ""."""
    folded = unicodedata.normalize("NFKD", title.lower().translate(_LETTERS))
    plain = "".join(c for c in folded if not unicodedata.combining(c))
    words = re.findall(r"[a-z0-9]+", plain, re.ASCII)
    return "-".join(words)[:LONGEST_ID].strip("-")


def mark_of(text: str | None) -> str:
    """Short enough for a form: which text of the library a draft was begun from. "": none."""
    return "" if text is None else hashlib.sha256(text.encode()).hexdigest()[:16]


def normal(text: str) -> str:
    """As a browser's form sends it, made one way of ending lines; no database keeps a NUL."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "\ufffd")


def next_version(version: str) -> str:
    """ "1.0" -> "1.1", "1.4.2" -> "1.5.0", "3" -> "4"."""
    parts = [int(part) for part in version.split(".")]
    place = min(1, len(parts) - 1)
    raised = [*parts[:place], parts[place] + 1, *[0] * (len(parts) - place - 1)]
    return ".".join(map(str, raised))


def is_version(text: str) -> bool:
    return _VERSION.fullmatch(text) is not None


def free_id(taken: str, kind: str) -> str:
    """An id for a new piece of that kind that stands nowhere in the text yet."""
    stem = kind.partition("-")[0] if kind.startswith("quiz") else kind
    number = 1
    while f"#{stem}-{number}" in taken:
        number += 1
    return f"{stem}-{number}"


def modules_of(names: Iterable[FileName]) -> list[tuple[int, str]]:
    """Number and id of each module, in order."""
    return sorted({(name.number, name.id) for name in names if name.is_module})


def with_module_moved(
    names: Collection[FileName], id_: str, places: int
) -> dict[FileName, FileName]:
    """Old name -> new name, of all files that change, when a module goes so many places on."""
    before = modules_of(names)
    at = next((n for n, (_, each) in enumerate(before) if each == id_), None)
    if at is None or not 0 <= at + places < len(before):
        return {}
    after = list(before)
    after.insert(at + places, after.pop(at))
    numbers = [number for number, _ in before]
    if len(set(numbers)) < len(numbers):
        numbers = list(range(1, len(before) + 1))
    new = dict(zip(after, numbers, strict=True))
    return {
        name: FileName(number, name.id, name.language)
        for name in names
        if name.is_module
        for number in [new[name.number, name.id]]
        if number != name.number
    }


def with_module_renamed(
    names: Collection[FileName], id_: str, new: str
) -> dict[FileName, FileName]:
    return {
        name: FileName(name.number, new, name.language, name.digits)
        for name in names
        if name.is_module and name.id == id_
    }


def told_in(values: Mapping[str, object], key: str) -> dict[str, list[str]]:
    """What the front matter tells by version; nothing of what is not written as it must be. `key`:
    you-said, changes."""
    told = values.get(key)
    if not isinstance(told, dict):
        return {}
    listed = {v: [lines] if isinstance(lines, str) else lines for v, lines in told.items()}
    return {
        version: lines
        for version, lines in listed.items()
        if isinstance(lines, list) and all(isinstance(each, str) for each in lines)
    }


def with_told(
    told: Mapping[str, list[str]], version: str, lines: Sequence[str] | None, most: int
) -> dict[str, list[str]]:
    """`lines`: of that version, None for what stands there; `most`: versions, the last ones."""
    found = {each: list(before) for each, before in told.items()}
    if lines is not None:
        found.pop(version, None)
        if lines:
            found[version] = list(lines)
    return dict(list(found.items())[-most:])


def lines_in(typed: str) -> list[str]:
    """What stands in a field of several lines; no two spaces, no empty line."""
    lines = (" ".join(line.split()) for line in normal(typed).split("\n"))
    return [line for line in lines if line]


def is_room_for(lines: Sequence[str]) -> bool:
    return len(lines) <= MOST_SAID and all(len(line) <= LONGEST_ANSWER for line in lines)


class Hunk(Struct, frozen=True):
    """Lines that differ, with some around them."""

    line: int  # the first, in the newer text
    lines: tuple[tuple[str, str], ...]  # "+", "-" or " ", and the line


def hunks(before: str, after: str, around: int = 2) -> list[Hunk]:
    old, new = before.split("\n"), after.split("\n")
    lines: list[tuple[str, str, int]] = []  # sign, line, number in the newer text
    i = j = 0
    for a, b, size in [*matching(old, new), (len(old), len(new), 0)]:
        lines += [("-", line, j) for line in old[i:a]]
        lines += [("+", line, n) for n, line in enumerate(new[j:b], j)]
        lines += [(" ", line, n) for n, line in enumerate(new[b : b + size], b)]
        i, j = a + size, b + size
    shown = [False] * len(lines)
    for n, (sign, _, _) in enumerate(lines):
        if sign != " ":
            for near in range(max(0, n - around), min(len(lines), n + around + 1)):
                shown[near] = True
    found: list[Hunk] = []
    begun = None
    for n, is_shown in enumerate([*shown, False]):
        if is_shown and begun is None:
            begun = n
        elif not is_shown and begun is not None:
            part = lines[begun:n]
            found.append(Hunk(part[0][2] + 1, tuple((sign, line) for sign, line, _ in part)))
            begun = None
    return found


class Standing(StrEnum):
    """How an author stands to a track of the library (ADR 0046)."""

    EVERYBODYS = "everybodys"  # no municipality has begun it
    OWN = "own"  # their municipality has
    CO_AUTHOR = "co-author"  # invited by another municipality's authors
    FOREIGN = "foreign"  # it is not shown to them


def standing(own: int, owner: int | None, *, is_co_author: bool) -> Standing:
    """`own`: the author's municipality; `owner`: the track's."""
    if owner is None:
        return Standing.EVERYBODYS
    if owner == own:
        return Standing.OWN
    return Standing.CO_AUTHOR if is_co_author else Standing.FOREIGN
