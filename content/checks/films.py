"""Films that tell where they were made: a telephone notes it, and whoever has the film reads it.
What is added in the browser is emptied; what comes by git or lies in the folder keeps its bytes."""

from __future__ import annotations

from pathlib import Path

from content.films import notes_of, tells_place
from content.media import is_file_of, media_path
from content.problems import Problem, ProblemList


def problems(folder: Path) -> list[Problem]:
    """Of a track's folder."""
    place = folder / "media"
    if place.is_symlink() or not place.is_dir():
        return []
    found: list[Problem] = []
    for each in sorted(place.rglob("*")):
        path = each.relative_to(folder).as_posix()
        if is_film(path) and is_file_of(folder, path):
            found += _film(f"{folder.name}/{path}", each.read_bytes())
    return found


def is_film(path: str) -> bool:
    return media_path(path) is not None and path.lower().endswith((".mp4", ".m4v"))


def _film(path: str, data: bytes) -> list[Problem]:
    found = ProblemList(path)
    notes = notes_of(data)
    hint = (
        "Add it in the browser, which empties the notes, or save it without them: "
        "ffmpeg -i in.mp4 -map_metadata -1 -c copy out.mp4"
    )
    if tells_place(notes):
        found.error("film-place", 1, "the film tells where it was made", hint)
    elif notes:
        message = "the film holds notes: time, device or program, perhaps a name"
        found.warning("film-notes", 1, message, hint)
    return found.found
