"""Publishing one track of the library: the checks as a gate, then what the command does."""

from collections.abc import Mapping, Sequence

from flask import render_template, request
from flask.typing import ResponseReturnValue
from msgspec.structs import replace

from content.front_matter_writing import CannotWrite, Written, with_values
from content.languages import LANGUAGES
from content.model import Library, Lifecycle
from tracks.authoring.actions import note_change
from tracks.authoring.checking import Checked
from tracks.authoring.queries import contributors, drafts_in
from tracks.authoring.rules import (
    FileName,
    is_room_for,
    is_version,
    next_version,
    told_in,
    with_told,
)
from tracks.authoring.views.desk import (
    NOT_WRITABLE,
    TOO_COMPLEX,
    changing,
    desk,
    opens_track,
    track_or_404,
)
from tracks.authoring.views.differences import differences
from tracks.authoring.views.home import SAID
from tracks.authoring.views.telling import (
    CHANGES_TOO_MUCH,
    SAID_TOO_MUCH,
    VERSIONS_TOLD,
    change_fields,
    front_of,
    lines_in_form,
    own_files,
    said_fields,
)
from tracks.catalogue.actions import VersionTaken, VersionTooLow
from tracks.catalogue.drawn import TooComplex, drawn_for
from tracks.catalogue.histories import NotRecorded
from tracks.catalogue.naming import IdsLost, lost_ids
from tracks.catalogue.publishing import publish_from_folder
from tracks.catalogue.queries import Edition
from tracks.catalogue.rules import byline, version_key
from tracks.catalogue.shelves import shelf
from tracks.db import Database, Session
from tracks.i18n import N_
from tracks.people.rules import Actor
from tracks.people.small_numbers import Shown, shown
from tracks.progress.queries import readers_elsewhere
from tracks.web.errors import PageError
from tracks.web.pages import gettext
from tracks.web.requests import now, parts, see_other

# Key of the front matter -> language -> lines of this version
Lines = Mapping[str, Mapping[str, list[str]]]

NOT_A_VERSION = N_("A version is one to three numbers with points between: 1, 1.2 or 1.2.3.")
TAKEN = N_("This version is published already, with another text. Choose a higher number.")
TOO_LOW = N_("Teachers have a higher version already. Choose a number higher than that one.")
NOT_READY = N_("Something is still to be mended. Nothing was published.")


@opens_track()
def publishing(session: Session, actor: Actor, track: str) -> ResponseReturnValue:
    return draw(session, actor, track_or_404(track))


def draw(session: Session, actor: Actor, track: str, *, problem: str | None = None) -> str:
    checked = desk().check_or_wait(session, actor, track)
    edition = _edition(session, checked, track)
    version = checked.track.version if checked.track else ""
    wanted = request.form.get("version") or _proposed(version, edition)
    checked = _with_lost_ids(session, checked, wanted)
    changes = None
    if edition is not None and checked.track is not None:
        changes = differences(session, actor, checked.track, edition)
    return render_template(
        "authoring/publish.html",
        track=track,
        checked=checked,
        edition=edition,
        version=wanted,
        changes=changes,
        readers=_readers(session, edition) if edition else {},
        small_number=parts().settings.small_number,
        is_draft=checked.track is not None and checked.track.lifecycle is Lifecycle.DRAFT,
        drafts=sorted(drafts_in(session, actor.person_id, track)),
        put_in=SAID.get(request.args.get("said", "")),
        problem=problem,
        said=said_fields(session, track, wanted, edition),
        told_changes=change_fields(track, wanted, edition),
        content_languages=LANGUAGES,
        is_writable=desk().folder.is_writable,
    )


def _with_lost_ids(session: Session, checked: Checked, version: str) -> Checked:
    """What no text by itself shows: it is beside the published version that ids are gone."""
    if checked.track is None or checked.publisher is None or not is_version(version):
        return checked
    lost = lost_ids(session, checked.publisher, replace(checked.track, version=version))
    return replace(checked, problems=(*checked.problems, *lost))


def _readers(session: Session, edition: Edition) -> dict[str, Shown]:
    """Version -> people who are still on it."""
    least = parts().settings.small_number
    counts = readers_elsewhere(session, edition)
    return {version: shown(count, None, least=least) for version, count in counts.items()}


