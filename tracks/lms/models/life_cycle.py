"""What became of courses and links: notices of an LMS, and what was copied from what."""

from sqlalchemy import Column, ForeignKey, String, Table, Text

from tracks.db import ONE_TREE, Id, UtcDateTime, metadata

notice = Table(
    "notice",
    metadata,
    # The key is the check: a notice that an LMS sends twice has its effect once.
    Column("registration_id", Id, ForeignKey("registration.id"), primary_key=True),
    Column("notice_id", String(255), primary_key=True),
    Column("deployment_id", Id, ForeignKey("deployment.id"), nullable=False),
    Column("type", String(60), nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    **ONE_TREE,
)

notice_handler = Table(
    "notice_handler",
    metadata,
    # Where an installation takes our address for notices of copied courses.
    Column("deployment_id", Id, ForeignKey("deployment.id"), primary_key=True),
    Column("url", Text, nullable=False),
    Column("wanted_at", UtcDateTime, nullable=False),
    Column("registered_at", UtcDateTime),
    # Why the LMS will not take it, as a reason code.
    Column("failed", String(80)),
    **ONE_TREE,
)

context_copy = Table(
    "context_copy",
    metadata,
    # A course, and one that it was copied from: told by a notice or by a launch.
    Column("deployment_id", Id, ForeignKey("deployment.id"), primary_key=True),
    Column("context_id", String(255), primary_key=True),
    Column("origin_id", String(255), primary_key=True),
    Column("noted_at", UtcDateTime, nullable=False),
    **ONE_TREE,
)

link_copy = Table(
    "link_copy",
    metadata,
    # A link, and one that it was copied from, by the LMS's own id: we may never have met that one.
    Column("resource_link_id", Id, ForeignKey("resource_link.id"), primary_key=True),
    Column("origin_id", String(255), primary_key=True),
    Column("noted_at", UtcDateTime, nullable=False),
    **ONE_TREE,
)
