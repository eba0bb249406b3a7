"""What is done, what comes next, and what may be attached. Pure."""

from collections.abc import Iterable

from msgspec import Struct

from content.model import Phase, StepKind, Visibility
from tracks.catalogue.rules import Outline
from tracks.progress.events import Stage

LONGEST_TEXT = 20_000  # characters of one reflection or try-out
LARGEST_FILE = 5 * 1024 * 1024
# Ending -> how a file of that kind begins. Nothing that a browser would run.
FILE_STARTS = {
    ".pdf": (b"%PDF-",),
    ".png": (b"\x89PNG\r\n\x1a\n",),
    ".jpg": (b"\xff\xd8\xff",),
    ".jpeg": (b"\xff\xd8\xff",),
    ".docx": (b"PK\x03\x04",),
    ".xlsx": (b"PK\x03\x04",),
    ".pptx": (b"PK\x03\x04",),
    ".odt": (b"PK\x03\x04",),
}

_JOINT = tuple(phase for phase in Phase if phase.is_joint)
STAGE_OF_JOINT_PHASE = {Phase.TOGETHER: Stage.TOGETHER, Phase.FOLLOW_UP: Stage.FOLLOWED_UP}


class DoneWork(Struct, frozen=True):
    """What one person has done in one track."""

    steps: frozenset[int]
    phases: frozenset[tuple[int, Phase]]  # (module id, joint phase)
    version_id: int | None = None  # they work on; None: they have not begun
    declined_id: int | None = None  # a newer one that they do not want


def stages_of_step(step: Outline) -> tuple[Stage, ...]:
    """Which stages a done step of the track stands for."""
    if step.phase is Phase.TRY_OUT and step.kind is StepKind.TRY_OUT:
        return (Stage.STARTED, Stage.TRIED)
    return (Stage.STARTED,)


def seed_of(person_id: int, step_id: int) -> str:
    """What the order of things in a quiz is drawn by: each person keeps hers."""
    return f"{person_id}-{step_id}"


def is_done(step: Outline, work: DoneWork) -> bool:
    if step.phase.is_joint:
        return (step.module_id, step.phase) in work.phases or step.step_id in work.steps
    return step.step_id in work.steps


def units_done(steps: Iterable[Outline], work: DoneWork) -> int:
    """As catalogue.rules.units_of counts them: never more than there are."""
    alone, joint = 0, set()
    for step in steps:
        if step.phase in _JOINT:
            joint.add((step.module_id, step.phase))
        elif step.step_id in work.steps:
            alone += 1
    return alone + len(joint & work.phases)


def is_phase_done(steps: Iterable[Outline], module_id: int, phase: Phase, work: DoneWork) -> bool:
    if phase.is_joint:
        return (module_id, phase) in work.phases
    mine = [s for s in steps if s.module_id == module_id and s.phase is phase]
    return bool(mine) and all(s.step_id in work.steps for s in mine)


def next_step(steps: Iterable[Outline], work: DoneWork) -> Outline | None:
    """The first thing in the track that is not done; None when all is. An event has its own time:
    it is next when nothing else is left."""
    left = [step for step in steps if not is_done(step, work)]
    return next(
        (step for step in left if step.kind is not StepKind.EVENT), left[0] if left else None
    )


def closed_modules(
    modules: Iterable[tuple[int, bool]], steps: Iterable[Outline], work: DoneWork
) -> dict[int, list[int]]:
    """Where sessions are taken in order: id -> the ones before it whose own work is not done.

    `modules`: in their order, with whether each may be taken together with the one before it. Only
    what one does alone keeps the next session closed: nobody waits for a meeting, or an event, that
    they have missed. What has been begun stays open.
    """
    lacking, begun = set(), {module_id for module_id, _ in work.phases}
    for step in steps:
        if step.step_id in work.steps:
            begun.add(step.module_id)
        elif not step.phase.is_joint and step.kind is not StepKind.EVENT:
            lacking.add(step.module_id)
    found: dict[int, list[int]] = {}
    before: list[int] = []  # of all groups of sessions before this one
    group: list[int] = []
    for module_id, begins_with_previous in modules:
        if not begins_with_previous:
            before, group = before + group, []
        group.append(module_id)
        waits_for = [each for each in before if each in lacking]
        if waits_for and module_id not in begun:
            found[module_id] = waits_for
    return found


def minutes_left(steps: Iterable[Outline], phase_minutes: int, work: DoneWork) -> int:
    """Of a phase: the steps' own minutes where they have them, the rest shared evenly."""
    steps = list(steps)
    if not steps:
        return 0
    known = sum(s.minutes or 0 for s in steps)
    unknown = sum(s.minutes is None for s in steps)
    share = max(phase_minutes - known, 0) / unknown if unknown else 0
    left = sum(
        share if s.minutes is None else s.minutes for s in steps if s.step_id not in work.steps
    )
    return min(round(left), phase_minutes)


def may_be_shared(step: Outline) -> bool:
    """The author says where sharing is offered, the person whether: only both together show it."""
    return offers_sharing(step.visibility)


def offers_sharing(visibility: str | None) -> bool:
    return visibility in (Visibility.GROUP, Visibility.WIDER)


def file_problem(name: str, body: bytes) -> str | None:
    """ "type", "size" or "empty"; None when the file can be taken."""
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    if ending not in FILE_STARTS:
        return "type"
    if len(body) > LARGEST_FILE:
        return "size"
    if not body:
        return "empty"
    return None if body.startswith(FILE_STARTS[ending]) else "type"
