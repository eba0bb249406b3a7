"""The editor of one file: Markdown left, what teachers see right, problems by line."""

from typing import NamedTuple

from flask import abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from content.beginnings import PIECES, phase_heading, piece
from content.mending import Asked, asked_for, may_be_mended, mended, suggested
from content.model import Phase
from content.picture_sizes import LONGEST_SIDE
from content.problems import TOO_MANY, Problem
from content.translation import source_in
from tracks.authoring.actions import SavedDraft, drop_draft, save_draft
from tracks.authoring.checking import Checked
from tracks.authoring.queries import Draft, draft_of, drafts_in, others_at
from tracks.authoring.rules import LONGEST_TEXT, free_id, mark_of, normal
from tracks.authoring.views import questions, saving
from tracks.authoring.views.desk import Place, desk, opens_track, place_or_404, title_of
from tracks.authoring.views.media import LONGEST_ALT, MOST
from tracks.authoring.views.published import published_of
from tracks.authoring.views.questions import Intake
from tracks.db import Database, Session
from tracks.i18n import N_, clock
from tracks.people.rules import Actor
from tracks.web.errors import MALFORMED, PageError
from tracks.web.requests import has_frames, language, now, row_id, see_other

VIEWS = {"teacher": N_("Teacher"), "leader": N_("Leader"), "phone": N_("Phone")}
PIECE_NAMES = {
    "phase": N_("Phase"),
    "text": N_("Text to read"),
    "resource": N_("Resource that also lives alone"),
    "quiz-one": N_("Question: one right answer"),
    "quiz-several": N_("Question: several right answers"),
    "quiz-text": N_("Question: short text"),
    "quiz-number": N_("Question: number"),
    "quiz-gap": N_("Question: gaps"),
    "quiz-match": N_("Question: what belongs together"),
    "quiz-order": N_("Question: put in order"),
    "quiz-open": N_("Question: open answer"),
    "reflection": N_("Reflection"),
    "try-out": N_("Try-out with pupils"),
    "discussion": N_("Discussion"),
    "scale": N_("Scale"),
    "checklist": N_("Checklist"),
    "event": N_("Event at a set time"),
    "device": N_("Variants by device"),
    "video": N_("Film with captions"),
    "leader": N_("Words for the leader only"),
    "include": N_("Borrowed resource"),
    "access": N_("Time of access"),
    "picture": N_("Picture"),
    "table": N_("Table"),
    "note": N_("Note"),
}
# What the editor says after it has come back from something; ?said= names it.
SAID = {
    "kept": N_("Your draft is saved."),
    "kept-alike": N_(
        "Your draft is saved. What holds in every language stands in your drafts of the others, "
        "too."
    ),
    "mended": N_("It is mended in your draft."),
    "not-mended": N_("No button can mend that. Your draft is saved."),
    "questions": N_("The questions are in your draft, at the end of the phase. Look at them."),
    "library": N_("It is in the library now. Teachers see it when it is published."),
    "same": N_("It was in the library like that already."),
    "merged": N_(
        "Somebody else has changed this file in the library meanwhile. Their changes and yours "
        "are put together below. Look at it, then put it into the library."
    ),
    "dropped": N_("Your draft is thrown away. This is the text of the library."),
    "restored": N_("The old text is your draft now. Look at it, then put it into the library."),
}


@opens_track()
def editor(session: Session, actor: Actor, track: str, file: str) -> ResponseReturnValue:
    place = place_or_404(track, file)
    library = desk().folder.text(track, place.name)
    known = draft_of(session, actor.person_id, place.path)
    if library is None and known is None:
        abort(404)
    said = SAID.get(request.args.get("said", ""))
    return draw(session, actor, place, library, known, said=said)


