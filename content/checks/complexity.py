from __future__ import annotations

from collections.abc import Sequence

from content.problems import Location, Problem, ProblemList
from content.reading.watch import Unread

_HINT = (
    "Divide it into several steps, and write it with fewer signs inside each other: lists, "
    "quotations, brackets, stars."
)


def problems(path: str, unread: Sequence[Unread]) -> list[Problem]:
    """Of the parts of a file whose reading or drawing had to be ended."""
    return [at(Location(path, part.line)) for part in unread]


def at(location: Location) -> Problem:
    """Of a part whose reading or drawing had to be ended."""
    found = ProblemList(location.path)
    message = "too complex: this part cannot be read in the time there is"
    found.error("too-complex", location.line, message, _HINT)
    return found.found[0]


def broken_off(path: str) -> Problem:
    """Of whoever reads a text and ended for another reason than the text's length in time."""
    hint = "Undo the last change, or ask whoever runs Learning Tracks here. Your text is kept."
    return Problem("check-failed", Location(path, 1), "the check broke off: our mistake", hint)
