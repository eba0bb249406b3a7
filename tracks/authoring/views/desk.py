"""What all pages of authors share: the folder, the checks, and the file an address names."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from flask import abort, current_app

from content.front_matter import read_front_matter, split_front_matter
from content.problems import ProblemList
from content.reading.forms import LibraryForm, ModuleForm, TrackForm
from tracks.authoring.checking import Checked, Checker
from tracks.authoring.folder import CannotWrite, LibraryFolder
from tracks.authoring.rules import FileName, file_name
from tracks.i18n import N_
from tracks.settings import Settings
from tracks.web.errors import Lesson, PageError
from tracks.web.limits import Window
from tracks.web.requests import now, parts

_EXTENSION = "tracks.authoring"
CHECKS_A_MINUTE = 30  # of one person; security.md, section 3

_ASK_OPERATOR = N_("Ask whoever runs Learning Tracks here: the folder of the library is theirs.")
NOT_WRITABLE = Lesson(
    N_("The library cannot be changed just now"),
    N_("Nothing was changed. Your draft is kept."),
    _ASK_OPERATOR,
)
CHECKED_TOO_OFTEN = Lesson(
    N_("Too many checks at once"),
    N_("Nothing was changed. Your draft is kept."),
    N_("Wait a minute, then try again."),
)


class Desk:
    def __init__(self, settings: Settings) -> None:
        self._source = settings.library
        self.folder = LibraryFolder(settings.authors_folder)
        self.checker = Checker(self.folder)
        self._window = Window(CHECKS_A_MINUTE)
        self._busy: set[int] = set()  # persons; one slow text must not hold several threads

    def begin(self) -> None:
        self.folder.begin(self._source)

    def check(
        self, person_id: int, track: str, drafts: Mapping[str, str] | None = None
    ) -> Checked | None:
        """None: this person has had too many checked in this minute, or has one checked now."""
        known = self.checker.known(track, drafts or {})
        if known is not None:
            return known
        if self._window.wait_of(str(person_id), int(now().timestamp())):
            return None
        if person_id in self._busy:
            return None
        self._busy.add(person_id)
        try:
            return self.checker.check(track, drafts or {})
        finally:
            self._busy.discard(person_id)

    def check_or_wait(
        self, person_id: int, track: str, drafts: Mapping[str, str] | None = None
    ) -> Checked:
        checked = self.check(person_id, track, drafts)
        if checked is None:
            raise PageError(429, CHECKED_TOO_OFTEN)
        return checked


@contextmanager
def changing() -> Iterator[LibraryFolder]:
    """The folder, for one writer at a time; an error page if it takes nothing."""
    folder = desk().folder
    try:
        with folder.locked():
            yield folder
    except CannotWrite as failure:
        raise PageError(503, NOT_WRITABLE) from failure


def about_library() -> LibraryForm | None:
    """None if library.yaml is wrong; then nothing can be published either."""
    try:
        text = (desk().folder.root / "library.yaml").read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    return read_front_matter(text, LibraryForm, ProblemList("library.yaml")).values


def desk() -> Desk:
    made = cast(Desk | None, current_app.extensions.get(_EXTENSION))
    if made is None:
        # two at once make two, and one of them stays: nothing is kept in it but what was checked
        made = current_app.extensions.setdefault(_EXTENSION, Desk(parts().settings))
    try:
        made.begin()
    except CannotWrite as failure:
        raise PageError(503, NOT_WRITABLE) from failure
    return made


@dataclass(frozen=True, slots=True)
class Place:
    """A file of a track, by its address."""

    track: str
    name: FileName

    @property
    def path(self) -> str:
        return f"{self.track}/{self.name}"

    @property
    def url(self) -> str:
        return f"/authoring/{self.path}"


def track_or_404(track: str) -> str:
    return track if track in desk().folder.tracks() else abort(404)


def place_or_404(track: str, file: str) -> Place:
    name = file_name(file)
    return Place(track_or_404(track), name) if name is not None else abort(404)


def title_of(text: str, name: FileName) -> str:
    """From its front matter; as good as can be when that is broken."""
    yaml, _ = split_front_matter(text)
    form: type[TrackForm] | type[ModuleForm] = ModuleForm if name.is_module else TrackForm
    values = read_front_matter(yaml or "", form, ProblemList(str(name))).values
    return values.title if values is not None else str(name)
