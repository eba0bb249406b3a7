"""Choices of content that an LMS waits for (deep linking), from the launch to the answer."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from tracks.db import ONE_TREE, Id, Json, UtcDateTime, metadata

deep_link_selection = Table(
    "deep_link_selection",
    metadata,
    # SHA-256 of the secret in the page's address: who reads this table can answer for nobody.
    Column("id", String(64), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    Column("deployment_id", Id, ForeignKey("deployment.id"), nullable=False),
    # Where the answer goes: of the signed request, never from a browser (D3).
    Column("return_url", Text, nullable=False),
    # What the LMS wants back as it is; NULL: it sent none, "" is a value (D5).
    Column("data", Text),
    Column("settings", Json, nullable=False),  # what it takes, and which course it is
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index("ix_deep_link_selection_expires_at", "expires_at"),
    **ONE_TREE,
)
