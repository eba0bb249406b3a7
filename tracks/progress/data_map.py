"""What each column of this area holds: what teachers have done and written."""

from tracks.db.data_map import Tagged
from tracks.i18n import N_
from tracks.progress.models import (
    attachment,
    followed_author,
    followed_track,
    opened_module,
    phase_work,
    shared_answer,
    step_work,
    track_work,
)

TAGGED = (
    Tagged(
        step_work,
        N_("to go on where one left off"),
        none="track_id step_id municipality_id version_id",
        pseudonymous="person_id alone opened_at done_at revision saved_at",
        personal="answer points",
        own="answer points",
    ),
    Tagged(
        phase_work,
        N_("because joint work is counted by the leader"),
        none="track_id module_id phase municipality_id",
        pseudonymous="person_id recorded_by recorded_at",
    ),
    Tagged(
        opened_module,
        N_("so that a group may go on before everybody has done their own part"),
        none="school_id module_id municipality_id opened_at",
    ),
    Tagged(
        track_work,
        N_("to go on, and for the counts of the school"),
        none="track_id municipality_id version_id declined_id",
        pseudonymous="person_id last_step_id worked_at started_at together_at tried_at "
        "followed_up_at",
        personal="school_id",
    ),
    Tagged(
        shared_answer,
        N_("because the person chose to"),
        none="step_id municipality_id track_id",
        pseudonymous="person_id shared_at",
        personal="text",
        own="text",
    ),
    Tagged(
        followed_track,
        N_("to tell of new versions when the person has asked for it"),
        none="track_id municipality_id seen_id",
        pseudonymous="person_id since",
    ),
    Tagged(
        followed_author,
        N_("to tell of new versions when the person has asked for it"),
        none="municipality_id",
        pseudonymous="person_id seen_at",
        personal="author",
    ),
    Tagged(
        attachment,
        N_("because the person saved them"),
        none="municipality_id step_id",
        pseudonymous="id person_id added_at",
        personal="name body",
        own="name body",
        file=("name", "body"),
    ),
)
AUDITED = {
    "module_opened": N_("Opened a session for everybody at a school"),
    "module_closed": N_("Let a session open by itself again"),
}
