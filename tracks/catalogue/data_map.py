"""What each column of this area holds: published texts, and what somebody has said they teach."""

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
    teaching,
    track,
    track_version,
    withdrawn,
)
from tracks.catalogue.teaching.queries import WHY as TEACHING_WHY
from tracks.db.data_map import Limit, Tagged
from tracks.i18n import N_

_WHY = N_("to publish tracks")
_FOR_ALL = N_("published for everybody: it is no municipality's")
TAGGED = (
    Tagged(track, _WHY, none="id publisher slug version_id", label="slug", left_out=_FOR_ALL),
    Tagged(
        track_version,
        _WHY,
        # Authors are named in a publication because they want to be.
        none="id track_id version digest published_at languages subjects grades licence authors "
        "texts minutes units frameworks entry_level foundation kind "
        "module_order "
        "lifecycle replaced_by",
        label="version",
        left_out=_FOR_ALL,
    ),
    Tagged(module, _WHY, none="id track_id slug", label="slug", left_out=_FOR_ALL),
    Tagged(
        module_version,
        _WHY,
        none="track_version_id module_id position gap_weeks units minutes texts devices changed_at "
        "is_for_leaders begins_with_previous subjects grades frameworks",
        left_out=_FOR_ALL,
    ),
    Tagged(step, _WHY, none="id module_id slug", label="slug", left_out=_FOR_ALL),
    Tagged(
        step_version,
        _WHY,
        none="track_version_id step_id module_id position phase kind is_resource minutes points "
        "visibility free_from free_until starts_at ends_at changed_at",
        left_out=_FOR_ALL,
    ),
    Tagged(
        step_text,
        _WHY,
        none="track_version_id step_id language title body drawn_as",
        left_out=_FOR_ALL,
    ),
    Tagged(media_file, _WHY, none="track_version_id name body is_for_leaders", left_out=_FOR_ALL),
    Tagged(
        search_entry,
        _WHY,
        none="id track_id address language kind title text subjects grades phase minutes "
        "published_at changed_at frameworks devices track_kind free_from free_until",
        left_out=_FOR_ALL,
    ),
    Tagged(former_track, _WHY, none="publisher slug track_id", left_out=_FOR_ALL),
    Tagged(former_module, _WHY, none="track_id slug module_id", left_out=_FOR_ALL),
    Tagged(former_step, _WHY, none="module_id slug step_id", left_out=_FOR_ALL),
    Tagged(retired_part, _WHY, none="track_id part replaced_by", left_out=_FOR_ALL),
    Tagged(
        push_token,
        N_("to let a publisher's own tools write to its repository"),
        none="id publisher municipality_id token_hash made_at revoked_at expires_at",
        pseudonymous="person_id used_at",
        personal="name",
        hidden="token_hash",
        limit=Limit(push_token.c.expires_at),
    ),
    Tagged(publisher, _WHY, none="slug name organisation_number contact", left_out=_FOR_ALL),
    Tagged(withdrawn, _WHY, none="address kind withdrawn_at", left_out=_FOR_ALL),
    Tagged(
        page_view,
        N_("to count how often a public page is opened"),
        none="address day views",
        left_out=_FOR_ALL,
    ),
    Tagged(
        teaching,
        TEACHING_WHY,
        none="municipality_id",
        pseudonymous="person_id",
        personal="subjects grades",
    ),
    Tagged(expiry_notice, _WHY, none="address free_until days_before noted_at", left_out=_FOR_ALL),
)
