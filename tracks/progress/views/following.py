"""The button that follows a track, and what is new in those that are followed."""

from typing import NamedTuple

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from tracks.catalogue.queries import Edition
from tracks.db import Session
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.progress.actions.following import follow, stop_following
from tracks.progress.queries import followed_tracks
from tracks.progress.views.places import edition_or_404, shelf, track_url
from tracks.web.errors import MALFORMED, PageError
from tracks.web.requests import now, see_other


class Followed(NamedTuple):
    newest: Edition
    is_new: bool  # since the reader began to follow, or said that they have seen it


def add_to(pages: Blueprint) -> None:
    rule = "/t/<publisher>/<track>/-/follow"  # a place no session's id can have
    pages.add_url_rule(rule, "follow", change, methods=["POST"])


@requires(Permission.OWN_WORK)
def change(session: Session, actor: Actor, publisher: str, track: str) -> ResponseReturnValue:
    newest = edition_or_404(session, publisher, track)
    match request.form.get("go"):
        case "follow":
            follow(session, actor, newest, now())
        case "stop":
            stop_following(session, actor, newest.track_id)
        case _:
            raise PageError(400, MALFORMED)
    return see_other(track_url(newest))


def follows(session: Session, actor: Actor, newest: Edition) -> Followed | None:
    """None: they do not."""
    for row in followed_tracks(session, actor):
        if row.track_id == newest.track_id:
            return Followed(newest, newest.version_id != row.seen_id)
    return None


def followed_by(session: Session, actor: Actor) -> list[Followed]:
    """The newest first."""
    found = [
        Followed(shelf().edition(session, row.version_id), row.version_id != row.seen_id)
        for row in followed_tracks(session, actor)
    ]
    return sorted(found, key=lambda each: each.newest.published_at, reverse=True)
