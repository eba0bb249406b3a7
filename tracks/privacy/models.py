"""What a municipality has agreed on and set, what its archive keeps, what people write to us."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Integer, String, Table, Text, false

from tracks.db import Id, Json, UtcDateTime, metadata

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
