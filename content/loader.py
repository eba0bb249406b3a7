"""Folders in, tracks out, with everything that is wrong in them at once. Nothing an author can
write raises an exception here."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Final, Generic, TypeVar

from msgspec import Struct, structs

from content.checks import (
    DOCUMENT_CHECKS,
    FOLDER_CHECKS,
    MODULE_CHECKS,
    codes,
    complexity,
    drawings,
    duplicates,
    editions,
    films,
    foundation,
    includes,
    leader_notes,
    renames,
    rendered_size,
    size,
    track_body,
    translations,
)
from content.front_matter import FrontMatter, read_front_matter, split_front_matter
from content.ids import is_id
from content.languages import LANGUAGES
from content.markdown import Document, read_document
from content.model import Library, Lifecycle, Module, Publisher, Track
from content.problems import Location, Problem, ProblemList, first_to_mend, in_reading_order
from content.reading.borrowing import with_borrowed
from content.reading.editions import ModuleEdition, ModuleKey, TrackEdition, read_sections
from content.reading.files import read_text, sorted_entries
from content.reading.forms import LibraryForm, ModuleForm, TrackForm
from content.reading.tracks import build_module, build_track
from content.reading.watch import Watch, without
from content.said import say

FILES_MOST: Final = 2_000

_MODULE_FILE = re.compile(r"([0-9]{1,3})-([^.]+)\.([A-Za-z_-]+)\.md")
_TRACK_FILE = re.compile(r"track\.([A-Za-z_-]+)\.md")
_NOBODY: Final = Watch()
_FILE_HINT = "Name it track.nb.md or 01-its-id.nb.md."

T = TypeVar("T")
F = TypeVar("F", TrackForm, ModuleForm)


class Loaded(Struct, Generic[T], frozen=True):
    """`draft` is the best that could be made of it, for looking at; `value` is it when nothing is
    wrong: only that may be published."""

    draft: T | None
    problems: tuple[Problem, ...]

    @property
    def has_errors(self) -> bool:
        return any(problem.is_error for problem in self.problems)

    @property
    def value(self) -> T | None:
        return None if self.has_errors else self.draft


def to_publish(
    loaded: Loaded[Library], changed: Collection[str] = ()
) -> tuple[Library | None, tuple[Problem, ...]]:
    """The library if nothing stands in the way, and what does. A track that somebody has only begun
    (a draft) stands in nobody's way, unless it is among those that are `changed`."""
    tracks = loaded.draft.tracks if loaded.draft is not None else ()
    begun = {each.id for each in tracks if each.lifecycle is Lifecycle.DRAFT}.difference(changed)
    found = tuple(
        p for p in loaded.problems if p.is_error and p.location.path.split("/")[0] not in begun
    )
    return (None if found else loaded.draft), found


def load_library(root: Path, *, watch: Watch = _NOBODY) -> Loaded[Library]:
    """Of text that anybody may have written use content.workers.loading: it keeps the time."""
    found = ProblemList("library.yaml")
    publisher = _read_publisher(root, found)
    of_tracks: list[Problem] = []
    tracks: list[Track] = []
    for folder in _track_folders(root, found):
        loaded = watch.track(folder.name, partial(load_track, folder, watch=watch))
        of_tracks += loaded.problems
        if loaded.draft is not None:
            tracks.append(loaded.draft)
    problems = list(found.found)
    wrong, unfilled = includes.check(tracks)
    problems += wrong
    tracks = list(with_borrowed(tracks, unfilled))
    problems += rendered_size.check_borrowed(tracks, watch)
    problems += foundation.check(tracks)
    problems += renames.check(publisher.renamed if publisher is not None else {}, tracks)
    draft = Library(publisher, tuple(tracks)) if publisher is not None else None
    return Loaded(draft, in_reading_order([*of_tracks, *first_to_mend(problems)]))


def load_track(folder: Path, *, watch: Watch = _NOBODY) -> Loaded[Track]:
    """Paths in the problems begin with the folder's own name."""
    return _TrackLoader(folder, watch).load()


def _read_publisher(root: Path, found: ProblemList) -> Publisher | None:
    text = read_text(root / "library.yaml", found)
    if text is None:
        return None
    front = read_front_matter(text, LibraryForm, found)
    if front.values is None:
        return None
    codes.check_languages(front.values.languages, front, found)
    values = front.values
    return Publisher(
        id=values.id,
        name=values.name,
        organisation_number=values.organisation_number,
        contact=values.contact,
        licence=values.licence,
        languages=values.languages,
        renamed=values.renamed,
    )


def _track_folders(root: Path, found: ProblemList) -> Iterator[Path]:
    """Folders that hold Markdown; others (a repository's own) are none of ours."""
    for place in sorted_entries(root):
        if place.name.startswith(".") or place.is_symlink() or not place.is_dir():
            continue
        if any(inner.suffix == ".md" for inner in sorted_entries(place)):
            yield place


