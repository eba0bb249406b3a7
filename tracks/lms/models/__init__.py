"""Registered LMSs, their courses and links, and the scores on their way out."""

from tracks.lms.models.links import resource_link, score, used_nonce
from tracks.lms.models.registrations import deployment, registration
from tracks.lms.models.standing import service_state

__all__ = ["deployment", "registration", "resource_link", "score", "service_state", "used_nonce"]
