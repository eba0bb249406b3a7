"""Invitations to connect an LMS, and the registrations that LMSs have asked for."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from tracks.db import Id, Json, UtcDateTime, metadata

invitation = Table(
    "invitation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    # SHA-256 of the page's token, and of the one in the address that the LMS is given: a copy of
    # the database connects nothing.
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("register_hash", String(64), nullable=False, unique=True),
    # NULL: the operator, by the command.
    Column("made_by", Id, ForeignKey("person.id")),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    # While we talk with the LMS; whoever comes at the same time is refused.
    Column("claimed_until", UtcDateTime),
    # When a request came of it; NULL again when that one was refused.
    Column("used_at", UtcDateTime),
)

registration_request = Table(
    "registration_request",
    metadata,
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("invitation_id", Id, ForeignKey("invitation.id"), nullable=False, index=True),
    # What came of it; NULL until it is approved.
    Column("registration_id", Id, ForeignKey("registration.id")),
    Column("name", String(200), nullable=False),
    Column("issuer", String(255), nullable=False),
    Column("client_id", String(255), nullable=False),
    Column("auth_url", Text, nullable=False),
    Column("token_url", Text),
    Column("jwks_url", Text, nullable=False),
    Column("platform_family", String(40), nullable=False),
    Column("product", String(200), nullable=False),
    Column("deployment_id", String(255)),
    # What the LMS granted, as far as it said: lists of texts.
    Column("scopes", Json, nullable=False),
    Column("messages", Json, nullable=False),
    # Pairs of kid and thumbprint at the time of the request; or why there are none, as a code.
    Column("platform_keys", Json, nullable=False),
    Column("keys_failed", String(80)),
    Column("foreign_hosts", Json, nullable=False),
    # "pending", "approved", "refused".
    Column("status", String(10), nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    # "invitation", "administrator" or "operator"; decided_by is the administrator.
    Column("decided_as", String(20)),
    Column("decided_by", Id, ForeignKey("person.id")),
    Index("ix_registration_request_municipality_id_status", "municipality_id", "status"),
)
