"""The steps of a session: their order, their ids, and taking one out. All languages change at once,
in the library; ids that teachers know leave a line that leads on (ADR 0029)."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct

from content.arranging import (
    Span,
    resources_of,
    spans,
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
from tracks.authoring.views.desk import Place, changing, desk, opens_track, place_or_404, title_of
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
    return _draw(session, _module_or_404(track, file))


def _module_or_404(track: str, file: str) -> Place:
    place = place_or_404(track, file)
    is_there = desk().folder.text(track, place.name) is not None
    return place if place.name.is_module and is_there else abort(404)


def _draw(session: Session, place: Place, problem: CannotChange | None = None) -> str:
    folder = desk().folder
    text = folder.text(place.track, place.name) or ""
    module = _as_read(place)
    titles = _titles(module, place.name.language)
    found = [span for span in spans(text) if span.step]
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
        targets=_targets(folder, place),
        others=_all_steps(folder, place),
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
        else {step.id: step.texts[lang].title for step in module.steps if lang in step.texts}
    )


def _modules(folder: LibraryFolder, place: Place) -> list[FileName]:
    """The sessions of the track in the same language."""
    lang = place.name.language
    return [n for n in folder.texts(place.track) if n.is_module and n.language == lang]


def _targets(folder: LibraryFolder, place: Place) -> list[Target]:
    found = []
    for name in _modules(folder, place):
        text = folder.text(place.track, name) or ""
        phases = dict.fromkeys(span.phase for span in spans(text) if span.phase)
        title = title_of(text, name)
        found += [Target(name.id, Phase(letter), title) for letter in phases]
    return found


def _all_steps(folder: LibraryFolder, place: Place) -> list[tuple[str, str, list[str]]]:
    """What may take another one's place: of each session its title, its id, its steps."""
    return [
        (title_of(text, name), name.id, list(steps_of(text)))
        for name in _modules(folder, place)
        for text in [folder.text(place.track, name) or ""]
    ]


_SAID_AFTER = {"rename": "renamed", "out": "out", "mark": "marked", "unmark": "unmarked"}


@opens_track(own_transactions=True)
def change_steps(database: Database, actor: Actor, track: str, file: str) -> ResponseReturnValue:
    place = _module_or_404(track, file)
    go, step = request.form.get("go", ""), request.form.get("step", "")
    makers: dict[str, Callable[[LibraryFolder, Session], Changes]] = {
        "earlier": lambda folder, _: _moved(folder, place, step, -1),
        "later": lambda folder, _: _moved(folder, place, step, 1),
        "move": lambda folder, session: _to_another(session, folder, place, step),
        "rename": lambda folder, session: _renamed(session, folder, place, step),
        "mark": lambda folder, _: _as_resource(folder, place, step),
        "unmark": lambda folder, session: _no_resource(session, actor, folder, place, step),
        "out": lambda folder, session: _taken_out(session, actor, folder, place, step),
    }
    if go not in makers:
        raise PageError(400, MALFORMED)
    try:
        with changing() as folder, database.writing() as session:
            if step not in steps_of(folder.text(track, place.name) or ""):
                abort(404)
            changes = makers[go](folder, session)
            write_all(session, actor, folder, changes, gettext("Steps: %(step)s", step=step))
    except CannotChange as refused:
        with database.reading() as session:
            return _draw(session, place, refused), 422
    said = _SAID_AFTER.get(go, "moved")
    return see_other(f"{place.url}/steps?said={said}")


def texts_of(folder: LibraryFolder, track: str, module: str) -> dict[FileName, str]:
    """A session in each of its languages."""
    names = [name for name in folder.texts(track) if name.id == module]
    return {name: folder.text(track, name) or "" for name in names}


def _moved(folder: LibraryFolder, place: Place, step: str, places: int) -> Changes:
    before = texts_of(folder, place.track, place.name.id)
    after = {name: with_step_moved(text, step, places) for name, text in before.items()}
    if after == before:
        raise CannotChange(NO_PLACE)
    return {f"{place.track}/{name}": text for name, text in after.items()}


