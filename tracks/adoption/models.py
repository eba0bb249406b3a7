"""Counters of how far tracks have come at schools, kept in the transaction of each change."""

from sqlalchemy import Column, ForeignKey, Integer, String, Table

from tracks.db import ONE_TREE, Id, UtcDateTime, metadata

school_track = Table(
    "school_track",
    metadata,
    Column("school_id", Id, ForeignKey("school.id"), primary_key=True),
    Column("track_id", Id, ForeignKey("track.id"), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    Column("started", Integer, nullable=False, server_default="0"),
    Column("together", Integer, nullable=False, server_default="0"),
    Column("tried", Integer, nullable=False, server_default="0"),
    Column("followed_up", Integer, nullable=False, server_default="0"),
    Column("changed_at", UtcDateTime, nullable=False),
    **ONE_TREE,
)

resource_use = Table(
    "resource_use",
    metadata,
    # The first use by a person in a way; makes the counter below count each once.
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("step_id", Id, ForeignKey("step.id"), primary_key=True),
    Column("way", String(12), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("used_at", UtcDateTime, nullable=False),
    **ONE_TREE,
)

school_resource = Table(
    "school_resource",
    metadata,
    Column("school_id", Id, ForeignKey("school.id"), primary_key=True),
    Column("step_id", Id, ForeignKey("step.id"), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    Column("programme", Integer, nullable=False, server_default="0"),
    Column("independent", Integer, nullable=False, server_default="0"),
    **ONE_TREE,
)

former_use = Table(
    "former_use",
    metadata,
    # What municipalities that have left had counted, and showed, of a resource: of all together.
    Column("step_id", Id, ForeignKey("step.id"), primary_key=True, autoincrement=False),
    Column("programme", Integer, nullable=False, server_default="0"),
    Column("independent", Integer, nullable=False, server_default="0"),
    **ONE_TREE,
)
