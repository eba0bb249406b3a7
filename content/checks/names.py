from __future__ import annotations

from collections.abc import Mapping, Sequence

from content.ids import is_id
from content.problems import Location, Problem
from content.reading.editions import ModuleEdition, ModuleKey, TrackEdition
from content.said import say


def check(
    folder: str,
    tracks: Mapping[str, TrackEdition],
    modules: Mapping[ModuleKey, Mapping[str, ModuleEdition]],
    declared: Sequence[str],
) -> list[Problem]:
    """What the names of the folder and its files say: the track's id, modules and their numbers."""
    at = Location(folder, 1)
    problems: list[Problem] = []
    if not is_id(folder):
        hint = "The folder's name is the track's id: a-z, 0-9 and single hyphens."
        problems.append(
            Problem("track-id", at, say("{folder!r} cannot be an id", folder=folder[:60]), hint)
        )
    if not tracks:
        hint = "Add track.nb.md: what the track is for."
        problems.append(Problem("track-missing", at, "no file tells what the track is", hint))
    if not modules:
        hint = "Begin one in the browser, or add a file: 01-its-id.nb.md"
        problems.append(Problem("track-empty", at, "the track has no module", hint))
    return problems + _numbers(modules)


def _numbers(modules: Mapping[ModuleKey, Mapping[str, ModuleEdition]]) -> list[Problem]:
    problems: list[Problem] = []
    numbers: dict[int, str] = {}
    ids: dict[str, int] = {}
    for (number, id_), by_language in sorted(modules.items()):
        at = Location(next(iter(by_language.values())).document.path, 1)
        if number in numbers:
            message = say(
                "the number {number} is {numbers}'s already", number=number, numbers=numbers[number]
            )
            hint = "Give each module its own number."
            problems.append(Problem("module-number", at, message, hint))
        elif id_ in ids:
            message = say("module {ids} is called {id} too", ids=ids[id_], id=id_)
            hint = "Use one number for all languages, or another id."
            problems.append(Problem("module-doubled", at, message, hint))
        numbers.setdefault(number, id_)
        ids.setdefault(id_, number)
    return problems
