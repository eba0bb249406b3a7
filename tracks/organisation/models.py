"""What became of units, codes that people type, and what a municipality has chosen."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text, false

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

school_code = Table(
    "school_code",
    metadata,
    # A number that a school had before. Where another school has it now, it is that one's.
    Column("school_id", Id, ForeignKey("school.id"), primary_key=True),
    Column("code", String(20), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    Column("until", Date, nullable=False),
    **ONE_TREE,
)

# Denominators: how many teachers a unit had, who says so, and when it was counted.
teacher_count = Table(
    "teacher_count",
    metadata,
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("school_id", Id, ForeignKey("school.id"), primary_key=True, autoincrement=False),
    Column("counted_on", Date, primary_key=True),
    # A rosters.records.Source, or one of actions.units: typed here, added up at a merge.
    Column("source", String(20), primary_key=True),
    Column("teachers", Integer, nullable=False),
    # Where the number comes from, in their words: as typed, or the name of the list.
    Column("said_source", String(100)),
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
    # One school, or the schools of one team; both NULL: the whole municipality.
    Column("school_id", Id, ForeignKey("school.id")),
    Column("team_id", Id, ForeignKey("team.id")),
    # Of the role that is taken: its end, and the time that is set aside for it.
    Column("role_until", UtcDateTime),
    Column("percent", Integer),
    # NULL: nobody knows any more.
    Column("made_by", Id, ForeignKey("person.id"), index=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),  # taken back
    Column("used_at", UtcDateTime),
    Column("taken_by", Id, ForeignKey("person.id"), index=True),
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
    # A coordinator had it made: of no use once the person has come in.
    Column("is_for_newcomer", Boolean, nullable=False, server_default=false()),
    **ONE_TREE,
)

chain_note = Table(
    "chain_note",
    metadata,
    # What goes down the spreader chain, and what a school needs, which goes up (O-07).
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    # Of a need: whose it is. NULL: a note that goes down.
    Column("school_id", Id, ForeignKey("school.id")),
    # Of a note: to whom. NULL: to all; also of a need.
    Column("team_id", Id, ForeignKey("team.id")),
    Column("for_staff", Boolean, nullable=False),
    Column("text", Text, nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
    Column("answer", String(300), nullable=False),  # "" while there is none
    Column("answered_at", UtcDateTime),
    Column("kept_until", Date, nullable=False, index=True),
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
