"""The codes tracks are found by. A small table of our own: no register is asked at run time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from content.aims import content_of, has_grep_form

# LK20 (Norway) as revised for the autumn of 2026, and the subjects of the Swedish compulsory
# school, whose codes Lgr22 kept from Lgr11
SUBJECTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "NOR01-08": "Norsk",
        "MAT01-06": "Matematikk 1.-10. trinn",
        "NAT01-05": "Naturfag",
        "ENG01-06": "Engelsk",
        "SAF01-05": "Samfunnsfag",
        "RLE01-04": "KRLE",
        "KRO01-06": "Kroppsøving",
        "KHV01-03": "Kunst og håndverk",
        "MUS01-03": "Musikk",
        "MHE01-03": "Mat og helse",
        "FSP01-04": "Fremmedspråk",
        "UTV01-03": "Utdanningsvalg",
        "ARB01-03": "Arbeidslivsfag",
        "SAK01-01": "Samfunnskunnskap",
        "HIS01-03": "Historie",
        "GEO01-02": "Geografi",
        "REL01-02": "Religion og etikk",
        "GRGRBIL01": "Bild",
        "GRGRBIO01": "Biologi",
        "GRGRDAN01": "Dans",
        "GRGRENG01": "Engelska",
        "GRGRFYS01": "Fysik",
        "GRGRGEO01": "Geografi",
        "GRGRHIS01": "Historia",
        "GRGRHKK01": "Hem- och konsumentkunskap",
        "GRGRIDR01": "Idrott och hälsa",
        "GRGRKEM01": "Kemi",
        "GRGRMAT01": "Matematik",
        "GRGRMOD01": "Modersmål",
        "GRGRMSP01": "Moderna språk",
        "GRGRMUS01": "Musik",
        "GRGRREL01": "Religionskunskap",
        "GRGRSAM01": "Samhällskunskap",
        "GRGRSLJ01": "Slöjd",
        "GRGRSVA01": "Svenska som andraspråk",
        "GRGRSVE01": "Svenska",
        "GRGRTEK01": "Teknik",
    }
)

# Of LK20 before its revisions. Tracks that name one are found under the code of today.
_EARLIER: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("NOR01-06", "NOR01-07"), "NOR01-08"),
        **dict.fromkeys(("ENG01-04", "ENG01-05"), "ENG01-06"),
        **dict.fromkeys(("FSP01-02", "FSP01-03"), "FSP01-04"),
        "MAT01-05": "MAT01-06",
        "NAT01-04": "NAT01-05",
        "SAF01-04": "SAF01-05",
        "RLE01-03": "RLE01-04",
        "KRO01-05": "KRO01-06",
        "KHV01-02": "KHV01-03",
        "MUS01-02": "MUS01-03",
        "MHE01-02": "MHE01-03",
    }
)


def current_subject(code: str) -> str:
    """The same code if it is one of today, or unknown."""
    return _EARLIER.get(code, code)


# What people call the subjects, for suggestions.
SUBJECT_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {name.casefold(): code for code, name in SUBJECTS.items() if not code.startswith("GRGR")}
    | {"matematikk": "MAT01-06", "mat": "MAT01-06", "nat": "NAT01-05", "nor": "NOR01-08"}
    | {"science": "NAT01-05", "matte": "MAT01-06", "norwegian": "NOR01-08"}
)

FRAMEWORKS: Final = tuple(
    [f"pfdk-{area}" for area in range(1, 8)] + [f"digcompedu-{area}" for area in range(1, 7)]
)

_YEARS = re.compile(r"([1-9]|10)(?:-([1-9]|10))?")
_UPPER = re.compile(r"vg([123])(?:-vg([123]))?")
GRADE_HINT: Final = 'Write years as "8-10", "5", or "vg1-vg3".'


def is_grade(text: str) -> bool:
    match = _YEARS.fullmatch(text) or _UPPER.fullmatch(text)
    return match is not None and (match[2] is None or int(match[1]) < int(match[2]))


def years_of(grade: str) -> tuple[str, ...]:
    """Each year of a span: "8-10" is "8", "9", "10". What is no span is itself."""
    for form, before in ((_YEARS, ""), (_UPPER, "vg")):
        if match := form.fullmatch(grade):
            first, last = int(match[1]), int(match[2] or match[1])
            return tuple(f"{before}{year}" for year in range(first, last + 1))
    return (grade,)


def years_in(grades: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(year for grade in grades for year in years_of(grade)))


def is_framework(text: str) -> bool:
    """It can be one; content.aims says which aims are known by more than their form."""
    return text in FRAMEWORKS or has_grep_form(text) or content_of(text) is not None
