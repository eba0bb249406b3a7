"""A column in the gradebook for a link that came without one (S12)."""

from datetime import UTC, datetime
from functools import partial

from lti.errors import PermanentServiceError, TransientServiceError
from lti.tool.grades import Grades
from lti.tool.line_items import LineItem
from tracks.catalogue.queries import Shelf
from tracks.catalogue.search import piece_at
from tracks.db import Database, Session
from tracks.jobs.rules import Job
from tracks.jobs.worker import Done, GiveUp, Outcome
from tracks.lms.actions import column_failed, column_made
from tracks.lms.jobs.standing import lms_fails, note_refusal, wait_for_switch
from tracks.lms.rules import LINE_ITEM_TAG, MAXIMUM
from tracks.lms.score_queries import Off, ToMake, column_to_make

_LANGUAGES = {"SE": "sv"}


def make_column(grades: Grades, shelf: Shelf, database: Database, job: Job) -> Outcome:
    """Look for the link's column, make it if there is none, then send what waits for it."""
    link_id = int(str(job.payload["resource_link_id"]))
    with database.reading() as session:
        found = column_to_make(session, link_id)
        if found is None:
            return Done()
        if isinstance(found, Off):
            return wait_for_switch(found)
        wanted = _line_item(session, shelf, found)
    if wanted is None:
        return Done()  # what it leads to is not published any more
    try:
        item = grades.find_or_create_line_item(
            found.registration,
            found.deployment_id,
            found.lineitems_url,
            wanted,
            copied_from=found.copied_from,
        )
    except TransientServiceError as failed:
        return lms_fails(job, found.registration.id, failed)
    except PermanentServiceError as failed:
        return GiveUp(
            failed.reason, partial(_note_failed, link_id, found.registration.id, failed.reason)
        )
    container, url = found.lineitems_url, item.url or ""
    return Done(lambda session: column_made(session, link_id, container, url, datetime.now(UTC)))


def _line_item(session: Session, shelf: Shelf, found: ToMake) -> LineItem | None:
    edition = shelf.current(session, found.address.publisher, found.address.track)
    if edition is None:
        return None
    piece = piece_at(edition, found.address, _LANGUAGES.get(found.country, "nb"))
    label = piece.title if piece else edition.texts[edition.language("nb")]["title"]
    return LineItem(
        label,
        MAXIMUM,
        resource_id=str(found.address),
        tag=LINE_ITEM_TAG,
        resource_link_id=found.link_id,
    )


def _note_failed(link_id: int, registration_id: int, reason: str, session: Session) -> None:
    column_failed(session, link_id, reason)
    note_refusal(session, registration_id, reason, datetime.now(UTC))
