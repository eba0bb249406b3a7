"""What authors have written and not yet put into the library, and what stood there before."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from tracks.db import Id, UtcDateTime, metadata

draft = Table(
    "draft",
    metadata,
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    # In the authors' library: track/file.
    Column("path", String(200), nullable=False),
    Column("text", Text, nullable=False),
    # What stood in the library when it was begun: the third text of a merge. NULL: nothing did.
    Column("base", Text),
    Column("revision", Integer, nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
    UniqueConstraint("person_id", "path"),
)

library_change = Table(
    "library_change",
    metadata,
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id")),
    # NULL, as the municipality: what stood there before the first change that is known.
    Column("person_id", Id, ForeignKey("person.id"), index=True),
    Column("path", String(200), nullable=False, index=True),
    # What the file held from then on; NULL: it was taken away.
    Column("text", Text),
    Column("note", String(200), nullable=False),
    Column("saved_at", UtcDateTime, nullable=False),
)
