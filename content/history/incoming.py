"""What a push brings, looked at as if it were taken, and taken or not (ADR 0026)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from dulwich.object_store import DiskObjectStore, OverlayObjectStore
from dulwich.objects import ObjectID, ShaFile
from dulwich.refs import Ref
from dulwich.repo import Repo
from msgspec import Struct

from content.history.aside import aside_in, clear, move_in, size_of
from content.history.repository import History, add_to


class Sizes(Struct, frozen=True):
    """Bytes on the disk."""

    here: int  # of the repository
    comes: int


class Incoming(History):
    """The history with what comes. Nobody who reads `History` sees that before it is moved in."""

    def __init__(self, history: History, tip: str) -> None:
        super().__init__(history.path, history.signer)
        self._tip = tip
        self._aside = aside_in(history.path)

    def folder(self) -> Path:
        """A new one, for what is to be looked at as files; gone with the rest."""
        made = self._aside / "files"
        made.mkdir()
        return made

    def sizes(self) -> Sizes:
        comes = size_of(self._aside)
        return Sizes(size_of(self.path) - comes, comes)

    @contextmanager
    def opened(self) -> Iterator[Repo]:
        with super().opened() as repo:
            here, aside = repo.object_store, DiskObjectStore(self._aside / "objects")
            both = OverlayObjectStore([here, aside])
            repo.object_store = both  # type: ignore[assignment]  # nothing is written to it
            try:
                yield repo
            finally:
                repo.object_store = here
                aside.close()

    @contextmanager
    def moved_in(self) -> Iterator[None]:
        """Among the repository's objects while something is done that makes refs lead to them. If
        it fails, these are as before."""
        with super().opened() as repo:
            before = repo.refs.as_dict()
        move_in(self.path, self._tip)
        try:
            yield
        except BaseException:
            with super().opened() as repo:
                _put_back(repo, before)
            raise


@contextmanager
def incoming(history: History, objects: Sequence[ShaFile], tip: str) -> Iterator[Incoming]:
    """Objects that have been judged. Moved in, they stay if a ref leads to `tip` in the end. The
    caller holds `writing`."""
    place = aside_in(history.path) / "objects"
    try:
        place.mkdir(parents=True)
        store = DiskObjectStore.init(place)
        store.fsync_object_files = True
        try:
            add_to(store, objects)
        finally:
            store.close()
        yield Incoming(history, tip)
    finally:
        clear(history.path)


def _put_back(repo: Repo, before: Mapping[Ref, ObjectID]) -> None:
    for ref, named in repo.refs.as_dict().items():
        if named == before.get(ref):
            continue
        if ref in before:
            repo.refs[ref] = before[ref]
        else:
            repo.refs.remove_if_equals(ref, named)
        if repo.object_store.contains_loose(named):
            repo.object_store.delete_loose_object(named)  # a tag, which nothing else leads to
