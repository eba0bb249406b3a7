"""/imports: lists of staff and units in, with a dry run before anything is true."""

import csv
import io
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from tracks.db import Database, Session
from tracks.i18n import N_
from tracks.organisation.queries.units import owner
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission, kind_names
from tracks.rosters.columns import FIELDS, LABELS, NEEDED, Field, ListKind, guess, missing
from tracks.rosters.faults import FILE_TEXTS, TEXTS, BadFile
from tracks.rosters.lists import beginning
from tracks.rosters.plan import (
    all_faults,
    changes,
    closed_units,
    counts,
    endings,
    faults,
    former_numbers,
    import_of,
    people_known,
    roles_ended,
    unit_changes,
)
from tracks.rosters.queries import Shown, import_shown, imports
from tracks.rosters.records import Source, Task
from tracks.rosters.rules import Guard, guard
from tracks.rosters.staging import (
    PIECE,
    begin_import,
    move,
    throw_away,
    wish_to_apply,
    wish_to_read,
)
from tracks.rosters.workflow import AT_WORK, State
from tracks.web.errors import MALFORMED, PageError
from tracks.web.pages import gettext
from tracks.web.requests import Door, noted, now, row_id, see_other

pages = Blueprint("rosters", __name__)
MOST_BYTES: Final = 64 * 1024 * 1024
A_PAGE: Final = 50

TASK_NAMES: Final = {
    Task.TEACHER: N_("Teacher"),
    Task.ASSISTANT: N_("Assistant"),
    Task.SPECIAL_EDUCATOR: N_("Special educator"),
    Task.LEADER: N_("Change-group leader"),
    Task.SPREADER: N_("Spreader"),
    Task.SCHOOL_LEADER: N_("School leader"),
    Task.OTHER: N_("Other staff"),
}
STATE_NAMES: Final = {
    State.CHOSEN: N_("waits for its columns"),
    State.READING: N_("is being read"),
    State.READY: N_("read, nothing changed yet"),
    State.REFUSED: N_("could not be read"),
    State.APPLYING: N_("is being taken in"),
    State.APPLIED: N_("taken in"),
    State.THROWN_AWAY: N_("thrown away"),
}
NO_FILE: Final = N_("Choose a file first.")


def doors(_session: Session) -> list[Door]:
    actor: Actor = noted().actor
    if not actor.may(Permission.ORGANISE):
        return []
    return [Door(gettext("Lists of staff and schools"), "/imports")]


@pages.get("/imports")
@requires(Permission.ORGANISE)
def overview(session: Session, actor: Actor) -> ResponseReturnValue:
    return _overview(session, actor)


def _overview(session: Session, actor: Actor, problem: str = "", detail: str = "") -> str:
    return render_template(
        "rosters/imports.html",
        imports=imports(session, actor.municipality_id),
        state_names=STATE_NAMES,
        what=request.form.get("what", "staff"),
        problem=problem,
        detail=detail,
        texts=FILE_TEXTS,
    )


@pages.post("/imports")
@requires(Permission.ORGANISE, own_transactions=True, most_bytes=MOST_BYTES)
def upload(database: Database, actor: Actor) -> ResponseReturnValue:
    what = request.form.get("what", "")
    if what not in {*ListKind, Source.ONEROSTER}:
        raise PageError(400, MALFORMED)
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise BadFile(NO_FILE)
        made = _begin(database, actor, what, file)
    except BadFile as bad:
        with database.reading() as session:
            return make_response(_overview(session, actor, bad.code, bad.detail), 422)
    return see_other(f"/imports/{made}")


def _begin(database: Database, actor: Actor, what: str, file: FileStorage) -> int:
    """Raises BadFile before anything is kept."""
    head: list[list[str]] = []
    columns: dict[str, int] = {}
    if what != Source.ONEROSTER:
        kind = ListKind(what)
        headings, rows = _beginning_of(file)
        head = [list(headings), *rows]
        columns = {field.value: index for field, index in guess(kind, headings).items()}
    elif file.stream.read(2) != b"PK":
        raise BadFile("no-oneroster")
    file.stream.seek(0)
    is_list = what != Source.ONEROSTER
    with database.writing() as session:
        made = begin_import(
            session,
            municipality_id=actor.municipality_id,
            person_id=actor.person_id,
            source=Source.LIST if is_list else Source.ONEROSTER,
            file_name=file.filename or "",
            pieces=_pieces(file),
            list_kind=what if is_list else None,
            headings=head,
            columns=columns,
            now=now(),
        )
        if not is_list:
            move(session, made, State.READING, now())
            wish_to_read(session, made, now())
    return made


