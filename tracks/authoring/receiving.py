"""A push to the authors' library: judged, checked as a track is checked before it is published,
and then taken whole or not at all (ADR 0026)."""

import logging
from collections.abc import Collection, Mapping
from datetime import datetime
from pathlib import Path

from dulwich.objects import ObjectID
from msgspec import Struct

from content.export.archive import LIBRARY_FILE
from content.history import answers
from content.history.incoming import Incoming, incoming
from content.history.packs import PackRefused, read_pack
from content.history.pushed import PushRefused, judge, objects_of
from content.history.repository import MAIN, History, Writer
from content.history.wire import NOBODY, Command
from content.loader import to_publish
from content.model import Library, Lifecycle
from content.problems import Problem, format_problem, how_many, translated
from content.said import Said, in_language
from content.workers.loading import ReadingFailed, load_library
from tracks.authoring.actions import own_track
from tracks.authoring.borrowing import Texts, published_texts, reached
from tracks.authoring.folder import LibraryFolder
from tracks.authoring.queries import tracks_of_others
from tracks.authoring.rules import file_name
from tracks.authoring.syncing import belongs, sync
from tracks.catalogue.actions import VersionTaken
from tracks.catalogue.drawn import TooComplex, drawn_for
from tracks.catalogue.histories import Histories
from tracks.catalogue.naming import IdsLost
from tracks.catalogue.publishing import publish_from_folder, unpublished
from tracks.db import Database
from tracks.web.requests import new_error_id

_log = logging.getLogger(__name__)
_TOLD = 50  # problems
_MB = 1024 * 1024


class Answer(Struct, frozen=True):
    why_not: str  # "": it was taken
    said: list[str]


class _Refused(Exception):
    def __init__(self, why: str, said: list[Said | str]) -> None:
        super().__init__(why)
        self.why = why
        self.said = said


def hidden_from(database: Database, municipality_id: int | None) -> frozenset[str]:
    """The tracks that a token of this municipality neither shows nor changes. None: it opens the
    whole library."""
    if municipality_id is None:
        return frozenset()
    with database.reading() as session:
        return tracks_of_others(session, municipality_id)


