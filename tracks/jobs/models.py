"""The outbox: work that must follow a change, written in the change's own transaction."""

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint

from tracks.db import ONE_TREE, Id, Json, UtcDateTime, metadata
from tracks.jobs.rules import AT_EASE

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(40), nullable=False),
    # One row per thing to bring up to date: a newer wish replaces an older one (coalescing).
    Column("key", String(200), nullable=False),
    # Whose answer the job waits for; "" for nobody's. A lane is paused and paced as a whole.
    Column("lane", String(40), nullable=False, server_default=""),
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
    # By these two the relay finds its work without a look at the thousands that wait.
    Index("ix_outbox_lease_until", "lease_until"),
)
Index(
    "ix_outbox_waiting",
    outbox.c.lane,
    outbox.c.due_at,
    sqlite_where=outbox.c.parked_at.is_(None),
    postgresql_where=outbox.c.parked_at.is_(None),
)
Index(
    "ix_outbox_parked",
    outbox.c.reason,
    sqlite_where=outbox.c.parked_at.is_not(None),
    postgresql_where=outbox.c.parked_at.is_not(None),
)

lane = Table(
    "lane",
    metadata,
    # Only lanes that have been paused or paced have a row.
    Column("name", String(40), primary_key=True),
    Column("paused_until", UtcDateTime),
    Column("failures", Integer, nullable=False, server_default="0"),
    # Jobs that went well since the last failure, as far as we count.
    Column("done", Integer, nullable=False, server_default=str(AT_EASE)),
    Column("spent_until", UtcDateTime),
    **ONE_TREE,
)