def _to_another(session: Session, folder: LibraryFolder, place: Place, step: str) -> Changes:
    track, module = place.track, place.name.id
    target, _, letter = request.form.get("to", "").partition(":")
    if letter not in set(Phase) or not texts_of(folder, track, target):
        raise CannotChange(NO_PLACE)
    phase = Phase(letter)
    sources = texts_of(folder, track, module)
    targets = {n.language: (n, text) for n, text in texts_of(folder, track, target).items()}
    address = f"{track}/{target}#{step}"
    changes: Changes = {}
    for name, text in sources.items():
        taken = without_step(text, step)
        if taken is None:
            continue
        piece, rest = taken
        if name.language not in targets:
            raise CannotChange(NO_SUCH_LANGUAGE)
        to, there = (name, rest) if target == module else targets[name.language]
        if step in steps_of(there):
            raise CannotChange(TAKEN)
        new = with_step(there, phase, piece)
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


def _renamed(session: Session, folder: LibraryFolder, place: Place, step: str) -> Changes:
    track, module = place.track, place.name.id
    new = request.form.get("id", "").strip()
    if not is_id(new):
        raise CannotChange(NO_ID)
    is_known = is_published(session, track, module, step)
    changes: Changes = {}
    for name, text in texts_of(folder, track, module).items():
        if new in steps_of(text):
            raise CannotChange(TAKEN)
        called = with_step_called(text, step, new)
        called = entered(called, "renamed", new, None)
        changes[f"{track}/{name}"] = entered(called, "renamed", step, new, wanted=is_known)
    old_address, address = f"{track}/{module}#{step}", f"{track}/{module}#{new}"
    elsewhere = readdressed(folder, old_address, address, changes)
    return {**elsewhere, **readdressed_in(changes, old_address, address)}


def _as_resource(folder: LibraryFolder, place: Place, step: str) -> Changes:
    module = _as_read(place)
    if module is not None and module.is_for_leaders:
        raise CannotChange(FOR_LEADERS)
    return _marked(folder, place, step, is_resource=True)


def _no_resource(
    session: Session, actor: Actor, folder: LibraryFolder, place: Place, step: str
) -> Changes:
    """A resource that teachers know keeps its address."""
    track, module = place.track, place.name.id
    if is_published(session, track, module, step, alone=True):
        raise CannotChange(KNOWN_ALONE)
    address = f"{track}/{module}#{step}"
    borrowers = readdressed(folder, address, "", {})
    if borrowers:
        shown = borrowed(session, actor, list(borrowers)).paths
        raise CannotChange(STILL_BORROWED, shown)
    return _marked(folder, place, step, is_resource=False)


def _marked(folder: LibraryFolder, place: Place, step: str, *, is_resource: bool) -> Changes:
    changes: Changes = {}
    for name, text in texts_of(folder, place.track, place.name.id).items():
        after = with_resource(text, step, is_resource=is_resource)
        if step in steps_of(text) and (step in resources_of(after)) is not is_resource:
            raise CannotChange(NOT_HERE)
        changes[f"{place.track}/{name}"] = after
    return changes


def _taken_out(
    session: Session, actor: Actor, folder: LibraryFolder, place: Place, step: str
) -> Changes:
    track, module = place.track, place.name.id
    address, instead = f"{track}/{module}#{step}", request.form.get("instead", "")
    if instead:
        there = {f"{track}/{of}#{one}" for _, of, ids in _all_steps(folder, place) for one in ids}
        if instead == address or instead not in there:
            raise CannotChange(NO_PLACE)
    is_known = is_published(session, track, module, step)
    changes: Changes = {}
    for name, text in texts_of(folder, track, module).items():
        taken = without_step(text, step)
        if taken is not None:
            rest = retired(taken[1], step, instead, is_known=is_known)
            changes[f"{track}/{name}"] = rest
    borrowers = readdressed(folder, address, instead, changes)
    inside = readdressed_in(changes, address, instead)
    changed = [path for path, text in inside.items() if text != changes[path]]
    if not instead and (borrowers or changed):
        raise borrowed(session, actor, [*borrowers, *changed])
    return {**borrowers, **inside}
