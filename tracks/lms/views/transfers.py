"""How a person's work stands in the gradebook, in a line beside that work."""

from datetime import timedelta

from tracks.db import Session
from tracks.i18n import clock
from tracks.lms.queries import transfers
from tracks.web.pages import gettext
from tracks.web.requests import Notice, language, now

SOON = timedelta(seconds=30)


def transfer_notices(session: Session, person_id: int, track_id: int) -> list[Notice]:
    """How this work stands in the gradebook: sent, on its way, or refused for good."""
    found = transfers(session, person_id, track_id)
    if failed := [t for t in found if t.failed]:
        text = gettext(
            "Your work is saved here, but the LMS does not take the result. "
            "Show this code to whoever looks after the LMS."
        )
        return [Notice("failed", text, failed[0].failed or "")]
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
    return []
