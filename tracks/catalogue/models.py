"""What is published here: durable identities, and versions that never change once published."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from tracks.db import ONE_TREE, Id, Json, UtcDateTime, metadata

track = Table(
    "track",
    metadata,
    Column("id", Id, primary_key=True),
    Column("publisher", String(80), nullable=False),
    Column("slug", String(80), nullable=False),
    # The version newcomers meet; NULL only while the first one is being written.
    Column("version_id", Id),
    UniqueConstraint("publisher", "slug"),
)

track_version = Table(
    "track_version",
    metadata,
    Column("id", Id, primary_key=True),
    Column("track_id", Id, ForeignKey("track.id"), nullable=False),
    Column("version", String(20), nullable=False),
    # SHA-256 of all that is stored of it: the same text publishes as nothing new.
    Column("digest", String(64), nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("languages", Json, nullable=False),  # ["nb", "sv"], the first is the original
    Column("subjects", Json, nullable=False),
    Column("grades", Json, nullable=False),
    Column("licence", String(80), nullable=False),
    Column("authors", Json, nullable=False),
    # {language: {title, summary, html, title_en, entry_check, you_said, changes}}; the last four
    # may be missing: one line, a line each, and {version: [line, ...]} twice
    Column("texts", Json, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("units", Integer, nullable=False),
    # NULL: published before these were kept. Publishing the same text again fills them in.
    Column("frameworks", Json),
    Column("entry_level", String(2)),
    Column("foundation", String(165)),  # a track of the same publisher, for those who cannot yet
    # A retired track is not offered any more; those who have begun keep it.
    Column("kind", String(20)),  # content.model.TrackKind; NULL: another
    Column("module_order", String(12)),  # content.model.Order; NULL: as recommended
    Column("lifecycle", String(12), nullable=False, server_default="open"),
    Column("replaced_by", String(330)),  # the address of what to use instead
    UniqueConstraint("track_id", "version"),
)

module = Table(
    "module",
    metadata,
    Column("id", Id, primary_key=True),
    Column("track_id", Id, ForeignKey("track.id"), nullable=False),
    Column("slug", String(80), nullable=False),
    UniqueConstraint("track_id", "slug"),
)

module_version = Table(
    "module_version",
    metadata,
    Column("track_version_id", Id, ForeignKey("track_version.id"), primary_key=True),
    Column("module_id", Id, ForeignKey("module.id"), primary_key=True),
    Column("position", Integer, nullable=False),
    Column("gap_weeks", Integer, nullable=False),
    Column("units", Integer, nullable=False),
    Column("minutes", Json, nullable=False),  # {"A": 30, ...}
    Column("texts", Json, nullable=False),  # {language: {title, leader_html, phases: {"A": {...}}}}
    Column("devices", Json),  # ["ipad"]; NULL as in track_version
    Column("changed_at", UtcDateTime),  # NULL: not known, then with its version
    # Its own, as in track_version; NULL: its track's
    Column("subjects", Json),
    Column("grades", Json),
    Column("frameworks", Json),
    # It may be taken at the same time as the one before it.
    Column("begins_with_previous", Boolean, nullable=False, server_default=false()),
    # Such a one has no steps: all its words stand in its texts, as leader_html (ADR 0057).
    Column("is_for_leaders", Boolean, nullable=False, server_default=false()),
)

step = Table(
    "step",
    metadata,
    Column("id", Id, primary_key=True),
    Column("module_id", Id, ForeignKey("module.id"), nullable=False),
    Column("slug", String(80), nullable=False),
    UniqueConstraint("module_id", "slug"),
)

step_version = Table(
    "step_version",
    metadata,
    Column("track_version_id", Id, ForeignKey("track_version.id"), primary_key=True),
    Column("step_id", Id, ForeignKey("step.id"), primary_key=True),
    Column("module_id", Id, ForeignKey("module.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("phase", String(1), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("is_resource", Boolean, nullable=False),
    Column("minutes", Integer),
    Column("points", Float, nullable=False),
    Column("visibility", String(10)),
    # Readable for everybody from that day, to that day inclusive; NULL: without beginning, end.
    Column("free_from", Date),
    Column("free_until", Date),
    # Of an event
    Column("starts_at", UtcDateTime),
    Column("ends_at", UtcDateTime),
    Column("changed_at", UtcDateTime),  # as in module_version
)

step_text = Table(
    "step_text",
    metadata,
    Column("track_version_id", Id, ForeignKey("track_version.id"), primary_key=True),
    Column("step_id", Id, ForeignKey("step.id"), primary_key=True),
    Column("language", String(5), primary_key=True),
    Column("title", String(300), nullable=False),
    Column("body", Json, nullable=False),  # content.rendering: RenderedStep.as_json()
    # What it was drawn from (content.rendering.identity). NULL: it is drawn anew next time.
    Column("drawn_as", String(64)),
)

media_file = Table(
    "media_file",
    metadata,
    Column("track_version_id", Id, ForeignKey("track_version.id"), primary_key=True),
    Column("name", String(120), primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("is_for_leaders", Boolean, nullable=False, server_default=false()),
)

# What the public catalogue can find: the versions that newcomers meet, a row for each language.
# The words it is found by stand in `search_words`, which each database has in its own form
# (tracks/catalogue/search_words.py) and no model describes.
search_entry = Table(
    "search_entry",
    metadata,
    Column("id", Id, primary_key=True),
    Column("track_id", Id, ForeignKey("track.id"), nullable=False, index=True),
    Column("address", String(330), nullable=False),
    Column("language", String(5), nullable=False),
    Column("kind", String(10), nullable=False),  # track, module or resource
    Column("title", String(300), nullable=False),
    Column("text", Text, nullable=False),  # plain, for the excerpt
    Column("subjects", Text, nullable=False),  # "|NOR01-08|MAT01-06|"
    Column("grades", Text, nullable=False),  # "|8|9|10|": each by itself
    Column("phase", String(1), nullable=False),  # of a resource, else ""
    Column("minutes", Integer),
    Column("published_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime),  # NULL: not known, then as published_at
    Column("frameworks", Text, nullable=False, server_default=""),  # "|pfdk-1|pfdk-4|"
    Column("devices", Text, nullable=False, server_default=""),  # the same
    Column("track_kind", String(20), nullable=False, server_default=""),
    Column("free_from", Date),  # of a resource
    Column("free_until", Date),
    UniqueConstraint("address", "language"),
    # Harvesters read it in this order (tracks/catalogue/harvest.py).
    Index("ix_search_entry_published_at_address", "published_at", "address"),
)

# Who publishes, as library.yaml says it.
publisher = Table(
    "publisher",
    metadata,
    Column("slug", String(80), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("organisation_number", String(9), nullable=False),
    Column("contact", String(254), nullable=False),
    **ONE_TREE,
)

# What stood in the catalogue once and does so no more; kept for ever, for those who harvest it.
withdrawn = Table(
    "withdrawn",
    metadata,
    Column("address", String(330), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("withdrawn_at", UtcDateTime, nullable=False),
    **ONE_TREE,
)

# What somebody has said that they teach: for what the catalogue shows them first, and nothing else.
teaching = Table(
    "teaching",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("subjects", Json, nullable=False),  # ["NAT01-05"]
    Column("grades", Json, nullable=False),  # ["8", "9", "10"], each by itself
    **ONE_TREE,
)

# How often a public page was opened on a day. Nothing about who did.
page_view = Table(
    "page_view",
    metadata,
    Column("address", String(330), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("views", Integer, nullable=False),
    **ONE_TREE,
)

# The end of a time of access that has been told of, so that each is told once.
expiry_notice = Table(
    "expiry_notice",
    metadata,
    Column("address", String(330), primary_key=True),
    Column("free_until", Date, primary_key=True),
    Column("days_before", Integer, primary_key=True),
    Column("noted_at", UtcDateTime, nullable=False),
    **ONE_TREE,
)

# What ids were before: their links lead on for ever (ADR 0029).
former_track = Table(
    "former_track",
    metadata,
    Column("publisher", String(80), primary_key=True),
    Column("slug", String(80), primary_key=True),
    Column("track_id", Id, ForeignKey("track.id"), nullable=False),
    **ONE_TREE,
)

former_module = Table(
    "former_module",
    metadata,
    Column("track_id", Id, ForeignKey("track.id"), primary_key=True),
    Column("slug", String(80), primary_key=True),
    Column("module_id", Id, ForeignKey("module.id"), nullable=False),
    **ONE_TREE,
)

former_step = Table(
    "former_step",
    metadata,
    Column("module_id", Id, ForeignKey("module.id"), primary_key=True),
    Column("slug", String(80), primary_key=True),
    Column("step_id", Id, ForeignKey("step.id"), nullable=False),
    **ONE_TREE,
)

# Who may fetch and push a library by git. The token itself is shown once and not kept.
push_token = Table(
    "push_token",
    metadata,
    Column("id", Id, primary_key=True),
    Column("publisher", String(80), nullable=False),
    # Whose authors' tracks it opens, beside those of nobody. NULL: the whole library.
    Column("municipality_id", Id, ForeignKey("municipality.id")),
    # An author who has made it for themselves, and until when. NULL: the operator made it.
    Column("person_id", Id, ForeignKey("person.id"), index=True),
    Column("expires_at", UtcDateTime, index=True),
    Column("name", String(80), nullable=False),  # what it is for, not who has it
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Column("revoked_at", UtcDateTime),
)

# Parts that a newer version has no more, with what takes their place: an address, or NULL.
retired_part = Table(
    "retired_part",
    metadata,
    Column("track_id", Id, ForeignKey("track.id"), primary_key=True),
    Column("part", String(165), primary_key=True),  # module or module#step
    Column("replaced_by", String(330)),
    **ONE_TREE,
)
