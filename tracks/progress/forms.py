"""What a step's form may hold, read with care: nothing typed is lost, nothing odd is kept."""

from datetime import date
from typing import Any

from msgspec import Struct
from werkzeug.datastructures import FileStorage, MultiDict

from content.grading import fields_of, grade, grade_given, shuffled
from content.model import StepKind
from content.rendered import RenderedQuestion, RenderedStep
from tracks.progress.rules import LARGEST_FILE, LONGEST_TEXT, file_problem
from tracks.web.requests import row_id

LONGEST_FIELD = 500  # characters of a short answer, or of who does something
HIGHEST_REVISION = 2**31 - 1  # what its column holds


class StepForm(Struct, frozen=True):
    """`body` None: nothing to keep. `problem`: a code that the page explains beside the field."""

    body: dict[str, Any] | None
    points: float | None = None
    revision: int | None = 0  # None: whatever is there may be replaced
    problem: str | None = None


def read_step(form: MultiDict[str, str], step: RenderedStep, seed: str) -> StepForm:
    """`seed`: what the order of things was drawn by when the form was shown."""
    revision = min(form.get("revision", default=0, type=row_id), HIGHEST_REVISION)
    if step.kind is StepKind.QUIZ and step.question is not None:
        return _read_quiz(form, step.question, seed)
    if step.kind is StepKind.SCALE:
        return _read_scale(form, step)
    if step.kind is StepKind.CHECKLIST:
        return _read_checklist(form, step, revision)
    if step.kind in (StepKind.REFLECTION, StepKind.TRY_OUT):
        text = form.get("text", "").replace("\r\n", "\n").replace("\x00", "")
        body = {"text": text}
        if len(text) > LONGEST_TEXT:
            return StepForm(body, revision=revision, problem="too_long")
        return StepForm(body, revision=revision, problem=None if text.strip() else "empty")
    return StepForm(None, revision=revision)


def _read_quiz(form: MultiDict[str, str], question: RenderedQuestion, seed: str) -> StepForm:
    if question.form not in ("one", "several"):
        return _read_given(form, question, seed)
    known = {str(n): n for n in range(len(question.options))}
    chosen = sorted({known[value] for value in form.getlist("choice") if value in known})
    body = {"chosen": chosen}
    if not chosen or (question.form == "one" and len(chosen) > 1):
        return StepForm(body, revision=None, problem="nothing_chosen")
    result = grade(question.right, frozenset(chosen), form=question.form, points=question.points)
    return StepForm({**body, "is_right": result.is_right}, result.points, None)


def _read_given(form: MultiDict[str, str], question: RenderedQuestion, seed: str) -> StepForm:
    """Kept in the author's order, so that what is shown may be shuffled anew."""
    count = fields_of(question)
    shown = [_typed(form, f"given-{n}") for n in range(count)]
    order = shuffled(count, seed)
    if question.form == "order":
        given = [shown[order.index(n)] for n in range(count)]
    elif question.form == "match":
        places = {str(place): str(n) for place, n in enumerate(order)}
        given = [places.get(text, "") for text in shown]
    else:
        given = shown
    body = {"given": given}
    longest = LONGEST_TEXT if question.form == "open" else LONGEST_FIELD
    if any(len(text) > longest for text in given):
        return StepForm(body, revision=None, problem="too_long")
    if not any(text.strip() for text in given):
        return StepForm(body, revision=None, problem="nothing_chosen")
    result = grade_given(question, given)
    return StepForm({**body, "is_right": result.is_right}, result.points, None)


def _read_scale(form: MultiDict[str, str], step: RenderedStep) -> StepForm:
    low, high = step.scale or (1, 5)
    values = {str(n): n for n in range(low, high + 1)}
    value = values.get(form.get("value", ""))
    if value is None:
        return StepForm({}, revision=None, problem="nothing_chosen")
    return StepForm({"value": value}, revision=None)


def _read_checklist(form: MultiDict[str, str], step: RenderedStep, revision: int) -> StepForm:
    items: list[dict[str, Any]] = []
    problem: str | None = None
    for n in range(len(step.items)):
        who, day = _typed(form, f"who-{n}"), _typed(form, f"day-{n}").strip()
        items.append({"done": f"done-{n}" in form, "who": who, "day": day})
        if len(who) > LONGEST_FIELD:
            problem = "too_long"
        elif not _is_day(day):
            problem = "day"
    return StepForm({"items": items}, revision=revision, problem=problem)


def _typed(form: MultiDict[str, str], name: str) -> str:
    return form.get(name, "").replace("\r\n", "\n").replace("\x00", "")


def _is_day(text: str) -> bool:
    """Empty, or as a browser's field for dates sends it."""
    try:
        return not text or (len(text) == 10 and date.fromisoformat(text) is not None)
    except ValueError:
        return False


class FileForm(Struct, frozen=True):
    name: str
    body: bytes
    problem: str | None


def read_file(given: FileStorage | None) -> FileForm | None:
    """None when no file was chosen."""
    if given is None or not given.filename:
        return None
    body = given.stream.read(LARGEST_FILE + 1)
    name = "".join(
        c for c in given.filename.replace("\\", "/").rsplit("/", 1)[-1] if c.isprintable()
    )
    return FileForm(name, body, file_problem(name, body))
