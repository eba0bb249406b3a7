"""A push to the authors' library: judged, checked as a track is checked before it is published,
and then taken whole or not at all (ADR 0026)."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dulwich.objects import ObjectID

from content.export.archive import LIBRARY_FILE
from content.history import answers
from content.history.packs import PackRefused, read_pack
from content.history.pushed import PushRefused, judge, objects_of
from content.history.repository import MAIN, History, Writer
from content.history.wire import NOBODY, Command
from content.model import Library, Lifecycle
from content.problems import Problem, format_problem, how_many, translated
from content.said import Said, in_language
from content.workers.loading import load_library
from tracks.authoring.folder import LibraryFolder
from tracks.authoring.syncing import belongs, sync
from tracks.catalogue.actions import VersionTaken
from tracks.catalogue.naming import IdsLost
from tracks.catalogue.publishing import publish_from_folder, unpublished
from tracks.db import Database

_TOLD = 50  # problems


@dataclass(frozen=True, slots=True)
class Answer:
    why_not: str  # "": it was taken
    said: list[str]


class _Refused(Exception):
    def __init__(self, why: str, said: list[Said | str]) -> None:
        super().__init__(why)
        self.why = why
        self.said = said


@dataclass(frozen=True, slots=True)
class Receiver:
    history: History
    folder: LibraryFolder
    database: Database
    publisher: str  # its id
    who: Writer
    language: str

    def take(self, command: Command, pack: bytes, now: datetime) -> Answer:
        try:
            with self.folder.locked(), self.history.writing():
                said = self._take(command, pack, now)
            return Answer("", [in_language(each, self.language) for each in said])
        except _Refused as refused:
            return Answer(refused.why, [in_language(s, self.language) for s in refused.said])
        except (PackRefused, PushRefused) as refused:
            said = refused.said if isinstance(refused.said, list) else [refused.said]
            return Answer("refused", [in_language(each, self.language) for each in said])

    def _take(self, command: Command, pack: bytes, now: datetime) -> list[Said | str]:
        if command.ref != MAIN:
            raise _Refused("only main", [answers.ONLY_MAIN])
        if command.new == NOBODY:
            raise _Refused("main stays", [answers.MAIN_STAYS])
        head = sync(self.history, self.folder, self.who, now)
        if command.old != (head.encode() if head else NOBODY):
            raise _Refused("fetch first", [answers.FETCH_FIRST])
        tip = ObjectID(command.new)
        old = ObjectID(head.encode()) if head else None
        with self.history.objects() as known:
            judged = judge(read_pack(pack, known), known, tip, old, self.who.line())
        self.history.keep(list(objects_of(judged)))
        new = tip.decode()
        if head is not None and not self.history.is_ancestor(head, new):
            raise _Refused("fetch first", [answers.FETCH_FIRST])
        files = self.history.files(new)
        with _staged(files) as root:
            library = self._checked(root)
            said = self._publish(library, root, new, now)
        if not self.history.advance(head, new):
            raise _Refused("fetch first", [answers.FETCH_FIRST])
        sync(self.history, self.folder, self.who, now)
        return said

    def _checked(self, root: Path) -> Library:
        """The same checks as `tracks content check`, as a gate."""
        loaded = load_library(root)
        problems = loaded.problems
        if loaded.value is None:
            raise _Refused("checks failed", self._told(problems))
        if loaded.value.publisher.id != self.publisher:
            raise _Refused("another library", [answers.other_id(LIBRARY_FILE)])
        return loaded.value

    def _told(self, problems: tuple[Problem, ...]) -> list[Said | str]:
        lines: list[Said | str] = [
            format_problem(translated(each, self.language)) for each in problems[:_TOLD]
        ]
        return [*lines, how_many(problems)]

    def _publish(
        self, library: Library, root: Path, commit: str, now: datetime
    ) -> list[Said | str]:
        try:
            with self.database.writing() as session:
                chosen = [
                    each.id
                    for each in unpublished(session, library)
                    if each.lifecycle is not Lifecycle.DRAFT
                ]
                done = publish_from_folder(session, root, library, now, only=chosen, commit=commit)
        except IdsLost as lost:
            raise _Refused("checks failed", self._told(lost.problems)) from lost
        except VersionTaken as taken:
            raise _Refused("version taken", [str(taken)]) from taken
        said: list[Said | str] = [answers.published(each) for each in done]
        return said or [answers.NOTHING_NEW]


@contextmanager
def _staged(files: dict[str, bytes]) -> Iterator[Path]:
    """The library's files in a folder of their own, written anew: names have been judged."""
    root = Path(tempfile.mkdtemp(prefix="tracks-push-"))
    try:
        for path, data in files.items():
            if belongs(path):
                place = root / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data)
        yield root
    finally:
        shutil.rmtree(root, ignore_errors=True)
