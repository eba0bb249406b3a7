"""The outbox: work that must follow a change, written in the change's own transaction."""

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint

from tracks.db import Id, Json, UtcDateTime, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(40), nullable=False),
    # One row per thing to bring up to date: a newer wish replaces an older one (coalescing).
    Column("key", String(200), nullable=False),
    Column("payload", Json, nullable=False),
    # Grows with each wish: a job that finishes for an older one leaves the row to the newer.
    Column("edition", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("lease", String(40)),
    Column("lease_until", UtcDateTime),
    Column("tries", Integer, nullable=False),
    # Starts without any outcome: five in a row means that the job kills its worker.
    Column("vanished", Integer, nullable=False),
    Column("reason", String(80)),
    Column("parked_at", UtcDateTime),
    UniqueConstraint("kind", "key"),
    Index("ix_outbox_due_at", "parked_at", "due_at"),
)
