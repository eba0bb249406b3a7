"""A track as it would be with somebody's drafts in it: what is wrong, what teachers would see."""

import hashlib
import logging
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from threading import Lock

from msgspec import Struct

from content.checks import complexity
from content.checks.films import is_film
from content.export.archive import LIBRARY_FILE
from content.films import notes_of
from content.media import is_image
from content.model import Publisher, Track
from content.picture_sizes import outline
from content.problems import Problem
from content.workers.loading import ReadingFailed, load_library
from tracks.authoring.borrowing import Lent, Texts, reached
from tracks.authoring.folder import LibraryFolder

_log = logging.getLogger(__name__)
_KEPT = 16  # results; an author's next look at the same text costs nothing
_OUTLINES = 2_000  # pictures whose size is known, at most 45 bytes each


class Checked(Struct, frozen=True):
    publisher: Publisher | None  # None: library.yaml itself is wrong
    track: Track | None  # the best that could be made of it
    problems: tuple[Problem, ...]  # of this track, and of library.yaml

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.is_error)

    def of_file(self, path: str) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.location.path == path)

    @property
    def may_be_published(self) -> bool:
        return self.track is not None and self.publisher is not None and not self.errors


class Checker:
    def __init__(self, folder: LibraryFolder) -> None:
        self._folder = folder
        self._results: OrderedDict[str, Checked] = OrderedDict()
        self._outlines: OrderedDict[tuple[str, str], tuple[tuple[int, ...], bytes]] = OrderedDict()
        self._lock = Lock()

    def known(self, track: str, drafts: Texts, lent: Lent) -> Checked | None:
        """The result if the same was checked a short while ago."""
        texts = self._texts(track, drafts, lent)
        return self._kept(self._key(track, texts, self._folder.media(track)))

    def check(self, track: str, drafts: Texts, lent: Lent) -> Checked:
        """`drafts`: file name -> text, in place of the library's or beside it."""
        texts = self._texts(track, drafts, lent)
        media = self._folder.media(track)
        key = self._key(track, texts, media)
        found = self._kept(key)
        if found is None:
            found = self._read(track, texts, media)
            with self._lock:
                self._results[key] = found
                while len(self._results) > _KEPT:
                    self._results.popitem(last=False)
        return found

    def _key(self, track: str, texts: Mapping[str, str], media: list[str]) -> str:
        read = [self._read_of(track, name) for name in media]
        what = repr((track, sorted(texts.items()), media, read))
        return hashlib.sha256(what.encode("utf-8", "replace")).hexdigest()

    def _read_of(self, track: str, name: str) -> bytes:
        """As much of the file as the checks look at."""
        path = f"media/{name}"
        if name.lower().endswith((".svg", ".vtt")):
            return self._folder.file(track, path) or b""
        if is_film(path):
            return notes_of(self._folder.file(track, path) or b"")
        if is_image(path):
            return self._outline(track, path)
        return b""

    def _outline(self, track: str, path: str) -> bytes:
        """Read once: a track may have hundreds of pictures, and is checked at every pause."""
        state = self._folder.state(track, path)
        with self._lock:
            before, known = self._outlines.get((track, path), ((), b""))
        if state and state == before:
            return known
        made = outline(self._folder.file(track, path) or b"")
        with self._lock:
            self._outlines[track, path] = state, made
            while len(self._outlines) > _OUTLINES:
                self._outlines.popitem(last=False)
        return made

    def _kept(self, key: str) -> Checked | None:
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
            return self._results.get(key)

    def _texts(self, track: str, drafts: Texts, lent: Lent) -> dict[str, str]:
        """Path -> text: library.yaml, the track, and the tracks it borrows from."""
        found: dict[str, str] = {}
        with suppress(OSError, UnicodeDecodeError):
            found[LIBRARY_FILE] = (self._folder.root / LIBRARY_FILE).read_text("utf-8")

        def texts_of(other: str) -> Texts:
            given = lent(other)
            return self._folder.all_texts(other) if given is None else given

        own = {track: {**self._folder.all_texts(track), **drafts}}
        for each, texts in reached(own, self._folder.tracks(), texts_of).items():
            found |= {f"{each}/{name}": text for name, text in texts.items()}
        return found

    def _read(self, track: str, texts: Mapping[str, str], media: list[str]) -> Checked:
        # The loader reads folders. Of most files in media/ it asks little more than whether they
        # are there.
        staged = Path(tempfile.mkdtemp(prefix="tracks-check-"))
        try:
            for path, text in texts.items():
                place = staged / path
                place.parent.mkdir(exist_ok=True)
                place.write_bytes(text.encode("utf-8", "replace"))
            for name in media:
                place = staged / track / "media" / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(self._read_of(track, name))
            # anybody's text: read in a process that is ended if it takes too long
            loaded = load_library(staged)
        except ReadingFailed:
            _log.exception("a track could not be checked")
            at = next((p for p in sorted(texts) if p.startswith(f"{track}/")), LIBRARY_FILE)
            return Checked(None, None, (complexity.broken_off(at),))
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        mine = [p for p in loaded.problems if _is_of(p, track)]
        library = loaded.draft
        tracks = library.tracks if library is not None else ()
        return Checked(
            library.publisher if library is not None else None,
            next((each for each in tracks if each.id == track), None),
            tuple(mine),
        )


def _is_of(problem: Problem, track: str) -> bool:
    if problem.code == "renamed-nowhere" and problem.location.path == LIBRARY_FILE:
        return False  # it is about a track that was not read along with this one
    return problem.location.path.split("/")[0] in (track, LIBRARY_FILE)
