"""How a person's work stands in the gradebook, in a line beside that work."""

from datetime import timedelta
from typing import Literal

from tracks.db import Session
from tracks.i18n import N_, clock
from tracks.lms.score_standings import Transfer, transfers
from tracks.web.pages import gettext
from tracks.web.requests import Notice, language, now

SOON = timedelta(seconds=30)

_ANY = N_(
    "Your work is saved here, but the LMS does not take the result. "
    "Show this code to whoever looks after the LMS."
)
# What to do about a refusal, and who can help; docs/operators/lti-reasons.md has them all.
_REFUSED = {
    "line_item_gone": N_(
        "Your work is saved here, but its column in the gradebook of the LMS is gone. "
        "Ask whoever runs the course to add the link again."
    ),
    "user_unknown": N_(
        "Your work is saved here, but the LMS says that you are not in the course. "
        "If you should be, ask whoever runs the course to enrol you again."
    ),
    "no_row_for_instructor": N_(
        "Your work is saved here. The LMS keeps no results for those who run the course."
    ),
    "attempts_used_up": N_(
        "Your work is saved here, but the LMS takes no more attempts. "
        "Ask whoever runs the course to allow more."
    ),
}


def transfer_notices(session: Session, person_id: int, track_id: int) -> list[Notice]:
    """How this work stands in the gradebook: sent, on its way, or refused for good."""
    found = transfers(session, person_id, track_id)
    notices = _about_own_work(found)
    if any(t.leads for t in found):
        # All results once more, for a new year or a new column.
        way_on = (f"/gradebook/{track_id}", gettext("Is the gradebook of your course empty?"))
        notices.append(Notice("done", "", way_on=way_on))
    return notices


def _about_own_work(found: list[Transfer]) -> list[Notice]:
    if failed := [t.failed for t in found if t.failed]:
        return [_refused(failed[0])]
    waiting = [t.wanted_at for t in found if t.is_waiting and t.wanted_at is not None]
    if waiting:
        # In the first moments it is just on its way; later the teacher should know that we try.
        if now() - min(waiting) < SOON:
            return [Notice("waiting", gettext("Saved; not yet in the LMS."))]
        return [Notice("waiting", gettext("Saved; not yet in the LMS. We will try again."))]
    sent = [t.sent_at for t in found if t.sent_at is not None]
    if sent:
        moment = clock(max(sent), language())
        return [Notice("done", gettext("Sent to the LMS at %(time)s.", time=moment))]
    if any(t.waits_for_all for t in found):
        return [Notice("waiting", gettext("Saved. The LMS gets the result when all is done."))]
    return []


def _refused(reason: str) -> Notice:
    kind: Literal["done", "failed"] = "done" if reason == "no_row_for_instructor" else "failed"
    return Notice(kind, gettext(_REFUSED.get(reason, _ANY)), reason)
