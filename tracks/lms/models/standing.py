"""How each service between an LMS and us stands: what the self-test and the back-off look at."""

from sqlalchemy import Column, Float, ForeignKey, Integer, String, Table

from tracks.db import ONE_TREE, Id, UtcDateTime, metadata

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
