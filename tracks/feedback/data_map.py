"""What each column of this area holds (docs/operators/data.md says how to tag a new one)."""

from tracks.db.data_map import Limit, Tagged
from tracks.feedback.models import remark
from tracks.i18n import N_

TAGGED = (
    Tagged(
        remark,
        N_("so that sessions get better for teachers, and you see what came of it"),
        none="id municipality_id module_id version_id kind state done_in kept_until",
        pseudonymous="person_id said_at answered_at",
        personal="text answer",
        own="text answer",
        limit=Limit(remark.c.kept_until),
    ),
)
AUDITED = {
    "remark_removed": N_("Deleted what a teacher had said of a session, because it named somebody")
}
