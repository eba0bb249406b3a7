"""What of the catalogue fits what somebody teaches. Pure (ADR 0048)."""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final, Protocol

from msgspec import Struct

from content.codes import SUBJECTS, current_subject, years_in

_SWEDISH: Final = "GRGR"
_UPPER: Final = ("vg1", "vg2", "vg3")


class Teaching(Struct, frozen=True):
    """Not both are empty. What is empty has not been said: any."""

    subjects: tuple[str, ...]  # codes of content.codes
    grades: tuple[str, ...]  # "8", "vg1": each by itself


class Fit(IntEnum):
    """How near a track is; what is nearest comes first."""

    OWN = 0
    EVERY_SUBJECT = 1  # it names none: for these grades, whatever one teaches
    OTHER = 2


def fit_of(subjects: Iterable[str], grades: Iterable[str], teaching: Teaching) -> Fit:
    """Of what has these subjects and spans of grades; of each none means all."""
    named = {current_subject(code) for code in subjects}
    years = set(years_in(grades))
    if teaching.grades and years and years.isdisjoint(teaching.grades):
        return Fit.OTHER
    if teaching.subjects and named.isdisjoint(map(current_subject, teaching.subjects)):
        return Fit.OTHER if named else Fit.EVERY_SUBJECT
    return Fit.OWN


class Coded(Protocol):
    @property
    def subjects(self) -> tuple[str, ...]: ...
    @property
    def grades(self) -> tuple[str, ...]: ...


class InSessions(Coded, Protocol):
    @property
    def modules(self) -> Sequence[Coded]: ...


def nearest_fit(track: InSessions, teaching: Teaching) -> Fit:
    """Of a track: as near as the nearest of its sessions."""
    parts = track.modules or [track]
    return min(fit_of(part.subjects, part.grades, teaching) for part in parts)


def offered_subjects(country: str) -> list[str]:
    """Those of the curriculum of the country."""
    return [code for code in SUBJECTS if code.startswith(_SWEDISH) == (country == "SE")]


def offered_grades(country: str) -> list[str]:
    return [*(str(year) for year in range(1, 10 if country == "SE" else 11)), *_UPPER]


def grade_name(grade: str, country: str) -> str:
    """Upper secondary has a name of its own in each country."""
    if not grade.startswith("vg"):
        return grade
    return f"{'Gy' if country == 'SE' else 'Vg'}{grade[2:]}"


def spans(grades: Sequence[str], country: str) -> list[str]:
    """As one says them: 1, 2, 3 and 5 are "1-3" and "5"."""
    every = offered_grades("")  # in their order; a gap where years 10 and vg1 meet
    found: list[list[str]] = []
    for grade in sorted(set(grades) & set(every), key=every.index):
        before = found[-1][-1] if found else None
        follows = before is not None and every.index(grade) == every.index(before) + 1
        if follows and grade != _UPPER[0]:
            found[-1].append(grade)
        else:
            found.append([grade])
    ends = [[span[0], span[-1]] if len(span) > 1 else span for span in found]
    return ["-".join(grade_name(grade, country) for grade in end) for end in ends]
