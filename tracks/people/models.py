"""Municipalities, schools, persons, their accounts in LMSs, roles and sign-ins."""

from secrets import token_hex

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    true,
)

from tracks.db import ONE_TREE, Id, UtcDateTime, metadata

municipality = Table(
    "municipality",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("country", String(2), nullable=False),
    Column("number", String(20)),
    # A tracks.people.rules.OwnerKind: who answers for the units.
    Column("kind", String(20), nullable=False, server_default="municipality"),
    Column("is_sample", Boolean, nullable=False, server_default=false()),
    Column("is_active", Boolean, nullable=False, server_default=true()),
    # Tells it from another one that is given its number after a backup was restored.
    Column("mark", String(32), nullable=False, server_default="", default=lambda: token_hex(16)),
    # When all that is its own is deleted, unless somebody stops it before. NULL: it stays.
    Column("ends_at", UtcDateTime),
)

school = Table(
    "school",
    metadata,
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    # Organisation number (NO) or school unit code (SE).
    Column("code", String(20), nullable=False),
    Column("name", String(200), nullable=False),
    Column("kind", String(20), nullable=False),
    # The denominator of adoption: NULL is "unknown", never 0.
    Column("teachers", Integer),
    Column("teachers_as_of", Date),
    Column("teachers_source", String(100)),
    # What most pupils there have: the default of whoever has not chosen. NULL: unknown.
    Column("device", String(12)),
    # NULL: as long as anybody knows; and open. A closed one keeps its numbers and its name.
    Column("opened_on", Date),
    Column("closed_on", Date),
    UniqueConstraint("municipality_id", "code"),
)

support = Table(
    "support",
    metadata,
    # Where a municipality's teachers ask for help: a desk, never a person.
    Column("municipality_id", Id, ForeignKey("municipality.id"), primary_key=True),
    Column("name", String(100), nullable=False),
    Column("phone", String(40), nullable=False),
    Column("email", String(254), nullable=False),
    # When it answers, and when and where one may come: free text.
    Column("hours", String(200), nullable=False),
    Column("visiting", String(200), nullable=False),
    **ONE_TREE,
)

person = Table(
    "person",
    metadata,
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("school_id", Id, ForeignKey("school.id"), index=True),
    # The last one that closed while their work counted there.
    Column("former_school_id", Id, ForeignKey("school.id"), index=True),
    # As sent by the LMS or typed by the person; NULL when neither: everything works without.
    Column("name", String(200)),
    # The source of lists that says their identity is protected: until it takes that back, nothing
    # but they themselves writes a name. NULL: none says so.
    Column("protected_by", String(20)),
    Column("language", String(5)),
    # What the pupils have: its variant of a text opens first. NULL: not chosen.
    Column("device", String(12)),
    Column("is_suspended", Boolean, nullable=False, server_default=false()),
    Column("created_at", UtcDateTime, nullable=False),
    # The first day of the month in which they last came in; NULL: never, they stand on a list.
    Column("last_here", Date),
    # Wants to be erased, or has been away for long: it happens then, unless they come back before.
    Column("leaving_at", UtcDateTime, index=True),
    # The row stays, empty: its number must never be somebody else's.
    Column("erased_at", UtcDateTime),
    # Everything of it is another row's; the audit log still names this one.
    Column("is_joined", Boolean, nullable=False, server_default=false()),
)

account = Table(
    "account",
    metadata,
    # (registration, sub) is a person's whole identity in an LMS: never a name or an e-mail (T32).
    Column("registration_id", Id, primary_key=True, autoincrement=False),
    Column("sub", String(255), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    **ONE_TREE,
)

context_member = Table(
    "context_member",
    metadata,
    # Who has come by a launch from which course (LTI context).
    Column("deployment_id", Id, primary_key=True, autoincrement=False),
    Column("context_id", String(255), primary_key=True),
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True, index=True),
    **ONE_TREE,
)

team = Table(
    "team",
    metadata,
    # Units that have lead spreaders together (O-06).
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("name", String(100), nullable=False),
    # It stays while roles or notes name it, and opens nothing.
    Column("ended_at", UtcDateTime),
    UniqueConstraint("municipality_id", "name"),
)

team_school = Table(
    "team_school",
    metadata,
    Column("team_id", Id, ForeignKey("team.id"), primary_key=True),
    Column("school_id", Id, ForeignKey("school.id"), primary_key=True, index=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    **ONE_TREE,
)

role_grant = Table(
    "role_grant",
    metadata,
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("role", String(20), nullable=False),
    # One school, or the schools of one team; both NULL: the whole municipality.
    Column("school_id", Id, ForeignKey("school.id"), index=True),
    Column("team_id", Id, ForeignKey("team.id"), index=True),
    Column("granted_at", UtcDateTime, nullable=False),
    # NULL: from when it was given, and until somebody ends it.
    Column("starts_at", UtcDateTime),
    Column("until", UtcDateTime),
    # Of a full post: the time set aside for it (O-09). NULL: unknown.
    Column("percent", Integer),
)

sign_in = Table(
    "sign_in",
    metadata,
    # SHA-256 of the cookie's value: a copy of the database opens no session.
    Column("token_hash", String(64), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False),
    # Which launch it came from: sign-ins of a deployment end when it is switched off (T39).
    # 0: none, but a login of the person's own.
    Column("deployment_id", Id, nullable=False),
    Column("leads_here", Boolean, nullable=False),
    # The course (LTI context) that the launch came from; NULL: from none.
    Column("context_id", String(255)),
    # Origin of the LMS that may frame our pages during this sign-in (T40).
    Column("lms_origin", String(300), nullable=False),
    # The course the person came from, on the LMS's own host; NULL where the launch named none.
    Column("way_back", Text),
    # A tracks.people.rules.Way: by an LMS's launch, or by a login of one's own.
    Column("way", String(10), nullable=False, server_default="lti"),
    # When the person last showed who they are by that login; NULL: nobody knows.
    Column("proved_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    # Of a login service, where it offers it: how one signs out there, too. Sealed, and gone with
    # the row.
    Column("way_out", Text),
    # Of a login service: which, and SHA-256 of what it calls this visit (`sid`); it may end it.
    Column("service_id", Id),
    Column("visit_hash", String(64)),
    **ONE_TREE,
)
