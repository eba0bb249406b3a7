"""What each column of this area holds: texts of tracks, and who wrote them."""

from tracks.authoring.models import draft, library_change
from tracks.db.data_map import Tagged
from tracks.i18n import N_

TAGGED = (
    Tagged(
        draft,
        N_("so that nothing you type is lost before you put it into the library"),
        none="id municipality_id revision",
        pseudonymous="person_id saved_at",
        personal="path text base",
    ),
    Tagged(
        library_change,
        N_("so that earlier texts can be found and restored"),
        # What is published is the municipality's; the number leads to nobody after an erasure.
        none="id municipality_id path text note",
        pseudonymous="person_id saved_at",
    ),
)
