"""What holds in every language of a file, written into the drafts of all of them."""

from collections.abc import Mapping

from content.front_matter_writing import CannotWrite, Written, with_values
from tracks.authoring.actions import save_draft
from tracks.authoring.queries import draft_of
from tracks.authoring.rules import normal
from tracks.authoring.views.desk import Place, desk
from tracks.db import Session
from tracks.people.rules import Actor
from tracks.web.requests import now


def write_alike(
    session: Session, actor: Actor, place: Place, values: Mapping[str, Written | None]
) -> bool:
    """Into the front matter of the file's other languages. False: they say so already. One that
    cannot be read is left as it is, and the check tells that it differs."""
    is_changed = False
    for name in desk().folder.texts(place.track):
        if name == place.name or (name.id, name.number) != (place.name.id, place.name.number):
            continue
        other = Place(place.track, name)
        library = desk().folder.text(place.track, name)
        known = draft_of(session, actor.person_id, other.path)
        before = known.text if known is not None else library or ""
        try:
            text = normal(with_values(before, values))
        except CannotWrite:
            continue
        if text == before:
            continue
        save_draft(
            session,
            actor,
            other.path,
            text,
            library=library,
            is_begun_from_library=True,
            started_from=known.revision if known is not None else 0,
            now=now(),
        )
        is_changed = True
    return is_changed
