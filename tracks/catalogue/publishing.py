"""From a folder that has been read to the catalogue: for the command and for authors' pages."""

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from content.drawings import served
from content.export.archive import track_files
from content.model import Library, Lifecycle, Publisher, Track
from tracks.catalogue.actions import publish_track
from tracks.catalogue.drawn import Drawn
from tracks.catalogue.events import FolderPublished
from tracks.catalogue.models import module, track, track_version
from tracks.catalogue.naming import keep_retired, refuse_lost_ids, rename_parts, rename_track
from tracks.catalogue.publishers import note_publisher
from tracks.db import Session


def publish_from_folder(
    session: Session,
    root: Path,
    library: Library,
    now: datetime,
    *,
    only: Collection[str] | None = None,
    commit: str | None = None,
    drawn: Drawn | None = None,
) -> dict[str, bool]:
    """Its tracks but drafts, or `only` those of them; address -> is it new. Raises VersionTaken,
    IdsLost, and NotRecorded where the repository does not take it. `drawn`: by drawn_for."""
    note_publisher(session, library.publisher)
    chosen = [
        each
        for each in library.tracks
        if each.lifecycle is not Lifecycle.DRAFT and (only is None or each.id in only)
    ]
    refuse_lost_ids(session, library, chosen)
    events = [
        _publish(session, root, library.publisher, each, now, commit, drawn) for each in chosen
    ]
    # once each of them may be published: what is recorded is not taken back with the transaction
    for event in events:
        session.emit(event)
    return {f"{event.publisher.id}/{event.track}@{event.version}": event.is_new for event in events}


def _publish(
    session: Session,
    root: Path,
    publisher: Publisher,
    source: Track,
    now: datetime,
    commit: str | None,
    drawn: Drawn | None,
) -> FolderPublished:
    rename_track(session, publisher, source.id)
    rename_parts(session, publisher.id, source)
    media = media_of(root / source.id)
    result = publish_track(session, publisher.id, source, media=media, now=now, drawn=drawn)
    if result.is_new:
        keep_retired(session, publisher.id, result.track_id, source)
    return FolderPublished(
        publisher,
        root,
        source.id,
        source.version,
        result.track_id,
        result.version_id,
        result.is_new,
        now,
        commit,
    )


def unpublished(session: Session, library: Library) -> list[Track]:
    """Tracks whose version is not in the catalogue."""
    rows = session.execute(
        select(track.c.slug, track_version.c.version)
        .join(track_version, track_version.c.track_id == track.c.id)
        .where(track.c.publisher == library.publisher.id)
    )
    known = {(row.slug, row.version) for row in rows}
    return [each for each in library.tracks if (each.id, each.version) not in known]


def media_of(folder: Path) -> Mapping[str, bytes]:
    """Of a track's folder: name without media/ -> bytes."""
    names = [name for name in track_files(folder) if name.startswith("media/")]
    return {
        name.removeprefix("media/"): served(name, (folder / name).read_bytes()) for name in names
    }


def modules_ever_published(session: Session, publisher: str, slug: str) -> frozenset[str]:
    """Ids of modules that links in courses may lead to, of whatever version."""
    rows = session.execute(
        select(module.c.slug)
        .join(track, track.c.id == module.c.track_id)
        .where(track.c.publisher == publisher, track.c.slug == slug)
    )
    return frozenset(row.slug for row in rows)
