"""Who helps at a school, what the school thinks of it, and who wrote that."""

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table

from tracks.db import ONE_TREE, Id, UtcDateTime, metadata

support_line = Table(
    "support_line",
    metadata,
    Column("school_id", Id, ForeignKey("school.id"), primary_key=True),
    # A tracks.support.rules.Kind, and 1 or 2.
    Column("kind", String(12), primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    # As the school writes it: a role, a desk, or a name.
    Column("who", String(120), nullable=False),
    Column("reach", String(200), nullable=False),
    Column("hours", String(200), nullable=False),
    Column("answer_within", String(100), nullable=False),
    Column("stand_in", String(120), nullable=False),
    Column("written_on", Date, nullable=False, index=True),
    **ONE_TREE,
)

support_check = Table(
    "support_check",
    metadata,
    # What has no row was not answered.
    Column("school_id", Id, ForeignKey("school.id"), primary_key=True),
    Column("kind", String(12), primary_key=True),
    Column("statement", String(20), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    Column("answer", String(1), nullable=False),
    **ONE_TREE,
)

support_written = Table(
    "support_written",
    metadata,
    Column("school_id", Id, ForeignKey("school.id"), primary_key=True),
    # A tracks.support.rules.Written.
    Column("what", String(10), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    Column("written_by", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("written_at", UtcDateTime, nullable=False),
    **ONE_TREE,
)
