"""A track as it would be with somebody's drafts in it: what is wrong, what teachers would see."""

import hashlib
import logging
import re
import shutil
import tempfile
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from content.checks import complexity
from content.front_matter import split_front_matter
from content.model import Publisher, Track
from content.problems import Problem
from content.workers.loading import ReadingFailed, load_library
from tracks.authoring.folder import LibraryFolder

_log = logging.getLogger(__name__)
_KEPT = 16  # results; an author's next look at the same text costs nothing
_BORROWED = re.compile(r"resource=\"?([a-z0-9-]+)/")
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FURTHEST = 5  # as content.reading.borrowing follows


@dataclass(frozen=True, slots=True)
class Checked:
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
        self._lock = Lock()

    def known(self, track: str, drafts: Mapping[str, str]) -> Checked | None:
        """The result if the same was checked a short while ago."""
        return self._kept(self._key(track, self._texts(track, drafts), self._folder.media(track)))

    def check(self, track: str, drafts: Mapping[str, str] | None = None) -> Checked:
        """`drafts`: file name -> text, in place of the library's or beside it."""
        texts = self._texts(track, drafts or {})
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
        drawings = [self._drawing(track, name) for name in media]
        what = repr((track, sorted(texts.items()), media, drawings))
        return hashlib.sha256(what.encode("utf-8", "replace")).hexdigest()

    def _drawing(self, track: str, name: str) -> bytes:
        """b"" for files that are not read."""
        is_drawing = name.lower().endswith(".svg")
        return (self._folder.file(track, f"media/{name}") or b"") if is_drawing else b""

    def _kept(self, key: str) -> Checked | None:
        with self._lock:
            if key in self._results:
                self._results.move_to_end(key)
            return self._results.get(key)

    def _texts(self, track: str, drafts: Mapping[str, str]) -> dict[str, str]:
        """Path -> text: library.yaml, the track, and the tracks it borrows from."""
        found: dict[str, str] = {}
        with suppress(OSError, UnicodeDecodeError):
            found["library.yaml"] = (self._folder.root / "library.yaml").read_text("utf-8")
        waiting, seen = [(track, 0)], {track}
        while waiting:
            each, far = waiting.pop()
            names = {str(name) for name in self._folder.texts(each)}
            names |= set(drafts) if each == track else set()
            for name in sorted(names):
                mine = drafts.get(name) if each == track else None
                text = self._folder.text(each, name) if mine is None else mine
                if text is None:
                    continue
                found[f"{each}/{name}"] = text
                for other in _named_in(text) & {*self._folder.tracks()}:
                    if other not in seen and far < _FURTHEST:
                        seen.add(other)
                        waiting.append((other, far + 1))
        return found

    def _read(self, track: str, texts: Mapping[str, str], media: list[str]) -> Checked:
        # The loader reads folders. Of most files in media/ it asks only whether they are there.
        staged = Path(tempfile.mkdtemp(prefix="tracks-check-"))
        try:
            for path, text in texts.items():
                place = staged / path
                place.parent.mkdir(exist_ok=True)
                place.write_bytes(text.encode("utf-8", "replace"))
            for name in media:
                place = staged / track / "media" / name
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(self._drawing(track, name))
            # anybody's text: read in a process that is ended if it takes too long
            loaded = load_library(staged)
        except ReadingFailed:
            _log.exception("a track could not be checked")
            at = next((p for p in sorted(texts) if p.startswith(f"{track}/")), "library.yaml")
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


def _named_in(text: str) -> set[str]:
    """What may be tracks that it borrows from, or that its front matter names: in its place, or as
    its foundation."""
    yaml, _ = split_front_matter(text)
    return {*_BORROWED.findall(text), *_ID.findall(yaml or "")}


def _is_of(problem: Problem, track: str) -> bool:
    return problem.location.path.split("/")[0] in (track, "library.yaml")
