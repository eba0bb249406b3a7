"""What the forms of remarks hold. Problems are message ids, by field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from tracks.feedback.rules import LONGEST, LONGEST_ANSWER, Kind, State
from tracks.i18n import N_
from tracks.web.typed import readable

EMPTY: Final = N_("Write a little first. A few words are enough.")
TOO_LONG: Final = N_("This is longer than 1000 characters. Shorten it, then send it again.")
NOT_A_KIND: Final = N_("Choose one of the list, or leave it open.")
ANSWER_MISSING: Final = N_("Write in a few words why not now: the teacher reads it.")
ANSWER_TOO_LONG: Final = N_("An answer has at most 300 characters.")


@dataclass(slots=True)
class Typed:
    """What stands in the fields, and what is wrong with it."""

    values: Mapping[str, str]
    problems: dict[str, str] = field(default_factory=dict)


def read_remark(form: Mapping[str, str]) -> tuple[Kind | None, Typed]:
    typed = Typed({"text": readable(form.get("text", "")).strip(), "kind": form.get("kind", "")})
    if not typed.values["text"]:
        typed.problems["text"] = EMPTY
    elif len(typed.values["text"]) > LONGEST:
        typed.problems["text"] = TOO_LONG
    if typed.values["kind"] in set(Kind):
        return Kind(typed.values["kind"]), typed
    if typed.values["kind"]:
        typed.problems["kind"] = NOT_A_KIND
    return None, typed


def read_answer(form: Mapping[str, str], state: State) -> tuple[str, str | None]:
    """What is typed, on one line, and what is wrong with it."""
    answer = " ".join(readable(form.get("answer", "")).split())
    if len(answer) > LONGEST_ANSWER:
        return answer, ANSWER_TOO_LONG
    if state is State.NOT_NOW and not answer:
        return answer, ANSWER_MISSING
    return answer, None
