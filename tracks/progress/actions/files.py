"""Files that a person adds to a try-out."""

import secrets
from datetime import datetime

from sqlalchemy import delete, insert

from tracks.db import Session
from tracks.progress.actions.steps import Worker
from tracks.progress.models import attachment


def attach_file(
    session: Session, who: Worker, step_id: int, name: str, body: bytes, now: datetime
) -> str:
    file_id = secrets.token_hex(16)
    session.execute(
        insert(attachment).values(
            id=file_id,
            municipality_id=who.municipality_id,
            person_id=who.person_id,
            step_id=step_id,
            name=name[-120:],
            body=body,
            added_at=now,
        )
    )
    return file_id


def remove_file(session: Session, person_id: int, file_id: str) -> None:
    session.execute(
        delete(attachment).where(attachment.c.id == file_id, attachment.c.person_id == person_id)
    )
