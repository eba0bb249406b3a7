"""What each column of this area holds: settings, agreements, the archive, feedback."""

from tracks.db.data_map import Limit, Tagged
from tracks.i18n import N_
from tracks.privacy.models import (
    agreement,
    archived_item,
    ended_municipality,
    feedback,
    municipality_copy,
    municipality_copy_piece,
    privacy_setting,
)
from tracks.privacy.rules import FEEDBACK_KEPT_FOR

_COPY = N_("so that the municipality can take its data with it")
_ITSELF = N_("the copy itself")
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
    Tagged(
        municipality_copy,
        _COPY,
        none="id municipality_id language state rows_read rows_expected bytes until",
        pseudonymous="person_id asked_at",
        left_out=_ITSELF,
        limit=Limit(municipality_copy.c.until, has_chore=True),
    ),
    # All personal data of a municipality, for a few days: it is in no other copy, and goes with it.
    Tagged(municipality_copy_piece, _COPY, none="copy_id number body", left_out=_ITSELF),
    Tagged(
        ended_municipality,
        N_("to show that all data of a municipality was deleted"),
        none="number mark name began_at ended_at rows entries last_hash",
        left_out=N_("the receipts of municipalities that have left: numbers, and nobody's data"),
    ),
)
AUDITED = {
    "privacy_seen": N_("Saw how much is kept about a person"),
    "data_exported": N_("Took a copy of a person's data"),
    "request_found": N_("Found a person by the code of a written request"),
    "reference_wrong": N_("Typed a code of a written request that is nobody's"),
    "erasure_requested": N_("Had a person erased in 30 days, on their written request"),
    "erasure_undone": N_("Let a person stay who was to be erased"),
    "erasure_asked": N_("Asked to be erased, in 30 days"),
    "absent_for_long": N_("Was away for long: is erased in 30 days"),
    "person_erased": N_("A person was erased"),
    "privacy_settings": N_("Changed the settings of privacy"),
    "agreement_recorded": N_("Recorded what was discussed with the employees' representatives"),
    "agreement_ended": N_("Ended what was agreed: numbers only"),
    "everything_asked": N_("Asked for a copy of all data of the municipality"),
    "everything_taken": N_("Took a copy of all data of the municipality"),
    "end_announced": N_("Announced that all data of the municipality is deleted"),
    "end_stopped": N_("Stopped it: the data of the municipality stays"),
}
LOOKS = frozenset({"privacy_seen", "data_exported", "request_found", "everything_taken"})
# About everybody in the municipality, whoever they are: each sees it under My data.
OF_ALL = frozenset({"everything_taken", "end_announced", "end_stopped"})
