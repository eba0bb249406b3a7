"""What each column of this area holds (docs/operators/data.md says how to tag a new one)."""

from tracks.db.data_map import Tagged
from tracks.i18n import N_
from tracks.organisation.models import (
    code_try,
    link_code,
    municipality_choice,
    role_invitation,
    school_name,
    school_successor,
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
        role_invitation,
        N_("to give a role to whoever has the code"),
        none="id municipality_id code_hash role school_id made_at expires_at used_at",
    ),
    Tagged(
        link_code,
        N_("to know that two accounts are one person"),
        none="municipality_id",
        pseudonymous="person_id code_hash expires_at",
        hidden="code_hash",
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
    "link_code_made": N_("Made a code for somebody whom a list has brought"),
    "accounts_linked": N_("Linked two accounts of one person"),
    "unit_changed": N_("Made or changed a school"),
    "units_merged": N_("Made several schools one"),
    "unit_split": N_("Made one school several"),
    "team_changed": N_("Changed a team"),
    "settings_changed": N_("Changed the settings of the municipality"),
}
