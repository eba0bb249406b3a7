"""What each column of this area holds (docs/operators/data.md says how to tag a new one)."""

from tracks.db.data_map import Tagged
from tracks.i18n import N_
from tracks.rosters.models import (
    roster_entry,
    roster_import,
    roster_piece,
    roster_row,
    roster_service,
    roster_subscription,
    roster_trust,
)

TAGGED = (
    Tagged(
        roster_import,
        N_("to know where a change came from"),
        none="id municipality_id source file_name state list_kind columns is_complete bytes "
        "rows_expected rows_read fault fault_detail confirmed_gone counts passed_over",
        # The first rows of a list are about others; they are emptied with the file.
        pseudonymous="person_id created_at changed_at headings",
        hidden="headings",
    ),
    Tagged(
        roster_piece,
        N_("to read a list, until it is taken in or thrown away"),
        none="import_id number",
        personal="body",
        left_out=N_("a list on its way in, as a file: its rows are in the copy"),
        leads=(roster_piece.c.import_id, roster_import.c.id),
    ),
    Tagged(
        roster_row,
        N_("to show what a list would change, until it is taken in or thrown away"),
        none="import_id number line says unit_code former_code school_id kind teachers "
        "teachers_as_of fault fault_column fault_value",
        pseudonymous="person_id key",
        personal="name task is_protected",
        leads=(roster_row.c.import_id, roster_import.c.id),
    ),
    Tagged(
        roster_entry,
        N_("so that your work counts at the right school"),
        none="id municipality_id source role_grant_id",
        pseudonymous="person_id since ended_at",
        personal="key school_id task",
    ),
    Tagged(
        roster_service,
        N_("to fetch who works where from the school system"),
        none="municipality_id address token_url client_id scope sealed is_approved due_at asked_at "
        "read_at turns_on fault fault_detail",
        pseudonymous="person_id",
        hidden="sealed",
    ),
    Tagged(
        roster_subscription,
        N_("to be told by the school system when something has changed"),
        none="municipality_id notice_hash name until due_at told_at fault",
        hidden="notice_hash",
    ),
    Tagged(
        roster_trust,
        N_("to know who on a list is who in the LMS"),
        none="registration_id municipality_id source",
        pseudonymous="person_id said_at",
    ),
)
AUDITED = {
    "list_taken_in": N_("Took in a list of staff or schools"),
    "numbers_trusted": N_("Said whose numbers an LMS sends"),
    "school_system_set_up": N_("Connected the school system, or changed its secret"),
    "school_system_removed": N_("Removed the connection to the school system"),
}
