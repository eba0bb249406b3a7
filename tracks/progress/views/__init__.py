"""The pages of a teacher's work: home, track, module, step, and the leader's record."""

from flask import Blueprint

from tracks.progress.views import (
    authors,
    dates,
    files,
    following,
    home,
    meetings,
    order,
    resources,
    sheets,
    steps,
    tracks,
    versions,
)

pages = Blueprint("progress", __name__)
_PARTS = (
    home,
    tracks,
    steps,
    resources,
    sheets,
    dates,
    meetings,
    order,
    files,
    versions,
    following,
    authors,
)
for part in _PARTS:
    part.add_to(pages)

__all__ = ["pages"]
