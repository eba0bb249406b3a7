"""What goes besides a person's rows when the person is erased."""

from sqlalchemy import delete, select

from tracks.db import Session
from tracks.jobs.models import lane, outbox
from tracks.lms.actions.scores import SCORE_JOB
from tracks.lms.models import registration
from tracks.lms.rules import notice_lane, roster_lane, score_lane
from tracks.privacy.events import MunicipalityEnds, PersonErased


def drop_jobs_of(session: Session, event: PersonErased) -> None:
    """The scores of somebody who is erased are not sent any more."""
    session.execute(
        delete(outbox).where(
            outbox.c.kind == SCORE_JOB, outbox.c.key.startswith(f"{event.person_id}:")
        )
    )


def drop_lanes_of(session: Session, event: MunicipalityEnds) -> None:
    """Nothing is sent to the LMSs of a municipality that ends, or asked of them."""
    theirs = select(registration.c.id).where(
        registration.c.municipality_id == event.municipality_id
    )
    lanes = [
        lane_of(number)
        for number in session.execute(theirs).scalars()
        for lane_of in (score_lane, roster_lane, notice_lane)
    ]
    session.execute(delete(outbox).where(outbox.c.lane.in_(lanes)))
    session.execute(delete(lane).where(lane.c.name.in_(lanes)))
