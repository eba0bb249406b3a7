"""What each column of this area holds: settings, agreements, the archive, feedback."""

from tracks.db.data_map import Limit, Tagged
from tracks.i18n import N_
from tracks.privacy.models import agreement, archived_item, feedback, privacy_setting
from tracks.privacy.rules import FEEDBACK_KEPT_FOR

TAGGED = (
    Tagged(
        privacy_setting,
        N_("so that everybody finds out who answers for the data"),
        none="municipality_id controller officer processors accessibility_contact months_away "
        "archived",
    ),
    Tagged(
        agreement,
        N_("so that leaders see what was agreed, and no more"),
        none="id municipality_id discussed_on parties sights is_ended",
        pseudonymous="recorded_by recorded_at",
    ),
    Tagged(
        archived_item,
        N_("because the municipality has a duty to archive it"),
        none="id municipality_id kind kept_at",
        pseudonymous="person_id",
        personal="name item",
    ),
    Tagged(
        feedback,
        N_("so that obstacles can be taken away"),
        # No sender: a contact, if there is one, was typed by whoever wants an answer.
        none="id municipality_id language sent_on",
        personal="text contact",
        limit=Limit(feedback.c.sent_on, FEEDBACK_KEPT_FOR),
    ),
)
AUDITED = {
    "privacy_seen": N_("Saw how much is kept about a person"),
    "data_exported": N_("Took a copy of a person's data"),
    "erasure_asked": N_("Asked to be erased, in 30 days"),
    "absent_for_long": N_("Was away for long: is erased in 30 days"),
    "person_erased": N_("A person was erased"),
    "privacy_settings": N_("Changed the settings of privacy"),
    "agreement_recorded": N_("Recorded what was discussed with the employees' representatives"),
    "agreement_ended": N_("Ended what was agreed: numbers only"),
}
LOOKS = frozenset({"privacy_seen", "data_exported"})
