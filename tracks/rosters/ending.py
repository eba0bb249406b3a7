"""Nothing is read or fetched any more for a municipality that ends."""

from sqlalchemy import and_, delete, or_, select

from tracks.db import Session
from tracks.jobs.models import outbox
from tracks.privacy.events import MunicipalityEnds
from tracks.rosters.connection import FETCH_JOB, SUBSCRIBE_JOB, UNSUBSCRIBE_JOB
from tracks.rosters.models import roster_import
from tracks.rosters.staging import APPLY_JOB, READ_JOB


def drop_list_jobs(session: Session, event: MunicipalityEnds) -> None:
    """A subscription at the school system ends by itself: nobody listens at its address."""
    number = event.municipality_id
    lists = session.execute(
        select(roster_import.c.id).where(roster_import.c.municipality_id == number)
    ).scalars()
    session.execute(
        delete(outbox).where(
            or_(
                and_(
                    outbox.c.kind.in_((READ_JOB, APPLY_JOB)),
                    outbox.c.key.in_([str(each) for each in lists]),
                ),
                and_(outbox.c.kind.in_((FETCH_JOB, SUBSCRIBE_JOB)), outbox.c.key == str(number)),
                and_(outbox.c.kind == UNSUBSCRIBE_JOB, outbox.c.key.startswith(f"{number} ")),
            )
        )
    )
