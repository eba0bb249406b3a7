"""Pictures, films, captions and documents of a track."""

import re
from typing import NamedTuple

from flask import abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from content.drawings import served
from content.intake.opening import upload_taken_in
from content.intake.uploads import LARGEST, LARGEST_PICTURE, Refused, Upload
from content.languages import language_meant
from content.media import is_image
from content.picture_sizes import LONGEST_SIDE
from tracks.authoring.folder import LibraryFolder
from tracks.authoring.queries import drafts_in
from tracks.authoring.rules import id_from
from tracks.authoring.views.desk import changing, desk, opens_track, track_or_404
from tracks.catalogue.views import file_of_track
from tracks.db import Database, Session
from tracks.i18n import N_
from tracks.people.rules import Actor
from tracks.web.errors import MALFORMED, PageError
from tracks.web.pages import gettext
from tracks.web.requests import see_other

LONGEST_ALT = 300
MEGABYTE = 1024 * 1024
FILES_MOST = 500  # of a track
SHOWS_IT = N_("The file is in the library. This line in a text shows it:")
IN_A_FILM = N_("The file is in the library. Write this in the braces of the film:")
# of a film, that name the file
_OPTIONS = {"mp4": "src", "vtt": "captions"}
_NO_ALT = N_("Say in words what the picture shows: for those who do not see it.")
_TOO_MANY = N_("The track has as many files as it may have. Take one out first.")
REASONS = {
    "empty": N_("The file is empty. Choose another one."),
    "large": N_(
        "Pictures may have %(picture_mb)s MB, other files %(mb)s MB. Make it smaller, or link "
        "to it."
    ),
    "svg": N_(
        "The drawing cannot be read as SVG, or is larger than 1 MB. Save it as plain SVG or as PNG."
    ),
    "kind": N_(
        "We do not take this kind of file. Pictures: PNG, JPEG, GIF, WebP, SVG. Films: MP4, with "
        "captions as VTT. Documents: PDF."
    ),
    "heic": N_(
        "This picture is in the telephone's own form (HEIC or AVIF), which not every browser "
        "shows. Save or send it as JPEG, then add it."
    ),
    "film": N_("This film does not play in every browser. Save or export it as MP4, then add it."),
    "cut": N_("The film is damaged or not whole. Export it anew as MP4, then add it."),
    "broken": N_("The picture is damaged. Open it and save it anew."),
    "pixels": N_("The picture has too many dots to be opened. Make it smaller first."),
    "captions": N_("The captions are not text in UTF-8. Save them anew."),
}

