"""The part of publishing that tells what is new (F-14), and what of it was done because teachers
said so (S-11, ADR 0050)."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from flask import request

from content.front_matter import plain_values, split_front_matter
from tracks.authoring.rules import FileName, lines_in, told_in
from tracks.authoring.views.desk import desk
from tracks.catalogue.queries import Edition
from tracks.db import Session
from tracks.feedback.queries import answers_to_publish
from tracks.i18n import N_
from tracks.web.typed import readable

SAID_TOO_MUCH: Final = N_(
    '"You said, we did" has room for 6 lines of at most 300 characters each. Nothing was published.'
)
CHANGES_TOO_MUCH: Final = N_(
    '"What is new" has room for 6 lines of at most 300 characters each. Nothing was published.'
)
VERSIONS_TOLD: Final = 5  # of the past, in the front matter: that has room for 16 KB


class SaidField(NamedTuple):
    """What is told of this version, in one language: a line each."""

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
    """With what authors have answered; teachers' own words are in none."""
    answers = answers_to_publish(session, edition.track_id) if edition else []
    return _fields("said", "you-said", track, version, edition, answers)


def change_fields(track: str, version: str, edition: Edition | None) -> list[SaidField]:
    return _fields("changes", "changes", track, version, edition)


def _fields(
    what: str,
    key: str,
    track: str,
    version: str,
    edition: Edition | None,
    proposed: Sequence[str] = (),
) -> list[SaidField]:
    """The original language first. As typed; else what the front matter says of that version under
    `key` and, in the original language, what is proposed."""
    original = edition.languages[0] if edition else None
    found = []
    for name, text in own_files(track).items():
        lines = list(told_in(front_of(text), key).get(version, []))
        if name.language == original:
            lines += [each for each in proposed if each not in lines]
        typed = request.form.get(f"{what}-{name.language}", "\n".join(lines))
        found.append(SaidField(name.language, typed))
    return sorted(found, key=lambda each: each.language != original)


def lines_in_form(track: str, what: str) -> dict[str, list[str]]:
    """Language -> lines; none of a language that has no field there. `what`: said, changes."""
    found = {}
    for name in own_files(track):
        typed = request.form.get(f"{what}-{name.language}")
        if typed is not None:
            found[name.language] = lines_in(readable(typed))
    return found