def draw(
    session: Session,
    actor: Actor,
    place: Place,
    library: str | None,
    known: Draft | None,
    *,
    typed: str | None = None,
    newer: str | None = None,
    said: str | None = None,
    intake: Intake | None = None,
) -> str:
    """The page; after a refused form with what was typed, and `newer` beside it. `intake`: of
    questions that were sent."""
    has_frames()
    text = typed if typed is not None else known.text if known is not None else library or ""
    drafts = {**drafts_in(session, actor.person_id, place.track), str(place.name): text}
    checked = desk().check(session, actor, place.track, drafts)
    view = request.values.get("view", "")
    published = published_of(session, place)
    is_other = published is not None and published.is_other_than(text)
    lines = text.split("\n")
    return render_template(
        "authoring/editor.html",
        place=place,
        title=title_of(text, place.name),
        text=text,
        draft=known,
        revision=known.revision if known is not None else 0,
        begun=mark_of(library),
        newer=newer,
        said=said,
        intake=intake,
        asked_phase=request.form.get("questions-phase", "A"),
        view=view if view in VIEWS else "teacher",
        views=VIEWS,
        published=published if is_other else None,
        translated_from=_has_original(place, text, checked),
        others=others_at(session, actor.person_id, place.path),
        checked=checked,
        **problems_for(checked, place, lines),
        pieces=PIECE_NAMES,
        phases=[phase.value for phase in Phase],
        templates=_templates(place, text),
        longest=LONGEST_TEXT,
        is_writable=desk().folder.is_writable,
        **MOST,
        longest_side=LONGEST_SIDE,
        longest_alt=LONGEST_ALT,
    )


def _has_original(place: Place, text: str, checked: Checked | None) -> bool:
    """It is a translation: the track's first language, or the one it names, is another."""
    track = checked.track if checked is not None else None
    first = source_in(text).partition(" ")[0] or (track.languages[0] if track is not None else "")
    names = desk().folder.texts(place.track)
    return first != place.name.language and any(
        n.id == place.name.id and n.language == first for n in names
    )


def problems_for(checked: Checked | None, place: Place, lines: list[str]) -> dict[str, object]:
    """What the list of problems needs, alone or on the page."""
    here = checked.of_file(place.path) if checked is not None else ()
    elsewhere = len(checked.errors) - sum(p.is_error for p in here) if checked is not None else 0
    return {
        "problems": [_told(each, lines) for each in here if each.code != TOO_MANY],
        "too_many": next((each for each in here if each.code == TOO_MANY), None),
        "errors": sum(p.is_error for p in here),
        "elsewhere": elsewhere,
    }


class Told(NamedTuple):
    problem: Problem
    line: str  # as the author wrote it
    may_be_mended: bool
    asked: Asked  # for that
    suggested: str  # the word that was meant, or ""


def _told(problem: Problem, lines: list[str]) -> Told:
    at = problem.location.line
    line = lines[at - 1] if at <= len(lines) else ""
    may = may_be_mended(line, problem)
    return Told(problem, line, may, asked_for(problem), suggested(problem) or "")


def _templates(place: Place, text: str) -> dict[str, str]:
    """The toolbar's pieces, ready to be put in where the cursor stands."""
    if not place.name.is_module:
        return {}
    lang = place.name.language
    found = {kind: piece(kind, lang, free_id(text, kind)) for kind in PIECES}
    return {"phase": phase_heading(Phase.PREPARE, lang), **found}


@opens_track(own_transactions=True)
def write(database: Database, actor: Actor, track: str, file: str) -> ResponseReturnValue:
    """Every button of the editor; each keeps first what was typed."""
    place = place_or_404(track, file)
    go = request.form.get("go", "check")
    if go == "drop":
        return _drop(database, actor, place)
    text = _text(place, go)
    library = desk().folder.text(track, place.name)
    if "mend" in request.form:
        go, text = "mend", _mended(database, actor, place, text)
    intake = None
    if go == "questions" and place.name.is_module:
        intake = questions.taken_in(actor.person_id, place, text)
        text = intake.text
    with database.writing() as session:
        saved = _save(session, actor, place, text, library)
    if saved.newer is not None and go == "autosave":
        return jsonify(status="newer"), 409
    if saved.newer is not None:
        with database.reading() as session:
            page = draw(session, actor, place, library, saved.draft, typed=text, newer=saved.newer)
        return page, 409
    if go == "autosave":
        return _autosaved(database, actor, place, text, saved.draft)
    if go == "save":
        return saving.to_library(database, actor, place, saved.draft)
    if intake is not None and (intake.refused or intake.problems):
        return _told_of_questions(database, actor, place, library, saved.draft, intake)
    view = request.form.get("view", "teacher")
    said, place_in_text = "kept", ""
    if intake is not None:
        said, place_in_text = "questions", f"#line-{intake.line}"
    if go == "mend":
        said = "mended" if text != normal(request.form["text"]) else "not-mended"
    view = view if view in VIEWS else "teacher"
    return see_other(f"{place.url}?said={said}&view={view}{place_in_text}")


