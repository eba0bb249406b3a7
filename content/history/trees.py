"""Trees of files: the paths and contents of a version, and a tree with some of them changed."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from typing import Final

from dulwich.object_store import BaseObjectStore
from dulwich.objects import Blob, ObjectID, ShaFile, Tree

FILE: Final = 0o100644
FOLDER: Final = stat.S_IFDIR


def files_in(
    store: BaseObjectStore, tree: ObjectID, under: str = ""
) -> Iterator[tuple[str, ObjectID]]:
    """Paths with their blobs, in git's order. What is no plain file is passed over: nothing of ours
    makes it, and nothing that comes from outside may bring it."""
    for entry in tree_of(store, tree).items():
        path = f"{under}{entry.path.decode('utf-8', 'replace')}"
        if entry.mode == FOLDER:
            yield from files_in(store, entry.sha, f"{path}/")
        elif entry.mode == FILE:
            yield path, entry.sha


def tree_of(store: BaseObjectStore, id_: ObjectID) -> Tree:
    found = store[id_]
    assert isinstance(found, Tree)
    return found


def entry_at(store: BaseObjectStore, tree: ObjectID, path: str) -> ObjectID | None:
    """The blob or tree at that path."""
    here: ObjectID | None = tree
    for part in path.encode().split(b"/"):
        found = store[here] if here is not None else None
        if not isinstance(found, Tree) or part not in found:
            return None
        here = found[part][1]
    return here


def with_changes(
    store: BaseObjectStore, tree: ObjectID | None, changes: Mapping[str, bytes | None]
) -> tuple[ObjectID, list[ShaFile]]:
    """The tree with these files in it, None: without; and the objects that are new for it."""
    made: dict[ObjectID, ShaFile] = {}
    folder = _write(store, tree, {path.encode(): data for path, data in changes.items()}, made)
    if folder is None:
        folder = Tree()
        made[folder.id] = folder
    return folder.id, [each for id_, each in made.items() if id_ not in store]


def _write(
    store: BaseObjectStore,
    tree: ObjectID | None,
    changes: Mapping[bytes, bytes | None],
    made: dict[ObjectID, ShaFile],
) -> Tree | None:
    """None: nothing is left in it."""
    folder = tree_of(store, tree).copy() if tree is not None else Tree()
    assert isinstance(folder, Tree)
    inner: dict[bytes, dict[bytes, bytes | None]] = {}
    for path, data in changes.items():
        name, slash, rest = path.partition(b"/")
        if slash:
            inner.setdefault(name, {})[rest] = data
        elif data is None:
            if name in folder:
                del folder[name]
        else:
            blob = Blob.from_string(data)
            made[blob.id] = blob
            folder[name] = (FILE, blob.id)
    for name, below in inner.items():
        before = folder[name][1] if name in folder and folder[name][0] == FOLDER else None
        after = _write(store, before, below, made)
        if after is not None:
            folder[name] = (FOLDER, after.id)
        elif name in folder:
            del folder[name]
    if not len(folder):
        return None
    made[folder.id] = folder
    return folder
