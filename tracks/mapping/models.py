"""How many devices the pupils of a grade have: one row for each time they were counted."""

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table

from tracks.db import ONE_TREE, Id, UtcDateTime, metadata

device_count = Table(
    "device_count",
    metadata,
    Column("school_id", Id, ForeignKey("school.id"), primary_key=True),
    # One of tracks.mapping.rules.EVERY_GRADE.
    Column("grade", String(4), primary_key=True),
    Column("counted_on", Date, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    # NULL is "unknown", never 0; of what is wholly unknown there is no row.
    Column("pupils", Integer),
    Column("devices", Integer),
    Column("source", String(100), nullable=False),
    Column("written_by", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("written_at", UtcDateTime, nullable=False),
    **ONE_TREE,
)
