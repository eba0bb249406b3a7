"""What the pages for refused launches say, by family of reason (lti.errors)."""

from lti.errors import Family
from tracks.i18n import N_
from tracks.web.errors import Lesson

_HELP = N_("Give the error id and the reason code to whoever looks after the LMS.")

LESSONS: dict[Family, Lesson] = {
    "malformed": Lesson(
        N_("The LMS sent something we cannot accept"),
        N_("The message that brought you here is incomplete or is not signed as agreed."),
        N_("Go back to the course and open the link again."),
        _HELP,
    ),
    "expired": Lesson(
        N_("The link is too old"),
        N_("A link from the LMS works for a few minutes only, and this one is older."),
        N_("Go back to the course and open the link again."),
        _HELP,
    ),
    "replayed": Lesson(
        N_("This link has been used already"),
        N_("Open the link from the LMS each time. Perhaps the page was reloaded."),
        N_("Go back to the course and open the link again. What you saved is still saved."),
        _HELP,
    ),
    "browser": Lesson(
        N_("Your browser did not let us recognise you"),
        N_("It did not send the cookie that shows that it was you who opened the link."),
        N_("Open the link in a new tab from the course, or allow cookies for this page."),
        _HELP,
    ),
    "not_connected": Lesson(
        N_("This LMS is not connected yet"),
        N_("This LMS has no connection here, or the connection is switched off."),
        N_("Ask whoever looks after the LMS to connect Learning Tracks, or to switch it on."),
        _HELP,
    ),
    "not_allowed": Lesson(
        N_("This connection is waiting for approval"),
        N_("The LMS is known here, but this installation of it has not been approved."),
        N_("Try again when it has been approved. Nothing about you has been kept."),
        N_("Whoever looks after Learning Tracks in your municipality can approve it."),
    ),
    "platform": Lesson(
        N_("The LMS could not open the link"),
        N_("It reported an error, or we could not check that its message is genuine."),
        N_("Sign in to the LMS again, then open the link once more."),
        _HELP,
    ),
    "clock": Lesson(
        N_("The clocks do not agree"),
        N_(
            "The message from the LMS is dated in the future, so either its clock or ours is wrong."
        ),
        N_("Wait a minute, then open the link again."),
        N_("Tell whoever looks after the LMS that its clock may be wrong; give the error id."),
    ),
    "no_person": Lesson(
        N_("The LMS did not say who you are"),
        N_("To keep your work we need an id for you (never your name), but the LMS sent none."),
        N_("Sign in to the LMS as yourself, not as a guest or in a preview."),
        _HELP,
    ),
}
