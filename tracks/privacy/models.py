"""What a municipality has agreed on and set, what its archive keeps, what people write to us; a
copy of all it has, and what is left when it has gone."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    false,
)

from tracks.db import ONE_TREE, Id, Json, UtcDateTime, metadata

privacy_setting = Table(
    "privacy_setting",
    metadata,
    # No row: as tracks.privacy.rules.DEFAULTS has it.
    Column(
        "municipality_id",
        Id,
        ForeignKey("municipality.id"),
        primary_key=True,
        autoincrement=False,
    ),
    # Who answers for the data, as people can reach them: an office, not a person.
    Column("controller", String(300), nullable=False, server_default=""),
    Column("officer", String(300), nullable=False, server_default=""),
    Column("processors", Text, nullable=False, server_default=""),
    Column("accessibility_contact", String(300), nullable=False, server_default=""),
    # Whoever has not worked here for so many months is erased, with the same 30 days to return.
    Column("months_away", Integer, nullable=False),
    # Names of tables whose rows are kept by name when a person is erased: the duty to archive.
    Column("archived", Json, nullable=False, server_default="[]"),
)

agreement = Table(
    "agreement",
    metadata,
    # What was discussed with the employees' representatives; the newest row holds.
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    Column("discussed_on", Date, nullable=False),
    # Roles that took part: codes of tracks.privacy.rules.Party.
    Column("parties", Json, nullable=False),
    # What leaders may see beyond numbers: codes of tracks.privacy.rules.Sight.
    Column("sights", Json, nullable=False),
    Column("is_ended", Boolean, nullable=False, server_default=false()),
    Column("recorded_by", Id, ForeignKey("person.id"), nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
)

archived_item = Table(
    "archived_item",
    metadata,
    # What was kept by name when a person was erased.
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    # The table it came from.
    Column("kind", String(60), nullable=False),
    Column("name", String(200)),
    Column("item", Json, nullable=False),
    Column("kept_at", UtcDateTime, nullable=False),
)

feedback = Table(
    "accessibility_feedback",
    metadata,
    # Without a sender: who wrote it stands here only if they typed it.
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("contact", String(200), nullable=False, server_default=""),
    Column("language", String(5), nullable=False),
    # The day only.
    Column("sent_on", Date, nullable=False, index=True),
)

municipality_copy = Table(
    "municipality_copy",
    metadata,
    # All that a municipality has, as a zip: made in the background, and gone a few days later.
    Column("id", Id, primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False, index=True),
    # Who has asked for it.
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("language", String(5), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    # A tracks.privacy.rules.CopyState.
    Column("state", String(10), nullable=False),
    Column("rows_read", Integer, nullable=False, server_default="0"),
    Column("rows_expected", Integer, nullable=False, server_default="0"),
    Column("bytes", BigInteger, nullable=False, server_default="0"),
    # Nobody can fetch it after that.
    Column("until", UtcDateTime, nullable=False),
)

municipality_copy_piece = Table(
    "municipality_copy_piece",
    metadata,
    # Of the zip: it may be larger than memory, and whoever asks may ask another machine.
    Column("copy_id", Id, ForeignKey("municipality_copy.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),
)

ended_municipality = Table(
    "ended_municipality",
    metadata,
    # The receipt. The municipality's row has gone, so nothing points to it.
    Column("number", Id, primary_key=True, autoincrement=False),
    Column("mark", String(32), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    # NULL: it is being done.
    Column("ended_at", UtcDateTime),
    # How many rows were deleted, by table.
    Column("rows", Json, nullable=False),
    # Of its audit log: how long it was, and its last hash, which the copy has too.
    Column("entries", Integer, nullable=False),
    Column("last_hash", String(64), nullable=False),
    **ONE_TREE,
)
