"""What all pages of authors share: the folder, the checks, and the file an address names."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from threading import Lock
from time import monotonic, sleep
from typing import Any, cast

from flask import abort, current_app
from flask.typing import ResponseReturnValue
from msgspec import Struct

from content.arranging import Reader, Span, SpansPiece, drawn_spans
from content.front_matter import read_front_matter, split_front_matter
from content.languages import word
from content.model import StepKind, StepText
from content.problems import ProblemList
from content.reading.forms import LibraryForm, ModuleForm, TrackForm
from content.rendering.pieces import Piece
from content.workers.drawing import PAGE, draw
from tracks.authoring.borrowing import Lent, lent, published_texts
from tracks.authoring.checking import Checked, Checker
from tracks.authoring.folder import CannotWrite, LibraryFolder
from tracks.authoring.queries import foreign_tracks, standing_of
from tracks.authoring.rules import FileName, Standing, file_name
from tracks.catalogue.histories import Histories
from tracks.db import Session
from tracks.i18n import N_
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.settings import Settings
from tracks.web.errors import TOO_MANY, Lesson, PageError
from tracks.web.limits import Window
from tracks.web.requests import now, parts

_EXTENSION = "tracks.authoring"
CHECKS_A_MINUTE = 30  # of one person; security.md, section 3
WISHES_A_MINUTE = 6
CONVERSIONS_A_MINUTE = 10  # of one person: out to another system, or in from one
LONGEST_WAIT_S = 5.0
_WORDS = 60  # letters of a question that name its step
KEPT_DRAWN = 16 * 1024 * 1024  # letters

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
TOO_COMPLEX = N_(
    "This is too complex to be shown in the time there is. Divide it into several steps, and write "
    "it with fewer signs inside each other."
)


class TooComplex(Exception):
    """A text cannot be read in the time there is."""


class Desk:
    def __init__(self, settings: Settings) -> None:
        self._source = settings.library
        self.folder = LibraryFolder(settings.authors_folder)
        self.checker = Checker(self.folder)
        self.histories = Histories(settings.data_dir)
        self._window = Window(CHECKS_A_MINUTE)
        self.wishes = Window(WISHES_A_MINUTE)  # of one person, that other sites be asked
        self._conversions = Window(CONVERSIONS_A_MINUTE)
        # Persons: one slow text must not hold several threads, but for one page that waits for it.
        self._busy: set[int] = set()
        self._waiting: set[int] = set()
        # Nor may all authors together hold those that teachers need.
        self._most = max(1, settings.threads // 2)
        self._drawn: OrderedDict[str, str] = OrderedDict()  # by a piece's key
        self._drawn_size = 0
        self._lock = Lock()

    def begin(self) -> None:
        self.folder.begin(self._source)

    def check(
        self, session: Session, actor: Actor, track: str, drafts: Mapping[str, str] | None = None
    ) -> Checked | None:
        """None: this person has had too many checked in this minute, or has one checked now."""
        person_id, may_borrow = actor.person_id, self._lent(session, actor)
        known = self.checker.known(track, drafts or {}, may_borrow)
        if known is not None:
            return known
        if not self._is_free(person_id):
            return None
        if self._window.wait_of(str(person_id), int(now().timestamp())):
            return None
        self._busy.add(person_id)
        try:
            return self.checker.check(track, drafts or {}, may_borrow)
        finally:
            self._busy.discard(person_id)

    def check_or_wait(
        self, session: Session, actor: Actor, track: str, drafts: Mapping[str, str] | None = None
    ) -> Checked:
        """A page that is opened while the text before is still being checked waits for that."""
        checked = self.check(session, actor, track, drafts)
        if checked is None and self._is_free_again(actor.person_id):
            checked = self.check(session, actor, track, drafts)
        if checked is None:
            raise PageError(429, CHECKED_TOO_OFTEN)
        return checked

    def drawn(self, person_id: int, pieces: Sequence[Piece]) -> dict[str, str]:
        """By their keys; those that are too complex for a page are not there. One page of a person
        at a time; what was drawn a short while ago costs nothing."""
        with self._lock:
            known = {p.key: self._drawn[p.key] for p in pieces if p.key in self._drawn}
        missing = [piece for piece in pieces if piece.key not in known]
        if not missing:
            return known
        with self.drawing(person_id):
            made = draw(missing, PAGE)
        with self._lock:
            for key, text in made.items():
                if key not in self._drawn:
                    self._drawn[key] = text
                    self._drawn_size += len(text)
            while self._drawn_size > KEPT_DRAWN:
                self._drawn_size -= len(self._drawn.popitem(last=False)[1])
        return known | made

    def reader(self, person_id: int, texts: Iterable[str]) -> Reader:
        """What `content.arranging` asks of texts, found in another process; of these all at once.
        It raises TooComplex."""
        found: dict[str, tuple[Span, ...] | None] = {}

        def look(wanted: Iterable[str]) -> None:
            pieces = {text: SpansPiece("", text) for text in wanted}
            drawn = self.drawn(person_id, list(pieces.values()))
            for text, piece in pieces.items():
                known = drawn.get(piece.key)
                found[text] = None if known is None else drawn_spans(known)

        def read(text: str) -> tuple[Span, ...]:
            if text not in found:
                look([text])
            spans = found[text]
            if spans is None:
                raise TooComplex
            return spans

        look(texts)
        return read

    def forget_drawn(self) -> None:
        with self._lock:
            self._drawn.clear()
            self._drawn_size = 0

    @contextmanager
    def drawing(self, person_id: int, typed: str = "") -> Iterator[None]:
        if not self._is_free(person_id) and not self._is_free_again(person_id):
            raise PageError(429, CHECKED_TOO_OFTEN, kept=typed)
        self._busy.add(person_id)
        try:
            yield
        finally:
            self._busy.discard(person_id)

    @contextmanager
    def converting(self, person_id: int, typed: str = "") -> Iterator[None]:
        """`typed`: what must not be lost if there is no time for it now."""
        if self._conversions.wait_of(str(person_id), int(now().timestamp())):
            raise PageError(429, TOO_MANY, kept=typed)
        with self.drawing(person_id, typed):
            yield

    def _is_free(self, person_id: int) -> bool:
        return person_id not in self._busy and len(self._busy) < self._most

    def _is_free_again(self, person_id: int) -> bool:
        if person_id in self._waiting or len(self._busy) + len(self._waiting) > self._most:
            return False
        self._waiting.add(person_id)
        try:
            until = monotonic() + LONGEST_WAIT_S
            while not self._is_free(person_id) and monotonic() < until:
                sleep(0.05)
            return self._is_free(person_id)
        finally:
            self._waiting.discard(person_id)

    def _lent(self, session: Session, actor: Actor) -> Lent:
        def published(track: str) -> Mapping[str, str]:
            about = about_library()
            if about is None:
                return {}
            return published_texts(session, self.histories, about.id, track)

        return lent(lambda: foreign_tracks(session, actor), published)


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


class Place(Struct, frozen=True):
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


def step_title(text: StepText, kind: StepKind, lang: str) -> str:
    """With the first words of what it asks, where its title is that of all of its kind."""
    asked = text.question.prompt if text.question is not None else text.prompt
    words = " ".join(asked.split())
    if text.title != word(kind.value, lang) or not words:
        return text.title
    return f"{text.title}: {words[:_WORDS]}{'…' if len(words) > _WORDS else ''}"


def opens_track(
    *, own_transactions: bool = False, most_bytes: int | None = None
) -> Callable[[Callable[..., ResponseReturnValue]], Callable[..., ResponseReturnValue]]:
    """Instead of `@requires`, for every page of a track: it opens to authors of the municipality
    whose track it is and to those whom they have invited; to others it is not there (ADR 0046)."""

    def guard(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
        @requires(Permission.WRITE_TRACKS, own_transactions=own_transactions, most_bytes=most_bytes)
        @wraps(view)
        def opened(given: Any, actor: Actor, **address: Any) -> ResponseReturnValue:
            track = address["track"]
            if own_transactions:
                with given.reading() as session:
                    found = standing_of(session, actor, track)
            else:
                found = standing_of(given, actor, track)
            if found is Standing.FOREIGN:
                abort(404)
            return view(given, actor, **address)

        return opened

    return guard


def tracks_of(session: Session, actor: Actor) -> list[str]:
    """Those of the library that this author may write in."""
    foreign = foreign_tracks(session, actor)
    return [track for track in desk().folder.tracks() if track not in foreign]
