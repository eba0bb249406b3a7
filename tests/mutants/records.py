"""What is kept between runs, and which mutants were read and found to change nothing."""

import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.mutants.operators import Mutant
from tests.mutants.session import NOT_TESTED, SURVIVED

REVIEWED: Final = Path(__file__).with_name("equivalent.toml")
_ALIVE: Final = {SURVIVED, NOT_TESTED}


def is_alive(by: str) -> bool:
    return by in _ALIVE


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A mutant that no test can tell from the original, and why."""

    file: str
    was: str
    now: str
    why: str

    def is_of(self, mutant: Mutant) -> bool:
        return (self.file, self.was, self.now) == (mutant.path, mutant.was, mutant.now)


def read_reviewed(path: Path) -> tuple[Reviewed, ...]:
    if not path.exists():
        return ()
    return tuple(Reviewed(**entry) for entry in tomllib.loads(path.read_text())["mutant"])


def unmatched(reviewed: Iterable[Reviewed], mutants: Iterable[Mutant]) -> list[Reviewed]:
    """Entries about files in this run that fit no mutant any more, or more than the one meant."""
    every = list(mutants)
    files = {mutant.path for mutant in every}
    return [
        entry
        for entry in reviewed
        if entry.file in files and sum(entry.is_of(mutant) for mutant in every) != 1
    ]


class Results:
    """By mutant, what killed it; a killed one counts on until its function changes.

    A line for each as it comes, so a run that is cut off loses nothing and two may write at once.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self.by: dict[str, str] = {}
        for line in path.read_text().splitlines() if path.exists() else ():
            self.by.update(json.loads(line))

    def is_killed(self, mutant: Mutant) -> bool:
        return mutant.key in self.by and not is_alive(self.by[mutant.key])

    def keep(self, key: str, by: str) -> None:
        self.by[key] = by
        with self._path.open("a") as kept:
            kept.write(json.dumps({key: by}) + "\n")
