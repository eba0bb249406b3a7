"""What each column of this area holds: published texts, and nobody's data."""

from tracks.catalogue.models import (
    expiry_notice,
    former_module,
    former_step,
    former_track,
    media_file,
    module,
    module_version,
    page_view,
    publisher,
    push_token,
    retired_part,
    search_entry,
    step,
    step_text,
    step_version,
    track,
    track_version,
    withdrawn,
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
        "texts minutes units frameworks entry_level foundation lifecycle replaced_by",
        label="version",
    ),
    Tagged(module, _WHY, none="id track_id slug", label="slug"),
    Tagged(
        module_version,
        _WHY,
        none="track_version_id module_id position gap_weeks units minutes texts devices changed_at",
    ),
    Tagged(step, _WHY, none="id module_id slug", label="slug"),
    Tagged(
        step_version,
        _WHY,
        none="track_version_id step_id module_id position phase kind is_resource minutes points "
        "visibility free_from free_until changed_at",
    ),
    Tagged(step_text, _WHY, none="track_version_id step_id language title body drawn_as"),
    Tagged(media_file, _WHY, none="track_version_id name body"),
    Tagged(
        search_entry,
        _WHY,
        none="id track_id address language kind title text subjects grades phase minutes "
        "published_at changed_at frameworks devices free_from free_until",
    ),
    Tagged(former_track, _WHY, none="publisher slug track_id"),
    Tagged(former_module, _WHY, none="track_id slug module_id"),
    Tagged(former_step, _WHY, none="module_id slug step_id"),
    Tagged(retired_part, _WHY, none="track_id part replaced_by"),
    Tagged(
        push_token,
        N_("to let a publisher's own tools write to its repository"),
        none="id publisher name token_hash made_at used_at revoked_at",
    ),
    Tagged(publisher, _WHY, none="slug name organisation_number contact"),
    Tagged(withdrawn, _WHY, none="address kind withdrawn_at"),
    Tagged(page_view, N_("to count how often a public page is opened"), none="address day views"),
    Tagged(expiry_notice, _WHY, none="address free_until days_before noted_at"),
)
