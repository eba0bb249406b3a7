"""What teachers have said of sessions."""

from sqlalchemy import Column, Date, ForeignKey, String, Table, Text

from tracks.db import Id, UtcDateTime, metadata

remark = Table(
    "remark",
    metadata,
    Column("id", Id, primary_key=True),
    # The sender's own; no author is ever told it, nor the person (ADR 0050).
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("module_id", Id, ForeignKey("module.id"), nullable=False, index=True),
    # The version they read.
    Column("version_id", Id, ForeignKey("track_version.id"), nullable=False),
    Column("kind", String(8)),  # a tracks.feedback.rules.Kind; NULL: they have not chosen one
    Column("text", Text, nullable=False),  # "" once it is removed
    Column("said_at", UtcDateTime, nullable=False),
    Column("state", String(8), nullable=False),  # a tracks.feedback.rules.State
    Column("answer", String(300), nullable=False),  # in an author's words, or ""
    Column("answered_at", UtcDateTime),
    Column("done_in", Id, ForeignKey("track_version.id")),  # NULL: in none yet
    Column("kept_until", Date, nullable=False, index=True),
)
