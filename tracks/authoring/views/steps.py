"""The steps of a session: their order, their ids, and taking one out. All languages change at once,
in the library; ids that teachers know leave a line that leads on (ADR 0029)."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import NamedTuple

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct

from content.arranging import (
    Reader,
    Span,
    StepInPiece,
    resources_of,
    steps_of,
    with_resource,
    with_step,
    with_step_called,
    with_step_moved,
    without_step,
)
from content.ids import is_id
from content.model import Module, Phase
from tracks.authoring.borrowing import nothing
from tracks.authoring.folder import LibraryFolder
from tracks.authoring.rules import FileName
from tracks.authoring.views.desk import (
    Place,
    TooComplex,
    changing,
    desk,
    opens_track,
    place_or_404,
    step_title,
    title_of,
)
from tracks.authoring.views.rewriting import (
    NO_ID,
    NO_PLACE,
    NO_SUCH_LANGUAGE,
    NO_SUCH_PHASE,
    TAKEN,
    CannotChange,
    Changes,
    borrowed,
    entered,
    is_published,
    readdressed,
    readdressed_in,
    retired,
    write_all,
)
from tracks.catalogue.rules import PHASE_NAMES
from tracks.db import Database, Session
from tracks.i18n import N_
from tracks.people.rules import Actor
from tracks.web.errors import MALFORMED, PageError
from tracks.web.pages import gettext
from tracks.web.requests import see_other

SAID = {
    "moved": N_("The step is moved, in all languages."),
    "renamed": N_("The short name is changed, and old links lead to the new one."),
    "marked": N_("The step is a resource now: from the next version on it also lives alone."),
    "unmarked": N_("The step is no resource any more."),
    "out": N_("The step is taken out. Links to it lead to what takes its place."),
}
FOR_LEADERS = N_("What stands in a session for leaders cannot be a resource.")
STILL_BORROWED = N_(
    "This is borrowed elsewhere. Take it out of the texts that borrow it first. Nothing was "
    "changed."
)
TOO_COMPLEX = N_(
    "Nothing was changed: a text is too complex to be arranged in the time there is. Divide it "
    "into several steps, and write it with fewer signs inside each other."
)
KNOWN_ALONE = N_(
    "This resource is published, and links to it would lead nowhere. If you mean it, take "
    ".resource out of the text itself."
)
NOT_HERE = N_("That cannot be written here. Write .resource in the text itself.")
_PLACES = {"earlier": -1, "later": 1}


class StepRow(NamedTuple):
    id: str
    title: str
    is_first: bool
    is_last: bool
    is_resource: bool


class Target(Struct, frozen=True):
    """A phase of a session, where a step can go; `value` as the form sends it."""

    module: str
    phase: Phase
    title: str

    @property
    def value(self) -> str:
        return f"{self.module}:{self.phase.value}"


@opens_track()
def steps(session: Session, actor: Actor, track: str, file: str) -> ResponseReturnValue:
    return _draw(session, actor, _module_or_404(track, file))


def _module_or_404(track: str, file: str) -> Place:
    place = place_or_404(track, file)
    is_there = desk().folder.text(track, place.name) is not None
    return place if place.name.is_module and is_there else abort(404)


def _draw(session: Session, actor: Actor, place: Place, problem: CannotChange | None = None) -> str:
    folder = desk().folder
    text = folder.text(place.track, place.name) or ""
    module = _as_read(place)
    titles = _titles(module, place.name.language)
    sessions = _sessions(folder, place, actor)
    found = [span for each in sessions if each.name == place.name for span in each.steps]
    if problem is None and place.name not in {each.name for each in sessions}:
        problem = CannotChange(TOO_COMPLEX)
    phases = [
        (phase, PHASE_NAMES[phase], [_row(n, len(found), s, titles) for n, s in rows])
        for phase in Phase
        if (rows := [(n, s) for n, s in enumerate(found) if s.phase == phase.value])
    ]
    return render_template(
        "authoring/steps.html",
        place=place,
        title=title_of(text, place.name),
        phases=phases,
        targets=_targets(sessions),
        others=sessions,
        problem=problem,
        # Only this one can be moved elsewhere: each offers every step and session of the track.
        chosen=request.values.get("step", ""),
        said=SAID.get(request.args.get("said", "")),
        is_writable=folder.is_writable,
        known_alone={
            s.step
            for s in found
            if is_published(session, place.track, place.name.id, s.step, alone=True)
        },
        may_mark=module is not None and not module.is_for_leaders,
    )


def _row(n: int, count: int, span: Span, titles: Mapping[str, str]) -> StepRow:
    title = titles.get(span.step, span.step)
    return StepRow(span.step, title, n == 0, n == count - 1, span.is_resource)


def _as_read(place: Place) -> Module | None:
    """The session as the library has it; None if it cannot be read."""
    known = desk().checker.check(place.track, {}, nothing)
    modules = known.track.modules if known.track else ()
    return next((m for m in modules if m.id == place.name.id), None)


def _titles(module: Module | None, lang: str) -> dict[str, str]:
    """Of its steps."""
    return (
        {}
        if module is None
        else {
            step.id: step_title(step.texts[lang], step.kind, lang)
            for step in module.steps
            if lang in step.texts
        }
    )


def _modules(folder: LibraryFolder, place: Place) -> list[FileName]:
    """The sessions of the track in the same language."""
    lang = place.name.language
    return [n for n in folder.texts(place.track) if n.is_module and n.language == lang]


class SessionRow(NamedTuple):
    name: FileName
    title: str
    spans: tuple[Span, ...]

    @property
    def steps(self) -> list[Span]:
        return [span for span in self.spans if span.step]


def _sessions(folder: LibraryFolder, place: Place, actor: Actor) -> list[SessionRow]:
    """Those of the track in the same language, but for what is too complex."""
    texts = {name: folder.text(place.track, name) or "" for name in _modules(folder, place)}
    read = desk().reader(actor.person_id, texts.values())
    rows = []
    for name, text in texts.items():
        with suppress(TooComplex):
            rows.append(SessionRow(name, title_of(text, name), read(text)))
    return rows


def _targets(sessions: list[SessionRow]) -> list[Target]:
    found = []
    for each in sessions:
        phases = dict.fromkeys(span.phase for span in each.spans if span.phase)
        found += [Target(each.name.id, Phase(letter), each.title) for letter in phases]
    return found


class Bench(Struct, frozen=True):
    """The texts of a session, and what reads them."""

    folder: LibraryFolder
    place: Place
    person_id: int
    texts: dict[FileName, str]
    read: Reader

    @classmethod
    def of(cls, folder: LibraryFolder, place: Place, person_id: int) -> "Bench":
        texts = texts_of(folder, place.track, place.name.id)
        return cls(folder, place, person_id, texts, desk().reader(person_id, texts.values()))

    def pieces(self, step: str) -> dict[FileName, str]:
        """The step's own text in each language."""
        pieces = {name: StepInPiece("", text, step) for name, text in self.texts.items()}
        drawn = desk().drawn(self.person_id, list(pieces.values()))
        if any(piece.key not in drawn for piece in pieces.values()):
            raise TooComplex
        return {name: drawn[piece.key] for name, piece in pieces.items()}


