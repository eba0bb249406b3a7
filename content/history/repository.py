"""One library's repository: bare, written by one at a time, read without a lock."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock, RLock
from typing import Final

from dulwich.errors import NotGitRepository
from dulwich.object_store import DiskObjectStore
from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tag
from dulwich.refs import Ref
from dulwich.repo import Repo
from msgspec import Struct

from content.history.aside import clear
from content.history.packs import KINDS, Raw
from content.history.signing import Signer
from content.history.trees import entry_at, files_in, tree_of, with_changes

MAIN: Final = Ref(b"refs/heads/main")
_PACK_FROM: Final = 50  # new objects at once; fewer lie loose


class HistoryBroken(Exception):
    """The repository cannot be read or written: the disk is full, a file is gone or damaged."""


class Writer(Struct, frozen=True):
    """Who stands in a commit: the publisher, never a person (security.md, section 4, 8)."""

    name: str
    address: str

    def line(self) -> bytes:
        name, address = (
            "".join(c for c in text if c not in "<>\n\r\x00").strip() or "-"
            for text in (self.name, self.address)
        )
        return f"{name} <{address}>".encode()


class Version(Struct, frozen=True):
    """A file as it was from that commit on."""

    commit: str
    at: datetime
    said: str  # the commit's first line
    data: bytes | None  # None: it was taken away


class _Lock:
    """Of one repository, whichever object it is reached by: who holds it may take it once more."""

    def __init__(self) -> None:
        self.of_threads = RLock()
        self.is_held = False  # the file's, by the thread that holds this


_LOCKS: Final[dict[Path, _Lock]] = {}
_LOCKS_LOCK: Final = Lock()


def _lock_of(path: Path) -> _Lock:
    with _LOCKS_LOCK:
        return _LOCKS.setdefault(path.absolute(), _Lock())


class History:
    """Ids of commits are 40 hexadecimal digits in text."""

    def __init__(self, path: Path, signer: Signer) -> None:
        self.path = path
        self.signer = signer
        self._lock = _lock_of(path)

    @property
    def is_begun(self) -> bool:
        return (self.path / "HEAD").is_file()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One writer at a time, in whatever process. Begins the repository if it is not there."""
        with self._lock.of_threads:
            if self._lock.is_held:
                yield
                return
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                with self.path.with_suffix(".lock").open("a") as held:
                    fcntl.flock(held, fcntl.LOCK_EX)
                    if not self.is_begun:
                        self._begin()
                    clear(self.path)  # of a process that ended
                    self._lock.is_held = True
                    yield
            except OSError as failure:
                raise HistoryBroken(f"{self.path}: {failure}") from failure
            finally:
                self._lock.is_held = False

    def _begin(self) -> None:
        staged = Path(tempfile.mkdtemp(prefix=".begun-", dir=self.path.parent))
        try:
            Repo.init_bare(staged, default_branch=b"main").close()
            shutil.rmtree(staged / "hooks", ignore_errors=True)
            shutil.rmtree(self.path, ignore_errors=True)  # begun, and never had a HEAD
            staged.rename(self.path)
        finally:
            shutil.rmtree(staged, ignore_errors=True)

    @contextmanager
    def opened(self) -> Iterator[Repo]:
        try:
            repo = Repo(os.fspath(self.path))
        except (NotGitRepository, OSError) as failure:
            raise HistoryBroken(f"{self.path}: {failure}") from failure
        repo.object_store.fsync_object_files = True  # what is acknowledged outlives a power cut
        try:
            yield repo
        except (KeyError, AssertionError) as gone:  # an object that a ref or a tree names
            raise HistoryBroken(f"{self.path}: {gone!r}") from gone
        finally:
            repo.close()

    def head(self) -> str | None:
        if not self.is_begun:
            return None
        with self.opened() as repo:
            found = repo.refs.as_dict().get(MAIN)
            return found.decode() if found else None

    def files(self, commit: str, under: str = "") -> dict[str, bytes]:
        """Of a folder ("" for all): path within it -> content."""
        with self.opened() as repo:
            tree: ObjectID | None = _commit(repo, commit).tree
            if under and tree is not None:
                tree = entry_at(repo.object_store, tree, under)
            if tree is None:
                return {}
            return {path: _data(repo, blob) for path, blob in files_in(repo.object_store, tree)}

    def names(self, commit: str) -> list[str]:
        """Of the files and folders at the top."""
        with self.opened() as repo:
            tree = tree_of(repo.object_store, _commit(repo, commit).tree)
            return [entry.path.decode("utf-8", "replace") for entry in tree.items()]

    def paths(self, commit: str, under: str) -> list[str]:
        """Of a folder, as they stand in the library."""
        with self.opened() as repo:
            tree = entry_at(repo.object_store, _commit(repo, commit).tree, under)
            if tree is None:
                return []
            return [path for path, _ in files_in(repo.object_store, tree, f"{under}/")]

    def file(self, commit: str, path: str) -> bytes | None:
        with self.opened() as repo:
            found = entry_at(repo.object_store, _commit(repo, commit).tree, path)
            return None if found is None else _data(repo, found)

    def tagged(self, tag: str) -> str | None:
        """The commit it names."""
        if not self.is_begun:
            return None
        with self.opened() as repo:
            found = repo.refs.as_dict().get(_tag_ref(tag))
            named = repo[found] if found is not None else None
            if isinstance(named, Tag):
                named = repo[named.object[1]]
            return named.id.decode() if isinstance(named, Commit) else None

    def versions(self, path: str, most: int = 200) -> list[Version]:
        """Of one file, along the main line, the newest first."""
        found: list[Version] = []
        at = self.head()
        if at is None:
            return found
        with self.opened() as repo:
            commit: Commit | None = _commit(repo, at)
            while commit is not None and len(found) < most:
                before = _commit(repo, commit.parents[0].decode()) if commit.parents else None
                this = entry_at(repo.object_store, commit.tree, path)
                earlier = entry_at(repo.object_store, before.tree, path) if before else None
                if this != earlier:
                    found.append(_version(repo, commit, this))
                commit = before
        return found

    def record(
        self,
        changes: Mapping[str, bytes | None],
        said: str,
        who: Writer,
        at: datetime,
    ) -> str:
        """The main line with these files changed (None: taken away) in a signed commit, which is
        the head as it is if nothing is changed by them. The caller holds `writing`."""
        with self.opened() as repo:
            head = repo.refs.as_dict().get(MAIN)
            before = _commit(repo, head.decode()).tree if head else None
            tree, made = with_changes(repo.object_store, before, changes)
            if head is not None and tree == before:
                return head.decode()
            commit = _new_commit(tree, [head] if head else [], said, who, at)
            commit.gpgsig = self.signer.sign(commit.as_raw_string()).removesuffix(b"\n")
            add_to(repo.object_store, [*made, commit])
            if not repo.refs.set_if_equals(MAIN, head, commit.id):
                raise HistoryBroken(f"{self.path}: the main line moved under its lock")
            return commit.id.decode()

    def tag(self, name: str, commit: str, said: str, who: Writer, at: datetime) -> None:
        """A signed tag; one of that name is replaced. The caller holds `writing`."""
        with self.opened() as repo:
            tag = Tag()
            tag.object = (Commit, ObjectID(commit.encode()))
            tag.name = name.encode()
            tag.tagger = who.line()
            tag.tag_time, tag.tag_timezone = _seconds(at), 0
            tag.message = f"{said}\n".encode()
            tag.signature = self.signer.sign(tag.as_raw_string())
            add_to(repo.object_store, [tag])
            repo.refs[_tag_ref(name)] = tag.id

    @contextmanager
    def objects(self) -> Iterator[Callable[[ObjectID], Raw | None]]:
        """Any object by its id, if it is here."""
        with self.opened() as repo:

            def found(id_: ObjectID) -> Raw | None:
                try:
                    number, data = repo.object_store.get_raw(id_)
                except KeyError:
                    return None
                return Raw(KINDS[number], data)

            yield found

    def advance(self, old: str | None, new: str) -> bool:
        """Moves the main line; False if it was not at `old`. The caller holds `writing`."""
        with self.opened() as repo:
            return repo.refs.set_if_equals(
                MAIN, ObjectID(old.encode()) if old else None, ObjectID(new.encode())
            )

    def is_ancestor(self, earlier: str, later: str) -> bool:
        """Also of itself."""
        with self.opened() as repo:
            waiting, seen = [ObjectID(later.encode())], set()
            while waiting:
                each = waiting.pop()
                if each.decode() == earlier:
                    return True
                if each not in seen:
                    seen.add(each)
                    waiting += _commit(repo, each.decode()).parents
            return False


