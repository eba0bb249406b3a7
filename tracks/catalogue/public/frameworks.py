"""What people call the areas of frameworks. content/codes.py says which codes there are."""

from collections.abc import Callable, Iterable
from typing import Final

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
    """ "PfDK", "DigCompEdu", or LK20 for the code of a competence aim."""
    return _FRAMEWORKS.get(code.partition("-")[0], "LK20")


def own_first(codes: Iterable[str], own: str) -> list[str]:
    """The areas of a municipality's framework before those of another; aims of plans last."""
    return sorted(codes, key=lambda code: (code not in _AREAS, code.partition("-")[0] != own, code))


def framework_name(code: str, gettext: Callable[[str], str]) -> str:
    """ "PfDK 1 Subjects and basic skills"; of an aim, its code."""
    area = _AREAS.get(code)
    if area is None:
        return f"LK20 {code}"
    return f"{framework_of(code)} {code.partition('-')[2]} {gettext(area)}"
