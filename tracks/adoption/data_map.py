"""What each column of this area holds: counters, and who has been counted."""

from tracks.adoption.models import former_use, resource_use, school_resource, school_track
from tracks.db.data_map import Tagged
from tracks.i18n import N_

_COUNTS = N_("to see how far schools have come, without persons")
TAGGED = (
    Tagged(
        school_track,
        _COUNTS,
        none="school_id track_id municipality_id started together tried followed_up changed_at",
    ),
    Tagged(
        resource_use,
        N_("to count it once"),
        none="step_id municipality_id",
        pseudonymous="person_id way used_at",
    ),
    Tagged(
        school_resource,
        _COUNTS,
        none="school_id step_id municipality_id programme independent",
    ),
    Tagged(
        former_use,
        N_("so that the counts of all municipalities stay right when one leaves"),
        none="step_id programme independent",
        left_out=N_("sums of municipalities that have left: they lead to none of them"),
    ),
)
