from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from content.languages import LANGUAGES
from content.problems import Location, Problem
from content.reading.editions import ModuleEdition, ModuleKey, TrackEdition
from content.said import say


def check(
    folder: str,
    tracks: Mapping[str, TrackEdition],
    modules: Mapping[ModuleKey, Mapping[str, ModuleEdition]],
    declared: Sequence[str],
) -> list[Problem]:
    """Every file in every language the track says it has, and in no other."""
    base = next((tracks[language] for language in declared if language in tracks), None)
    if base is None:
        return []
    says = Location(base.document.path, base.front.line("languages"))
    paths = {language: edition.document.path for language, edition in tracks.items()}
    problems = list(_missing(paths, declared, says))
    problems += _undeclared(paths, declared, says)
    for by_language in modules.values():
        paths = {language: edition.document.path for language, edition in by_language.items()}
        problems += _missing(paths, declared, Location(next(iter(paths.values())), 1))
        problems += _undeclared(paths, declared, says)
    return problems


def _missing(paths: Mapping[str, str], declared: Sequence[str], at: Location) -> Iterator[Problem]:
    for language in declared:
        # a language that does not exist has been told already
        if language in LANGUAGES and language not in paths:
            stem = PurePosixPath(next(iter(paths.values()))).name.rsplit(".", 2)[0]
            name = f"{stem}.{language}.md"
            hint = say(
                "Write {name}, or take {language} out of the track's languages.",
                name=name,
                language=language,
            )
            yield Problem("language-missing", at, say("there is no {name}", name=name), hint)


def _undeclared(
    paths: Mapping[str, str], declared: Sequence[str], says: Location
) -> Iterator[Problem]:
    for language, path in paths.items():
        if language not in declared:
            hint = say(
                "Add {language} to languages in {path}:{line}.",
                language=language,
                path=says.path,
                line=says.line,
            )
            message = say("the track does not say it has {language}", language=language)
            yield Problem("language-undeclared", Location(path, 1), message, hint)
