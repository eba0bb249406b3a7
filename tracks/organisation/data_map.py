"""What each column of this area holds (docs/operators/data.md says how to tag a new one)."""

from tracks.db.data_map import Limit, Tagged
from tracks.i18n import N_
from tracks.organisation.codes import INVITATIONS_SHOWN
from tracks.organisation.models import (
    chain_note,
    code_try,
    link_code,
    municipality_choice,
    role_invitation,
    school_code,
    school_name,
    school_successor,
    teacher_count,
)

TAGGED = (
    Tagged(
        school_successor,
        N_("so that numbers of schools that merged still add up"),
        none="school_id successor_id municipality_id happened_on kind",
    ),
    Tagged(
        school_name,
        N_("so that a school is found by the name it had"),
        none="school_id name municipality_id until",
    ),
    Tagged(
        school_code,
        N_("so that a school is found by the number it had"),
        none="school_id code municipality_id until",
    ),
    Tagged(
        teacher_count,
        N_("to count where work is done"),
        none="municipality_id school_id counted_on source teachers said_source",
    ),
    Tagged(
        role_invitation,
        N_("to give a role to whoever has the code"),
        none="id municipality_id role school_id team_id role_until percent",
        pseudonymous="code_hash made_by made_at expires_at ended_at used_at taken_by",
        hidden="code_hash",
        limit=Limit(role_invitation.c.expires_at, INVITATIONS_SHOWN, has_chore=True),
    ),
    Tagged(
        link_code,
        N_("to know that two accounts are one person"),
        none="municipality_id is_for_newcomer",
        pseudonymous="person_id code_hash expires_at",
        hidden="code_hash",
    ),
    Tagged(
        chain_note,
        N_("so that schools and the municipality hear of each other"),
        none="id municipality_id school_id team_id for_staff kept_until",
        pseudonymous="person_id written_at answered_at",
        personal="text answer",
        limit=Limit(chain_note.c.kept_until),
    ),
    Tagged(
        code_try,
        N_("to stop whoever guesses codes"),
        none="municipality_id",
        pseudonymous="person_id since tries",
    ),
    Tagged(
        municipality_choice,
        N_("what a municipality has chosen for its pages"),
        none="municipality_id small_number words framework",
    ),
)
AUDITED = {
    "role_invited": N_("Made an invitation to a role"),
    "invitation_ended": N_("Took an invitation to a role back"),
    "link_code_made": N_("Made a code for somebody whom a list has brought"),
    "person_moved": N_("Said at which school somebody's work counts"),
    "person_suspended": N_("Shut somebody out, or let them in again"),
    "accounts_linked": N_("Linked two accounts of one person"),
    "unit_changed": N_("Made or changed a school"),
    "unit_renumbered": N_("Gave a school another number"),
    "unit_closed": N_("Closed a school that nothing came after"),
    "unit_opened_again": N_("Opened a closed school again"),
    "units_merged": N_("Made several schools one"),
    "unit_split": N_("Made one school several"),
    "team_changed": N_("Changed a team"),
    "settings_changed": N_("Changed the settings of the municipality"),
}
