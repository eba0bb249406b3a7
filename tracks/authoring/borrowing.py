"""What of other tracks a text may borrow: of those its author may read, what stands in the library;
of another municipality's, what it has published (ADR 0051)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import TYPE_CHECKING, Final

from content.front_matter import split_front_matter
from tracks.authoring.rules import file_name, normal
from tracks.catalogue.queries import current_version
from tracks.db import Session

if TYPE_CHECKING:
    from tracks.catalogue.histories import Histories

Texts = Mapping[str, str]  # of one track: file name -> text
Lent = Callable[[str], Texts | None]  # of a track; None: what stands in the library

_BORROWED: Final = re.compile(r"resource=\"?([a-z0-9-]+)/")
_ID: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FURTHEST: Final = 5  # as content.reading.borrowing follows


def nothing(_track: str) -> Texts:
    return {}


def lent(foreign: Callable[[], Collection[str]], published: Callable[[str], Texts]) -> Lent:
    """`foreign`: the tracks that are not shown; asked when the first is borrowed from."""
    hidden = cache(lambda: frozenset(foreign()))
    return lambda track: published(track) if track in hidden() else None


def published_texts(session: Session, histories: Histories, publisher: str, track: str) -> Texts:
    """As its authors wrote them; {} if nothing is published, or the repository does not have it."""
    version = current_version(session, publisher, track)
    return {} if version is None else texts_of_version(histories, publisher, track, version)


def texts_of_version(histories: Histories, publisher: str, track: str, version: str) -> Texts:
    """{} if the repository does not have it."""
    # What reads repositories is large: most authors borrow nothing from other municipalities.
    from content.history.repository import HistoryBroken
    from content.history.signing import SigningKeyUnusable
    from tracks.catalogue.recording import tag_of

    try:
        history = histories.of(publisher)
        commit = history.tagged(tag_of(track, version))
        files = history.files(commit, track) if commit is not None else {}
    except (HistoryBroken, SigningKeyUnusable):
        return {}
    return {
        name: normal(data.decode("utf-8-sig", "replace"))
        for name, data in files.items()
        if file_name(name) is not None
    }


def reached(
    begin: Mapping[str, Texts], known: Collection[str], texts_of: Callable[[str], Texts]
) -> dict[str, Texts]:
    """Track -> its texts: those of `begin`, and those of `known` that they borrow from or name."""
    found = dict(begin)
    waiting = [(track, 0) for track in begin]
    while waiting:
        track, far = waiting.pop()
        named = {other for text in found[track].values() for other in _named_in(text)}
        for other in sorted(named & {*known} - {*found}) if far < _FURTHEST else ():
            found[other] = texts_of(other)
            waiting.append((other, far + 1))
    return found


def _named_in(text: str) -> set[str]:
    """What may be tracks that it borrows from, or that its front matter names: in its place, or as
    its foundation."""
    yaml, _ = split_front_matter(text)
    return {*_BORROWED.findall(text), *_ID.findall(yaml or "")}
