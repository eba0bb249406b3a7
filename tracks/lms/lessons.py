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
        N_("This opening took too long"),
        N_("A link from the LMS works for a few minutes only, and this one is older."),
        N_("Go back to the course and open the link again."),
        _HELP,
    ),
    "replayed": Lesson(
        N_("This link has been used already"),
        N_("Each opening from the LMS works once. Perhaps the page was reloaded."),
        N_("Go back to the course and open the link again. What you saved is still saved."),
        _HELP,
    ),
    "browser": Lesson(
        N_("Your browser did not let us recognise you"),
        N_("It kept back the cookie that shows that it was you who opened the link."),
        N_("Open the link in a new tab from the course, or allow cookies for this page."),
        _HELP,
    ),
    "not_connected": Lesson(
        N_("This LMS is not connected yet"),
        N_("We know nothing of a connection from this LMS, or it has been switched off."),
        N_("Ask whoever looks after the LMS to connect Learning Tracks, or to switch it on."),
        _HELP,
    ),
    "not_allowed": Lesson(
        N_("This connection waits for approval"),
        N_("The LMS is known here, but this installation of it has not been approved."),
        N_("Try again when it has been approved. Nothing about you has been kept."),
        N_("Whoever looks after Learning Tracks in your municipality can approve it."),
    ),
    "platform": Lesson(
        N_("The LMS could not complete the opening"),
        N_("It reported an error, or we could not fetch what we need to trust it."),
        N_("Sign in to the LMS again, then open the link once more."),
        _HELP,
    ),
    "clock": Lesson(
        N_("The clocks do not agree"),
        N_("The message from the LMS is dated in the future, so its clock or ours is wrong."),
        N_("Wait a minute, then open the link again."),
        N_("Tell whoever looks after the LMS that its clock may be wrong; give the error id."),
    ),
    "no_person": Lesson(
        N_("The LMS did not say who you are"),
        N_("We need an id of you (never your name) to keep your work, and none came."),
        N_("Sign in to the LMS as yourself, not as a guest or in a preview."),
        _HELP,
    ),
}
