"""Writes of the LMS side: registrations, what a launch brings, what scores should be."""

from tracks.lms.actions.links import Link, expect_score, link_of_launch
from tracks.lms.actions.registrations import (
    approve_deployment,
    forget_used_nonces,
    move_registration,
    register,
    switch_off_deployment,
)
from tracks.lms.actions.scores import (
    SCORE_JOB,
    queue_scores,
    score_failed,
    score_posted,
    score_sent,
    want_scores,
)
from tracks.lms.actions.standing import service_failed, service_went_well

__all__ = [
    "SCORE_JOB",
    "Link",
    "approve_deployment",
    "expect_score",
    "forget_used_nonces",
    "link_of_launch",
    "move_registration",
    "queue_scores",
    "register",
    "score_failed",
    "score_posted",
    "score_sent",
    "service_failed",
    "service_went_well",
    "switch_off_deployment",
    "want_scores",
]
