"""Writes about privacy: what is set and agreed on, leaving, erasing, and what lies too long."""

from tracks.privacy.actions.erasing import erase
from tracks.privacy.actions.leaving import ask_to_leave, rename, send_away_the_absent
from tracks.privacy.actions.retention import keep_no_longer
from tracks.privacy.actions.settings import (
    end_agreement,
    keep_feedback,
    record_agreement,
    set_terms,
)

__all__ = [
    "ask_to_leave",
    "end_agreement",
    "erase",
    "keep_feedback",
    "keep_no_longer",
    "record_agreement",
    "rename",
    "send_away_the_absent",
    "set_terms",
]
