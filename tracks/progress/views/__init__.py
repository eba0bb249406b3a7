"""The pages of a teacher's work: home, track, module, step, and the leader's record."""

from flask import Blueprint

from tracks.progress.views import (
    files,
    following,
    home,
    meetings,
    resources,
    steps,
    tracks,
    versions,
)

pages = Blueprint("progress", __name__)
for part in (home, tracks, steps, resources, meetings, files, versions, following):
    part.add_to(pages)

__all__ = ["pages"]
