"""Logins beside the LMSs: login services, passkeys, one-time codes, links to set one up."""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    true,
)

from tracks.db import ONE_TREE, Id, UtcDateTime, metadata

login_service = Table(
    "login_service",
    metadata,
    # Whoever speaks OpenID Connect for a municipality: Feide, or its own.
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("name", String(100), nullable=False),
    Column("issuer", String(300), nullable=False),
    Column("client_id", String(255), nullable=False),
    # As tracks.lms.sealing seals it; issuer and client are bound to it. NULL: PKCE alone.
    Column("sealed_secret", Text),
    Column("scopes", String(300), nullable=False),
    Column("is_active", Boolean, nullable=False, server_default=true()),
    # Of Feide only: at a sign-in its groups are asked where the person works.
    Column("reads_groups", Boolean, nullable=False, server_default=false()),
    UniqueConstraint("municipality_id", "issuer"),
)

identity = Table(
    "identity",
    metadata,
    # (login service, sub) is a person's whole identity there: never a name or an e-mail.
    Column("service_id", Id, ForeignKey("login_service.id"), primary_key=True),
    Column("sub", String(255), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("linked_at", UtcDateTime, nullable=False),
    # When the groups of the service were last asked, and what followed: a GroupsSaid.
    Column("groups_asked_at", UtcDateTime),
    Column("groups_said", String(20)),
    **ONE_TREE,
)

passkey = Table(
    "passkey",
    metadata,
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    # SHA-256 of the credential's id, by which a browser names it.
    Column("credential_hash", String(64), nullable=False, unique=True),
    # WebAuthn's attested credential data: its id and its public key.
    Column("credential", LargeBinary, nullable=False),
    Column("sign_count", Id, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
)

one_time_secret = Table(
    "one_time_secret",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    # SHA-256 of the sign-in name: 49 bits that were shown once.
    Column("code_hash", String(64), nullable=False, unique=True),
    # RFC 6238, sealed; the person is bound to it.
    Column("sealed", Text, nullable=False),
    # The newest step of 30 seconds that was used: no code opens twice.
    Column("last_step", Id, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    **ONE_TREE,
)

recovery_code = Table(
    "recovery_code",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("code_hash", String(64), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    **ONE_TREE,
)

login_link = Table(
    "login_link",
    metadata,
    # Opens the page on which somebody sets up a login of their own; once, and for a time.
    Column("token_hash", String(64), primary_key=True),
    # NULL: of a new installation; whoever opens it names the municipality.
    Column("municipality_id", Id, ForeignKey("municipality.id"), index=True),
    # NULL: whoever opens it is somebody new.
    Column("person_id", Id, ForeignKey("person.id"), index=True),
    # What they become by it.
    Column("role", String(20)),
    Column("is_first", Boolean, nullable=False),  # printed at a start without an administrator
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    **ONE_TREE,
)

login_try = Table(
    "login_try",
    metadata,
    # Whose tries: a keyed hash of an address or of a sign-in name. Outlives a restart (check 40).
    Column("key_hash", String(64), primary_key=True),
    Column("since", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    Index("ix_login_try_since", "since"),
    **ONE_TREE,
)

spent = Table(
    "spent",
    metadata,
    # SHA-256 of what works once: a state, a challenge. Needed until it would have ended.
    Column("value_hash", String(64), primary_key=True),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    **ONE_TREE,
)
