"""What each column of this area holds: published texts, and nobody's data."""

from tracks.catalogue.models import (
    media_file,
    module,
    module_version,
    search_entry,
    step,
    step_text,
    step_version,
    track,
    track_version,
)
from tracks.db.data_map import Tagged
from tracks.i18n import N_

_WHY = N_("to publish tracks")
TAGGED = (
    Tagged(track, _WHY, none="id publisher slug version_id", label="slug"),
    Tagged(
        track_version,
        _WHY,
        # Authors are named in a publication because they want to be.
        none="id track_id version digest published_at languages subjects grades licence authors "
        "texts minutes units",
        label="version",
    ),
    Tagged(module, _WHY, none="id track_id slug", label="slug"),
    Tagged(
        module_version,
        _WHY,
        none="track_version_id module_id position gap_weeks units minutes texts",
    ),
    Tagged(step, _WHY, none="id module_id slug", label="slug"),
    Tagged(
        step_version,
        _WHY,
        none="track_version_id step_id module_id position phase kind is_resource minutes points "
        "visibility",
    ),
    Tagged(step_text, _WHY, none="track_version_id step_id language title body"),
    Tagged(media_file, _WHY, none="track_version_id name body"),
    Tagged(
        search_entry,
        _WHY,
        none="id track_id address language kind title text subjects grades phase minutes "
        "published_at",
    ),
)
