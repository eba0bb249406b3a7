"""From a folder that has been read to the catalogue: for the command and for authors' pages."""

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from content.export.archive import track_files
from content.model import Library, Lifecycle
from tracks.catalogue.actions import publish_track
from tracks.catalogue.events import FolderPublished
from tracks.catalogue.models import module, track
from tracks.catalogue.publishers import note_publisher
from tracks.db import Session


def publish_from_folder(
    session: Session,
    root: Path,
    library: Library,
    now: datetime,
    *,
    only: Collection[str] | None = None,
) -> dict[str, bool]:
    """Its tracks but drafts, or `only` those of them; address -> is it new. Raises VersionTaken,
    and NotRecorded where the repository does not take it."""
    note_publisher(session, library.publisher)
    done = {}
    for each in library.tracks:
        if each.lifecycle is Lifecycle.DRAFT or (only is not None and each.id not in only):
            continue
        media = media_of(root / each.id)
        result = publish_track(session, library.publisher.id, each, media=media, now=now)
        session.emit(
            FolderPublished(library.publisher, root, each.id, each.version, result.is_new, now)
        )
        done[f"{library.publisher.id}/{each.id}@{each.version}"] = result.is_new
    return done


def media_of(folder: Path) -> Mapping[str, bytes]:
    """Of a track's folder: name without media/ -> bytes."""
    names = [name for name in track_files(folder) if name.startswith("media/")]
    return {name.removeprefix("media/"): (folder / name).read_bytes() for name in names}


def modules_ever_published(session: Session, publisher: str, slug: str) -> frozenset[str]:
    """Ids of modules that links in courses may lead to, of whatever version."""
    rows = session.execute(
        select(module.c.slug)
        .join(track, track.c.id == module.c.track_id)
        .where(track.c.publisher == publisher, track.c.slug == slug)
    )
    return frozenset(row.slug for row in rows)
