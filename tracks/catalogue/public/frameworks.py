"""What people call the areas of frameworks. content/codes.py says which codes there are."""

from collections.abc import Callable, Iterable
from typing import Final

from content.aims import aim_of, content_of
from tracks.catalogue.subjects import subject_name
from tracks.i18n import N_

# The Norwegian framework for teachers' professional digital competence, and the European one.
_AREAS: Final = {
    "pfdk-1": N_("Subjects and basic skills"),
    "pfdk-2": N_("School in society"),
    "pfdk-3": N_("Ethics"),
    "pfdk-4": N_("Pedagogy and subject didactics"),
    "pfdk-5": N_("Leading learning processes"),
    "pfdk-6": N_("Interaction and communication"),
    "pfdk-7": N_("Change and development"),
    "digcompedu-1": N_("Professional engagement"),
    "digcompedu-2": N_("Digital resources"),
    "digcompedu-3": N_("Teaching and learning"),
    "digcompedu-4": N_("Assessment"),
    "digcompedu-5": N_("Empowering learners"),
    "digcompedu-6": N_("Facilitating learners' digital competence"),
}
_FRAMEWORKS: Final = {"pfdk": "PfDK", "digcompedu": "DigCompEdu"}


def framework_of(code: str) -> str:
    """ "PfDK", "DigCompEdu", Lgr22 for a section of a syllabus, or LK20 for a competence aim."""
    if content_of(code) is not None:
        return "Lgr22"
    return _FRAMEWORKS.get(code.partition("-")[0], "LK20")


def own_first(codes: Iterable[str], own: str) -> list[str]:
    """The areas of a municipality's framework before those of another; aims of plans last."""
    return sorted(codes, key=lambda code: (code not in _AREAS, code.partition("-")[0] != own, code))


def framework_name(code: str, gettext: Callable[[str], str]) -> str:
    """ "PfDK 1 Subjects and basic skills", "LK20 Science after year 10, aim KM13854". Of an aim
    that is not known, its code."""
    area = _AREAS.get(code)
    if area is not None:
        return f"{framework_of(code)} {code.partition('-')[2]} {gettext(area)}"
    content = content_of(code)
    if content is not None:
        said = gettext(N_("Lgr22 %(subject)s, central content, years %(years)s"))
        return said % {"subject": subject_name(content.subject, gettext), "years": content.years}
    aim = aim_of(code)
    if aim is None:
        return f"LK20 {code}"
    said = (
        gettext(N_("LK20 %(subject)s after year %(year)s, all aims (%(code)s)"))
        if aim.is_set
        else gettext(N_("LK20 %(subject)s after year %(year)s, aim %(code)s"))
    )
    return said % {
        "subject": subject_name(aim.curriculum, gettext),
        "year": aim.after_year,
        "code": code,
    }


def framework_page(code: str) -> str:
    """Where the words of an aim stand; "" of all else."""
    aim = aim_of(code)
    return aim.page if aim else ""


def curriculum_of(code: str) -> str:
    """The curriculum, with its revision, or syllabus a reference belongs to; "" of all else."""
    aim, content = aim_of(code), content_of(code)
    return aim.curriculum if aim else content.subject if content else ""
