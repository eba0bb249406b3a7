"""What each column of this area holds: who did what, in codes and numbers."""

from tracks.audit.models import audit_entry
from tracks.db.data_map import Tagged
from tracks.i18n import N_

TAGGED = (
    Tagged(
        audit_entry,
        N_("so that it can be seen who did what"),
        none="id municipality_id number hash",
        pseudonymous="at code actor_id person_id parameters",
    ),
)
AUDITED = {
    "audit_exported": N_("Took a copy of the audit log"),
    "affected_exported": N_("Took a list of whose data entries of the log are about"),
}
