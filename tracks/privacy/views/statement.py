"""What the accessibility statement says of the tool itself. To be changed with what is true."""

from datetime import date
from typing import Final

from tracks.i18n import N_

ASSESSED_ON: Final = date(2026, 11, 26)
UPDATED_ON: Final = date(2026, 11, 26)
# Where to complain.
AUTHORITIES: Final = {
    "norway": "https://www.uutilsynet.no/",
    "sweden": "https://www.digg.se/tdosanmalan",
}
# What is not accessible, and why: pairs of message ids.
GAPS: Final = (
    (
        N_("Films and pictures in tracks that your municipality's own authors have added."),
        N_(
            "The tool asks for captions and text alternatives; it cannot see whether they are good."
        ),
    ),
    (
        N_("Films without audio description."),
        N_("Whoever publishes the film has to make it; the text beside it says what can be seen."),
    ),
    (
        N_("Files that participants have attached to a try-out."),
        N_("They are shown to their owner only, as they were uploaded."),
    ),
    (
        N_("Formulas are read by screen readers in different ways."),
        N_("They are MathML, the standard; browsers and screen readers support it unevenly."),
    ),
)
TESTED: Final = (
    N_("By ourselves: every page in four languages with axe, in a narrow and in a wide window."),
    N_("By keyboard alone, through the main ways of a teacher and a leader."),
    N_("Not yet with people who use assistive technology every day."),
)
