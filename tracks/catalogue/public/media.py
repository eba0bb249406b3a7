"""Which files of a track anybody may have: those that a public page shows now (P-15)."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from typing import Any
from urllib.parse import unquote

from sqlalchemy import select

from tracks.catalogue.models import step_text, track
from tracks.catalogue.queries import Edition
from tracks.catalogue.windows import ALWAYS, Window
from tracks.db import Session

_FILES = re.compile(r'"(/media/[^"]+)"')


def is_current(session: Session, version_id: int) -> bool:
    """Whether newcomers meet this version: public pages show no other."""
    found = select(track.c.id).where(track.c.version_id == version_id)
    return session.execute(found).first() is not None


def windows_of_file(session: Session, edition: Edition, name: str) -> list[Window]:
    """When each page that shows the file is open to everybody; [] of one that no page shows."""
    url = f"/media/{edition.version_id}/{name}"
    windows = [ALWAYS] if any(_shows(text, url) for text in edition.texts.values()) else []
    resources = {step.step_id: step.window for step in edition.steps if step.is_resource}
    rows = session.execute(
        select(step_text.c.step_id, step_text.c.body).where(
            step_text.c.track_version_id == edition.version_id,
            step_text.c.step_id.in_(resources),
        )
    )
    shown = {row.step_id for row in rows if _shows(row.body, url)}
    return windows + [resources[step_id] for step_id in sorted(shown)]


def is_open(windows: list[Window], today: date) -> bool:
    return any(window.is_open(today) for window in windows)


def _shows(text: Any, url: str) -> bool:
    """`text`: whatever JSON holds, with the addresses of files as HTML writes them."""
    return any(_file_of(found) == url for each in _strings(text) for found in _FILES.findall(each))


def _file_of(address: str) -> str:
    return unquote(re.split("[?#]", unescape(address), maxsplit=1)[0])


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _strings(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _strings(each)
