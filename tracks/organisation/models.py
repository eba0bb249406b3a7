"""What became of units, codes that people type, and what a municipality has chosen."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table

from tracks.db import ONE_TREE, Id, Json, UtcDateTime, metadata

school_successor = Table(
    "school_successor",
    metadata,
    # A merge has several rows with one successor, a split one school with several.
    Column("school_id", Id, ForeignKey("school.id"), primary_key=True),
    Column("successor_id", Id, ForeignKey("school.id"), primary_key=True, index=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    Column("happened_on", Date, nullable=False),
    # "merge" or "split": only a merge takes all numbers along.
    Column("kind", String(10), nullable=False),
    **ONE_TREE,
)

school_name = Table(
    "school_name",
    metadata,
    # What an open school was called before.
    Column("school_id", Id, ForeignKey("school.id"), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    Column("until", Date, nullable=False),
    **ONE_TREE,
)

role_invitation = Table(
    "role_invitation",
    metadata,
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    # SHA-256 of the code: who reads this table can take nothing.
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("role", String(20), nullable=False),
    Column("school_id", Id, ForeignKey("school.id"), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index("ix_role_invitation_municipality_id_school_id", "municipality_id", "school_id"),
)

link_code = Table(
    "link_code",
    metadata,
    # One at a time for a person; a new one takes the place of the old.
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("code_hash", String(64), nullable=False, unique=True),
    Column("expires_at", UtcDateTime, nullable=False),
    **ONE_TREE,
)

code_try = Table(
    "code_try",
    metadata,
    # How many codes a person has typed wrong since `since`.
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("tries", Integer, nullable=False),
    **ONE_TREE,
)

municipality_choice = Table(
    "municipality_choice",
    metadata,
    Column("municipality_id", Id, ForeignKey("municipality.id"), primary_key=True),
    # Counts of people under this are hidden; never lower than the installation's.
    Column("small_number", Integer),
    # What they call some things, by language: {"nb": {"spreader": "IKT-veileder"}}.
    Column("words", Json, nullable=False),
    # A framework of digital competence: "pfdk" or "digcompedu".
    Column("framework", String(20), nullable=False),
    **ONE_TREE,
)
