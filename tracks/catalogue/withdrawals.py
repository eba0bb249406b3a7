"""What is gone from the catalogue. Harvesters that come later must hear of it (OAI-PMH)."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.catalogue.models import withdrawn
from tracks.db import Session


def note_withdrawn(
    session: Session, gone: Mapping[str, str], at: datetime, *, back: Collection[str] = ()
) -> None:
    """`gone`: address -> kind. `back`: addresses that stand in the catalogue now."""
    session.execute(delete(withdrawn).where(withdrawn.c.address.in_(back)))
    for address, kind in gone.items():
        row = insert_or(withdrawn).values(address=address, kind=kind, withdrawn_at=at)
        session.execute(
            row.on_conflict_do_update(index_elements=["address"], set_={"withdrawn_at": at})
        )
