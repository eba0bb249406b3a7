"""What each column of this area holds (docs/operators/data.md says how to tag a new one)."""

from datetime import timedelta

from tracks.db.data_map import Limit, Tagged
from tracks.i18n import N_
from tracks.people.models import (
    account,
    context_member,
    municipality,
    person,
    role_grant,
    school,
    sign_in,
    support,
    team,
    team_school,
)

TAGGED = (
    Tagged(
        municipality,
        N_("to keep municipalities apart"),
        none="id name country number kind is_sample is_active mark ends_at",
        label="name",
    ),
    Tagged(
        school,
        N_("to count where work is done"),
        none="id municipality_id code name kind teachers teachers_as_of teachers_source device "
        "opened_on closed_on",
        label="name",
    ),
    Tagged(
        support,
        N_("to say where teachers ask for help"),
        none="municipality_id name phone email hours visiting",
        label="name",
    ),
    Tagged(
        person,
        N_("so that the work counts where it is done"),
        none="municipality_id is_suspended is_joined",
        pseudonymous="id created_at last_here leaving_at erased_at",
        personal="school_id former_school_id name protected_by language device",
        blank="school_id former_school_id name protected_by language device last_here leaving_at",
    ),
    Tagged(
        account,
        N_("to know that it is the same person who comes back; nothing else is used for that"),
        none="registration_id",
        pseudonymous="person_id",
        personal="sub",
    ),
    Tagged(
        context_member,
        N_("so that who leads the course knows who took part"),
        none="deployment_id",
        pseudonymous="person_id",
        personal="context_id",
    ),
    Tagged(
        role_grant,
        N_("to open the pages of the role"),
        none="id municipality_id",
        pseudonymous="person_id granted_at starts_at until",
        personal="role school_id team_id percent",
    ),
    Tagged(
        team,
        N_("to know which schools have lead spreaders together"),
        none="id municipality_id name ended_at",
        label="name",
    ),
    Tagged(
        team_school,
        N_("to know which schools have lead spreaders together"),
        none="team_id school_id municipality_id",
    ),
    Tagged(
        sign_in,
        N_("to stay signed in"),
        none="municipality_id deployment_id service_id",
        pseudonymous="person_id token_hash visit_hash created_at seen_at proved_at",
        personal="leads_here context_id lms_origin way_back way way_out",
        hidden="token_hash visit_hash way_out",
        limit=Limit(sign_in.c.created_at, timedelta(hours=12), has_chore=True),
    ),
)
AUDITED = {
    "erasure_withdrawn": N_("Came back before the 30 days were over, and stays"),
    "role_granted": N_("Gave a role"),
    "role_ended": N_("Ended a role"),
}