def _edition(session: Session, checked: Checked, track: str) -> Edition | None:
    """What teachers meet now."""
    publisher = checked.publisher
    return shelf().current(session, publisher.id, track) if publisher is not None else None


def _proposed(version: str, edition: Edition | None) -> str:
    """The author's own number if it is a new one."""
    if edition is None or not is_version(version):
        return version or "1.0"
    is_higher = version_key(version) > version_key(edition.version)
    return version if is_higher else next_version(edition.version)


@opens_track(own_transactions=True)
def publish(database: Database, actor: Actor, track: str) -> ResponseReturnValue:
    track_or_404(track)
    version = request.form.get("version", "").strip()
    problem = None if is_version(version) else NOT_A_VERSION
    told = {
        "you-said": lines_in_form(track, "said"),
        "changes": lines_in_form(track, "changes"),
    }
    for key, too_much in (("you-said", SAID_TOO_MUCH), ("changes", CHANGES_TOO_MUCH)):
        if any(not is_room_for(lines) for lines in told[key].values()):
            problem = too_much
    if problem is None:
        with changing():
            problem = _publish(database, actor, track, version, told)
    if problem is not None:
        with database.reading() as session:
            return draw(session, actor, track, problem=problem), 422
    return see_other(f"/authoring/{track}?said=published")


def _publish(database: Database, actor: Actor, track: str, version: str, told: Lines) -> str | None:
    """The caller holds the folder. Files and catalogue change together or not at all."""
    folder = desk().folder
    own = own_files(track)
    before = {str(name): text for name, text in own.items()}
    with database.reading() as session:
        given = contributors(session, track)
        files = _raised(own, version, given, told)
        if files is None:
            return NOT_READY
        checked = desk().check_or_wait(session, actor, track, files)
    if not checked.may_be_published or checked.track is None or checked.publisher is None:
        return NOT_READY
    library = Library(checked.publisher, (checked.track,))
    try:
        drawn = drawn_for(database, library, library.tracks)
    except TooComplex:
        return TOO_COMPLEX
    folder.write(track, dict(files))
    try:
        with database.writing() as session:
            publish_from_folder(session, folder.root, library, now(), drawn=drawn)
            for name, text in files.items():
                note = gettext("Published as version %(version)s", version=version)
                note_change(session, actor, f"{track}/{name}", before[name], text, now(), note)
    except VersionTaken as taken:
        folder.write(track, dict(before))
        return TOO_LOW if isinstance(taken, VersionTooLow) else TAKEN
    except IdsLost:
        folder.write(track, dict(before))
        return NOT_READY
    except NotRecorded as failure:
        folder.write(track, dict(before))
        raise PageError(503, NOT_WRITABLE) from failure
    except BaseException:
        folder.write(track, dict(before))
        raise
    shelf().forget_current(library.publisher.id, track)
    return None


def _raised(
    own: Mapping[FileName, str],
    version: str,
    contributors: Sequence[str],
    told: Lines,
) -> dict[str, str] | None:
    """The track's files with the new version; a draft is open from now on. Municipalities that have
    contributed stand among the authors."""
    found: dict[str, str] = {}
    for name, text in own.items():
        values = front_of(text)
        changes: dict[str, Written | None] = {}
        if values.get("version") != version:
            changes["version"] = version
        authors = _with_contributors(values.get("authors"), contributors)
        if authors is not None:
            changes["authors"] = authors
        for key, by_language in told.items():
            before = told_in(values, key)
            after = with_told(before, version, by_language.get(name.language), VERSIONS_TOLD)
            if after != before:
                changes[key] = after or None
        if values.get("lifecycle", Lifecycle.DRAFT.value) == Lifecycle.DRAFT.value:
            changes["lifecycle"] = Lifecycle.OPEN.value
        try:
            found[str(name)] = with_values(text, changes) if changes else text
        except CannotWrite:
            return None
    return found


def _with_contributors(written: object, names: Sequence[str]) -> list[str] | None:
    """`authors` of the front matter with those who lack; None: none does, or it is no list."""
    written = [written] if isinstance(written, str) else written
    if not isinstance(written, list) or not all(isinstance(each, str) for each in written):
        return None
    there = {byline(each).key for each in written}
    lacking = [name for name in names if byline(name).key not in there]
    return [*written, *lacking] if lacking else None