class Receiver(Struct, frozen=True):
    history: History  # that is pushed to
    histories: Histories  # in which what is published is kept
    folder: LibraryFolder
    database: Database
    publisher: str  # its id
    municipality_id: int | None  # whose token it is; None: it opens the whole library
    who: Writer
    language: str
    most_mb: int  # of the repository

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
        except ReadingFailed:
            error_id = new_error_id()
            _log.exception("a push could not be checked error_id=%s", error_id)
            return Answer("not checked", [in_language(answers.broke_off(error_id), self.language)])

    def _take(self, command: Command, pack: bytes, now: datetime) -> list[Said | str]:
        if command.ref != MAIN:
            raise _Refused("only main", [answers.ONLY_MAIN])
        if command.new == NOBODY:
            raise _Refused("main stays", [answers.MAIN_STAYS])
        hidden = hidden_from(self.database, self.municipality_id)
        head = sync(self.history, self.folder, self.who, now, hidden=hidden)
        if command.old != (head.encode() if head else NOBODY):
            raise _Refused("fetch first", [answers.FETCH_FIRST])
        tip = ObjectID(command.new)
        old = ObjectID(head.encode()) if head else None
        with self.history.objects() as known:
            brought = read_pack(pack, known)
            judged = judge(brought, known, tip, old, self.who.line(), self.most_mb * _MB)
        with incoming(self.history, list(objects_of(judged)), tip.decode()) as coming:
            said = self._take_aside(coming, head, tip.decode(), hidden, now)
        sync(self.history, self.folder, self.who, now, hidden=hidden)
        return said

    def _take_aside(
        self, coming: Incoming, head: str | None, new: str, hidden: Collection[str], now: datetime
    ) -> list[Said | str]:
        """Until main has moved, nothing that comes is in the repository for anybody else."""
        self._refuse_too_much(coming)
        if head is not None and not coming.is_ancestor(head, new):
            raise _Refused("fetch first", [answers.FETCH_FIRST])
        files = coming.files(new)
        before = coming.files(head) if head is not None else {}
        changed = sorted(p for p in {*before, *files} if before.get(p) != files.get(p))
        self._refuse_foreign(changed, hidden)
        root = coming.folder()
        _lay_out({**self._lent(files, hidden), **files}, root)
        library = self._checked(root, hidden, {path.partition("/")[0] for path in changed})
        said = self._publish(library, root, coming, new, now)
        if not self.history.advance(head, new):
            raise _Refused("fetch first", [answers.FETCH_FIRST])
        return said

    def _refuse_too_much(self, coming: Incoming) -> None:
        sizes = coming.sizes()
        if sizes.here + sizes.comes > self.most_mb * _MB:
            mb, more_mb = (-(-size // _MB) for size in (sizes.here, sizes.comes))
            raise _Refused("too large", [answers.full(mb, more_mb, self.most_mb)])

    def _refuse_foreign(self, changed: list[str], hidden: Collection[str]) -> None:
        if self.municipality_id is None:
            return
        said = [answers.not_yours(p) for p in changed if p.partition("/")[0] in hidden]
        said += [answers.whole_library(p) for p in changed if p == LIBRARY_FILE]
        if said:
            raise _Refused("not yours", [*said[:_TOLD]])

    def _lent(self, files: Mapping[str, bytes], hidden: Collection[str]) -> dict[str, bytes]:
        """What tracks of others that these texts borrow from have published."""
        own: dict[str, dict[str, str]] = {}
        for path, data in files.items():
            track, _, name = path.partition("/")
            if file_name(name) is not None:
                own.setdefault(track, {})[name] = data.decode("utf-8", "replace")
        with self.database.reading() as session:

            def texts_of(track: str) -> Texts:
                return published_texts(session, self.histories, self.publisher, track)

            found = reached(own, hidden, texts_of)
        return {
            f"{track}/{name}": text.encode()
            for track, texts in found.items()
            if track in hidden
            for name, text in texts.items()
        }

    def _checked(self, root: Path, hidden: Collection[str], changed: Collection[str]) -> Library:
        """The same checks as `tracks content check`, as a gate; what is hidden was checked when it
        was published."""
        loaded = load_library(root)
        _, in_the_way = to_publish(loaded, changed)
        passed_over = {*hidden} if self.municipality_id is None else {*hidden, LIBRARY_FILE}
        found = [p for p in in_the_way if p.location.path.split("/")[0] not in passed_over]
        if loaded.draft is None or found:
            raise _Refused("checks failed", self._told(tuple(found)))
        if loaded.draft.publisher.id != self.publisher:
            raise _Refused("another library", [answers.other_id(LIBRARY_FILE)])
        own = tuple(track for track in loaded.draft.tracks if track.id not in hidden)
        return Library(loaded.draft.publisher, own)

    def _told(self, problems: tuple[Problem, ...]) -> list[Said | str]:
        lines: list[Said | str] = [
            format_problem(translated(each, self.language)) for each in problems[:_TOLD]
        ]
        return [*lines, how_many(problems)]

    def _publish(
        self, library: Library, root: Path, coming: Incoming, new: str, now: datetime
    ) -> list[Said | str]:
        # a municipality's is not in the repository of the whole library
        commit = new if self.municipality_id is None else None
        try:
            with self.database.reading() as session:
                wanted = [
                    each
                    for each in unpublished(session, library)
                    if each.lifecycle is not Lifecycle.DRAFT
                ]
            drawn = drawn_for(self.database, library, wanted)
            chosen = [each.id for each in wanted]
            with coming.moved_in(), self.database.writing() as session:
                if self.municipality_id is not None:
                    # one that is new here is the municipality's, as one begun in the browser
                    for each in {each.id for each in library.tracks} - {*self.folder.tracks()}:
                        own_track(session, self.municipality_id, each, now)
                done = publish_from_folder(
                    session, root, library, now, only=chosen, commit=commit, drawn=drawn
                )
        except (IdsLost, TooComplex) as wrong:
            raise _Refused("checks failed", self._told(wrong.problems)) from wrong
        except VersionTaken as taken:
            raise _Refused("version taken", [str(taken)]) from taken
        said: list[Said | str] = [answers.published(each) for each in done]
        return said or [answers.NOTHING_NEW]


def _lay_out(files: Mapping[str, bytes], root: Path) -> None:
    """The library's files, written anew: names have been judged."""
    for path, data in files.items():
        if belongs(path):
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
