"""The documents in fixtures/: what an author writes, and all she is told about it.

    ## Title of the case
    ~~~~~~ step              lines put into phase A of a module that is right in all else
    ...                      (other words: `module` is a whole module after its front matter,
    ~~~~~~                   `track` the track's file, anything else a file of that name)
    - 3 quiz-two-right       line in the first part; in others: - track.nb.md:3 code
    - 4 minutes-sum warning

A file `name (bytes)` holds escapes. A case without a list has no problems.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from content.loader import Loaded, load_track
from content.model import Track

FIXTURES = Path(__file__).parent / "fixtures"
MODULE = "01-case.nb.md"

TRACK_FILE = """---
title: Et spor
summary: Hva det er til for.
subjects: [NAT01-05]
grades: "8-10"
languages: [nb]
licence: CC BY 4.0
authors: [Asker]
version: "1.0"
---
"""
MODULE_HEAD = """---
title: En modul
minutes: {A: 30, B: 45, D: 30}
---
"""
PHASE_A = "## A Forarbeid {phase=A}\n"
PHASES_B_D = """
## B Samarbeid {phase=B}

### Del {#b1}

Del med hverandre.

## D Etterarbeid {phase=D}

### Se tilbake {#d1}

Hva skjedde?
"""

# the smallest picture there is
DOT = bytes.fromhex(
    "474946383961 0100 0100 800000 000000 ffffff 2c 0000 0000 0100 0100 00 02 024401 00 3b"
)

_FENCE = re.compile(r"(~{6,}) (.+)")
_PROBLEM = re.compile(r"- (?:(?P<file>[^:\s]+):)?(?P<line>\d+) (?P<code>\S+)(?P<warning> warning)?")


@dataclass
class Case:
    fixture: str
    title: str
    files: dict[str, str] = field(default_factory=dict)
    expected: list[str] = field(default_factory=list)
    offset: int = 0  # lines before the first part, in its file
    first: str = ""

    def __str__(self) -> str:
        return f"{self.fixture}: {self.title}"

    def add(self, name: str, lines: list[str]) -> None:
        text = "\n".join(lines) + "\n"
        offset = 0
        if name == "step":
            offset = (MODULE_HEAD + PHASE_A).count("\n")
            name, text = MODULE, MODULE_HEAD + PHASE_A + text + PHASES_B_D
        elif name == "module":
            offset = MODULE_HEAD.count("\n")
            name, text = MODULE, MODULE_HEAD + text
        elif name == "track":
            name = "track.nb.md"
        if not self.first:
            self.first, self.offset = name, offset
        self.files[name] = text

    def expect(self, line: str) -> None:
        match = _PROBLEM.fullmatch(line)
        assert match, f"{self}: cannot read {line!r}"
        name, number = match["file"], int(match["line"])
        if name is None:
            name, number = self.first, number + self.offset
        self.expected.append(f"{name}:{number} {match['code']}{match['warning'] or ''}")

    def load(self, root: Path) -> Loaded[Track]:
        folder = root / "et-spor"
        write(folder, {"track.nb.md": TRACK_FILE, MODULE: _whole_module()} | self.files)
        return load_track(folder)


def _whole_module() -> str:
    return MODULE_HEAD + PHASE_A + "\n### Les {#a1}\n\nLes dette.\n" + PHASES_B_D


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        if name.endswith(" (absent)"):
            (folder / name.removesuffix(" (absent)")).unlink()
            continue
        path = folder / name.removesuffix(" (bytes)")
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith(" (bytes)"):
            path.write_bytes(text.encode("latin-1").decode("unicode_escape").encode("latin-1"))
        else:
            path.write_text(text, encoding="utf-8")


def told(loaded: Loaded[Track]) -> list[str]:
    lines = []
    for problem in loaded.problems:
        name = problem.location.path.removeprefix("et-spor/")
        warning = "" if problem.is_error else " warning"
        lines.append(f"{name}:{problem.location.line} {problem.code}{warning}")
    return lines


def all_cases() -> Iterator[Case]:
    for path in sorted(FIXTURES.glob("*.md")):
        yield from read_cases(path)


def read_cases(path: Path) -> list[Case]:
    cases: list[Case] = []
    fence, name, part = "", "", list[str]()
    for line in path.read_text(encoding="utf-8").split("\n"):
        opening = _FENCE.fullmatch(line)
        if fence and line == fence:
            cases[-1].add(name, part)
            fence = ""
        elif fence:
            part.append(line)
        elif opening:
            fence, name, part = opening[1], opening[2], []
        elif line.startswith("## "):
            cases.append(Case(path.name, line[3:]))
        elif line.startswith("- ") and cases:
            cases[-1].expect(line)
    return cases
