"""Pictures that are none, are damaged or have too many dots, and drawings that hold what a drawing
of ours may not hold, however they came into the folder."""

from __future__ import annotations

from pathlib import Path

from content.drawings import NoDrawing, harmless
from content.media import is_file_of, is_image
from content.picture_sizes import LONGEST_SIDE, Broken, size_of
from content.pictures import is_picture
from content.problems import Problem, ProblemList
from content.said import say


def problems(folder: Path) -> list[Problem]:
    """Of a track's folder."""
    found: list[Problem] = []
    place = folder / "media"
    if place.is_symlink() or not place.is_dir():
        return found
    for each in sorted(place.rglob("*")):
        path = each.relative_to(folder).as_posix()
        if not is_image(path) or not is_file_of(folder, path):
            continue
        check = _drawing if each.suffix.lower() == ".svg" else _picture
        found += check(f"{folder.name}/{path}", each.read_bytes())
    return found


def _picture(path: str, data: bytes) -> list[Problem]:
    found = ProblemList(path)
    if not is_picture(data):
        hint = (
            "Save it as PNG or JPEG: to be called so is not enough, as with HEIC from a telephone."
        )
        found.error("image-unreadable", 1, "this is no picture that every browser shows", hint)
        return found.found
    try:
        size = size_of(data)
    except Broken:
        hint = "Open it and save it anew, or fetch it once more from where it came."
        found.error("image-broken", 1, "the picture is damaged or cut short", hint)
        return found.found
    if size.is_too_large:
        message = say(
            "a picture of {width} x {height} dots; at most {most} million are shown",
            width=size.width,
            height=size.height,
            most=size.most // 1_000_000,
        )
        larger = say(
            "Make it smaller: no page shows more than {side} dots a side.", side=LONGEST_SIDE
        )
        found.error("image-pixels", 1, message, larger)
    return found.found


def _drawing(path: str, data: bytes) -> list[Problem]:
    found = ProblemList(path)
    hint = "Save it as plain SVG or PNG, or add it in the browser, which makes it harmless."
    try:
        drawing = harmless(data)
    except NoDrawing:
        found.error("svg-unreadable", 1, "this is no drawing we can read, or too large a one", hint)
        return found.found
    if drawing.taken_out:
        what = ", ".join(drawing.taken_out)
        message = say("a drawing that holds more than lines, shapes and text: {what}", what=what)
        found.error("svg-unsafe", 1, message, hint)
    return found.found
