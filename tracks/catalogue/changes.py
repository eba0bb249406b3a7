"""When each part of a track last changed: a new version leaves most of it as it was (O-23)."""

import re
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import select, update

from tracks.catalogue.models import (
    media_file,
    module_version,
    step_text,
    step_version,
    track_version,
)
from tracks.db import Session

# The address of a file holds the number of its version.
_MEDIA = re.compile(r"/media/[0-9]+/")
_STEP_FACTS = (
    *("phase", "kind", "is_resource", "minutes", "points", "free_from", "free_until"),
    *("starts_at", "ends_at"),
)


def note_changes(session: Session, version_id: int, before: int | None, at: datetime) -> None:
    """Date each session and step of the version: as in the one `before` where it is the same."""
    # A name may stand for another picture now: what shows any counts as changed.
    files_changed = before is not None and _files(session, before) != _files(session, version_id)
    same_steps = _same(session, version_id, before, _steps, files_changed)
    same_modules = _same(session, version_id, before, _modules, files_changed)
    of_version = step_version.c.track_version_id == version_id
    session.execute(update(step_version).where(of_version).values(changed_at=at))
    of_modules = module_version.c.track_version_id == version_id
    session.execute(update(module_version).where(of_modules).values(changed_at=at))
    for step_id, changed_at in same_steps.items():
        session.execute(
            update(step_version)
            .where(of_version, step_version.c.step_id == step_id)
            .values(changed_at=changed_at)
        )
    for module_id, changed_at in same_modules.items():
        session.execute(
            update(module_version)
            .where(of_modules, module_version.c.module_id == module_id)
            .values(changed_at=changed_at)
        )


def _same(
    session: Session,
    version_id: int,
    before: int | None,
    read: Callable[[Session, int], dict[int, tuple[datetime | None, str]]],
    files_changed: bool,
) -> dict[int, datetime]:
    """Id -> when it changed, of what is the same in both."""
    if before is None:
        return {}
    old, new = read(session, before), read(session, version_id)
    published = session.execute(
        select(track_version.c.published_at).where(track_version.c.id == before)
    ).scalar_one()
    return {
        each: old[each][0] or published
        for each, (_, text) in new.items()
        if each in old and old[each][1] == text and not (files_changed and "/media/" in text)
    }


def _files(session: Session, version_id: int) -> dict[str, str]:
    rows = session.execute(select(media_file).where(media_file.c.track_version_id == version_id))
    return {row.name: sha256(row.body).hexdigest() for row in rows}


def _steps(session: Session, version_id: int) -> dict[int, tuple[datetime | None, str]]:
    texts: dict[int, list[Any]] = {}
    rows = session.execute(
        select(step_text)
        .where(step_text.c.track_version_id == version_id)
        .order_by(step_text.c.step_id, step_text.c.language)
    )
    for row in rows:
        texts.setdefault(row.step_id, []).append((row.language, row.title, row.body))
    steps = session.execute(
        select(step_version).where(step_version.c.track_version_id == version_id)
    )
    return {
        row.step_id: (
            row.changed_at,
            _plain([[getattr(row, fact) for fact in _STEP_FACTS], texts.get(row.step_id)]),
        )
        for row in steps
    }


def _modules(session: Session, version_id: int) -> dict[int, tuple[datetime | None, str]]:
    """A session is the same when its own words and all its steps are, in their order."""
    steps = _steps(session, version_id)
    inside: dict[int, list[Any]] = {}
    placed = session.execute(
        select(step_version.c.module_id, step_version.c.step_id)
        .where(step_version.c.track_version_id == version_id)
        .order_by(step_version.c.position)
    )
    for row in placed:
        inside.setdefault(row.module_id, []).append((row.step_id, steps[row.step_id][1]))
    modules = session.execute(
        select(module_version).where(module_version.c.track_version_id == version_id)
    )
    return {
        row.module_id: (
            row.changed_at,
            _plain(
                [
                    *(row.minutes, row.gap_weeks, row.texts, row.devices),
                    *(row.subjects, row.grades, row.frameworks),
                    inside.get(row.module_id),
                ]
            ),
        )
        for row in modules
    }


def _plain(value: Any) -> str:
    return _MEDIA.sub("/media/", repr(value))
