"""What each column of this area holds (docs/operators/data.md says how to tag a new one)."""

from tracks.db.data_map import Tagged
from tracks.i18n import N_
from tracks.mapping.models import device_count

TAGGED = (
    Tagged(
        device_count,
        N_("to see where every pupil has a device, and how old the count is"),
        none="school_id grade counted_on municipality_id pupils devices source",
        pseudonymous="written_by written_at",
    ),
)
AUDITED = {
    "devices_written": N_("Wrote how many devices the pupils of a school have"),
    "devices_taken_in": N_("Took in a list of the schools' devices"),
}
