"""Writes of the LMS side: registrations, what a launch brings, what scores should be."""

from tracks.lms.actions.columns import (
    column_failed,
    column_gone,
    column_made,
    set_score_policy,
    start_new_round,
    start_new_rounds,
)
from tracks.lms.actions.erasure import drop_jobs_of, drop_lanes_of
from tracks.lms.actions.links import (
    Link,
    expect_score,
    follow_renamed,
    leads_to_leaders,
    link_of_launch,
)
from tracks.lms.actions.registrations import (
    approve_deployment,
    forget_used_nonces,
    move_registration,
    register,
    switch_off_deployment,
)
from tracks.lms.actions.scores import (
    COLUMN_JOB,
    SCORE_JOB,
    note_posted,
    note_told,
    queue_scores,
    queue_unsent,
    score_failed,
    score_posted,
    score_sent,
    want_scores,
)
from tracks.lms.actions.selections import (
    Selection,
    forget_selections,
    open_selection,
    start_selection,
    use_selection,
)
from tracks.lms.actions.standing import service_failed, service_went_well

__all__ = [
    "COLUMN_JOB",
    "SCORE_JOB",
    "Link",
    "Selection",
    "approve_deployment",
    "column_failed",
    "column_gone",
    "column_made",
    "drop_jobs_of",
    "drop_lanes_of",
    "expect_score",
    "follow_renamed",
    "forget_selections",
    "forget_used_nonces",
    "leads_to_leaders",
    "link_of_launch",
    "move_registration",
    "note_posted",
    "note_told",
    "open_selection",
    "queue_scores",
    "queue_unsent",
    "register",
    "score_failed",
    "score_posted",
    "score_sent",
    "service_failed",
    "service_went_well",
    "set_score_policy",
    "start_new_round",
    "start_new_rounds",
    "start_selection",
    "switch_off_deployment",
    "use_selection",
    "want_scores",
]
