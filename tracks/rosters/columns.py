"""Which column of a list says what: guessed from its headings, chosen by a person."""

import unicodedata
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from tracks.i18n import N_
from tracks.rosters.faults import BadFile


class ListKind(StrEnum):
    STAFF = "staff"
    UNITS = "units"


class Field(StrEnum):
    KEY = "key"
    NAME = "name"
    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    UNIT_CODE = "unit_code"
    TASK = "task"
    PROTECTED = "protected"
    UNIT_NAME = "unit_name"
    KIND = "kind"
    TEACHERS = "teachers"
    TEACHERS_AS_OF = "teachers_as_of"


FIELDS: Final[dict[ListKind, tuple[Field, ...]]] = {
    ListKind.STAFF: (
        Field.KEY,
        Field.NAME,
        Field.GIVEN_NAME,
        Field.FAMILY_NAME,
        Field.UNIT_CODE,
        Field.TASK,
        Field.PROTECTED,
    ),
    ListKind.UNITS: (
        Field.UNIT_CODE,
        Field.UNIT_NAME,
        Field.KIND,
        Field.TEACHERS,
        Field.TEACHERS_AS_OF,
    ),
}
NEEDED: Final[dict[ListKind, tuple[Field, ...]]] = {
    ListKind.STAFF: (Field.KEY, Field.UNIT_CODE),
    ListKind.UNITS: (Field.UNIT_CODE, Field.UNIT_NAME),
}
LABELS: Final[dict[Field, str]] = {
    Field.KEY: N_("Staff number or user name"),
    Field.NAME: N_("Whole name"),
    Field.GIVEN_NAME: N_("Given name"),
    Field.FAMILY_NAME: N_("Family name"),
    Field.UNIT_CODE: N_("Number of the unit"),
    Field.TASK: N_("Task"),
    Field.PROTECTED: N_("Protected identity"),
    Field.UNIT_NAME: N_("Name of the unit"),
    Field.KIND: N_("Kind of unit"),
    Field.TEACHERS: N_("Number of teachers"),
    Field.TEACHERS_AS_OF: N_("Teachers counted on"),
}
# As they stand in lists from Norway and Sweden, folded: see _folded.
_HEADINGS: Final[dict[Field, str]] = {
    Field.KEY: "ansattnr ansattnummer tilsettnummer ansattid brukernavn brukarnamn id "
    "anstallningsnummer anstallningsnr anstnr anvandarnamn staffid staffnumber employeeid "
    "employeenumber userid username sourcedid feideid",
    Field.NAME: "navn namn name fulltnavn fulltnamn fullstandigtnamn fullname heltnavn",
    Field.GIVEN_NAME: "fornavn fornamn givenname firstname tilltalsnamn",
    Field.FAMILY_NAME: "etternavn etternamn efternamn familyname lastname surname slektsnavn",
    Field.UNIT_CODE: "orgnr organisasjonsnummer orgnummer skolenr skolenummer enhet enhetsnummer "
    "einingsnummer skolenhetskod skolenhet enhetskod unitcode unitnumber schoolcode schoolunitcode "
    "organisationsnummer organisationnumber",
    Field.TASK: "rolle stilling oppgave oppgaave roll befattning tjanst tjansteroll role task "
    "position stillingstype",
    Field.PROTECTED: "skjermet beskyttet kode6 fortroligadresse skyddad skyddadidentitet "
    "sekretessmarkering sekretessmarkerad protected securitymarking skjerma",
    Field.UNIT_NAME: "skole skolenavn skulenamn enhetsnavn einingsnamn navn namn skola skolnamn "
    "enhetsnamn unitname schoolname name school",
    Field.KIND: "type skoletype skuletype skolform enhetstype verksamhetsform kind schooltype",
    Field.TEACHERS: "antalllaerere talpalaerarar laerere laerarar antallarare larare "
    "numberofteachers teachers",
    Field.TEACHERS_AS_OF: "dato perdato telledato datum matdatum date asof countedon",
}


def _folded(heading: str) -> str:
    plain = heading.casefold().replace("æ", "ae").replace("ø", "o")
    letters = unicodedata.normalize("NFKD", plain)
    return "".join(c for c in letters if c.isalnum())


def check_headings(cells: Sequence[str]) -> tuple[str, ...]:
    """As they stand. Raises BadFile."""
    named = [cell for cell in cells if cell]
    if not named or all(not any(c.isalpha() for c in cell) for cell in named):
        raise BadFile("no-headings")
    seen = set()
    for cell in named:
        if cell.casefold() in seen:
            raise BadFile("same-heading", cell[:60])
        seen.add(cell.casefold())
    return tuple(cells)


def guess(kind: ListKind, headings: Sequence[str]) -> dict[Field, int]:
    """Each column for one field at most, the first heading that fits."""
    folded = [_folded(heading) for heading in headings]
    chosen: dict[Field, int] = {}
    for field in FIELDS[kind]:
        words = _HEADINGS[field].split()
        for index, heading in enumerate(folded):
            if heading in words and index not in chosen.values():
                chosen[field] = index
                break
    return chosen


def missing(kind: ListKind, chosen: Mapping[Field, int]) -> list[Field]:
    """Fields without which no row of the list says anything."""
    return [field for field in NEEDED[kind] if field not in chosen]
