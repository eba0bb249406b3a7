"""What the pages for refused launches say, by family of reason (lti.errors)."""

from lti.errors import Family
from tracks.i18n import N_
from tracks.web.errors import Lesson

_HELP = N_("Give the error id and the reason code to whoever looks after the LMS.")

_ALLOW_LIST = N_(
    "The LMS does not let us read it. Ask whoever looks after the LMS to allow the names and roles "
    "service (NRPS) for this tool, then fetch the list again."
)
_NO_TOKEN = N_(
    "The connection with the LMS lacks an address that the list needs. Ask whoever looks after the "
    "LMS to connect Learning Tracks again, with its token address."
)
_OPEN_AGAIN = N_(
    "The LMS no longer has it at the address it gave us. Open a link to us from the course again: "
    "that brings the new address."
)
_TOO_LONG = N_("The course has more than 20,000 people. That is more than we take.")

# Why the list of a course could not be fetched, where trying again by itself does not help.
COURSE_LIST_ADVICE: dict[str, str] = {
    "scope_not_granted": _ALLOW_LIST,
    "token_refused": _ALLOW_LIST,
    "status_401": _ALLOW_LIST,
    "status_403": _ALLOW_LIST,
    "no_token_endpoint": _NO_TOKEN,
    "status_404": _OPEN_AGAIN,
    "status_410": _OPEN_AGAIN,
    "roster_of_another_course": _OPEN_AGAIN,
    "roster_too_large": _TOO_LONG,
}

LESSONS: dict[Family, Lesson] = {
    "malformed": Lesson(
        N_("The LMS sent something we cannot accept"),
        N_("The message that brought you here is incomplete or is not signed as agreed."),
        N_(
            "Go back to the course and open the link again. If it fails again, you have done "
            "nothing wrong: something in the LMS has to be put right."
        ),
        _HELP,
    ),
    "expired": Lesson(
        N_("It took too long to open"),
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
        N_("This connection is not open"),
        N_("The LMS is known here, but this part of it waits for approval or is switched off."),
        N_("Try again when it has been opened. Nothing about you has been kept."),
        N_("Whoever looks after Learning Tracks in your municipality can open it."),
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
    "not_author": Lesson(
        N_("Content is chosen by those who run the course"),
        N_("You came here to put content into a course, but in this course you are a participant."),
        N_("Go back to the course. What has been put there already is open to you as before."),
        N_("If you run the course, ask whoever looks after the LMS to make you a teacher in it."),
    ),
    "not_yours": Lesson(
        N_("This belongs to somebody else"),
        N_(
            "What people share is read by those who lead the course, and what is kept about a "
            "person is shown to that person and to administrators."
        ),
        N_("Go back to the course. Your own work opens by the links there."),
        N_("If you lead the course, ask whoever looks after the LMS to make you a teacher in it."),
    ),
}

# The same, for whoever looks after the LMS: where to begin. docs/operators has every code.
FOR_THE_LMS: dict[Family, str] = {
    "malformed": N_(
        "The operators' manual says by the reason code which part of the message is wrong. A "
        "single one is most often a reload or an old link; many mean that the settings of this "
        "tool in the LMS, or the LMS itself, are wrong."
    ),
    "expired": N_(
        "Now and then this is normal. If it happens to many, compare the clocks, and see whether "
        "signing in to the LMS takes long."
    ),
    "replayed": N_(
        "Now and then this is normal. If it happens at every launch, look for a proxy that sends "
        "requests twice."
    ),
    "browser": N_(
        "The browser holds back our cookie in the frame of the LMS. Let the link open in a new "
        "window, or use an LMS that offers platform storage for LTI."
    ),
    "not_connected": N_(
        "Compare issuer and client id in the LMS with what is registered here, letter by letter. "
        "Whoever runs Learning Tracks sees there, too, whether the connection is switched off."
    ),
    "not_allowed": N_(
        "The deployment id is new here, or switched off. An administrator of the municipality, or "
        "whoever runs Learning Tracks, opens it in the list of connections."
    ),
    "platform": N_(
        "Look into the log of the LMS at this time. Either it answered with an error, or its "
        "public keys could not be fetched or used."
    ),
    "clock": N_(
        "Compare the clock of the LMS with the right time. Our log has the difference in seconds."
    ),
    "no_person": N_(
        "The LMS has to send an id for the person (sub). Name and e-mail address are not needed."
    ),
    "not_author": N_(
        "Only teachers, assistants, content developers and administrators of the course choose "
        "content. Look at the role of the person in the course."
    ),
    "not_yours": N_(
        "A submission review is for instructors and assistants of the course, a data privacy "
        "launch for administrators. Both are open to the person they are about."
    ),
}