_SAID_AFTER = {"rename": "renamed", "out": "out", "mark": "marked", "unmark": "unmarked"}


@opens_track(own_transactions=True)
def change_steps(database: Database, actor: Actor, track: str, file: str) -> ResponseReturnValue:
    place = _module_or_404(track, file)
    go, step = request.form.get("go", ""), request.form.get("step", "")
    makers: dict[str, Callable[[Session, Bench], Changes]] = {
        "earlier": lambda _, bench: _moved(bench, step, -1),
        "later": lambda _, bench: _moved(bench, step, 1),
        "move": lambda session, bench: _to_another(session, bench, step),
        "rename": lambda session, bench: _renamed(session, bench, step),
        "mark": lambda _, bench: _as_resource(bench, step),
        "unmark": lambda session, bench: _no_resource(session, actor, bench, step),
        "out": lambda session, bench: _taken_out(session, actor, bench, step),
    }
    if go not in makers:
        raise PageError(400, MALFORMED)
    try:
        with changing() as folder:
            with database.reading() as session:
                bench = Bench.of(folder, place, actor.person_id)
                if step not in steps_of(bench.texts[place.name], bench.read):
                    abort(404)
                changes = makers[go](session, bench)
            with database.writing() as session:
                write_all(session, actor, folder, changes, gettext("Steps: %(step)s", step=step))
    except (CannotChange, TooComplex) as refused:
        why = refused if isinstance(refused, CannotChange) else CannotChange(TOO_COMPLEX)
        with database.reading() as session:
            return _draw(session, actor, place, why), 422
    said = _SAID_AFTER.get(go, "moved")
    return see_other(f"{place.url}/steps?said={said}")


def texts_of(folder: LibraryFolder, track: str, module: str) -> dict[FileName, str]:
    """A session in each of its languages."""
    names = [name for name in folder.texts(track) if name.id == module]
    return {name: folder.text(track, name) or "" for name in names}


def _moved(bench: Bench, step: str, places: int) -> Changes:
    after = {
        name: with_step_moved(text, step, places, bench.read) for name, text in bench.texts.items()
    }
    if after == bench.texts:
        raise CannotChange(NO_PLACE)
    return {f"{bench.place.track}/{name}": text for name, text in after.items()}


