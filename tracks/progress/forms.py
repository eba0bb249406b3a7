"""What a step's form may hold, read with care: nothing typed is lost, nothing odd is kept."""

from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict

from content.grading import grade
from content.model import StepKind
from content.rendered import RenderedStep
from tracks.progress.rules import LARGEST_FILE, LONGEST_TEXT, file_problem
from tracks.web.requests import row_id

HIGHEST_REVISION = 2**31 - 1  # what its column holds


@dataclass(frozen=True, slots=True)
class StepForm:
    """`body` None: nothing to keep. `problem`: a code that the page explains beside the field."""

    body: dict[str, Any] | None
    points: float | None = None
    revision: int | None = 0  # None: whatever is there may be replaced
    problem: str | None = None


def read_step(form: MultiDict[str, str], step: RenderedStep) -> StepForm:
    revision = min(form.get("revision", default=0, type=row_id), HIGHEST_REVISION)
    if step.kind is StepKind.QUIZ and step.question is not None:
        return _read_quiz(form, step)
    if step.kind in (StepKind.REFLECTION, StepKind.TRY_OUT):
        text = form.get("text", "").replace("\r\n", "\n").replace("\x00", "")
        body = {"text": text}
        if len(text) > LONGEST_TEXT:
            return StepForm(body, revision=revision, problem="too_long")
        return StepForm(body, revision=revision, problem=None if text.strip() else "empty")
    return StepForm(None, revision=revision)


def _read_quiz(form: MultiDict[str, str], step: RenderedStep) -> StepForm:
    question = step.question
    if question is None:
        return StepForm(None, revision=None)
    known = {str(n): n for n in range(len(question.options))}
    chosen = sorted({known[value] for value in form.getlist("choice") if value in known})
    body = {"chosen": chosen}
    if not chosen or (question.form == "one" and len(chosen) > 1):
        return StepForm(body, revision=None, problem="nothing_chosen")
    result = grade(question.right, frozenset(chosen), form=question.form, points=question.points)
    return StepForm({**body, "is_right": result.is_right}, result.points, None)


@dataclass(frozen=True, slots=True)
class FileForm:
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
