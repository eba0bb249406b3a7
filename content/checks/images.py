from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from content.beginnings import PICTURE_TEXTS
from content.markdown import Document, inline_pieces, inline_text
from content.media import IMAGE_TYPES, is_file_of, is_image, media_path
from content.problems import ProblemList
from content.said import say

_FILE_NAME: Final = re.compile(r"[\w -]+\.(?:png|jpe?g|gif|webp|svg)", re.IGNORECASE)
_KINDS: Final = {
    *("bild", "bilde", "bilete", "figur", "figure", "foto", "graphic", "illustrasjon"),
    *("illustration", "image", "photo", "picture", "screenshot", "skjermbilde", "skärmbild"),
}


def _says_nothing(words: str) -> bool:
    return (
        words in PICTURE_TEXTS
        or words.strip(" .:").lower() in _KINDS
        or _FILE_NAME.fullmatch(words) is not None
    )


def check(document: Document, folder: Path, found: ProblemList) -> None:
    """Every image says in words what it shows, and is a file of ours."""
    for token in document.tokens:
        for line, piece in inline_pieces(token):
            if piece.type != "image":
                continue
            hint = "Write what it shows: ![Two glasses, one with ice](media/glasses.png)"
            words = inline_text(piece)
            if not words:
                found.error("image-text", line, "an image without text", hint)
            elif _says_nothing(words):
                message = say("{text!r} does not say what the image shows", text=words[:80])
                found.error("image-words", line, message, hint)
            src = str(piece.attrGet("src") or "")
            path = media_path(src)
            if path is None:
                hint = "Put the file in the track's media folder: ![...](media/name.png)"
                is_named = src.strip("./ ") not in ("", "media")
                message = (
                    say("{src!r} is not in media/", src=src[:80])
                    if is_named
                    else say("the image names no file")
                )
                found.error("image-place", line, message, hint)
            elif not is_image(src):
                hint = say("Use {image_types}.", image_types=", ".join(IMAGE_TYPES))
                found.error(
                    "image-type", line, say("{path} is no image we show", path=path[:80]), hint
                )
            elif not is_file_of(folder, path):
                hint = "Add the file, or mend the name (capital letters count)."
                found.error("media-missing", line, say("there is no {path}", path=path[:80]), hint)
