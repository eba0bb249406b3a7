"""What stands in a cell, as a value. Every function raises BadValue with a key of faults.TEXTS."""

import re
import unicodedata
from datetime import date
from typing import Final

from tracks.people.rules import SchoolKind
from tracks.rosters.records import Task

LONGEST: Final = 200
TEACHERS_MOST: Final = 5_000


class BadValue(ValueError):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def text(value: str) -> str:
    """One line of writing, its spaces made single."""
    clean = " ".join(unicodedata.normalize("NFC", value).split())
    if not clean:
        raise BadValue("missing-value")
    if len(clean) > LONGEST:
        raise BadValue("too-long")
    if any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") for c in clean):
        raise BadValue("odd-characters")
    return clean


def key(value: str) -> str:
    clean = text(value)
    if is_identity_number(clean):
        raise BadValue("identity-number")
    return clean


_DIGITS: Final = re.compile(r"[0-9]+")


def is_identity_number(value: str) -> bool:
    """A Norwegian fødselsnummer or D-number, a Swedish personnummer or samordningsnummer."""
    digits = re.sub(r"[ +-]", "", value)
    if not _DIGITS.fullmatch(digits):
        return False
    if len(digits) == 11:
        return _is_norwegian(digits)
    if len(digits) == 12:
        return digits[:2] in ("18", "19", "20") and _is_swedish(digits[2:])
    # Ten digits are many staff numbers, too: only with its dash, or a day that can be.
    return len(digits) == 10 and _is_swedish(digits)


def _is_norwegian(digits: str) -> bool:
    numbers = [int(d) for d in digits]
    sums = ((3, 7, 6, 1, 8, 9, 4, 5, 2, 1), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1))
    has_sums = all(sum(a * b for a, b in zip(w, numbers, strict=False)) % 11 == 0 for w in sums)
    # D-numbers have 40 more as day, synthetic ones 40 or 80 more as month.
    day, month = int(digits[:2]) % 40, int(digits[2:4]) % 40
    return has_sums and 1 <= day <= 31 and 1 <= month <= 12


def _is_swedish(digits: str) -> bool:
    doubled = [int(d) * (2 - i % 2) for i, d in enumerate(digits)]
    has_sum = sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0
    # A samordningsnummer has 60 more as day.
    day, month = int(digits[4:6]) % 60, int(digits[2:4])
    return has_sum and 1 <= day <= 31 and 1 <= month <= 12


_ORGANISATION: Final = (3, 2, 7, 6, 5, 4, 3, 2, 1)


def unit_code(value: str, country: str) -> str:
    """NO: nine digits, their control digit right (mod 11). SE: the eight of a school unit."""
    digits = re.sub(r"[\s.\u00a0-]", "", value)
    if not digits:
        raise BadValue("missing-value")
    if not _DIGITS.fullmatch(digits):
        raise BadValue("bad-unit-code")
    if country == "SE":
        if len(digits) != 8:
            raise BadValue("bad-unit-code")
        return digits
    total = sum(int(d) * w for d, w in zip(digits, _ORGANISATION, strict=False))
    if len(digits) != 9 or total % 11:
        raise BadValue("bad-unit-code")
    return digits


