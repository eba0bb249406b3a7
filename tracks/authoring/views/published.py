"""A file beside the version of it that teachers see."""

from collections.abc import Mapping

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from msgspec import Struct

from tracks.authoring.borrowing import texts_of_version
from tracks.authoring.queries import draft_of
from tracks.authoring.rules import file_name, hunks
from tracks.authoring.views.desk import Place, about_library, desk, opens_track, place_or_404
from tracks.catalogue.queries import current_version
from tracks.db import Session
from tracks.people.rules import Actor


class Published(Struct, frozen=True):
    version: str
    text: str | None  # None: the file is not in it

    def is_other_than(self, text: str) -> bool:
        return self.text != text


def published_of(session: Session, place: Place) -> Published | None:
    """None: nothing is published, or the repository does not have it."""
    about = about_library()
    version = current_version(session, about.id, place.track) if about is not None else None
    if about is None or version is None:
        return None
    texts = texts_of_version(desk().histories, about.id, place.track, version)
    return Published(version, _text_in(texts, place)) if texts else None


def _text_in(texts: Mapping[str, str], place: Place) -> str | None:
    """By its id and language: a session that has been moved has another number."""
    wanted = (place.name.id, place.name.language)
    for each, text in texts.items():
        name = file_name(each)
        if name is not None and (name.id, name.language) == wanted:
            return text
    return None


@opens_track()
def since_published(session: Session, actor: Actor, track: str, file: str) -> ResponseReturnValue:
    place = place_or_404(track, file)
    known = draft_of(session, actor.person_id, place.path)
    text = known.text if known is not None else desk().folder.text(track, place.name)
    published = published_of(session, place)
    if text is None or published is None:
        abort(404)
    return render_template(
        "authoring/published.html",
        place=place,
        published=published,
        is_draft=known is not None,
        hunks=hunks(published.text or "", text),
    )
