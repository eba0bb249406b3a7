"""The audit log. Triggers of the database refuse to change or remove an entry (0018)."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from tracks.db import Id, Json, UtcDateTime, metadata

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    # 1, 2, 3 … in each municipality.
    Column("number", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # A code of an area's AUDITED.
    Column("code", String(40), nullable=False),
    # Who did it; NULL: the operator, or a job.
    Column("actor_id", Id, ForeignKey("person.id")),
    # Whom it is about.
    Column("person_id", Id, ForeignKey("person.id")),
    # Numbers, yes or no, and codes: never a name or a text.
    Column("parameters", Json, nullable=False),
    # SHA-256 of the hash before and of all the above (tracks.audit.rules).
    Column("hash", String(64), nullable=False),
    UniqueConstraint("municipality_id", "number"),
    Index("ix_audit_entry_person_id_code", "person_id", "code"),
    Index("ix_audit_entry_actor_id_code", "actor_id", "code"),
)
