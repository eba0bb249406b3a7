"""The codes tracks are found by. A small table of our own: no register is asked at run time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# LK20 (Norway), and the Swedish compulsory school's subjects in Lgr22
SUBJECTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "NOR01-06": "Norsk",
        "MAT01-05": "Matematikk 1.-10. trinn",
        "NAT01-04": "Naturfag",
        "ENG01-04": "Engelsk",
        "SAF01-04": "Samfunnsfag",
        "RLE01-03": "KRLE",
        "KRO01-05": "Kroppsøving",
        "KHV01-02": "Kunst og håndverk",
        "MUS01-02": "Musikk",
        "MHE01-02": "Mat og helse",
        "FSP01-03": "Fremmedspråk",
        "UTV01-03": "Utdanningsvalg",
        "ARB01-03": "Arbeidslivsfag",
        "SAK01-01": "Samfunnskunnskap",
        "HIS01-03": "Historie",
        "GEO01-02": "Geografi",
        "REL01-02": "Religion og etikk",
        "GRGRBIL01": "Bild",
        "GRGRBIO01": "Biologi",
        "GRGRENG01": "Engelska",
        "GRGRFYS01": "Fysik",
        "GRGRGEO01": "Geografi",
        "GRGRHIS01": "Historia",
        "GRGRHKK01": "Hem- och konsumentkunskap",
        "GRGRIDR01": "Idrott och hälsa",
        "GRGRKEM01": "Kemi",
        "GRGRMAT01": "Matematik",
        "GRGRMUS01": "Musik",
        "GRGRREL01": "Religionskunskap",
        "GRGRSAM01": "Samhällskunskap",
        "GRGRSLJ01": "Slöjd",
        "GRGRSVE01": "Svenska",
        "GRGRTEK01": "Teknik",
    }
)

# What people call the subjects, for suggestions.
SUBJECT_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {name.casefold(): code for code, name in SUBJECTS.items() if not code.startswith("GRGR")}
    | {"matematikk": "MAT01-05", "mat": "MAT01-05", "nat": "NAT01-04", "nor": "NOR01-06"}
    | {"science": "NAT01-04", "matte": "MAT01-05", "norwegian": "NOR01-06"}
)

FRAMEWORKS: Final = tuple(
    [f"pfdk-{area}" for area in range(1, 8)] + [f"digcompedu-{area}" for area in range(1, 7)]
)
_GREP_AIM = re.compile(r"KM[0-9]{1,6}")

_YEARS = re.compile(r"([1-9]|10)(?:-([1-9]|10))?")
_UPPER = re.compile(r"vg([123])(?:-vg([123]))?")
GRADE_HINT: Final = 'Write years as "8-10", "5", or "vg1-vg3".'


def is_grade(text: str) -> bool:
    match = _YEARS.fullmatch(text) or _UPPER.fullmatch(text)
    return match is not None and (match[2] is None or int(match[1]) < int(match[2]))


def is_framework(text: str) -> bool:
    return text in FRAMEWORKS or _GREP_AIM.fullmatch(text) is not None
