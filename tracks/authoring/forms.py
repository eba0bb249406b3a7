"""The front matter as a form: from its values to fields, from what was sent to what is written."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct
from werkzeug.datastructures import MultiDict

from content.codes import FRAMEWORKS, SUBJECTS
from content.devices import DEVICES
from content.front_matter_writing import Written
from content.languages import LANGUAGES
from content.model import Audience, Begins, EntryLevel, Lifecycle, Order, Phase, TrackKind
from tracks.catalogue.rules import TRACK_KIND_NAMES
from tracks.i18n import N_

Values = Mapping[str, Any]
_BETWEEN: Final = re.compile(r"[,;\n]+")
_MOST: Final = 40  # values of a list


class Field(Struct, frozen=True):
    key: str
    label: str  # message id
    kind: str  # how the page draws it
    options: Mapping[str, str] | None = None
    note: str = ""  # message id
    # What it is when the file does not say: then nothing is written.
    default: str = ""
    is_words: bool = False  # each language of the file has its own


LIFECYCLE_NAMES: Final = {
    Lifecycle.DRAFT: N_("Draft: not published"),
    Lifecycle.OPEN: N_("Open"),
    Lifecycle.MAINTAINED: N_("Maintained"),
    Lifecycle.HANDED_OVER: N_("Handed over"),
    Lifecycle.ARCHIVED: N_("Archived"),
}
ORDER_NAMES: Final = {
    Order.ENFORCED: N_("Kept: each opens when one's own part of those before it is done"),
    Order.RECOMMENDED: N_("Suggested: all are open"),
    Order.FREE: N_("Free: as one likes, also several at the same time"),
}
BEGIN_NAMES: Final = {
    Begins.AFTER: N_("After the session before it"),
    Begins.WITH: N_("At the same time as the session before it, if one likes"),
}
AUDIENCE_NAMES: Final = {
    Audience.EVERYBODY: N_("Everybody"),
    Audience.LEADERS: N_("Leaders only"),
}
CODES_NOTE: Final = N_("Other codes, with commas between")
_AIMS_NOTE: Final = N_(
    "Other codes, with commas between: KM13854 is an aim of LK20, KV1078 all aims of a set, "
    "GRGRBIO01/7-9 a section of Lgr22"
)

TRACK_FIELDS: Final = (
    Field("title", N_("Title"), "line", is_words=True),
    Field(
        "title-en",
        N_("Title in English"),
        "line",
        note=N_("For a track that has no text in English; may be empty"),
    ),
    Field("summary", N_("Summary: one or two sentences"), "text", is_words=True),
    Field("subjects", N_("Subjects; none means every subject"), "many", SUBJECTS, CODES_NOTE),
    Field(
        "grades", N_("Grades"), "list", note=N_("For example 8-10, 5 or vg1-vg3; commas between")
    ),
    Field(
        "frameworks",
        N_("Frameworks and aims"),
        "many",
        {code: code for code in FRAMEWORKS},
        _AIMS_NOTE,
    ),
    Field("languages", N_("Languages; the first is the original"), "many", LANGUAGES),
    Field("licence", N_("Licence"), "line"),
    Field(
        "authors",
        N_("Authors: roles or organisations, not persons"),
        "lines",
        note=N_("One a line"),
    ),
    Field(
        "entry-level",
        N_("Where a teacher should stand before (DigCompEdu)"),
        "choice",
        {level.value: level.value for level in EntryLevel},
        default=EntryLevel.NEWCOMER.value,
    ),
    Field(
        "entry-check",
        N_("What a teacher can do before they begin"),
        "lines",
        note=N_("One a line, at most six; teachers tick them for themselves"),
        is_words=True,
    ),
    Field(
        "foundation",
        N_("The track for those who cannot yet"),
        "line",
        note=N_("Its id, as in addresses; may be empty"),
    ),
    Field(
        "kind",
        N_("Kind of track"),
        "choice",
        {
            **{kind.value: name for kind, name in TRACK_KIND_NAMES.items()},
            "other": N_("Another kind"),
        },
        default=TrackKind.OTHER.value,
    ),
    Field(
        "order",
        N_("Order of the sessions"),
        "choice",
        {each.value: name for each, name in ORDER_NAMES.items()},
        default=Order.RECOMMENDED.value,
    ),
    Field(
        "lifecycle",
        N_("State"),
        "choice",
        {each.value: name for each, name in LIFECYCLE_NAMES.items()},
        default=Lifecycle.DRAFT.value,
    ),
    Field("version", N_("Version"), "line", note=N_("Publishing raises it for you.")),
)
MODULE_FIELDS: Final = (
    Field("title", N_("Title"), "line", is_words=True),
    Field(
        "minutes",
        N_("Minutes of each phase"),
        "minutes",
        {phase.value: phase.value for phase in Phase},
        N_("Leave empty what the headings in the text say, and a phase that is not there."),
    ),
    Field("devices", N_("Devices it has variants for"), "many", DEVICES, CODES_NOTE),
    Field(
        "subjects",
        N_("Subjects of the session; none means as the track"),
        "many",
        SUBJECTS,
        CODES_NOTE,
    ),
    Field(
        "grades",
        N_("Grades of the session; none means as the track"),
        "list",
        note=N_("For example 8-10, 5 or vg1-vg3; commas between"),
    ),
    Field(
        "frameworks",
        N_("Frameworks and aims of the session; none means as the track"),
        "many",
        {code: code for code in FRAMEWORKS},
        _AIMS_NOTE,
    ),
    Field("gap-weeks", N_("Weeks to the next session"), "number", default="4"),
    Field(
        "begins",
        N_("When it begins"),
        "choice",
        {each.value: name for each, name in BEGIN_NAMES.items()},
        default=Begins.AFTER.value,
    ),
    Field(
        "audience",
        N_("Who it is for"),
        "choice",
        {each.value: name for each, name in AUDIENCE_NAMES.items()},
        N_("What is for leaders is never shown to teachers, and counts for nobody's progress."),
        Audience.EVERYBODY.value,
    ),
    Field("leader", N_("Words for the one who leads"), "text", is_words=True),
)


def fields_of(*, is_module: bool) -> tuple[Field, ...]:
    return MODULE_FIELDS if is_module else TRACK_FIELDS


def shown(field: Field, values: Values) -> dict[str, Any]:
    """What the page puts into the field: `value`, or `chosen` and `others`."""
    value = values.get(field.key)
    if field.kind == "many":
        given = _as_list(value)
        options = field.options or {}
        return {
            "chosen": [each for each in given if each in options],
            "value": ", ".join(each for each in given if each not in options),
        }
    if field.kind == "minutes":
        return {"chosen": value if isinstance(value, dict) else {}, "value": ""}
    if field.kind in ("list", "lines"):
        return {"value": (", " if field.kind == "list" else "\n").join(_as_list(value))}
    return {"value": value if isinstance(value, str) else field.default}


def _as_list(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def sent(field: Field, form: MultiDict[str, str], values: Values) -> Written | None:
    """What stands in the form now; None: nothing to write."""
    key = field.key
    read: dict[str, Callable[[], Written | None]] = {
        "many": lambda: _many(field, form, _as_list(values.get(key))),
        "list": lambda: _listed(form.get(key, "")),
        "lines": lambda: [line.strip() for line in form.get(key, "").splitlines() if line.strip()],
        "minutes": lambda: _minutes(field, form),
        "number": lambda: _number(form.get(key, "").strip()),
        "line": lambda: " ".join(form.get(key, "").split()),
        "text": lambda: form.get(key, "").replace("\r\n", "\n").rstrip("\n"),
        "choice": lambda: form.get(key, ""),
    }
    return read[field.kind]()


def _many(field: Field, form: MultiDict[str, str], before: list[str]) -> list[str]:
    """In the order they had; the first language is the original."""
    options = field.options or {}
    ticked = [each for each in form.getlist(f"{field.key}-chosen") if each in options]
    given = [*ticked, *_listed(form.get(field.key, ""))]
    kept = [each for each in before if each in given]
    return list(dict.fromkeys([*kept, *given]))[:_MOST]


def _listed(text: str) -> list[str]:
    return [part.strip() for part in _BETWEEN.split(text) if part.strip()][:_MOST]


def _minutes(field: Field, form: MultiDict[str, str]) -> dict[str, int | str]:
    """A word where a number should be goes in as it is: the check says what is wrong with it."""
    given = {
        phase: _number(form.get(f"minutes-{phase}", "").strip()) for phase in field.options or {}
    }
    return {phase: number for phase, number in given.items() if number != ""}


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text


def changes(
    fields: tuple[Field, ...], form: MultiDict[str, str], values: Values
) -> dict[str, Written | None]:
    """Only what differs from the file is written, so that it keeps its author's way of writing."""
    found: dict[str, Written | None] = {}
    for field in fields:
        new = sent(field, form, values)
        if _plain(new) == _plain_before(field, values):
            continue
        is_default = field.key not in values and _plain(new) in ("", [], {}, field.default)
        if not is_default:
            found[field.key] = new
    return found


def alike(
    fields: tuple[Field, ...], written: Mapping[str, Written | None]
) -> dict[str, Written | None]:
    """What of it holds in every language."""
    words = {field.key for field in fields if field.is_words}
    return {key: value for key, value in written.items() if key not in words}


def _plain(value: Written | None) -> object:
    if isinstance(value, Mapping):
        return {key: str(number) for key, number in value.items()}
    if isinstance(value, int):
        return str(value)
    return list(value) if isinstance(value, list | tuple) else value


def _plain_before(field: Field, values: Values) -> object:
    value = values.get(field.key)
    if field.kind in ("many", "list", "lines"):
        return _as_list(value) if field.key in values else None
    if field.kind == "text" and isinstance(value, str):
        return value.rstrip("\n")
    return value
