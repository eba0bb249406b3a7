"""The folder inside a repository where a push lies until it is taken: git's own way, and like git's
it is no part of the repository for whoever reads.

What goes from there among the repository's objects is listed first, so that whoever comes next can
take it away again if no ref has come to lead to it: the process may end at any moment."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Final

from dulwich.objects import ObjectID, Tag
from dulwich.repo import Repo

_FOLDER: Final = "incoming"
_LIST: Final = "moved"  # the push's tip, then the files that were moved in


def aside_in(path: Path) -> Path:
    return path / _FOLDER


def move_in(path: Path, tip: str) -> None:
    aside, objects = aside_in(path), path / "objects"
    files = [
        p.relative_to(aside / "objects") for p in (aside / "objects").rglob("*") if p.is_file()
    ]
    files.sort(key=lambda p: p.suffix == ".idx")  # a pack is known by its index, which comes last
    names = [p.as_posix() for p in files if not (objects / p).exists()]
    _write_whole(aside / _LIST, "\n".join([tip, *names]))
    for name in names:
        (objects / name).parent.mkdir(exist_ok=True)
        (aside / "objects" / name).rename(objects / name)


def clear(path: Path) -> None:
    """What a push has left in the repository, unless it was taken."""
    aside = aside_in(path)
    if not aside.exists():
        return
    with suppress(FileNotFoundError):  # then nothing was moved in
        tip, *names = (aside / _LIST).read_text("ascii").split("\n")
        if not _is_led_to(path, ObjectID(tip.encode())):
            for name in reversed(names):
                _take_away(path / "objects" / name)
    shutil.rmtree(aside)


def size_of(place: Path) -> int:
    """Bytes of the files in it. One may be gone while they are counted: others read."""
    total = 0
    for folder, _, names in os.walk(place):
        for name in names:
            with suppress(FileNotFoundError):
                total += (Path(folder) / name).lstat().st_size
    return total


def _is_led_to(path: Path, tip: ObjectID) -> bool:
    with Repo(os.fspath(path)) as repo:
        for named in repo.refs.as_dict().values():
            found = repo[named] if named in repo.object_store else None
            if tip == (found.object[1] if isinstance(found, Tag) else named):
                return True
    return False


def _take_away(place: Path) -> None:
    place.unlink(missing_ok=True)
    if len(place.parent.name) == 2:
        with suppress(OSError):  # others lie there
            place.parent.rmdir()


def _write_whole(place: Path, text: str) -> None:
    staged = place.with_suffix(".new")
    with staged.open("w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    staged.rename(place)
