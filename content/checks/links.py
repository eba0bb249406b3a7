from __future__ import annotations

from pathlib import Path

from content.markdown import Document, inline_pieces
from content.media import is_file_of, media_path
from content.problems import ProblemList
from content.rendering.sanitizer import is_outside_link
from content.said import say

_HINT = "Link to https://..., mailto:... or a file of the track: media/name.pdf"
_FILE_HINT = "Add the file, or mend the name (capital letters count)."


def check(document: Document, folder: Path, found: ProblemList) -> None:
    for token in document.tokens:
        for line, piece in inline_pieces(token):
            if piece.type == "link_open":
                _check_address(str(piece.attrGet("href") or ""), line, folder, found)
    for element in document.walk():
        if element.block_name == "video":
            for name in ("src", "captions", "described"):
                path = element.attributes.options.get(name, "")
                if path.startswith("media/"):
                    _check_address(path, element.line, folder, found)


def _check_address(address: str, line: int, folder: Path, found: ProblemList) -> None:
    path = media_path(address)
    if path is not None:
        if not is_file_of(folder, path):
            found.error(
                "media-missing", line, say("there is no {path}", path=path[:80]), _FILE_HINT
            )
    elif not is_outside_link(address):
        what = (
            say("the link {address!r} leads nowhere", address=address[:80])
            if address
            else "a link without address"
        )
        found.error("link-dead", line, what, _HINT)
