"""Reads of the organisation."""

from tracks.db.data_map import Kept
from tracks.i18n import N_
from tracks.organisation.models import code_try, link_code

KEPT = (
    Kept(
        link_code.c.person_id,
        N_("Code to link another account"),
        N_("so that your work in two LMSs counts once"),
        N_("at most 20 minutes, then it is deleted"),
    ),
    Kept(
        code_try.c.person_id,
        N_("How many codes were typed wrong"),
        N_("so that nobody guesses a code"),
        N_("at most two hours, then it is deleted"),
    ),
)
