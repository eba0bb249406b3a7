"""The links launches come by, used nonces, and the scores on their way out."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from tracks.db import ONE_TREE, Id, Json, UtcDateTime, metadata

used_nonce = Table(
    "used_nonce",
    metadata,
    # The primary key is the check: of any number of equal launches one insert succeeds (T16).
    Column("registration_id", Id, primary_key=True, autoincrement=False),
    Column("nonce", String(64), primary_key=True),
    Column("forget_at", UtcDateTime, nullable=False),
    **ONE_TREE,
)

resource_link = Table(
    "resource_link",
    metadata,
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("deployment_id", Id, ForeignKey("deployment.id"), nullable=False),
    Column("link_id", String(255), nullable=False),
    # "" where the launch names no course.
    Column("context_id", String(255), nullable=False),
    # What the link leads to: a durable address, so that a copied course leads to the same.
    Column("address", String(400), nullable=False),
    Column("track_id", Id, ForeignKey("track.id"), nullable=False),
    # Where scores of this link go; NULL when there is no column (yet). Never from a browser (S11).
    Column("lineitem_url", Text),
    # "launch" when the LMS named it, "made" when we found or made it.
    Column("lineitem_from", String(10)),
    # When we found or made it.
    Column("lineitem_at", UtcDateTime),
    # Why there is none, as a reason code; NULL while there is hope.
    Column("lineitem_failed", String(80)),
    # Where columns can be looked for and made; NULL when the LMS does not let us.
    Column("lineitems_url", Text),
    # When all its scores were last sent again, for a new round.
    Column("resent_at", UtcDateTime),
    Column("scopes", Json, nullable=False),
    UniqueConstraint("deployment_id", "link_id"),
    Index("ix_resource_link_deployment_id_context_id", "deployment_id", "context_id"),
)

score = Table(
    "score",
    metadata,
    # One row per person and link: what the LMS should show, and what it has taken.
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("resource_link_id", Id, ForeignKey("resource_link.id"), primary_key=True, index=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("sub", String(255), nullable=False),
    Column("wanted", Float),  # 0 to 100; NULL: nothing done yet, nothing to send
    Column("wanted_at", UtcDateTime),
    Column("sent", Float),
    Column("sent_at", UtcDateTime),
    # The progress it was last told of in a note without points; NULL: in none.
    Column("noted", Float),
    # The timestamp of the last score posted, taken or not: the next must be later (S9).
    Column("last_timestamp", UtcDateTime),
    # Why the LMS will not take it, as a reason code; NULL while there is hope.
    Column("failed", String(80)),
    # A score was posted and its outcome is not known: read back before anything more is sent.
    Column("is_unsure", Boolean, nullable=False, server_default=false()),
    # Came by this link as the course's instructor: some LMSs have no row in the gradebook for them.
    Column("leads", Boolean, nullable=False, server_default=false()),
    # Set when the person went on in a copy of the course: its column takes the scores from then on.
    Column("moved_on_at", UtcDateTime),
    **ONE_TREE,
)
