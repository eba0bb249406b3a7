"""Links that lead out of a library: where they stand, and what is to be told of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from content.front_matter import read_front_matter, split_front_matter
from content.markdown import Document, inline_pieces, read_document
from content.outgoing import Answer, is_plain, protected
from content.problems import Location, Problem, ProblemList
from content.reading.files import read_text, sorted_entries
from content.reading.forms import ModuleForm
from content.said import say

GONE = frozenset({404, 410})
_HINT = "Mend the address, or take the link out."


class Link(Struct, frozen=True):
    address: str  # https or http, without what stands after #
    at: Location


def outside_links(root: Path, skip: frozenset[str] = frozenset()) -> list[Link]:
    """Of each track's files, in order. `skip`: paths of files that cannot be read in time."""
    found: list[Link] = []
    for folder in sorted_entries(root):
        if folder.name.startswith(".") or folder.is_symlink() or not folder.is_dir():
            continue
        for place in sorted_entries(folder):
            path = f"{folder.name}/{place.name}"
            if place.suffix == ".md" and path not in skip:
                # One that cannot be read is told by the checks.
                found += links_in(path, read_text(place, ProblemList(path)) or "")
    return found


def links_in(path: str, text: str) -> Iterator[Link]:
    """Of the text of one file."""
    yaml, body = split_front_matter(text)
    front = read_front_matter(yaml or "", ModuleForm, ProblemList(path))
    if front.values is not None and front.values.leader:
        for each in _addresses(read_document(path, front.values.leader)):
            yield Link(each[0], Location(path, front.line("leader")))
    for address, line in _addresses(read_document(path, body)):
        yield Link(address, Location(path, line))


def _addresses(document: Document) -> Iterator[tuple[str, int]]:
    for token in document.tokens:
        for line, piece in inline_pieces(token):
            if piece.type == "link_open":
                yield from _outside(str(piece.attrGet("href") or ""), line)
    for element in document.walk():
        if element.block_name == "video":
            for name in ("src", "described"):
                yield from _outside(element.attributes.options.get(name, ""), element.line)


def _outside(address: str, line: int) -> Iterator[tuple[str, int]]:
    if address.lower().startswith(("https://", "http://")):
        yield address.partition("#")[0], line


def told(links: Sequence[Link], answers: Mapping[str, Answer]) -> list[Problem]:
    """What is dead is an error; what goes unprotected, has moved, or did not answer now, a warning.

    `answers` has each address by https, and an http one as it stands where that is not there."""
    found: list[Problem] = []
    for link in links:
        path = ProblemList(link.at.path)
        by_https = answers[protected(link.address)]
        if is_plain(link.address) and by_https.is_there:
            better = by_https.moved_to or protected(link.address)
            hint = say("Write {address}", address=better[:200])
            path.warning("link-plain", link.at.line, _unprotected(link), hint)
        else:
            _tell(path, link, answers[link.address])
        found += path.found
    return found


def _unprotected(link: Link) -> str:
    return say(
        "{address} is http: what is read there can be seen and changed on the way",
        address=link.address[:120],
    )


def _tell(path: ProblemList, link: Link, answer: Answer) -> None:
    shown = link.address[:120]
    if answer.is_unknown or answer.status in GONE:
        message = say("{address} is not there any more", address=shown)
        path.error("link-gone", link.at.line, message, _HINT)
    elif answer.moved_to:
        message = say("{address} has moved for good", address=shown)
        hint = say("Write {address}", address=answer.moved_to[:200])
        path.warning("link-moved", link.at.line, message, hint)
    elif not answer.is_there:
        message = say("{address} could not be looked at", address=shown)
        hint = say("It answered {status}.", status=answer.status or "-")
        path.warning("link-silent", link.at.line, message, hint)
    elif is_plain(link.address):
        path.warning(
            "link-plain",
            link.at.line,
            _unprotected(link),
            "Nothing answers there by https. Link to another page if there is one.",
        )
