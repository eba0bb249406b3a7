"""The sample track with something changed, published."""

from datetime import UTC, date, datetime
from typing import Any

from msgspec.structs import replace

from content.model import Access, Step, Track
from tests.factories.databases import sample_library
from tests.factories.tool import Tool
from tracks.catalogue.actions import publish_track

RESOURCE = "/r/sample/maaling/enheter/les"
ADDRESS = "sample/maaling/enheter#les"
TEXT = "Et mål har alltid en enhet."


def track_with(step_id: str = "les", **step: Any) -> Track:
    """`step`: what is different at that step of the first session."""
    source = sample_library().tracks[0]
    first = source.modules[0]

    def changed(each: Step) -> Step:
        return replace(each, **step) if each.id == step_id else each

    sections = tuple(
        replace(section, steps=tuple(map(changed, section.steps))) for section in first.sections
    )
    return replace(source, modules=(replace(first, sections=sections), *source.modules[1:]))


def publish(tool: Tool, source: Track, at: datetime | None = None, **changes: Any) -> None:
    with tool.database.writing() as session:
        publish_track(
            session,
            "sample",
            replace(source, **changes),
            media={},
            now=at or datetime.now(UTC),
        )


def open_between(
    tool: Tool, first: date | None, last: date | None, *, version: str = "2.0.0"
) -> None:
    """A new version of the sample track, whose resource has that time of access."""
    publish(tool, track_with(access=Access(first, last)), version=version)
