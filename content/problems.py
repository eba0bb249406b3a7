from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from itertools import groupby
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from content.said import Said, in_language, say

Level = Literal["error", "warning"]


class Location(Struct, frozen=True, order=True):
    path: str
    line: int  # counted from 1, as editors do


class Problem(Struct, frozen=True):
    code: str
    location: Location
    message: str
    hint: str = ""
    level: Level = "error"

    @property
    def is_error(self) -> bool:
        return self.level == "error"


def translated(problem: Problem, language: str) -> Problem:
    """The same problem, told in the author's language."""
    message, hint = in_language(problem.message, language), in_language(problem.hint, language)
    return replace(problem, message=message, hint=hint)


def format_problem(problem: Problem) -> str:
    where = f"{problem.location.path}:{problem.location.line}"
    first = f"{where}: {problem.code}: {problem.message}"
    if problem.level == "warning":
        first = f"{where}: {problem.code} (warning): {problem.message}"
    return f"{first}\n    {problem.hint}" if problem.hint else first


def how_many(problems: Sequence[Problem]) -> Said:
    errors = sum(problem.is_error for problem in problems)
    return say(
        "{errors} to mend, {warnings} to look at", errors=errors, warnings=len(problems) - errors
    )


def annotation(problem: Problem, root: str) -> str:
    """A workflow command: a git host shows it beside the line. `root` is the library's folder as
    seen from the repository's."""
    at = problem.location
    path = at.path if root in ("", ".") else f"{root}/{at.path}"
    said = f"{problem.message}\n{problem.hint}" if problem.hint else problem.message
    where = f"file={_escaped(path, ':,')},line={at.line},title={_escaped(problem.code, ':,')}"
    return f"::{problem.level} {where}::{_escaped(said)}"


def _escaped(text: str, more: str = "") -> str:
    """So that no author's text ends the command or begins another."""
    for sign in f"%\r\n{more}":
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text


def in_reading_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Each problem once, by file and line."""
    return tuple(sorted(set(problems), key=lambda p: (p.location, p.code, p.message, p.hint)))


MOST_TOLD: Final = 200  # of one file
TOO_MANY: Final = "problems-many"


def first_to_mend(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """By file and line, each once. A file that has more than anybody reads has its first errors,
    then warnings, and one problem more that says how many are left."""
    kept: list[Problem] = []
    for path, group in groupby(in_reading_order(problems), lambda p: p.location.path):
        of_file = list(group)
        if len(of_file) > MOST_TOLD:
            first = sorted(of_file, key=lambda p: not p.is_error)[:MOST_TOLD]
            of_file = [*first, _the_rest(path, of_file)]
        kept += of_file
    return in_reading_order(kept)


def _the_rest(path: str, problems: Sequence[Problem]) -> Problem:
    errors = sum(problem.is_error for problem in problems)
    message = say(
        "{errors} to mend and {warnings} to look at in this file: the first {most} are told",
        errors=errors,
        warnings=len(problems) - errors,
        most=MOST_TOLD,
    )
    hint = say("Mend these, and check again: often many come of one, as a sign left open.")
    level: Level = "error" if errors > MOST_TOLD else "warning"
    return Problem("problems-many", Location(path, 1), message, hint, level)


def closest(word: str, known: Iterable[str]) -> str | None:
    """The known word the author most likely meant."""
    by_fold = {name.casefold(): name for name in known}
    # difflib is quadratic in the length of a word
    near = get_close_matches(word.casefold()[:64], list(by_fold), n=1, cutoff=0.5)
    return by_fold[near[0]] if near else None


def suggestion(word: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = closest(word, names)
    if near is not None:
        return say("Did you mean {near}?", near=near)
    more = " ..." if len(names) > 12 else "."
    return say("Known here: {names}{more}", names=", ".join(names[:12]), more=more)


class ProblemList:
    """Where the readers of one file put what they find."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.found: list[Problem] = []

    def error(self, code: str, line: int, message: str, hint: str = "") -> None:
        self.found.append(Problem(code, Location(self.path, line), message, hint))

    def warning(self, code: str, line: int, message: str, hint: str = "") -> None:
        self.found.append(Problem(code, Location(self.path, line), message, hint, "warning"))
