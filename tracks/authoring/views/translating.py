"""A translation beside the text it was made from, step by step; what has changed there since, and
the mark that says it has been followed (ADR 0016)."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct

from content.arranging import Span, parts
from content.front_matter_writing import CannotWrite, with_values
from content.languages import LANGUAGES
from content.translation import mark_of_text, source_in, with_mark
from tracks.authoring.actions import put_draft, save_draft
from tracks.authoring.borrowing import nothing
from tracks.authoring.queries import changes_of, draft_of, drafts_in
from tracks.authoring.rules import LONGEST_TEXT, FileName, Hunk, hunks, mark_of, normal
from tracks.authoring.views.alike import write_alike
from tracks.authoring.views.desk import Place, TooComplex, desk, opens_track, place_or_404, title_of
from tracks.authoring.views.editor import draw as draw_editor
from tracks.authoring.views.telling import front_of
from tracks.catalogue.rules import PHASE_NAMES
from tracks.db import Database, Session
from tracks.i18n import N_
from tracks.people.rules import Actor
from tracks.web.errors import MALFORMED, PageError
from tracks.web.pages import gettext
from tracks.web.requests import now, row_id, see_other

SAID = {
    "kept": N_("Your draft is saved."),
    "translated": N_("Marked as translated, in your draft. Put it into the library with the rest."),
    "not-marked": N_("It cannot be marked: what stands at the top of a file cannot be read."),
}
_MOST_PARTS = 500  # a text with more is shown as one
_HEADING = re.compile(r"\s*#{1,6} +(?! )([^\n{]*[^\s{])")

# Of a part: phase, id of the step, and which of those it is
Key = tuple[str, str, int]
Keyed = tuple[Key, str]


class Pair(NamedTuple):
    """One part of the translation, and what stands there in the source."""

    number: int
    name: str  # a step's id; "" for what is no step
    letter: str  # of the phase
    heading: str  # that the part begins with; ""
    source: str  # "" if the source has no such part
    text: str
    is_new: bool = False  # the translation lacks it: the words are those of the source


class Sides(Struct, frozen=True):
    source: FileName
    source_text: str
    text: str
    library: str | None  # what the translation is in the library
    revision: int


@opens_track()
def translation(session: Session, actor: Actor, track: str, file: str) -> ResponseReturnValue:
    place = place_or_404(track, file)
    sides = _sides(session, actor, place)
    since = _since(session, place, sides)
    pairs = _pairs(sides, actor.person_id)
    return render_template(
        "authoring/translation.html",
        place=place,
        title=title_of(sides.text, place.name),
        sides=sides,
        pairs=pairs,
        lacking=sum(pair.is_new for pair in pairs),
        phase_names={phase.value: name for phase, name in PHASE_NAMES.items()},
        since=since,
        content_languages=LANGUAGES,
        begun=mark_of(sides.library),
        longest=LONGEST_TEXT,
        said=SAID.get(request.args.get("said", "")),
    )


def _sides(session: Session, actor: Actor, place: Place) -> Sides:
    """404 for the original, and for what has no other language."""
    folder, drafts = desk().folder, drafts_in(session, actor.person_id, place.track)
    library = folder.text(place.track, place.name)
    known = draft_of(session, actor.person_id, place.path)
    text = known.text if known is not None else library
    names = [n for n in folder.texts(place.track) if n.id == place.name.id and n != place.name]
    if text is None or not names:
        abort(404)
    language = source_in(text).partition(" ")[0] or _original(place.track)
    source = next((n for n in names if n.language == language), None)
    if source is None:
        abort(404)
    source_text = drafts.get(str(source)) or folder.text(place.track, source) or ""
    return Sides(source, source_text, text, library, known.revision if known is not None else 0)


def _original(track: str) -> str:
    """The first language the track says it has."""
    known = desk().checker.check(track, {}, nothing).track
    return known.languages[0] if known is not None and known.languages else ""


def _pairs(sides: Sides, person_id: int) -> list[Pair]:
    """What is too complex to be taken apart, or has very many parts, stays one."""
    texts = (sides.source_text, sides.text)
    read = desk().reader(person_id, texts)
    try:
        spans = [read(text) for text in texts]
    except TooComplex:
        spans = []
    keyed = [_keyed(text, found) for text, found in zip(texts, spans, strict=False)]
    all_parts = _completed(*keyed) if keyed else []
    if not 0 < len(all_parts) <= _MOST_PARTS:
        return [Pair(0, "", "", gettext("The whole text"), *texts)]
    there, mine = map(dict, keyed)
    return [
        Pair(
            number, key[1], key[0], _heading(part), there.get(key, ""), part, is_new=key not in mine
        )
        for number, (key, part) in enumerate(all_parts)
    ]


def _completed(source: Sequence[Keyed], own: Sequence[Keyed]) -> list[Keyed]:
    """The translation with what it lacks of the source, behind what stands before it there."""
    mine = {key for key, _ in own}
    lacking: dict[Key | None, list[Keyed]] = {}
    before: Key | None = None
    for key, part in source:
        if key in mine:
            before = key
        elif part.strip():
            lacking.setdefault(before, []).append((key, part))
    found = lacking.pop(None, [])
    for key, part in own:
        found += [(key, part), *lacking.get(key, ())]
    return found


def _heading(part: str) -> str:
    found = _HEADING.match(part)
    return found[1] if found else ""


def _keyed(text: str, spans: tuple[Span, ...]) -> list[Keyed]:
    """A step is found by its id wherever it stands; all else by its phase."""
    found, before = [], Counter[tuple[str, str]]()
    for span, part in zip(spans, parts(text, spans), strict=True):
        place = ("" if span.step else span.phase, span.step)
        found.append(((*place, before[place]), part))
        before[place] += 1
    return found


class Since(NamedTuple):
    """What has changed in the source since the translation was made."""

    is_known: bool  # False: the text it was made from is not in the history
    hunks: list[Hunk]


def _since(session: Session, place: Place, sides: Sides) -> Since | None:
    """None: nothing has, or the translation does not say what it was made from."""
    made_from = source_in(sides.text)
    if not made_from or made_from == mark_of_text(str(sides.source), sides.source_text):
        return None
    for change in changes_of(session, f"{place.track}/{sides.source}"):
        if change.text and mark_of_text(str(sides.source), change.text) == made_from:
            return Since(True, hunks(change.text, sides.source_text))
    return Since(False, [])


@opens_track()
def begin(session: Session, actor: Actor, track: str, file: str) -> ResponseReturnValue:
    """The text in its first language as a draft of the file that is missing; it says what it is
    made from."""
    place = place_or_404(track, file)
    folder = desk().folder
    same = [name for name in folder.texts(track) if name.id == place.name.id]
    source = next((name for name in same if name.number == place.name.number), None)
    if source is None:
        abort(404)
    is_there = folder.text(track, place.name) is not None
    if not is_there and draft_of(session, actor.person_id, place.path) is None:
        text = folder.text(track, source) or ""
        mark = mark_of_text(str(source), text)
        text = with_mark(text, mark) if mark is not None else text
        text = _with_language(session, actor, place, text)
        put_draft(session, actor, place.path, text, None, now())
    return see_other(f"{Place(track, place.name).url}/translation")


def _with_language(session: Session, actor: Actor, place: Place, text: str) -> str:
    """A track says in each of its files which languages it has, so in their drafts, too."""
    said = front_of(text).get("languages")
    if place.name.is_module or not isinstance(said, list) or place.name.language in said:
        return text
    languages = {"languages": [*said, place.name.language]}
    try:
        text = with_values(text, languages)
    except CannotWrite:
        return text
    write_alike(session, actor, place, languages)
    return text


@opens_track(own_transactions=True)
def write_translation(
    database: Database, actor: Actor, track: str, file: str
) -> ResponseReturnValue:
    place = place_or_404(track, file)
    go = request.form.get("go", "save")
    with database.reading() as session:
        sides = _sides(session, actor, place)
    text, said = _sent(), "kept"
    if go == "translated":
        marked = _marked(text, sides)
        text, said = (text, "not-marked") if marked is None else (marked, "translated")
    with database.writing() as session:
        saved = save_draft(
            session,
            actor,
            place.path,
            text,
            library=sides.library,
            is_begun_from_library=request.form.get("begun", "") == mark_of(sides.library),
            started_from=request.form.get("revision", 0, type=row_id),
            now=now(),
        )
    if saved.newer is not None:
        with database.reading() as session:
            page = draw_editor(
                session, actor, place, sides.library, saved.draft, typed=text, newer=saved.newer
            )
        return page, 409
    return see_other(f"{place.url}/translation?said={said}")


def _sent() -> str:
    """The parts as they stand in the fields, one after the other."""
    count = request.form.get("parts", 0, type=row_id)
    names = [f"part-{number}" for number in range(min(count, _MOST_PARTS))]
    if not names or count > _MOST_PARTS or any(name not in request.form for name in names):
        raise PageError(400, MALFORMED)
    # a field ends without the empty lines that stand between parts
    given = [normal(request.form[name]).strip("\n") for name in names]
    return "\n\n".join(part for part in given if part) + "\n"


def _marked(text: str, sides: Sides) -> str | None:
    mark = mark_of_text(str(sides.source), sides.source_text)
    own = mark_of_text(str(sides.source), text)  # the same form: it can be read
    return None if mark is None or own is None else with_mark(text, mark)
