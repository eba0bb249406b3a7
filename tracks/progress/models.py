"""What each teacher has done. One row per person and thing: done twice is done once."""

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    false,
)

from tracks.db import ONE_TREE, Id, Json, UtcDateTime, metadata

step_work = Table(
    "step_work",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("track_id", Id, ForeignKey("track.id"), primary_key=True),
    Column("step_id", Id, ForeignKey("step.id"), primary_key=True),
    # Used on its own, outside the track: counted apart, and never as progress in the track (F-13).
    Column("alone", Boolean, primary_key=True, server_default=false()),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("version_id", Id, ForeignKey("track_version.id"), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("done_at", UtcDateTime),
    Column("answer", Json),
    # Grows with each saved answer: a form that started from an older one is not taken silently.
    Column("revision", Integer, nullable=False, server_default="0"),
    Column("saved_at", UtcDateTime),
    Column("points", Float),
    **ONE_TREE,
)

phase_work = Table(
    "phase_work",
    metadata,
    # Joint work (B or D) that this person took part in.
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("track_id", Id, ForeignKey("track.id"), primary_key=True),
    Column("module_id", Id, ForeignKey("module.id"), primary_key=True),
    Column("phase", String(1), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("recorded_by", Id, ForeignKey("person.id"), nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    **ONE_TREE,
)

# Where sessions are taken in order: one that a leader has opened for everybody at the school.
opened_module = Table(
    "opened_module",
    metadata,
    Column("school_id", Id, ForeignKey("school.id"), primary_key=True),
    Column("module_id", Id, ForeignKey("module.id"), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    **ONE_TREE,
)

track_work = Table(
    "track_work",
    metadata,
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("track_id", Id, ForeignKey("track.id"), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    # The school it counts for; NULL until the teacher has said which.
    Column("school_id", Id, ForeignKey("school.id")),
    Column("last_step_id", Id, ForeignKey("step.id")),
    # The version this person works on, until they take a newer one (ADR 0029).
    Column("version_id", Id, ForeignKey("track_version.id")),
    # A newer one they have seen and do not want; they are not asked again before the next.
    Column("declined_id", Id, ForeignKey("track_version.id")),
    Column("worked_at", UtcDateTime, nullable=False),
    Column("started_at", UtcDateTime),
    Column("together_at", UtcDateTime),
    Column("tried_at", UtcDateTime),
    Column("followed_up_at", UtcDateTime),
    **ONE_TREE,
)

shared_answer = Table(
    "shared_answer",
    metadata,
    # A copy of a reflection as it was when its writer chose to share it: what is typed later is
    # nobody else's business until it is shared again.
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("step_id", Id, ForeignKey("step.id"), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("track_id", Id, ForeignKey("track.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("shared_at", UtcDateTime, nullable=False),
    **ONE_TREE,
)

followed_track = Table(
    "followed_track",
    metadata,
    # To hear of new versions, whether they work in it or not.
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("track_id", Id, ForeignKey("track.id"), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    # The newest version when they last said that they follow it.
    Column("seen_id", Id, ForeignKey("track_version.id"), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    **ONE_TREE,
)

followed_author = Table(
    "followed_author",
    metadata,
    # To hear of new tracks and versions by them: a tracks.catalogue.rules.Byline's name.
    Column("person_id", Id, ForeignKey("person.id"), primary_key=True),
    Column("author", String(200), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    # What was published after this is new to them.
    Column("seen_at", UtcDateTime, nullable=False),
    **ONE_TREE,
)

attachment = Table(
    "attachment",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("municipality_id", Id, ForeignKey("municipality.id"), nullable=False),
    Column("person_id", Id, ForeignKey("person.id"), nullable=False, index=True),
    Column("step_id", Id, ForeignKey("step.id"), nullable=False),
    Column("name", String(120), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
)
