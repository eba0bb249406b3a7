"""Courses of an LMS as their leaders see them: who is in, in which groups, and who leads.

Nothing here is anybody's work, and nothing of it is needed to work.
"""

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    true,
)

from tracks.db import ONE_TREE, Id, UtcDateTime, metadata

course = Table(
    "course",
    metadata,
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("deployment_id", Id, ForeignKey("deployment.id"), nullable=False),
    Column("context_id", String(255), nullable=False),
    Column("title", String(200), nullable=False),
    # From a leader's signed launch, and only on the LMS's own hosts (T37). NULL: not offered.
    Column("memberships_url", Text),
    Column("groups_url", Text),
    Column("group_sets_url", Text),
    # What to ask for next time in the whole list's place, where the LMS has such a thing.
    Column("differences_url", Text),
    Column("asked_at", UtcDateTime),
    # When the last list was applied, and the last whole one.
    Column("synced_at", UtcDateTime),
    Column("whole_at", UtcDateTime),
    # Why the last try failed, as a code; NULL when it went well.
    Column("reason", String(80)),
    # A list that shrank too much waits for a leader: how many it has, and how many we know.
    Column("held_listed", Integer),
    Column("held_known", Integer),
    # A leader has said that a list with so many is right.
    Column("accepted", Integer),
    UniqueConstraint("deployment_id", "context_id"),
)

course_member = Table(
    "course_member",
    metadata,
    Column("course_id", Id, ForeignKey("course.id"), primary_key=True),
    # The person, if they have been here, is found by it in `account`.
    Column("sub", String(255), primary_key=True),
    # A tracks.lms.rules.CourseRole.
    Column("role", String(12), nullable=False),
    # Of active members only.
    Column("name", String(200)),
    Column("is_active", Boolean, nullable=False, server_default=true()),
    # On how many whole lists in a row the member was missing.
    Column("missing", Integer, nullable=False, server_default="0"),
    **ONE_TREE,
)

course_lead = Table(
    "course_lead",
    metadata,
    # Whose launch said that they lead this course, and when the last such launch was.
    Column("course_id", Id, ForeignKey("course.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True, index=True),
    Column("led_at", UtcDateTime, nullable=False),
    **ONE_TREE,
)

course_group = Table(
    "course_group",
    metadata,
    Column("id", Id, primary_key=True),
    Column("course_id", Id, ForeignKey("course.id"), nullable=False),
    # Its id in the LMS.
    Column("group_id", String(255), nullable=False),
    # "" where the LMS only says that there is such a group.
    Column("name", String(200), nullable=False),
    Column("set_name", String(200), nullable=False, server_default=""),
    UniqueConstraint("course_id", "group_id"),
)

course_group_member = Table(
    "course_group_member",
    metadata,
    Column("course_group_id", Id, ForeignKey("course_group.id"), primary_key=True),
    Column("sub", String(255), primary_key=True),
    **ONE_TREE,
)