def _commit(repo: Repo, id_: str) -> Commit:
    found = repo[id_.encode()]
    assert isinstance(found, Commit)
    return found


def _data(repo: Repo, id_: ObjectID) -> bytes:
    found = repo[id_]
    assert isinstance(found, Blob)
    return found.data


def _tag_ref(name: str) -> Ref:
    return Ref(b"refs/tags/" + name.encode())


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _version(repo: Repo, commit: Commit, blob: ObjectID | None) -> Version:
    return Version(
        commit.id.decode(),
        datetime.fromtimestamp(commit.commit_time, UTC),
        commit.message.decode("utf-8", "replace").split("\n", 1)[0],
        None if blob is None else _data(repo, blob),
    )


def _new_commit(
    tree: ObjectID, parents: Sequence[ObjectID], said: str, who: Writer, at: datetime
) -> Commit:
    commit = Commit()
    commit.tree = tree
    commit.parents = list(parents)
    commit.author = commit.committer = who.line()
    commit.author_time = commit.commit_time = _seconds(at)
    commit.author_timezone = commit.commit_timezone = 0
    commit.message = f"{said}\n".encode()
    return commit


def add_to(store: DiskObjectStore, objects: Sequence[ShaFile]) -> None:
    """The objects before what names them."""
    if len(objects) >= _PACK_FROM:
        store.add_objects([(each, None) for each in objects])
        return
    for each in objects:
        store.add_object(each)