MOST = {"largest_mb": LARGEST // MEGABYTE, "picture_mb": LARGEST_PICTURE // MEGABYTE}


class FileRow(NamedTuple):
    name: str
    size: int  # KB
    is_picture: bool
    used_in: list[str]
    markdown: str


@opens_track()
def media(session: Session, actor: Actor, track: str) -> ResponseReturnValue:
    return draw(session, actor, track_or_404(track))


def draw(
    session: Session,
    actor: Actor,
    track: str,
    *,
    problem: str | None = None,
    added: str = "",
    taken_out: str = "",
) -> str:
    folder = desk().folder
    drafts = drafts_in(session, actor.person_id, track)
    texts = {str(n): drafts.get(str(n)) or folder.text(track, n) or "" for n in folder.texts(track)}
    added = added or request.args.get("added", "")
    alt = request.values.get("alt", "")[:LONGEST_ALT]
    rows = [_row(folder, track, name, texts) for name in folder.media(track)]
    return render_template(
        "authoring/media.html",
        track=track,
        rows=rows,
        problem=problem,
        added=next((_markdown(row.name, alt) for row in rows if row.name == added), ""),
        added_note=IN_A_FILM if added.rpartition(".")[2] in _OPTIONS else SHOWS_IT,
        taken_out=taken_out,
        alt=alt,
        **MOST,
        longest_side=LONGEST_SIDE,
        longest_alt=LONGEST_ALT,
        is_writable=folder.is_writable,
    )


def _row(folder: LibraryFolder, track: str, name: str, texts: dict[str, str]) -> FileRow:
    path = f"media/{name}"
    used = [each for each, text in texts.items() if path in text]
    alt = _alt_in(path, "\n".join(texts.values()))
    size = -(-len(folder.file(track, path) or b"") // 1024)
    return FileRow(name, size, is_image(path), used, _markdown(name, alt))


def _alt_in(path: str, text: str) -> str:
    for end in re.finditer(rf"\]\({re.escape(path)}[ )]", text):
        # Backwards, to the sign before which none begins: each part of a text is read once.
        start = text.rfind("]", 0, end.start()) + 1
        start = max(start, text.rfind("\n", start, end.start()) + 1)
        _, mark, alt = text[start : end.start()].partition("![")
        if mark:
            return alt
    return ""


def _markdown(name: str, alt: str) -> str:
    """The line that shows the file, or what names it in the braces of a film. An alternative text
    cannot end it."""
    path = f"media/{name}"
    words = re.sub(r"([\[\]\\])", r"\\\1", " ".join(alt.split()))
    if is_image(path):
        return f"![{words}]({path})"
    option = _OPTIONS.get(name.rpartition(".")[2])
    return f"{option}={path}" if option else f"[{words or name}]({path})"


@opens_track(own_transactions=True, most_bytes=LARGEST_PICTURE + MEGABYTE)
def add_file(database: Database, actor: Actor, track: str) -> ResponseReturnValue:
    track_or_404(track)
    if request.form.get("go") == "remove":
        return _remove(database, actor, track)
    given = request.files.get("file")
    alt = " ".join(request.form.get("alt", "").split())[:LONGEST_ALT]
    try:
        upload = upload_taken_in(given.read(LARGEST_PICTURE + 1) if given is not None else b"")
    except Refused as refused:
        said = gettext(
            REASONS[refused.reason], mb=MOST["largest_mb"], picture_mb=MOST["picture_mb"]
        )
        return _refuse(database, actor, track, said)
    if upload.is_picture and not alt:
        return _refuse(database, actor, track, gettext(_NO_ALT))
    stem = _stem((given.filename or "") if given is not None else "", upload)
    with changing() as folder:
        name = _name_for(folder, track, stem or id_from(alt) or "fil", upload)
        if name is None:
            return _refuse(database, actor, track, gettext(_TOO_MANY))
        folder.write(track, {f"media/{name}": upload.data})
    if request.form.get("go") == "json":
        told = _told(upload)
        return jsonify(_put_in(name, alt) | ({"taken_out": told} if told else {}))
    with database.reading() as session:
        return draw(session, actor, track, added=name, taken_out=_told(upload))


def _put_in(name: str, alt: str) -> dict[str, str]:
    """What the editor writes where the cursor stands; captions have no place of their own there."""
    line = _markdown(name, alt)
    if line.startswith("src="):
        return {"markdown": f"::: film {{{line}}}\n:::"}
    if line.startswith("captions="):
        return {"told": f"{gettext(IN_A_FILM)} {line}"}
    return {"markdown": line}


def _stem(filename: str, upload: Upload) -> str:
    """Captions keep the language in their name: film.nb.vtt."""
    name = filename.rpartition(".")[0]
    rest, _, code = name.rpartition(".")
    language = language_meant(code) if rest and upload.suffix == ".vtt" else ""
    return f"{id_from(rest) or 'film'}.{language}" if language else id_from(name)


def _told(upload: Upload) -> str:
    """What a drawing held and may not hold; "" if nothing was taken out."""
    if not upload.taken_out:
        return ""
    what = ", ".join(upload.taken_out)
    return gettext("Taken out of the drawing, because it could harm readers: %(what)s", what=what)


def _refuse(database: Database, actor: Actor, track: str, said: str) -> ResponseReturnValue:
    if request.form.get("go") == "json":
        return jsonify(problem=said), 422
    with database.reading() as session:
        return draw(session, actor, track, problem=said), 422


def _name_for(folder: LibraryFolder, track: str, stem: str, upload: Upload) -> str | None:
    """No file takes another's place; the same again is the same file. None: there are too many."""
    taken = {name.casefold() for name in folder.media(track)}
    if len(taken) >= FILES_MOST:
        return None
    for number in range(1, FILES_MOST + 2):
        name = f"{stem}{f'-{number}' if number > 1 else ''}{upload.suffix}"
        if name.casefold() not in taken or folder.file(track, f"media/{name}") == upload.data:
            return name
    return None


def _remove(database: Database, actor: Actor, track: str) -> ResponseReturnValue:
    name = request.form.get("name", "")
    with changing() as folder:
        if name not in folder.media(track):
            abort(404)
        texts = [folder.text(track, each) or "" for each in folder.texts(track)]
        if any(f"media/{name}" in text for text in texts):
            raise PageError(400, MALFORMED)  # the page offers it only for what nothing shows
        folder.write(track, {f"media/{name}": None})
    return see_other(f"/authoring/{track}/media")


@opens_track()
def file(session: Session, actor: Actor, track: str, name: str) -> ResponseReturnValue:
    """As the catalogue serves it when it is published."""
    body = desk().folder.file(track_or_404(track), f"media/{name}")
    return file_of_track(name, served(name, body)) if body is not None else abort(404)
