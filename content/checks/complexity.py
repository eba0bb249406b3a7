from __future__ import annotations

from collections.abc import Sequence

from content.problems import Problem, ProblemList
from content.reading.watch import Unread

_HINT = (
    "Divide it into several steps, and write it with fewer signs inside each other: lists, "
    "quotations, brackets, stars."
)


def problems(path: str, unread: Sequence[Unread]) -> list[Problem]:
    """Of the parts of a file whose reading or drawing had to be ended."""
    found = ProblemList(path)
    for part in unread:
        message = "too complex: this part cannot be read in the time there is"
        found.error("too-complex", part.line, message, _HINT)
    return found.found