def _to_another(session: Session, bench: Bench, step: str) -> Changes:
    folder, track, module = bench.folder, bench.place.track, bench.place.name.id
    target, _, letter = request.form.get("to", "").partition(":")
    if letter not in set(Phase) or not texts_of(folder, track, target):
        raise CannotChange(NO_PLACE)
    phase = Phase(letter)
    rests = {name: without_step(text, step, bench.read) for name, text in bench.texts.items()}
    pieces = bench.pieces(step)
    targets = {n.language: (n, text) for n, text in texts_of(folder, track, target).items()}
    address = f"{track}/{target}#{step}"
    changes: Changes = {}
    for name, rest in rests.items():
        if rest is None:
            continue
        if name.language not in targets:
            raise CannotChange(NO_SUCH_LANGUAGE)
        to, there = (name, rest) if target == module else targets[name.language]
        if step in steps_of(there, bench.read):
            raise CannotChange(TAKEN)
        new = with_step(there, phase, pieces[name], bench.read)
        if new is None:
            raise CannotChange(NO_SUCH_PHASE)
        if target != module:
            is_known = is_published(session, track, module, step)
            changes[f"{track}/{name}"] = retired(rest, step, address, is_known=is_known)
            new = entered(new, "retired", step, None)
        changes[f"{track}/{to}"] = new
    if target == module:
        return changes
    return {**readdressed(folder, f"{track}/{module}#{step}", address, changes), **changes} | (
        readdressed_in(changes, f"{track}/{module}#{step}", address)
    )


def _renamed(session: Session, bench: Bench, step: str) -> Changes:
    folder, track, module = bench.folder, bench.place.track, bench.place.name.id
    new = request.form.get("id", "").strip()
    if not is_id(new):
        raise CannotChange(NO_ID)
    is_known = is_published(session, track, module, step)
    changes: Changes = {}
    for name, text in bench.texts.items():
        if new in steps_of(text, bench.read):
            raise CannotChange(TAKEN)
        called = with_step_called(text, step, new, bench.read)
        called = entered(called, "renamed", new, None)
        changes[f"{track}/{name}"] = entered(called, "renamed", step, new, wanted=is_known)
    old_address, address = f"{track}/{module}#{step}", f"{track}/{module}#{new}"
    elsewhere = readdressed(folder, old_address, address, changes)
    return {**elsewhere, **readdressed_in(changes, old_address, address)}


def _as_resource(bench: Bench, step: str) -> Changes:
    module = _as_read(bench.place)
    if module is not None and module.is_for_leaders:
        raise CannotChange(FOR_LEADERS)
    return _marked(bench, step, is_resource=True)


def _no_resource(session: Session, actor: Actor, bench: Bench, step: str) -> Changes:
    """A resource that teachers know keeps its address."""
    track, module = bench.place.track, bench.place.name.id
    if is_published(session, track, module, step, alone=True):
        raise CannotChange(KNOWN_ALONE)
    address = f"{track}/{module}#{step}"
    borrowers = readdressed(bench.folder, address, "", {})
    if borrowers:
        shown = borrowed(session, actor, list(borrowers)).paths
        raise CannotChange(STILL_BORROWED, shown)
    return _marked(bench, step, is_resource=False)


def _marked(bench: Bench, step: str, *, is_resource: bool) -> Changes:
    after = {
        name: with_resource(text, step, is_resource=is_resource, read=bench.read)
        for name, text in bench.texts.items()
    }
    read = desk().reader(bench.person_id, after.values())
    for name, text in bench.texts.items():
        is_there = step in steps_of(text, bench.read)
        if is_there and (step in resources_of(after[name], read)) is not is_resource:
            raise CannotChange(NOT_HERE)
    return {f"{bench.place.track}/{name}": text for name, text in after.items()}


def _taken_out(session: Session, actor: Actor, bench: Bench, step: str) -> Changes:
    folder, track, module = bench.folder, bench.place.track, bench.place.name.id
    address, instead = f"{track}/{module}#{step}", request.form.get("instead", "")
    if instead:
        sessions = _sessions(folder, bench.place, actor)
        there = {f"{track}/{each.name.id}#{span.step}" for each in sessions for span in each.steps}
        if instead == address or instead not in there:
            raise CannotChange(NO_PLACE)
    is_known = is_published(session, track, module, step)
    changes: Changes = {}
    for name, text in bench.texts.items():
        rest = without_step(text, step, bench.read)
        if rest is not None:
            changes[f"{track}/{name}"] = retired(rest, step, instead, is_known=is_known)
    borrowers = readdressed(folder, address, instead, changes)
    inside = readdressed_in(changes, address, instead)
    changed = [path for path, text in inside.items() if text != changes[path]]
    if not instead and (borrowers or changed):
        raise borrowed(session, actor, [*borrowers, *changed])
    return {**borrowers, **inside}
