"""What stands at the top of a file, as a form. What has been changed there goes into the draft."""

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from content.codes import FRAMEWORKS
from content.front_matter import plain_values, split_front_matter
from content.front_matter_writing import CannotWrite, with_values
from content.model import Phase
from content.problems import Problem
from tracks.authoring.actions import save_draft
from tracks.authoring.forms import CODES_NOTE, alike, changes, fields_of, shown
from tracks.authoring.queries import Draft, draft_of, drafts_in
from tracks.authoring.rules import mark_of, normal
from tracks.authoring.views.alike import write_alike
from tracks.authoring.views.desk import Place, desk, opens_track, place_or_404, title_of
from tracks.catalogue.public.frameworks import framework_name
from tracks.catalogue.public.telling import ENTRY_LEVELS
from tracks.catalogue.rules import PHASE_NAMES
from tracks.db import Database, Session
from tracks.people.rules import Actor
from tracks.web.pages import gettext
from tracks.web.requests import now, row_id, see_other


def _text(session: Session, actor: Actor, place: Place) -> tuple[str, Draft | None, str | None]:
    library = desk().folder.text(place.track, place.name)
    known = draft_of(session, actor.person_id, place.path)
    if known is None and library is None:
        abort(404)
    return (known.text if known is not None else library or ""), known, library


@opens_track()
def front(session: Session, actor: Actor, track: str, file: str) -> ResponseReturnValue:
    place = place_or_404(track, file)
    text, known, library = _text(session, actor, place)
    return _draw(session, actor, place, text, known, library)


def _draw(
    session: Session,
    actor: Actor,
    place: Place,
    text: str,
    known: Draft | None,
    library: str | None,
    *,
    is_newer: bool = False,
) -> str:
    yaml, _ = split_front_matter(text)
    values = plain_values(yaml) if yaml is not None else None
    fields = fields_of(is_module=place.name.is_module)
    problems = _problems(session, actor, place, text)
    return render_template(
        "authoring/front.html",
        place=place,
        title=title_of(text, place.name),
        is_readable=values is not None and _can_be_written(text),
        names=_names(),
        fields=[(field, shown(field, values or {})) for field in fields],
        problems=problems,
        revision=known.revision if known is not None else 0,
        begun=mark_of(library),
        is_newer=is_newer,
        other_codes=CODES_NOTE,
        has_other_languages=any(
            each.id == place.name.id and each != place.name
            for each in desk().folder.texts(place.track)
        ),
        phase_names={phase.value: name for phase, name in PHASE_NAMES.items()},
        phases=list(Phase),
    )


def _names() -> dict[str, dict[str, str]]:
    """What codes are called, of those that are no words: key of a field -> code -> name."""
    levels = {
        level.value: f"{level.value}: {gettext(name)}" for level, name in ENTRY_LEVELS.items()
    }
    return {
        "frameworks": {code: framework_name(code, gettext) for code in FRAMEWORKS},
        "entry-level": levels,
    }


def _can_be_written(text: str) -> bool:
    try:
        with_values(text, {})
    except CannotWrite:
        return False
    return True


def _problems(session: Session, actor: Actor, place: Place, text: str) -> list[Problem]:
    """Those that stand in the front matter, with their lines."""
    drafts = {**drafts_in(session, actor.person_id, place.track), str(place.name): text}
    checked = desk().check(session, actor, place.track, drafts)
    yaml, _ = split_front_matter(text)
    last = (yaml or "").count("\n") + 2
    found = checked.of_file(place.path) if checked is not None else ()
    # what the body lacks is told on line 1, too
    return [
        problem
        for problem in found
        if problem.code.startswith("front-matter") or 1 < problem.location.line <= last
    ]


@opens_track(own_transactions=True)
def write_front(database: Database, actor: Actor, track: str, file: str) -> ResponseReturnValue:
    place = place_or_404(track, file)
    with database.writing() as session:
        text, known, library = _text(session, actor, place)
        yaml, _ = split_front_matter(text)
        values = plain_values(yaml) if yaml is not None else None
        if values is None:
            return see_other(f"{place.url}/about")
        fields = fields_of(is_module=place.name.is_module)
        try:
            written = changes(fields, request.form, values)
            new = normal(with_values(text, written))
        except CannotWrite:
            return see_other(f"{place.url}/about")
        started_from = request.form.get("revision", 0, type=row_id)
        begun = request.form.get("begun", "") == mark_of(library)
        saved = save_draft(
            session,
            actor,
            place.path,
            new,
            library=library,
            is_begun_from_library=begun,
            started_from=started_from,
            now=now(),
        )
        said = "kept"
        if saved.newer is None and write_alike(session, actor, place, alike(fields, written)):
            said = "kept-alike"
    with database.reading() as session:
        if saved.newer is not None:
            # the fields show what was sent, on top of what is there now
            return _draw(session, actor, place, new, known, library, is_newer=True), 409
        if _problems(session, actor, place, new):
            return _draw(session, actor, place, new, saved.draft, library), 422
    return see_other(f"{place.url}?said={said}")
