"""Registered LMSs, and their installations (deployments)."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    String,
    Table,
    Text,
    UniqueConstraint,
    true,
)

from tracks.db import Id, Json, UtcDateTime, metadata

registration = Table(
    "registration",
    metadata,
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("issuer", String(255), nullable=False),
    Column("client_id", String(255), nullable=False),
    Column("auth_url", Text, nullable=False),
    Column("token_url", Text),
    Column("jwks_url", Text, nullable=False),
    # The `aud` of our token requests where it is not the token URL.
    Column("audience", Text),
    Column("platform_family", String(40), nullable=False, server_default=""),
    Column("is_active", Boolean, nullable=False, server_default=true()),
    Column("registered_at", UtcDateTime, nullable=False),
    # A tracks.lms.rules.ScorePolicy.
    Column("score_policy", String(20), nullable=False, server_default="proportional"),
    # For people: "Moodle", or the host. "" of those registered without one.
    Column("name", String(200), nullable=False, server_default=""),
    # Hosts of its services, approved by an operator, beside those of the addresses above (T37).
    Column("service_hosts", Json, nullable=False, server_default="[]"),
    UniqueConstraint("issuer", "client_id"),
)

deployment = Table(
    "deployment",
    metadata,
    Column("id", Id, primary_key=True),
    Column("registration_id", Id, ForeignKey("registration.id"), nullable=False),
    Column("deployment_id", String(255), nullable=False),
    # "pending" until an administrator has approved it, "enabled", "off".
    Column("status", String(10), nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    UniqueConstraint("registration_id", "deployment_id"),
)