def _pieces(file: FileStorage) -> Iterator[bytes]:
    while piece := file.stream.read(PIECE):
        yield piece


def _beginning_of(file: FileStorage) -> tuple[tuple[str, ...], list[list[str]]]:
    with tempfile.NamedTemporaryFile(prefix="roster-") as copy:
        file.save(copy)
        copy.flush()
        return beginning(Path(copy.name))


def _import_or_404(session: Session, actor: Actor, import_id: int) -> Shown:
    found = import_shown(session, actor.municipality_id, import_id)
    return found if found is not None else abort(404)


@pages.get("/imports/<id:import_id>")
@requires(Permission.ORGANISE)
def one(session: Session, actor: Actor, import_id: int) -> ResponseReturnValue:
    return _one(session, _import_or_404(session, actor, import_id))


def _one(session: Session, shown: Shown, problem: str = "") -> str:
    match shown.state:
        case State.CHOSEN:
            return _columns(shown, problem)
        case State.READY:
            return _plan(session, shown, problem)
        case State.READING | State.APPLYING:
            return render_template("rosters/working.html", shown=shown, states=State)
    return render_template("rosters/ended.html", shown=shown, states=State, texts=FILE_TEXTS)


def _columns(shown: Shown, problem: str = "") -> str:
    kind = ListKind(shown.list_kind or ListKind.STAFF)
    chosen = _chosen(shown) if request.method == "POST" else shown.columns
    return render_template(
        "rosters/columns.html",
        shown=shown,
        fields=FIELDS[kind],
        needed=NEEDED[kind],
        labels=LABELS,
        is_staff=kind is ListKind.STAFF,
        chosen=chosen,
        problems=_problems(kind, chosen, problem),
        is_complete=_is_ticked() if request.method == "POST" else shown.is_complete,
        problem=problem,
    )


def _problems(kind: ListKind, chosen: Mapping[str, int], problem: str) -> set[str]:
    """Fields that stand wrong."""
    if problem == "missing":
        return {field.value for field in missing(kind, _fields(chosen))}
    columns = list(chosen.values())
    return {field for field, index in chosen.items() if problem and columns.count(index) > 1}


def _is_ticked() -> bool:
    return request.form.get("complete") == "yes"


def _chosen(shown: Shown) -> dict[str, int]:
    """field -> column, of those that the form names and the file has."""
    width = len(shown.beginning[0]) if shown.beginning else 0
    found = {}
    for field in FIELDS[ListKind(shown.list_kind or ListKind.STAFF)]:
        index = request.form.get(field, type=row_id)
        if index is not None and index < width:
            found[field.value] = index
    return found


def _after(name: str, otherwise: int) -> int:
    """What a page of a list goes on from; the number of a row in it is an Integer."""
    return min(request.args.get(name, otherwise, type=row_id), 2**31 - 1)


def _plan(session: Session, shown: Shown, problem: str = "") -> str:
    which = import_of(session, shown.id)
    found = counts(session, which)
    needed = guard(known=people_known(session, which), gone=found.people_gone)
    return render_template(
        "rosters/plan.html",
        shown=shown,
        counts=found,
        guard=needed,
        guards=Guard,
        roles_ended=roles_ended(session, which),
        faults=faults(session, shown.id, after=_after("fault", -1), most=A_PAGE),
        changes=changes(session, which, after=_after("change", -1), most=A_PAGE),
        unit_changes=unit_changes(session, which, after=_after("unit", -1), most=A_PAGE),
        kind_names=kind_names(owner(session, which.municipality_id).country),
        former_numbers=former_numbers(session, which),
        closed_units=closed_units(session, which),
        endings=endings(session, which, after=_after("end", 0), most=A_PAGE),
        a_page=A_PAGE,
        texts=TEXTS,
        task_names=TASK_NAMES,
        problem=problem,
    )


