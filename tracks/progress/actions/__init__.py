"""Writes of what a person does. Each is once-only: the same again changes nothing."""

from tracks.progress.actions.answers import Saved, save_answer
from tracks.progress.actions.files import attach_file, remove_file
from tracks.progress.actions.following import follow_once
from tracks.progress.actions.groups import (
    count_chosen_school,
    let_go_of_empty_work,
    record_joint_work,
)
from tracks.progress.actions.sharing import share_answer
from tracks.progress.actions.steps import (
    Worker,
    complete_steps,
    note_use,
    open_track,
    reach,
    worker_of,
)
from tracks.progress.actions.versions import decline_version, follow_spelling, take_version

__all__ = [
    "Saved",
    "Worker",
    "attach_file",
    "complete_steps",
    "count_chosen_school",
    "decline_version",
    "follow_once",
    "follow_spelling",
    "let_go_of_empty_work",
    "note_use",
    "open_track",
    "reach",
    "record_joint_work",
    "remove_file",
    "save_answer",
    "share_answer",
    "take_version",
    "worker_of",
]
