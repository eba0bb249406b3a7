"""A session for a subject or a year that its track does not name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from content.codes import SUBJECTS, current_subject, is_grade, years_in, years_of
from content.problems import Problem, ProblemList
from content.reading.editions import ModuleEdition, ModuleKey, TrackEdition
from content.reading.forms import TrackForm
from content.said import say


def check(
    folder: str,
    tracks: Mapping[str, TrackEdition],
    modules: Mapping[ModuleKey, Mapping[str, ModuleEdition]],
    declared: Sequence[str],
) -> list[Problem]:
    known = [tracks[language] for language in (*declared, *tracks) if language in tracks]
    of_track = next((each.front.values for each in known if each.front.values is not None), None)
    if of_track is None:
        return []
    found: list[Problem] = []
    for by_language in modules.values():
        for edition in by_language.values():
            found += _outside(edition, of_track)
    return found


def _outside(edition: ModuleEdition, track: TrackForm) -> list[Problem]:
    """What is no code at all is told where the codes are checked."""
    front, found = edition.front, ProblemList(edition.document.path)
    if front.values is None:
        return []
    subjects = [current_subject(code) for code in track.subjects]
    for n, code in enumerate(front.values.subjects):
        current = current_subject(code)
        if subjects and current in SUBJECTS and current not in subjects:
            message = say("the track is not for the subject {code}", code=code)
            found.error(
                "subject-outside", front.line("subjects", n), message, _hint(track.subjects)
            )
    years = set(years_in(track.grades))
    for n, grade in enumerate(front.values.grades):
        if years and is_grade(grade) and not years.issuperset(years_of(grade)):
            message = say("the track is not for all of the years {grade}", grade=grade)
            found.error("grade-outside", front.line("grades", n), message, _hint(track.grades))
    return found.found


def _hint(of_track: Sequence[str]) -> str:
    return say(
        "The track has {codes}. Add what is missing there, or take it out here.",
        codes=", ".join(of_track),
    )
