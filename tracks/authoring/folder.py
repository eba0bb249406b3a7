"""The folder that authors write into, one library: read, and written so that nobody ever sees half
a file. History is not kept here."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import RLock

from content.export.archive import track_files
from content.ids import is_id
from content.media import media_path
from tracks.authoring.rules import LONGEST_TEXT, FileName, file_name, normal


class CannotWrite(Exception):
    """The folder does not take it: full, read only, gone. Nothing was changed."""


class LibraryFolder:
    """Changes take the lock of the folder: several processes may serve one library."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = RLock()

    def begin(self, source: Path) -> None:
        """Once: as a copy of a library that is there."""
        if self.root.exists():
            return
        self.root.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=".begun-", dir=self.root.parent))
        try:
            for name in ["library.yaml", *(p.name for p in source.iterdir() if p.is_dir())]:
                if name.startswith("."):
                    continue
                if name == "library.yaml":
                    shutil.copyfile(source / name, staged / name)
                else:
                    _copy_track(source / name, staged / name)
            staged.chmod(0o755)
            if not self.root.exists():
                staged.rename(self.root)
        except OSError as failure:
            if not self.root.exists():  # somebody else's copy is as good
                raise CannotWrite from failure
        finally:
            shutil.rmtree(staged, ignore_errors=True)

    @property
    def is_writable(self) -> bool:
        return os.access(self.root, os.W_OK)

    def tracks(self) -> list[str]:
        try:
            found = sorted(place for place in self.root.iterdir() if is_id(place.name))
        except OSError:
            return []
        return [place.name for place in found if place.is_dir() and not place.is_symlink()]

    def texts(self, track: str) -> list[FileName]:
        names = (file_name(place.name) for place in self._entries(track))
        return sorted(name for name in names if name is not None)

    def media(self, track: str) -> list[str]:
        """Names without "media/"."""
        names = track_files(self.root / track)
        return [name.removeprefix("media/") for name in names if name.startswith("media/")]

    def text(self, track: str, name: FileName | str) -> str | None:
        """None if it is not there, or is no text of ours."""
        data = self.file(track, str(name))
        if data is None or len(data) > LONGEST_TEXT:
            return None
        try:
            return normal(data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            return None

    def all_texts(self, track: str) -> dict[str, str]:
        """File name -> text."""
        found = {str(name): self.text(track, name) for name in self.texts(track)}
        return {name: text for name, text in found.items() if text is not None}

    def file(self, track: str, name: str) -> bytes | None:
        """A text, or a file as "media/…"."""
        if not is_id(track) or (file_name(name) is None and media_path(name) is None):
            return None
        place = self.root / track / name
        try:  # a name may be longer than the disk has any, and then asking what it is fails, too
            if any(each.is_symlink() for each in (place, *place.parents[: name.count("/") + 1])):
                return None
            if not place.is_file():
                return None
            return place.read_bytes()
        except OSError:
            return None

    def state(self, track: str, name: str) -> tuple[int, ...]:
        """Of a file as `file` reads it: another one as soon as it was written. Empty: it is not
        there."""
        try:
            found = (self.root / track / name).lstat()
        except OSError:
            return ()
        return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns

    def _entries(self, track: str) -> Iterator[Path]:
        try:
            yield from (p for p in (self.root / track).iterdir() if not p.is_symlink())
        except OSError:
            return

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One writer at a time; what was read inside is still so when it is written."""
        with self._lock:
            try:
                held = (self.root / ".lock").open("a")
            except OSError as failure:
                raise CannotWrite from failure
            with held:
                fcntl.flock(held, fcntl.LOCK_EX)
                yield

    def write(self, track: str, files: Mapping[str, bytes | str | Path | None]) -> None:
        """All of them or none; a path is a file to be copied, None takes one away. The caller holds
        the lock."""
        folder = self.root / track
        before = {name: self.file(track, name) for name in files}
        done: list[str] = []
        try:
            for name, data in files.items():
                _put(folder / name, data.encode() if isinstance(data, str) else data)
                done.append(name)
        except OSError as failure:
            for name in done:
                with suppress(OSError):  # as far as it goes; the one that failed is as it was
                    _put(folder / name, before[name])
            raise CannotWrite from failure


def _put(place: Path, data: bytes | Path | None) -> None:
    if data is None:
        place.unlink(missing_ok=True)
        return
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, staged = tempfile.mkstemp(prefix=".new-", dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            if isinstance(data, Path):
                with data.open("rb") as source:
                    shutil.copyfileobj(source, file)
            else:
                file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(staged).chmod(0o644)
        Path(staged).replace(place)
    except OSError:
        Path(staged).unlink(missing_ok=True)
        raise


def _copy_track(source: Path, target: Path) -> None:
    for name in track_files(source):
        place = target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, place)