def _told_of_questions(
    database: Database,
    actor: Actor,
    place: Place,
    library: str | None,
    known: Draft | None,
    intake: Intake,
) -> ResponseReturnValue:
    said = None if intake.refused else SAID["questions"]
    with database.reading() as session:
        page = draw(session, actor, place, library, known, said=said, intake=intake)
    return page, 422 if intake.refused else 200


def _text(place: Place, go: str) -> str:
    if "text" not in request.form:
        raise PageError(400, MALFORMED)
    text = normal(request.form["text"])
    kind = request.form.get("piece", "")
    if go == "insert" and kind in PIECE_NAMES and place.name.is_module:
        letter = request.form.get("phase", "A")
        phase = Phase(letter) if letter in set(Phase) else Phase.PREPARE
        lang = place.name.language
        is_phase = kind == "phase"
        new = phase_heading(phase, lang) if is_phase else piece(kind, lang, free_id(text, kind))
        return saving.with_piece(text, new, None if is_phase else phase)
    return text


def _mended(database: Database, actor: Actor, place: Place, text: str) -> str:
    """The button beside a problem: `mend` is its line and code. What is no longer so is left."""
    with database.reading() as session:
        drafts = {**drafts_in(session, actor.person_id, place.track), str(place.name): text}
        checked = desk().check(session, actor, place.track, drafts)
    wanted = request.form["mend"]
    words = request.form.get(f"words-{wanted}", "")[:LONGEST_ALT]
    for problem in checked.of_file(place.path) if checked is not None else ():
        if wanted == f"{problem.location.line}-{problem.code}":
            return mended(text, problem, words) or text
    return text


def _save(
    session: Session, actor: Actor, place: Place, text: str, library: str | None
) -> SavedDraft:
    return save_draft(
        session,
        actor,
        place.path,
        text,
        library=library,
        is_begun_from_library=request.form.get("begun", "") == mark_of(library),
        started_from=request.form.get("revision", 0, type=row_id),
        now=now(),
    )


def _autosaved(
    database: Database, actor: Actor, place: Place, text: str, known: Draft | None
) -> ResponseReturnValue:
    answer: dict[str, object] = {"status": "saved", "revision": 0, "at": "", "isChecked": False}
    if known is not None:
        answer |= {"revision": known.revision, "at": clock(known.saved_at, language())}
    else:
        answer["begun"] = mark_of(text)  # what stands in the library
    with database.reading() as session:
        drafts = {**drafts_in(session, actor.person_id, place.track), str(place.name): text}
        checked = desk().check(session, actor, place.track, drafts)
    if checked is not None:
        found = problems_for(checked, place, text.split("\n"))
        answer |= {
            "isChecked": True,
            "html": render_template("authoring/problems.html", place=place, **found),
            "lines": {str(p.location.line): p.level for p in reversed(checked.of_file(place.path))},
        }
    return jsonify(answer)


def _drop(database: Database, actor: Actor, place: Place) -> ResponseReturnValue:
    revision = request.form.get("revision", 0, type=row_id)
    with database.writing() as session:
        is_gone = drop_draft(session, actor.person_id, place.path, revision)
    if desk().folder.text(place.track, place.name) is None:
        return see_other(f"/authoring/{place.track}")
    return see_other(f"{place.url}{'?said=dropped' if is_gone else ''}")
