"""Who publishes, by the words of their library.yaml."""

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_or

from content.model import Publisher as Source
from tracks.catalogue.models import publisher
from tracks.db import Session


class Publisher(Struct, frozen=True):
    slug: str
    name: str
    contact: str = ""


def note_publisher(session: Session, source: Source) -> None:
    """As it says now, in place of what it said before."""
    values = {
        "name": source.name[:200],
        "organisation_number": source.organisation_number,
        "contact": source.contact[:254],
    }
    row = insert_or(publisher).values(slug=source.id, **values)
    session.execute(row.on_conflict_do_update(index_elements=["slug"], set_=values))


def publisher_of(session: Session, slug: str) -> Publisher:
    """One that has said nothing of itself is called by its id."""
    return publishers(session).get(slug) or Publisher(slug, slug)


def publishers(session: Session) -> dict[str, Publisher]:
    rows = session.execute(select(publisher).order_by(publisher.c.slug))
    return {row.slug: Publisher(row.slug, row.name, row.contact) for row in rows}
