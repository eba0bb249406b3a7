"""Lists on their way in, and who works where according to a source."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from tracks.db import ONE_TREE, Id, UtcDateTime, metadata

roster_import = Table(
    "roster_import",
    metadata,
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),  # who took it in
    Column("source", String(20), nullable=False),
    Column("file_name", String(100), nullable=False),
    Column("state", String(20), nullable=False),
    # Of lists: what they list, their headings and first rows, which column says what.
    Column("list_kind", String(20)),
    Column("headings", JSON),
    Column("columns", JSON),
    # Who is not in it has left.
    Column("is_complete", Boolean, nullable=False, server_default=false()),
    Column("bytes", Integer, nullable=False),
    Column("rows_expected", Integer),
    Column("rows_read", Integer, nullable=False, server_default="0"),
    # A key of faults.FILE_TEXTS, and what it is about.
    Column("fault", String(40)),
    Column("fault_detail", String(200)),
    # How many people somebody has said may be ended by it.
    Column("confirmed_gone", Integer),
    # What was changed, once it is applied: a Counts.
    Column("counts", JSON),
    # Units that are there and cannot be taken in: [name, tasks at it] each.
    Column("passed_over", JSON),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
)

# The file itself, until it is applied or thrown away: any worker can read it, and none is left
# lying on a disk.
roster_piece = Table(
    "roster_piece",
    metadata,
    Column("import_id", Id, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
    **ONE_TREE,
)

# Its rows, read and not yet true.
roster_row = Table(
    "roster_row",
    metadata,
    Column("import_id", Id, primary_key=True, autoincrement=False),
    # "" for what is about no person. In the primary key, as rows are looked up by it: an index of
    # its own SQLite passes over, and looks at every row of the list each time.
    Column("key", String(200), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("line", Integer, nullable=False),
    Column("says", String(10), nullable=False),  # staff, unit, leaver, fault
    Column("person_id", Id),  # whose row it is, found while it is applied
    Column("name", String(200)),
    Column("unit_code", String(20)),
    # What stood there, where that is a number that the unit had before.
    Column("former_code", String(20)),
    Column("school_id", Id),  # of that code; NULL for one that the list itself brings
    Column("task", String(20)),
    Column("is_protected", Boolean, nullable=False, server_default=false()),
    Column("kind", String(20)),
    Column("teachers", Integer),
    Column("teachers_as_of", Date),
    Column("fault", String(40)),
    Column("fault_column", String(80)),
    Column("fault_value", String(80)),
    **ONE_TREE,
)

# A person at a unit in a task, as a source has it; ended ones stay: who worked where, when.
roster_entry = Table(
    "roster_entry",
    metadata,
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("source", String(20), nullable=False),
    Column("key", String(200), nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("school_id", Id, ForeignKey("school.id"), nullable=False),
    Column("task", String(20), nullable=False),
    # The right that came with it, if the task brings one.
    Column("role_grant_id", Id, ForeignKey("role_grant.id")),
    Column("since", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    UniqueConstraint("municipality_id", "source", "key", "school_id", "task"),
)

# A school system that is asked over the net: where, and how we show who we are.
roster_service = Table(
    "roster_service",
    metadata,
    Column("municipality_id", Id, ForeignKey("municipality.id"), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),  # who set it up
    Column("address", String(300), nullable=False),
    # All NULL: the secret is a bearer token. Else it is that of a client, who gets one.
    Column("token_url", String(300)),
    Column("client_id", String(200)),
    Column("scope", String(200)),
    # Opens only beside the addresses that it was typed for (connection.py).
    Column("sealed", Text, nullable=False),
    # Somebody has looked at what it says and taken it in: from then on it goes by itself.
    Column("is_approved", Boolean, nullable=False, server_default=false()),
    Column("due_at", UtcDateTime, nullable=False),
    # When it was last asked; when the reading began that is true now; the next day on which that
    # changes by itself.
    Column("asked_at", UtcDateTime),
    Column("read_at", UtcDateTime),
    Column("turns_on", Date),
    # Of the last time it was asked: a key of faults.FILE_TEXTS.
    Column("fault", String(40)),
    Column("fault_detail", String(200)),
    **ONE_TREE,
)

# That a school system tells us by itself when something has changed.
roster_subscription = Table(
    "roster_subscription",
    metadata,
    Column("municipality_id", Id, ForeignKey("municipality.id"), primary_key=True),
    # Of the secret at the end of the address that it calls.
    Column("notice_hash", String(64), nullable=False, unique=True),
    # What it is called there; NULL until it is made.
    Column("name", String(200)),
    # NULL: the system has named no end.
    Column("until", UtcDateTime),
    Column("due_at", UtcDateTime, nullable=False),  # when we look after it next
    Column("told_at", UtcDateTime),  # when the system last said that something has changed
    Column("fault", String(40)),  # a key of subscribing.TEXTS, of the last time we looked
    **ONE_TREE,
)

# The municipality has said that what an LMS calls people (lis_person_sourcedid) is what a source
# calls them, too.
roster_trust = Table(
    "roster_trust",
    metadata,
    Column(
        "registration_id", Id, ForeignKey("registration.id"), primary_key=True, autoincrement=False
    ),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    Column("source", String(20), nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),  # who has said so
    Column("said_at", UtcDateTime, nullable=False),
    **ONE_TREE,
)
