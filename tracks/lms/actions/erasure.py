"""What goes besides a person's rows when the person is erased."""

from sqlalchemy import delete

from tracks.db import Session
from tracks.jobs.models import outbox
from tracks.lms.actions.scores import SCORE_JOB
from tracks.privacy.events import PersonErased


def drop_jobs_of(session: Session, event: PersonErased) -> None:
    """The scores of somebody who is erased are not sent any more."""
    session.execute(
        delete(outbox).where(
            outbox.c.kind == SCORE_JOB, outbox.c.key.startswith(f"{event.person_id}:")
        )
    )
