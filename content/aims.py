"""The competence aims of LK20 we know: which curriculum and year a code belongs to.

Facts from Grep, the register of Utdanningsdirektoratet (https://data.udir.no/kl06/v201906, NLOD):
the grunnskole's sets of four subjects as they hold from August 2026, each with its aims, whose
codes follow on one another. The curricula of 2020 had others, which this table does not have.
No wording of an aim stands here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct

IN_FORCE: Final = "2026-08-01"


class Aim(Struct, frozen=True):
    """One aim, or with the code of its set all of the set."""

    code: str
    set: str
    curriculum: str
    after_year: int

    @property
    def is_set(self) -> bool:
        return self.code == self.set

    @property
    def page(self) -> str:
        """Where its wording stands."""
        place = f"{self.curriculum}/kompetansemaal-og-vurdering/{self.set}"
        return f"https://www.udir.no/lk20/{place.lower()}"


# Set -> curriculum, after which year, its first and its last aim
_SETS: Final[Mapping[str, tuple[str, int, int, int]]] = MappingProxyType(
    {
        "KV1021": ("MAT01-06", 2, 13228, 13242),
        "KV1022": ("MAT01-06", 3, 13243, 13254),
        "KV1023": ("MAT01-06", 4, 13255, 13264),
        "KV1024": ("MAT01-06", 5, 13265, 13274),
        "KV1025": ("MAT01-06", 6, 13275, 13285),
        "KV1026": ("MAT01-06", 7, 13286, 13296),
        "KV1027": ("MAT01-06", 8, 13297, 13306),
        "KV1028": ("MAT01-06", 9, 13307, 13317),
        "KV1029": ("MAT01-06", 10, 13318, 13328),
        "KV1030": ("ENG01-06", 2, 13329, 13339),
        "KV1031": ("ENG01-06", 4, 13340, 13354),
        "KV1032": ("ENG01-06", 7, 13355, 13370),
        "KV1033": ("ENG01-06", 10, 13371, 13389),
        "KV1075": ("NAT01-05", 2, 13806, 13815),
        "KV1076": ("NAT01-05", 4, 13816, 13832),
        "KV1077": ("NAT01-05", 7, 13833, 13853),
        "KV1078": ("NAT01-05", 10, 13854, 13875),
        "KV1107": ("NOR01-08", 2, 14139, 14152),
        "KV1108": ("NOR01-08", 4, 14153, 14168),
        "KV1109": ("NOR01-08", 7, 14169, 14185),
        "KV1110": ("NOR01-08", 10, 14186, 14201),
    }
)
_GREP: Final = re.compile(r"K[MV][0-9]{1,6}")

# Lgr22 gives no codes to what it names; its sections have a subject and a span of years.
_SECTION: Final = re.compile(
    r"(GRGR(?:BIL|BIO|ENG|FYS|GEO|HIS|IDR|KEM|MAT|MUS|REL|SAM|SLJ|SVA|SVE|TEK)01)/(1-3|4-6|7-9)"
)


def has_grep_form(code: str) -> bool:
    return _GREP.fullmatch(code) is not None


def aim_of(code: str) -> Aim | None:
    """None: not in this table, which is not to say that there is none."""
    if code in _SETS:
        curriculum, year, _, _ = _SETS[code]
        return Aim(code, code, curriculum, year)
    if not code.startswith("KM") or not has_grep_form(code) or code[2] == "0":
        return None
    number = int(code[2:])
    for name, (curriculum, year, first, last) in _SETS.items():
        if first <= number <= last:
            return Aim(code, name, curriculum, year)
    return None


class Content(Struct, frozen=True):
    """What teaching is to hold by Lgr22 (centralt innehåll): of a subject, in a span of years."""

    subject: str
    years: str


def content_of(code: str) -> Content | None:
    match = _SECTION.fullmatch(code)
    return Content(match[1], match[2]) if match else None