@pages.post("/imports/<id:import_id>/columns")
@requires(Permission.ORGANISE)
def choose_columns(session: Session, actor: Actor, import_id: int) -> ResponseReturnValue:
    shown = _import_or_404(session, actor, import_id)
    if shown.list_kind is None or not shown.beginning:
        raise PageError(400, MALFORMED)
    chosen = _chosen(shown)
    lacking = missing(ListKind(shown.list_kind), _fields(chosen))
    if lacking or len(set(chosen.values())) < len(chosen):
        return make_response(_columns(shown, "missing" if lacking else "twice"), 422)
    complete = _is_ticked() and shown.list_kind == ListKind.STAFF
    values = {"columns": chosen, "is_complete": complete, "fault": None, "rows_read": 0}
    if move(session, import_id, State.READING, now(), **values):
        wish_to_read(session, import_id, now())
    return see_other(f"/imports/{import_id}")


def _fields(chosen: Mapping[str, int]) -> dict[Field, int]:
    return {Field(name): index for name, index in chosen.items()}


@pages.get("/imports/<id:import_id>/columns")
@requires(Permission.ORGANISE)
def columns(session: Session, actor: Actor, import_id: int) -> ResponseReturnValue:
    """Once more, for a list that has been read already."""
    shown = _import_or_404(session, actor, import_id)
    if shown.list_kind is None or not shown.beginning or shown.state in AT_WORK:
        return see_other(f"/imports/{import_id}")
    return _columns(shown)


@pages.post("/imports/<id:import_id>/apply")
@requires(Permission.ORGANISE)
def take_in(session: Session, actor: Actor, import_id: int) -> ResponseReturnValue:
    shown = _import_or_404(session, actor, import_id)
    if shown.state is not State.READY:
        return see_other(f"/imports/{import_id}")  # pressed twice
    which = import_of(session, import_id)
    found = counts(session, which)
    if found.faults:
        return make_response(_plan(session, shown, "faults"), 422)
    needed = guard(known=people_known(session, which), gone=found.people_gone)
    said = request.form.get("gone", "").strip()
    is_sure = {
        Guard.FREE: True,
        Guard.ASK: said in {"sure", str(found.people_gone)},
        Guard.TYPE: said == str(found.people_gone),
    }[needed]
    # What they saw is what they agree to.
    if request.form.get("seen") != str(found.people_gone) or not is_sure:
        return make_response(_plan(session, shown, "gone"), 422)
    if move(session, import_id, State.APPLYING, now(), confirmed_gone=found.people_gone):
        wish_to_apply(session, import_id, now())
    return see_other(f"/imports/{import_id}")


@pages.post("/imports/<id:import_id>/throw-away")
@requires(Permission.ORGANISE)
def throw(session: Session, actor: Actor, import_id: int) -> ResponseReturnValue:
    _import_or_404(session, actor, import_id)
    throw_away(session, import_id, now())
    return see_other(f"/imports/{import_id}")


_HEADS: Final = (
    N_("Row"),
    N_("Column"),
    N_("What is wrong"),
    N_("What stands there"),
    N_("What to do"),
)


@pages.get("/imports/<id:import_id>/faults.csv")
@requires(Permission.ORGANISE)
def fault_file(session: Session, actor: Actor, import_id: int) -> ResponseReturnValue:
    """All rows that must be mended, for whoever keeps the list."""
    shown = _import_or_404(session, actor, import_id)
    text = io.StringIO(newline="")
    out = csv.writer(text, delimiter=";")
    out.writerow([gettext(head) for head in _HEADS])
    for each in all_faults(session, shown.id):
        what = TEXTS[each.code]
        cells = (each.line, each.column, gettext(what.what), each.value, gettext(what.todo))
        out.writerow([_harmless(str(cell or "")) for cell in cells])
    return Response(
        text.getvalue().encode("utf-8-sig"),
        mimetype="text/csv",
        headers={"Content-Disposition": f'attachment; filename="list-{shown.id}.csv"'},
    )


def _harmless(cell: str) -> str:
    """No spreadsheet takes it for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
