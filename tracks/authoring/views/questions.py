"""Questions in GIFT, pasted or sent as a file, that become quiz blocks in the text of a session."""

import logging
import re
from typing import Final

from flask import request
from msgspec import Struct

from content.intake.gift import Taken, read_gift
from content.model import Phase
from content.problems import Problem, ProblemList
from content.reading.files import decoded
from content.workers.bounded import TooMuchWork, Within
from content.workers.loading import ReadingFailed
from tracks.authoring.rules import LONGEST_TEXT, normal
from tracks.authoring.views import saving
from tracks.authoring.views.desk import Place, desk
from tracks.i18n import N_
from tracks.web.pages import gettext
from tracks.web.requests import new_error_id

_log = logging.getLogger(__name__)
WITHIN: Final = Within(10.0)  # 256 KB of any sign are read in a second or two
_ID = re.compile(r"#([a-z0-9-]+)")

NOTHING = N_("Paste questions in GIFT, or choose a file with questions.")
NO_QUESTION = N_(
    "There is no question in that. A question in GIFT has its answers between { and }."
)
FAULTS = N_(
    "No question was taken in. Mend these, or take them out, then send the questions again:"
)
NOT_TEXT = N_("No question was taken in: the file is not written in UTF-8. Save it anew as UTF-8.")
TOO_LONG = N_(
    "No question was taken in: a file may have %(kb)s KB. Take in fewer questions at a time, or "
    "begin another session for them."
)
TOO_COMPLEX = N_(
    "No question was taken in: this is too complex to be read in the time there is. Take in fewer "
    "questions at a time. (Error id: %(error_id)s)"
)
BROKE_OFF = N_(
    "No question was taken in: what reads questions broke off, our mistake and not yours. Try once "
    "more; if it happens again, give the error id to whoever runs Learning Tracks. (Error id: "
    "%(error_id)s)"
)


class Intake(Struct, frozen=True):
    text: str  # of the session, with the questions in it if there were any to take in
    line: int = 0  # of the first question in it
    pasted: str = ""  # to be mended; what came as a file is mended there
    refused: str = ""  # why nothing was taken in
    problems: tuple[Problem, ...] = ()  # by line of what was sent


def taken_in(person_id: int, place: Place, text: str) -> Intake:
    """At the end of the phase that the form names."""
    pasted = normal(request.form.get("questions", ""))
    file = request.files.get("questions-file")
    data = file.stream.read(LONGEST_TEXT + 1) if file is not None else b""
    if len(data) > LONGEST_TEXT or len(pasted.encode("utf-8", "replace")) > LONGEST_TEXT:
        return _refused(text, pasted, gettext(TOO_LONG, kb=LONGEST_TEXT // 1024))
    if data:
        found = ProblemList("gift")
        read = decoded(data, found)
        if read is None:
            return _refused(text, pasted, gettext(NOT_TEXT), found.found)
        return _read(person_id, place, text, normal(read), "")
    if not pasted.strip():
        return _refused(text, "", gettext(NOTHING))
    return _read(person_id, place, text, pasted, pasted)


def _read(person_id: int, place: Place, text: str, given: str, pasted: str) -> Intake:
    language, ids = place.name.language, sorted({*_ID.findall(text)})
    try:
        with desk().converting(person_id, typed=text):
            taken = WITHIN(read_gift, given, language=language, ids=ids)
    except (TooMuchWork, ReadingFailed) as failure:
        error_id = new_error_id()
        _log.warning("questions could not be read error_id=%s", error_id, exc_info=failure)
        said = TOO_COMPLEX if isinstance(failure, TooMuchWork) else BROKE_OFF
        return _refused(text, pasted, gettext(said, error_id=error_id))
    if any(problem.is_error for problem in taken.problems):
        return _refused(text, pasted, gettext(FAULTS), taken.problems)
    if not taken.count:
        return _refused(text, pasted, gettext(NO_QUESTION), taken.problems)
    return _put_in(text, pasted, taken)


def _put_in(text: str, pasted: str, taken: Taken) -> Intake:
    letter = request.form.get("questions-phase", "A")
    phase = Phase(letter) if letter in set(Phase) else Phase.PREPARE
    whole = saving.with_piece(text, taken.markdown, phase)
    if len(whole.encode("utf-8", "replace")) > LONGEST_TEXT:
        return _refused(text, pasted, gettext(TOO_LONG, kb=LONGEST_TEXT // 1024))
    line = whole[: whole.index(taken.markdown)].count("\n") + 1
    return Intake(whole, line, problems=taken.problems)


def _refused(
    text: str, pasted: str, why: str, problems: tuple[Problem, ...] | list[Problem] = ()
) -> Intake:
    return Intake(text, pasted=pasted, refused=why, problems=tuple(problems))
