"""The documents as the tests read them: examples, tables, links, commands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

_EXAMPLE = re.compile(r"^<!-- example: (.+?) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FENCE = re.compile(r"^(`{3,})(\S*)[^\n]*\n(.*?)^\1$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`+[^`]+`+")
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def pages() -> list[Path]:
    found = [p for p in sorted(DOCS.rglob("*.md")) if "_build" not in p.parts]
    return [ROOT / "README.md", *found]


def read(name: str) -> str:
    """`name`: the page's path inside docs."""
    return (DOCS / name).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Example:
    kind: str  # file, step or python
    names: tuple[str, ...]
    text: str


def examples(text: str) -> list[Example]:
    """What stands below `<!-- example: kind name... -->`."""
    marked = [(found[1].split(), found[2]) for found in _EXAMPLE.finditer(text)]
    return [Example(kind, tuple(names), body) for (kind, *names), body in marked]


def fences(text: str, language: str) -> list[str]:
    return [found[3] for found in _FENCE.finditer(text) if found[2] == language]


def prose(text: str) -> str:
    """Without the blocks of code."""
    return _FENCE.sub("", text)


def links(text: str) -> list[str]:
    return _LINK.findall(_CODE.sub("", prose(text)))


def anchors(text: str) -> set[str]:
    words = (re.sub(r"[^\w\s-]", "", title.lower()) for title in _HEADING.findall(prose(text)))
    return {word.strip().replace(" ", "-") for word in words}


def sections(text: str) -> Iterator[tuple[str, str]]:
    """Title and text of each `##`."""
    parts = re.split(r"^## (.+)$", text, flags=re.MULTILINE)
    yield from zip(parts[1::2], parts[2::2], strict=True)


def tables(text: str) -> list[list[list[str]]]:
    """Tables, rows, cells; the heading row first, the row of hyphens left out."""
    found: list[list[list[str]]] = []
    inside = False
    for line in prose(text).split("\n"):
        if not line.startswith("|"):
            inside = False
            continue
        if not inside:
            found.append([])
        inside = True
        if not re.fullmatch(r"[|\s:-]+", line):
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def rows(text: str, *heading: str) -> list[list[str]]:
    """Of all tables whose heading begins like this."""
    return [
        row
        for table in tables(text)
        if tuple(table[0][: len(heading)]) == heading
        for row in table[1:]
    ]


def code_words(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def named_commands(text: str) -> list[str]:
    """Every `tracks ...`, in the words of a sentence or as a line for the shell."""
    shell = "\n".join(fences(text, "shell")).replace("\\\n", " ")
    lines = [line for line in shell.split("\n") if line.startswith("tracks ")]
    spans = [" ".join(span.split()) for span in re.findall(r"`(tracks [^`]+)`", prose(text))]
    return lines + spans
