"""The folder that authors write into, and the main line of its repository: brought together.

What differs from the last time they were equal tells which side changed. Where both changed one
text they are put together; where they clash, the folder's stands, the other is in the history.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from content.export.archive import LIBRARY_FILE, track_files
from content.history.repository import History, Writer
from content.ids import is_id
from content.media import media_path
from content.merging import merged
from tracks.authoring.folder import LibraryFolder
from tracks.authoring.rules import file_name

SAID = "Write in the browser"


def sync(
    history: History,
    folder: LibraryFolder,
    who: Writer,
    now: datetime,
    *,
    hidden: Collection[str] = (),
) -> str | None:
    """The head, which holds what the folder holds, but the tracks that are `hidden`: a repository
    that they are not for never has them. The caller has both locks."""
    head = history.head()
    here = {p: d for p, d in files_in(folder.root).items() if p.partition("/")[0] not in hidden}
    there = _ours(history.files(head)) if head is not None else {}
    base = _base(history, here, there)
    commit: dict[str, bytes | None] = {
        path: here.get(path) for path in here | base if here.get(path) != base.get(path)
    }
    write: dict[str, bytes | None] = {
        path: there.get(path)
        for path in there | base
        if there.get(path) != base.get(path) and path not in commit
    }
    for path in commit:
        both = _merged(base.get(path), here.get(path), there.get(path))
        if both is not None:
            commit[path] = write[path] = both
    if commit:
        head = history.record(commit, SAID, who, now)
    _write(folder, write)
    if head is not None:
        (history.path / _NOTE).write_text(head, "ascii")
    return head


def _merged(base: bytes | None, here: bytes | None, there: bytes | None) -> bytes | None:
    """None where only one side changed, or nobody but a person can tell."""
    if None in (base, here, there) or there in (base, here):
        return None
    try:
        texts = [(each or b"").decode("utf-8") for each in (base, here, there)]
    except UnicodeDecodeError:
        return None
    both = merged(*texts)
    return None if both.clashes else both.text().encode()


_NOTE = "in-the-folder"  # the commit that the folder was last equal to


def _base(
    history: History, here: Mapping[str, bytes], there: Mapping[str, bytes]
) -> dict[str, bytes]:
    note = history.path / _NOTE
    if note.is_file():
        return _ours(history.files(note.read_text("ascii")))
    # never brought together: nothing has been taken away on either side
    return {path: data for path, data in here.items() if there.get(path) == data}


def files_in(root: Path) -> dict[str, bytes]:
    """library.yaml, and of each track what belongs to it."""
    paths = [LIBRARY_FILE] if (root / LIBRARY_FILE).is_file() else []
    for place in sorted(root.iterdir()):
        if place.is_dir() and not place.is_symlink() and is_id(place.name):
            paths += [f"{place.name}/{name}" for name in track_files(place)]
    return {path: (root / path).read_bytes() for path in paths if belongs(path)}


def belongs(path: str) -> bool:
    track, _, name = path.partition("/")
    if path == LIBRARY_FILE:
        return True
    is_ours = file_name(name) is not None or (name.startswith("media/") and media_path(name))
    return is_id(track) and bool(is_ours)


def _ours(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path: data for path, data in files.items() if belongs(path)}


def _write(folder: LibraryFolder, changes: Mapping[str, bytes | None]) -> None:
    by_track: dict[str, dict[str, bytes | str | None]] = {}
    for path, data in changes.items():
        track, _, name = path.partition("/")
        if name:
            by_track.setdefault(track, {})[name] = data
        elif data is not None:
            folder.write("", {path: data})
    for track, files in by_track.items():
        folder.write(track, files)
