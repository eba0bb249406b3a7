"""How each service between an LMS and us stands: what the self-test and the back-off look at."""

from sqlalchemy import Column, Date, Float, ForeignKey, Integer, String, Table, Text

from tracks.db import ONE_TREE, Id, Json, UtcDateTime, metadata

service_state = Table(
    "service_state",
    metadata,
    Column("registration_id", Id, ForeignKey("registration.id"), primary_key=True),
    # A tracks.lms.rules.Service: "launch", "keys", "token", "scores", "roster".
    Column("service", String(20), primary_key=True),
    Column("ok_at", UtcDateTime),
    Column("failed_at", UtcDateTime),
    # Of the last failure, as a code; NULL when the last try went well.
    Column("reason", String(80)),
    # Failures in a row.
    Column("failures", Integer, nullable=False, server_default="0"),
    # Nothing is asked of this service before then.
    Column("paused_until", UtcDateTime),
    # Seconds that the LMS's clock is ahead of ours, as seen in its last launch.
    Column("clock_ahead", Float),
    **ONE_TREE,
)

refused_launch = Table(
    "refused_launch",
    metadata,
    # How often, and nothing about whom.
    Column("registration_id", Id, ForeignKey("registration.id"), primary_key=True),
    Column("day", Date, primary_key=True),  # UTC
    # A code of lti.errors.
    Column("reason", String(80), primary_key=True),
    Column("launches", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
    **ONE_TREE,
)

refused_address = Table(
    "refused_address",
    metadata,
    # That launches name an address which we do not call (T37); nothing about whose they were.
    Column("registration_id", Id, ForeignKey("registration.id"), primary_key=True),
    Column("day", Date, primary_key=True),  # UTC
    # A tracks.lms.rules.Offer.
    Column("service", String(20), primary_key=True),
    # "" of an address that cannot be read.
    Column("host", String(255), primary_key=True),
    # A code of lti.tool.service_urls.
    Column("reason", String(80), primary_key=True),
    Column("seen_at", UtcDateTime, nullable=False),  # the first time on that day
    **ONE_TREE,
)

platform_key_set = Table(
    "platform_key_set",
    metadata,
    # An LMS's public keys as last fetched: for a process that starts while the LMS is down (J3).
    Column("registration_id", Id, ForeignKey("registration.id"), primary_key=True),
    # Where they came from: another address makes them worthless.
    Column("url", Text, nullable=False),
    # [{"kty", "kid", "n", "e", ...}]: those that can be used, public members only.
    Column("jwks", Json, nullable=False),
    Column("fetched_at", UtcDateTime, nullable=False),
    # By then they are to be fetched again; a day later they hold no more.
    Column("fresh_until", UtcDateTime, nullable=False),
    **ONE_TREE,
)
