"""What the codes of subjects are called by people. content/codes.py says which codes there are."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from content.codes import current_subject
from tracks.i18n import N_
from tracks.i18n.sorting import sort_key

_NAMES: Final = {
    "NOR01-08": N_("Norwegian"),
    "MAT01-06": N_("Mathematics"),
    "NAT01-05": N_("Science"),
    "ENG01-06": N_("English"),
    "SAF01-05": N_("Social studies"),
    "RLE01-04": N_("Christianity, religion and ethics (KRLE)"),
    "KRO01-06": N_("Physical education"),
    "KHV01-03": N_("Arts and crafts"),
    "MUS01-03": N_("Music"),
    "MHE01-03": N_("Food and health"),
    "FSP01-04": N_("Foreign languages"),
    "UTV01-03": N_("Choice of education"),
    "ARB01-03": N_("Working life"),
    "SAK01-01": N_("Civics"),
    "HIS01-03": N_("History"),
    "GEO01-02": N_("Geography"),
    "REL01-02": N_("Religion and ethics"),
    "GRGRBIL01": N_("Visual arts"),
    "GRGRBIO01": N_("Biology"),
    "GRGRDAN01": N_("Dance"),
    "GRGRENG01": N_("English"),
    "GRGRFYS01": N_("Physics"),
    "GRGRGEO01": N_("Geography"),
    "GRGRHIS01": N_("History"),
    "GRGRHKK01": N_("Home and consumer studies"),
    "GRGRIDR01": N_("Sports and health"),
    "GRGRKEM01": N_("Chemistry"),
    "GRGRMAT01": N_("Mathematics"),
    "GRGRMOD01": N_("Mother tongue"),
    "GRGRMSP01": N_("Modern languages"),
    "GRGRMUS01": N_("Music"),
    "GRGRREL01": N_("Religious studies"),
    "GRGRSAM01": N_("Civics"),
    "GRGRSLJ01": N_("Crafts in wood, metal and textile"),
    "GRGRSVA01": N_("Swedish as a second language"),
    "GRGRSVE01": N_("Swedish"),
    "GRGRTEK01": N_("Technology"),
}
_SWEDISH: Final = "GRGR"


def named_subjects(
    codes: Iterable[str], language: str, gettext: Callable[[str], str]
) -> list[tuple[str, str]]:
    """(code, name) in the order of the names. Of two with one name each says its curriculum."""
    names = {code: subject_name(code, gettext) for code in codes}
    times = Counter(names.values())
    shown = [
        (code, f"{name} ({_curriculum(code)})" if times[name] > 1 else name)
        for code, name in names.items()
    ]
    return sorted(shown, key=lambda each: sort_key(language, each[1]))


def subject_name(code: str, gettext: Callable[[str], str]) -> str:
    """Also of a code that was of today when the track was published."""
    name = _NAMES.get(current_subject(code))
    return code if name is None else gettext(name)


def _curriculum(code: str) -> str:
    return "Lgr22" if code.startswith(_SWEDISH) else "LK20"
