"""The part of publishing that tells what was done because teachers said so (S-11, ADR 0050)."""

from typing import Any, Final, NamedTuple

from flask import request

from content.front_matter import plain_values, split_front_matter
from tracks.authoring.rules import FileName, lines_in, said_in
from tracks.authoring.views.desk import desk
from tracks.catalogue.queries import Edition
from tracks.db import Session
from tracks.feedback.queries import answers_to_publish
from tracks.i18n import N_
from tracks.web.typed import readable

SAID_TOO_MUCH: Final = N_(
    '"You said, we did" has room for 6 lines of at most 300 characters each. Nothing was published.'
)
VERSIONS_TOLD: Final = 5  # of the past, in the front matter: that has room for 16 KB


class SaidField(NamedTuple):
    """What teachers said and this version does, in one language: a line each."""

    language: str
    lines: str


def own_files(track: str) -> dict[FileName, str]:
    """The track's own, in each language."""
    folder = desk().folder
    return {n: folder.text(track, n) or "" for n in folder.texts(track) if not n.is_module}


def front_of(text: str) -> dict[str, Any]:
    yaml, _ = split_front_matter(text)
    return plain_values(yaml or "") or {}


def said_fields(
    session: Session, track: str, version: str, edition: Edition | None
) -> list[SaidField]:
    """The original language first. As typed; else what the file says of that version and, in the
    original language, what authors have answered. Teachers' own words are in none."""
    answers = answers_to_publish(session, edition.track_id) if edition else []
    original = edition.languages[0] if edition else None
    found = []
    for name, text in own_files(track).items():
        lines = list(said_in(front_of(text)).get(version, []))
        if name.language == original:
            lines += [each for each in answers if each not in lines]
        typed = request.form.get(f"said-{name.language}")
        found.append(SaidField(name.language, "\n".join(lines) if typed is None else typed))
    return sorted(found, key=lambda each: each.language != original)


def said_in_form(track: str) -> dict[str, list[str]]:
    """Language -> lines; none of a language that the form has no field for."""
    found = {}
    for name in own_files(track):
        typed = request.form.get(f"said-{name.language}")
        if typed is not None:
            found[name.language] = lines_in(readable(typed))
    return found
