"""What the pages of a registration that failed say, by where it failed."""

from typing import Final, Literal

from tracks.i18n import N_
from tracks.web.errors import Lesson

Family = Literal["not_invited", "not_by_an_lms", "not_readable", "refused"]

_WHO: Final = N_(
    "If it does not work, connect by hand on the invitation page, or give the error id to whoever "
    "runs Learning Tracks."
)
REGISTRATION_LESSONS: Final[dict[Family, Lesson]] = {
    "not_invited": Lesson(
        N_("This invitation does not work"),
        N_("It has been used, is more than a day old, or was not copied as a whole."),
        N_("Go back to the invitation page and copy the address from there once more."),
        N_("A new invitation comes from whoever runs Learning Tracks, or from your administrator."),
    ),
    "not_by_an_lms": Lesson(
        N_("This address is for the LMS"),
        N_("It works when the LMS opens it, not when you open it yourself."),
        N_("Copy the address and paste it where the LMS registers tools."),
        _WHO,
    ),
    "not_readable": Lesson(
        N_("We could not read what the LMS says about itself"),
        N_("Either the LMS could not be reached from here, or what it says does not hold."),
        N_("Start the registration in the LMS once more. The same address still works."),
        _WHO,
    ),
    "refused": Lesson(
        N_("The LMS did not take the registration"),
        N_("We reached it, but it would not register Learning Tracks."),
        N_("Start the registration in the LMS once more. The same address still works."),
        _WHO,
    ),
}
_BY_BEGINNING: Final[tuple[tuple[str, Family], ...]] = (
    ("registration_not_invited", "not_invited"),
    ("request_", "not_by_an_lms"),
    ("registration_refused", "refused"),
    ("registration_answer_", "refused"),
)


def registration_family(reason: str) -> Family:
    for beginning, family in _BY_BEGINNING:
        if reason.startswith(beginning):
            return family
    return "not_readable"
