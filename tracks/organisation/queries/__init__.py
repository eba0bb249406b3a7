"""Reads of the organisation."""

from tracks.db.data_map import Kept
from tracks.i18n import N_
from tracks.organisation.models import chain_note, code_try, link_code, role_invitation

_INVITATION_KEPT = N_("at most four months, then it is deleted")
KEPT = (
    Kept(
        chain_note.c.person_id,
        N_("What you wrote between the schools and the municipality"),
        N_("so that schools and the municipality hear of each other"),
        N_("until you take it back, or a year after it was written or answered"),
        active=chain_note.c.written_at,
    ),
    Kept(
        role_invitation.c.made_by,
        N_("Invitations to a role that you have made"),
        N_("to know who has invited to which role"),
        _INVITATION_KEPT,
    ),
    Kept(
        role_invitation.c.taken_by,
        N_("Invitations by which you have got a role"),
        N_("to know who has got which role by an invitation"),
        _INVITATION_KEPT,
    ),
    Kept(
        link_code.c.person_id,
        N_("Code to link another account"),
        N_("so that your work in two LMSs counts once"),
        N_(
            "at most 20 minutes, or 14 days if a coordinator made it for your first visit; "
            "then it is deleted"
        ),
    ),
    Kept(
        code_try.c.person_id,
        N_("How many codes were typed wrong"),
        N_("so that nobody guesses a code"),
        N_("at most two hours, then it is deleted"),
    ),
)
