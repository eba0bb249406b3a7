"""What a reader of one version meets in another: found once for each pair, and kept."""

from threading import Lock

from msgspec import Struct
from sqlalchemy import select

from content.history.words import Line, compared, read_lines
from content.merging import Patience
from content.rendered import RenderedStep
from tracks.catalogue.models import step_text
from tracks.catalogue.queries import Edition, Shelf
from tracks.db import Session

_KEPT = 200


class Differences(Struct, frozen=True):
    """Ids of steps."""

    changed: frozenset[int]  # in both, with another text
    new: frozenset[int]
    gone: frozenset[int]


class Comparisons:
    """Safe to share by threads: published versions never change."""

    def __init__(self) -> None:
        self._kept: dict[tuple[int, int, str], Differences] = {}
        self._lock = Lock()

    def between(self, session: Session, old: Edition, new: Edition, wanted: str) -> Differences:
        """In the language `wanted`, or the one each has that is nearest to it."""
        key = (old.version_id, new.version_id, wanted)
        found = self._kept.get(key)
        if found is None:
            found = _differences(session, old, new, wanted)
            with self._lock:
                while len(self._kept) >= _KEPT:
                    del self._kept[next(iter(self._kept))]
                self._kept[key] = found
        return found


def _differences(session: Session, old: Edition, new: Edition, wanted: str) -> Differences:
    before, after = _lines(session, old, wanted), _lines(session, new, wanted)
    return Differences(
        changed=frozenset(id_ for id_ in before.keys() & after.keys() if before[id_] != after[id_]),
        new=frozenset(after.keys() - before.keys()),
        gone=frozenset(before.keys() - after.keys()),
    )


def _lines(session: Session, edition: Edition, wanted: str) -> dict[int, list[str]]:
    rows = session.execute(
        select(step_text.c.step_id, step_text.c.body).where(
            step_text.c.track_version_id == edition.version_id,
            step_text.c.language == edition.language(wanted),
        )
    )
    return {row.step_id: read_lines(RenderedStep.from_json(row.body)) for row in rows}


def lines_between(
    session: Session,
    shelf: Shelf,
    old: Edition,
    new: Edition,
    step_id: int,
    wanted: str,
    patience: Patience,
) -> tuple[Line, ...]:
    """Of a step that both have. `patience`: of the page, for all its steps."""
    before, after = (
        read_lines(shelf.text(session, each.version_id, step_id, each.language(wanted)))
        for each in (old, new)
    )
    return compared(before, after, patience)