# What stands in lists, folded to lower-case letters and digits.
_TASK_WORDS: Final[dict[Task, str]] = {
    Task.TEACHER: "lærer lærar lärare teacher kontaktlærer kontaktlærar faglærer klasselærer "
    "adjunkt lektor barnehagelærer barnehagelærar pedagoglærer förskollärare förstelärare "
    "lærervikar grundskollärare ämneslärare undervisningsstilling pedagog pedagogiskleder",
    Task.ASSISTANT: "assistent assistant fagarbeider fagarbeidar barneogungdomsarbeider "
    "lärarassistent elevassistent barnskötare barnehageassistent resurs ressurs fritidspedagog "
    "fritidsledare miljøarbeider miljøarbeidar aide",
    Task.SPECIAL_EDUCATOR: "spesialpedagog specialpedagog speciallärare spesiallærer "
    "spesiallærar specialeducator speciallärarespecialpedagog specialneedsteacher",
    Task.LEADER: "endringsgruppeleder endringsgruppeleiar gruppeleder gruppeleiar "
    "förändringsledare förändringsgruppsledare changegroupleader groupleader leader",
    Task.SPREADER: "lærspreder lærspreiar lærerspreder lærarspreiar spreder spreiar "
    "lärspridare spridare spreader",
    Task.SCHOOL_LEADER: "rektor principal headteacher skoleleder skuleleiar skolledare "
    "schoolleader avdelingsleder avdelingsleiar inspektør styrer styrar förskolechef "
    "biträdanderektor undervisningsinspektør fagleder rektorförskolechef administrator",
    Task.OTHER: "annet anna annan other annanpersonal øvrig övrig",
}
_TASKS: Final = {word: task for task, words in _TASK_WORDS.items() for word in words.split()}


def _folded(value: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFC", value).casefold() if c.isalnum())


def task(value: str) -> Task:
    """An empty cell is a teacher: most are."""
    folded = _folded(value)
    if not folded:
        return Task.TEACHER
    found = _TASKS.get(folded)
    if found is None:
        raise BadValue("unknown-task")
    return found


_KIND_WORDS: Final[dict[SchoolKind, str]] = {
    SchoolKind.PRESCHOOL: "preschool barnehage förskola kindergarten",
    SchoolKind.PRIMARY: "17 barneskole barneskule årskurs16 f6 16 mellanstadieskola f3 primary",
    SchoolKind.LOWER_SECONDARY: "810 ungdomsskole ungdomsskule högstadieskola 79 lowersecondary",
    SchoolKind.COMBINED: "110 barneogungdomsskole barneogungdomsskule kombinertskole f9 19 "
    "grunnskole grunnskule grundskola combined",
    SchoolKind.UPPER_SECONDARY: "videregående vidaregåande videregåendeskole vgs gymnasium "
    "vidaregåandeskule gymnasieskola gymnasie uppersecondary",
    SchoolKind.SPECIAL: "spesialskole spesialskule spesial special specialskola anpassadskola "
    "anpassadgrundskola specialschool",
    SchoolKind.ADULT: "voksenopplæring vaksenopplæring voksen komvux vuxenutbildning adult "
    "adulteducation",
}
_KINDS: Final = {word: kind for kind, words in _KIND_WORDS.items() for word in words.split()}


def kind(value: str) -> SchoolKind | None:
    """None where nothing is said."""
    folded = _folded(value)
    if not folded:
        return None
    found = _KINDS.get(folded)
    if found is None:
        raise BadValue("unknown-kind")
    return found


def teachers(value: str) -> int | None:
    """None, which is "unknown", where nothing is said."""
    digits = re.sub(r"[\s\u00a0]", "", value)
    if not digits:
        return None
    if not _DIGITS.fullmatch(digits) or len(digits) > 5 or int(digits) > TEACHERS_MOST:
        raise BadValue("bad-number")
    return int(digits)


_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})[./]([0-9]{1,2})[./]([0-9]{4})")
_ISO: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T.*)?")


def day(value: str) -> date | None:
    """ISO 8601, or the day first as in Norway; None where nothing is said."""
    clean = value.strip()
    if not clean:
        return None
    try:
        if found := _ISO.fullmatch(clean):
            return date(*(int(part) for part in found.groups()))
        if found := _DAY_FIRST.fullmatch(clean):
            return date(*(int(part) for part in reversed(found.groups())))
    except ValueError:
        pass
    raise BadValue("bad-date")


_NO: Final = frozenset(("0", "nei", "nej", "n", "no", "false", "ingen", "none"))


def is_protected(value: str) -> bool:
    """Whatever is not clearly a no is a yes: the other mistake cannot be taken back."""
    return bool(value.strip()) and _folded(value) not in _NO
