"""The database: one transaction a request or job, Core statements, SQLite and PostgreSQL alike."""

from tracks.db.columns import ONE_TREE, Id, Json, UtcDateTime, metadata
from tracks.db.engine import Database, DatabaseBusy, Reaction
from tracks.db.functions import count_anew, is_listed
from tracks.db.prepared import Prepared
from tracks.db.session import Session

__all__ = [
    "ONE_TREE",
    "Database",
    "DatabaseBusy",
    "Id",
    "Json",
    "Prepared",
    "Reaction",
    "Session",
    "UtcDateTime",
    "count_anew",
    "is_listed",
    "metadata",
]
