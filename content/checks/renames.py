"""What is said of ids that were: the new ones are there, the old ones are not."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from content.model import Lifecycle, Track
from content.problems import Location, Problem, suggestion
from content.said import Said, say

LIBRARY_FILE = "library.yaml"


def resolved(renamed: Mapping[str, str], id_: str) -> str:
    """What the id is called now; a name may have been changed twice."""
    seen = {id_}
    while id_ in renamed and renamed[id_] not in seen:
        id_ = renamed[id_]
        seen.add(id_)
    return id_


def check(renamed: Mapping[str, str], tracks: Sequence[Track]) -> list[Problem]:
    there = _addresses(tracks)
    names = [track.id for track in tracks]
    problems = list(_renamed(renamed, names, Location(LIBRARY_FILE, 1)))
    for track in tracks:
        at = Location(next(iter(track.texts.values())).location.path, 1)
        modules = [module.id for module in track.modules]
        problems += _renamed(track.renamed, modules, at)
        problems += _retired(track.retired, modules, there, at)
        problems += _replaced(track, there, at)
        for module in track.modules:
            place = Location(next(iter(module.texts.values())).location.path, 1)
            steps = [step.id for step in module.steps]
            problems += _renamed(module.renamed, steps, place)
            problems += _retired(module.retired, steps, there, place)
    return problems


def _addresses(tracks: Sequence[Track]) -> set[str]:
    found = set()
    for track in tracks:
        found.add(track.id)
        for module in track.modules:
            found.add(f"{track.id}/{module.id}")
            found |= {f"{track.id}/{module.id}#{step.id}" for step in module.steps}
    return found


def _renamed(renamed: Mapping[str, str], known: Collection[str], at: Location) -> Iterator[Problem]:
    for old in renamed:
        new = resolved(renamed, old)
        if old in known:
            yield _still_there("renamed", old, at)
        elif new not in known:
            message = say("{old} became {new}, which is not there", old=old, new=new)
            yield Problem("renamed-nowhere", at, message, _near(new, known))


def _retired(
    retired: Mapping[str, str], known: Collection[str], there: Collection[str], at: Location
) -> Iterator[Problem]:
    for old, instead in retired.items():
        if old in known:
            yield _still_there("retired", old, at)
        elif instead and instead not in there:
            yield _no_replacement(instead, there, at)


def _replaced(track: Track, there: Collection[str], at: Location) -> Iterator[Problem]:
    if not track.replaced_by:
        return
    if track.lifecycle is not Lifecycle.ARCHIVED:
        message = "replaced-by stands at a track that is not archived"
        yield Problem("replaced-in-use", at, message, "Write lifecycle: archived as well.")
    if track.replaced_by not in there:
        yield _no_replacement(track.replaced_by, there, at)
    elif track.replaced_by.split("/")[0] == track.id:
        message = say("{address} is in the track itself", address=track.replaced_by)
        yield Problem("replacement-missing", at, message, "Name another track.")


def _still_there(key: str, id_: str, at: Location) -> Problem:
    message = say("{id} stands under {key}, and is there still", id=id_, key=key)
    return Problem("id-still-there", at, message, say("Take it out of {key}.", key=key))


def _no_replacement(address: str, there: Collection[str], at: Location) -> Problem:
    message = say("there is no {wanted}", wanted=address)
    return Problem("replacement-missing", at, message, _near(address, there))


def _near(word: str, known: Collection[str]) -> Said | str:
    return suggestion(word, known) if known else ""