class _TrackLoader:
    def __init__(self, folder: Path, watch: Watch) -> None:
        self.folder = folder
        self.watch = watch
        self.problems: list[Problem] = []
        self.tracks: dict[str, TrackEdition] = {}
        self.modules: dict[ModuleKey, dict[str, ModuleEdition]] = {}

    def load(self) -> Loaded[Track]:
        self.read_files()
        declared = self.declared_languages()
        self.problems += drawings.problems(self.folder)
        self.problems += films.problems(self.folder)
        for check in FOLDER_CHECKS:
            self.problems += check(self.folder.name, self.tracks, self.modules, declared)
        tracks = _in_order(self.tracks, declared)
        modules = [
            _in_order(by_language, declared) for _, by_language in sorted(self.modules.items())
        ]
        if not self.is_partly_unread(tracks, modules):
            self.check_together(tracks, modules)
        draft: Track | None = None
        if tracks and tracks[0].front.values is not None:
            draft = build_track(self.folder.name, tracks, [_as_read(m) for m in modules])
            self.problems += rendered_size.check_track(draft, self.problems, self.watch)
        return Loaded(draft, first_to_mend(self.problems))

    def path(self, name: str) -> str:
        return f"{self.folder.name}/{name}"

    def error(self, code: str, name: str, line: int, message: str, hint: str) -> None:
        found = ProblemList(self.path(name))
        found.error(code, line, message, hint)
        self.problems += found.found

    def read_files(self) -> None:
        entries = sorted_entries(self.folder)
        if len(entries) > FILES_MOST:
            self.error(
                "files-many",
                "",
                1,
                say("more than {files_most} files", files_most=FILES_MOST),
                "Divide the track.",
            )
            return
        for place in entries:
            name = place.name
            if not name.endswith(".md") or name.casefold() == "readme.md":
                continue
            track, module = _TRACK_FILE.fullmatch(name), _MODULE_FILE.fullmatch(name)
            language = track[1] if track else module[3] if module else ""
            if module is not None and not is_id(module[2]):
                hint = "Between the number and the language: a-z, 0-9 and single hyphens."
                self.error(
                    "file-name",
                    name,
                    1,
                    say("{module!r} cannot be an id", module=module[2][:60]),
                    hint,
                )
            elif not language:
                self.error("file-name", name, 1, "neither a track nor a module", _FILE_HINT)
            elif language not in LANGUAGES:
                hint = codes.language_hint(language)
                message = say("no language has the code {language!r}", language=language)
                self.error("language-unknown", name, 1, message, hint)
            elif track is not None:
                self.read_track(place, language)
            elif module is not None:
                self.read_module(place, (int(module[1]), module[2]), language)

    def read_track(self, place: Path, language: str) -> None:
        found = ProblemList(self.path(place.name))
        text = read_text(place, found)
        if text is not None:
            front, document = self.read_document(text, TrackForm, found)
            edition = TrackEdition(language, document, front)
            codes.check(edition, found)
            track_body.check(document, found)
            size.check_track(document, found)
            self.tracks[language] = edition
        self.keep(found)

    def keep(self, found: ProblemList) -> None:
        """Where nothing could be read nothing but that is told."""
        unread = self.watch.unread(found.path)
        self.problems += complexity.problems(found.path, unread)
        for problem in found.found:
            if not any(part.holds(problem.location.line) for part in unread):
                self.problems.append(problem)

    def is_partly_unread(
        self, tracks: Sequence[TrackEdition], modules: Sequence[Sequence[ModuleEdition]]
    ) -> bool:
        """Then the languages cannot be compared."""
        documents = [edition.document for edition in tracks]
        documents += [edition.document for module in modules for edition in module]
        return any(self.watch.unread(document.path) for document in documents)

    def read_module(self, place: Path, key: ModuleKey, language: str) -> None:
        found = ProblemList(self.path(place.name))
        text = read_text(place, found)
        if text is not None:
            front, document = self.read_document(text, ModuleForm, found)
            sections = read_sections(document, language, found)
            edition = ModuleEdition(key[1], key[0], language, document, front, sections)
            if not self.watch.unread(found.path):
                for check in MODULE_CHECKS:
                    check(edition, found)
            leader_notes.check(edition, self.folder, found)
            self.modules.setdefault(key, {})[language] = edition
        self.keep(found)

    def read_document(
        self, text: str, form: type[F], found: ProblemList
    ) -> tuple[FrontMatter[F], Document]:
        yaml, body = split_front_matter(text)
        front: FrontMatter[F] = FrontMatter(None, {})
        if yaml is None:
            hint = "Begin the file with a line ---, then `title: ...`, then a line ---."
            found.error("front-matter-missing", 1, "no front matter", hint)
        else:
            front = read_front_matter(yaml, form, found)
        self.watch.begin(Location(found.path, 1), len(body.encode()), is_file=True)
        document = read_document(found.path, without(body, self.watch.unread(found.path)))
        for check in DOCUMENT_CHECKS:
            check(document, self.folder, found)
        return front, document

    def declared_languages(self) -> tuple[str, ...]:
        for edition in self.tracks.values():
            if edition.front.values is not None:
                return tuple(dict.fromkeys(edition.front.values.languages))
        return tuple(self.tracks)

    def check_together(
        self,
        tracks: Sequence[TrackEdition],
        modules: Sequence[Sequence[ModuleEdition]],
    ) -> None:
        found = ProblemList("")
        if tracks:
            editions.check_tracks(tracks, found)
            translations.check(tracks, found)
        for module in modules:
            editions.check_modules(module, found)
            translations.check(module, found)
        for language in LANGUAGES:
            same = [e for module in modules for e in module if e.language == language]
            duplicates.check(same, found)
        self.problems += found.found


def _as_read(editions: Sequence[ModuleEdition]) -> Module:
    """Of more steps than a module may have (checks/size.py tells) the first: whoever shows a draft
    shows all of it."""
    module, left, sections = build_module(editions), size.STEPS_MOST, []
    for section in module.sections:
        sections.append(structs.replace(section, steps=section.steps[:left]))
        left -= len(sections[-1].steps)
    return structs.replace(module, sections=tuple(sections))


E_ = TypeVar("E_", TrackEdition, ModuleEdition)


def _in_order(by_language: dict[str, E_], declared: Sequence[str]) -> list[E_]:
    first = [by_language[language] for language in declared if language in by_language]
    return first + [e for language, e in by_language.items() if language not in declared]
