"""Writes about privacy: what is set and agreed on, leaving, erasing, and what lies too long."""

from tracks.privacy.actions.copies import ask_for_copy, forget_copies
from tracks.privacy.actions.ending import announce_end, end_municipality, stop_end
from tracks.privacy.actions.erasing import erase
from tracks.privacy.actions.leaving import ask_to_leave, let_stay, rename, send_away_the_absent
from tracks.privacy.actions.retention import keep_no_longer
from tracks.privacy.actions.settings import (
    end_agreement,
    keep_feedback,
    record_agreement,
    set_terms,
)

__all__ = [
    "announce_end",
    "ask_for_copy",
    "ask_to_leave",
    "end_agreement",
    "end_municipality",
    "erase",
    "forget_copies",
    "keep_feedback",
    "keep_no_longer",
    "let_stay",
    "record_agreement",
    "rename",
    "send_away_the_absent",
    "set_terms",
    "stop_end",
]
