"""What authors have written and not yet put into the library, what stood there before, and whose
track it is."""

from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from tracks.db import ONE_TREE, Id, UtcDateTime, metadata

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

track_owner = Table(
    "track_owner",
    metadata,
    # A track of the authors' library that a municipality has begun. One without an owner is written
    # in by every author of the installation.
    Column("track", String(64), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    Column("since", UtcDateTime, nullable=False),
    **ONE_TREE,
)

co_author = Table(
    "co_author",
    metadata,
    Column("track", String(64), ForeignKey("track_owner.track"), primary_key=True),
    # Of another municipality than the owner's, which is the one that follows.
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True, index=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    Column("since", UtcDateTime, nullable=False),
    **ONE_TREE,
)

co_author_code = Table(
    "co_author_code",
    metadata,
    Column("code_hash", String(64), primary_key=True),
    Column("track", String(64), ForeignKey("track_owner.track"), nullable=False),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    **ONE_TREE,
)

# What other sites answered, whoever asked.
outside_answer = Table(
    "outside_answer",
    metadata,
    Column("address_key", String(64), primary_key=True),  # SHA-256 of the address
    Column("status", Integer),  # NULL: no answer
    Column("moved_to", Text, nullable=False),
    Column("is_unknown", Boolean, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False, index=True),
    **ONE_TREE,
)
