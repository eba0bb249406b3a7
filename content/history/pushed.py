"""What a push brings, judged object by object before any of it is kept (security.md, F8)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from dulwich.errors import FileFormatException
from dulwich.objects import Commit, ObjectID, ShaFile, Tree, parse_tree
from msgspec import Struct

from content.history.packs import Raw
from content.history.trees import FILE, FOLDER
from content.loader import FILES_MOST
from content.said import Said, say

_NAME: Final = re.compile(rb"[A-Za-z0-9_][A-Za-z0-9._-]{0,119}")
_ALSO: Final = frozenset({b".gitignore"})
_DEEPEST: Final = 6
_COMMITS: Final = 2_000
_LARGEST: Final = {b"commit": 64 * 1024, b"tree": 256 * 1024, b"tag": 64 * 1024}
_ENTRIES: Final = FILES_MOST * 20
_TOLD: Final = 20
_MB: Final = 1024 * 1024
LARGEST: Final = 100 * _MB  # of a version as files, and of a repository


class PushRefused(Exception):
    """`said`: line by line, to whoever pushed."""

    def __init__(self, said: list[Said | str]) -> None:
        super().__init__("; ".join(said))
        self.said = said


@dataclass(slots=True)
class Judged:
    objects: dict[ObjectID, Raw]  # all that are new and that the new tip leads to
    commits: list[Commit]


@dataclass(slots=True)
class _Judge:
    """`known`: an object that was here before, which was judged then."""

    brought: dict[ObjectID, Raw]
    known: Callable[[ObjectID], Raw | None]
    who: bytes  # what must stand in a commit: "Name <address>"
    kept: dict[ObjectID, Raw] = field(default_factory=dict)
    faults: list[Said | str] = field(default_factory=list)
    files: int = 0
    kinds: dict[ObjectID, bytes | None] = field(default_factory=dict)

    def kind_here(self, id_: ObjectID) -> bytes | None:
        """Of an object that was here before; most are asked for by each commit."""
        if id_ not in self.kinds:
            found = self.known(id_)
            self.kinds[id_] = None if found is None else found.kind
        return self.kinds[id_]

    def fault(self, said: Said | str) -> None:
        if len(self.faults) < _TOLD and said not in self.faults:
            self.faults.append(said)

    def commits(self, tip: ObjectID, old: ObjectID | None) -> list[Commit]:
        found, waiting, seen = [], [tip], {tip}
        while waiting:
            id_ = waiting.pop()
            raw = self.brought.get(id_)
            if raw is None:
                if self.kind_here(id_) != b"commit":
                    raise PushRefused([say("a commit is missing in what was sent")])
                continue
            commit = self.parsed(id_, raw, Commit)
            if not isinstance(commit, Commit):
                raise PushRefused(self.faults)
            self.signed_by_publisher(commit)
            found.append(commit)
            if len(found) > _COMMITS:
                raise PushRefused([say("more than {most} commits at once", most=_COMMITS)])
            for parent in commit.parents:
                if parent not in seen:
                    seen.add(parent)
                    waiting.append(parent)
        if tip not in self.brought and tip != old:
            raise PushRefused([say("only new commits can be pushed")])
        return found

    def parsed(self, id_: ObjectID, raw: Raw, kind: type[ShaFile]) -> ShaFile | None:
        short = id_[:10].decode()
        if raw.kind != kind.type_name or len(raw.data) > _LARGEST.get(raw.kind, 0):
            self.fault(say("{id} is not the kind of object it should be", id=short))
            return None
        try:
            parsed = ShaFile.from_raw_string(kind.type_num, raw.data)
            parsed.check()
            if isinstance(parsed, Tree):
                list(parse_tree(raw.data, 20, strict=True))
        except (FileFormatException, ValueError, AssertionError, KeyError, IndexError):
            self.fault(say("{id} is damaged", id=short))
            return None
        self.kept[id_] = raw
        return parsed

    def signed_by_publisher(self, commit: Commit) -> None:
        if {commit.author, commit.committer} != {self.who}:
            self.fault(
                say(
                    "{id} has another writer than {who}: persons do not stand in the history. Set "
                    "git config user.name and user.email to that, then git commit --amend "
                    "--reset-author",
                    id=commit.id[:10].decode(),
                    who=self.who.decode("utf-8", "replace"),
                )
            )

    def tree(self, id_: ObjectID, path: str, deep: int) -> None:
        raw = self.brought.get(id_)
        if raw is None:
            if self.kind_here(id_) != b"tree":
                self.fault(say("{path}: something is missing in what was sent", path=path or "/"))
            return
        if id_ in self.kept:
            return
        if deep > _DEEPEST:
            self.fault(say("{path}: folders in folders, too deep", path=path))
            return
        tree = self.parsed(id_, raw, Tree)
        if not isinstance(tree, Tree):
            return
        folded: set[bytes] = set()
        for entry in tree.items():
            here = f"{path}{_text(entry.path)}"
            if not (_NAME.fullmatch(entry.path) or entry.path in _ALSO) or entry.path[-1:] == b".":
                self.fault(say("{path!r}: names have a-z, 0-9, - _ and points only", path=here))
            if entry.path.lower() in folded:
                self.fault(say("{path}: another name differs in capitals only", path=here))
            folded.add(entry.path.lower())
            if entry.mode == FOLDER:
                self.tree(entry.sha, f"{here}/", deep + 1)
            elif entry.mode == FILE:
                self.file(entry.sha, here)
            else:
                self.fault(_other_mode(entry.mode, here))

    def whole(self, tree: ObjectID, most: int) -> None:
        """What is to be laid out as files."""
        weight = _Scales(lambda id_: self.kept.get(id_) or self.known(id_)).weight(tree)
        if weight.entries > _ENTRIES:
            raise PushRefused([say("too many files")])
        if weight.size > most:
            raise PushRefused([say("more than {mb} MB when it is unpacked", mb=most // _MB)])

    def file(self, id_: ObjectID, path: str) -> None:
        raw = self.brought.get(id_)
        if (raw.kind if raw is not None else self.kind_here(id_)) != b"blob":
            self.fault(say("{path}: something is missing in what was sent", path=path))
        elif raw is not None:
            self.kept[id_] = raw
        self.files += 1
        if self.files > _ENTRIES:
            raise PushRefused([say("too many files")])


class _Weight(Struct, frozen=True):
    deep: int  # folders in folders
    entries: int  # files and folders
    size: int  # bytes of the files


@dataclass(slots=True)
class _Scales:
    """A version as the files it would be: each counts as often as it stands in it. A pack of a few
    KB may name one file, or one folder, a million times."""

    found: Callable[[ObjectID], Raw | None]
    done: dict[ObjectID, _Weight] = field(default_factory=dict)

    def weight(self, id_: ObjectID, path: str = "") -> _Weight:
        """`path`: of the folder that it is, or that it is in."""
        weight = self.done.get(id_, _Weight(0, 0, 0))
        if path.count("/") + weight.deep > _DEEPEST:
            raise PushRefused([say("{path}: folders in folders, too deep", path=path[:200])])
        if id_ in self.done:
            return weight
        raw = self.found(id_)
        if raw is not None and raw.kind == b"tree":
            inside = [
                (mode, self.weight(ObjectID(each), _below(path, name) if mode == FOLDER else path))
                for name, mode, each in parse_tree(raw.data, 20)
            ]
            weight = _Weight(
                max((1 + each.deep for mode, each in inside if mode == FOLDER), default=0),
                sum(1 + each.entries for _, each in inside),
                sum(each.size for _, each in inside),
            )
        elif raw is not None:
            weight = _Weight(0, 0, len(raw.data))
        self.done[id_] = weight
        return weight


def _below(path: str, name: bytes) -> str:
    return f"{path}{_text(name)}/"


def _text(name: bytes) -> str:
    return name.decode("utf-8", "backslashreplace")[:60]


def _other_mode(mode: int, path: str) -> Said:
    if mode == 0o120000:
        return say("{path}: a symbolic link", path=path)
    if mode == 0o160000:
        return say("{path}: a module of another repository", path=path)
    if mode == 0o100755:
        return say("{path}: marked as a program; take that mark away", path=path)
    return say("{path}: not an ordinary file", path=path)


def judge(
    brought: dict[ObjectID, Raw],
    known: Callable[[ObjectID], Raw | None],
    tip: ObjectID,
    old: ObjectID | None,
    who: bytes,
    most: int = LARGEST,
) -> Judged:
    """All that the new tip leads to and that is new; `most`: bytes of its files. Raises
    PushRefused."""
    judge_ = _Judge(brought, known, who)
    commits = judge_.commits(tip, old)
    for commit in commits:
        judge_.tree(commit.tree, "", 0)
    if judge_.faults:
        raise PushRefused(judge_.faults)
    for commit in commits[:1]:  # the tip: it alone becomes files
        judge_.whole(commit.tree, most)
    return Judged(judge_.kept, commits)


def objects_of(judged: Judged) -> Iterator[ShaFile]:
    numbers = {b"commit": 1, b"tree": 2, b"blob": 3, b"tag": 4}
    for raw in judged.objects.values():
        yield ShaFile.from_raw_string(numbers[raw.kind], raw.data)
