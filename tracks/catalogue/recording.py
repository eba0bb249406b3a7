"""Publishing, in the repository (ADR 0026).

The catalogue decides what is published; the repository is brought in line with it, inside the same
transaction. What it has more of after a crash, the next publishing takes up or replaces.
"""

from collections.abc import Mapping
from pathlib import Path

from content.export.archive import LIBRARY_FILE, track_files
from content.history.repository import History, HistoryBroken, Writer
from content.history.signing import SigningKeyUnusable
from content.model import Publisher
from tracks.catalogue.events import FolderPublished
from tracks.catalogue.histories import Histories, NotRecorded


def record_published(histories: Histories, event: FolderPublished) -> None:
    """A signed commit of the track's files and a signed tag. Raises NotRecorded."""
    try:
        _record(histories.of(event.publisher.id), event)
    except (HistoryBroken, SigningKeyUnusable, OSError) as failure:
        raise NotRecorded(str(failure)) from failure


def _record(history: History, event: FolderPublished) -> None:
    tag = tag_of(event.track, event.version)
    tagged = history.tagged(tag)
    if tagged is not None and not event.is_new:
        return
    files = files_of(event.root, event.track)
    said = f"{event.track} {event.version}"
    who = writer_of(event.publisher)
    with history.writing():
        if event.commit is not None:
            history.tag(tag, event.commit, said, who, event.at)
            return
        if tagged is not None and history.files(tagged, event.track) == _inside(files, event.track):
            return  # recorded before, and then the transaction was lost
        head = history.head()
        known = history.paths(head, event.track) if head is not None else ()
        gone = {path: None for path in known if path not in files}
        commit = history.record({**gone, **files}, f"Publish {said}", who, event.at)
        history.tag(tag, commit, said, who, event.at)


def tag_of(track: str, version: str) -> str:
    return f"{track}/{version}"


def writer_of(publisher: Publisher) -> Writer:
    return Writer(publisher.name, publisher.contact)


def files_of(root: Path, track: str) -> dict[str, bytes]:
    """What belongs to a track and what says who publishes it: path in the library -> content."""
    names = [f"{track}/{name}" for name in track_files(root / track)]
    if (root / LIBRARY_FILE).is_file():
        names.append(LIBRARY_FILE)
    return {name: (root / name).read_bytes() for name in names}


def _inside(files: Mapping[str, bytes], track: str) -> dict[str, bytes]:
    start = f"{track}/"
    return {name.removeprefix(start): d for name, d in files.items() if name.startswith(start)}
