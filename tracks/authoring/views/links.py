"""Links of a track that lead elsewhere, and which of them are dead: asked when an author asks."""

from datetime import datetime
from typing import Any, Final

from flask import render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct, json

from content.checks.size import STEP_LARGEST
from content.outgoing import is_plain, protected
from content.problems import Location, Problem, in_reading_order
from content.reading.outside import Link, links_in, told
from content.rendering.pieces import Piece
from tracks.authoring.outside import (
    MOST,
    Asked,
    answers_to,
    is_asking,
    wish_to_ask,
    worth_asking,
)
from tracks.authoring.queries import drafts_in
from tracks.authoring.views.desk import CHECKED_TOO_OFTEN, desk, opens_track, title_of, track_or_404
from tracks.db import Session
from tracks.people.rules import Actor
from tracks.web.errors import PageError
from tracks.web.requests import now, see_other

_LINES: Final = json.Decoder(list[tuple[str, int]])


class LinksPiece(Piece, frozen=True):
    """Drawn as the JSON of its addresses and their lines."""

    text: str

    @property
    def weight(self) -> int:
        return -(-len(self.text.encode("utf-8", "replace")) // STEP_LARGEST) or 1

    def made_of(self) -> list[Any]:
        return [self.text]

    def draw(self) -> str:
        found = [(link.address, link.at.line) for link in links_in("", self.text)]
        return json.encode(found).decode()


class Looked(Struct, frozen=True):
    """What is known of the links of a track."""

    addresses: list[str]  # each once
    left_out: int  # more than are asked for
    unread: list[str]  # paths of files that are too complex
    asked: int
    at: datetime | None  # when the oldest of the answers came
    problems: tuple[Problem, ...]
    is_cut_off: bool  # no name at all was found: it is we who cannot ask


@opens_track()
def links_page(session: Session, actor: Actor, track: str) -> ResponseReturnValue:
    track_or_404(track)
    found, unread = _links(session, actor, track)
    title, title_language = _title(track)
    return render_template(
        "authoring/links.html",
        track=track,
        title=title,
        title_language=title_language,
        looked=_looked(session, found, unread),
        is_asking=is_asking(session, track),
        most=MOST,
    )


@opens_track()
def ask(session: Session, actor: Actor, track: str) -> ResponseReturnValue:
    track_or_404(track)
    if desk().wishes.wait_of(str(actor.person_id), int(now().timestamp())):
        raise PageError(429, CHECKED_TOO_OFTEN)
    found, _ = _links(session, actor, track)
    addresses = worth_asking(link.address for link in found)
    if addresses:
        wish_to_ask(session, track, addresses, now())
    return see_other(request.path)


def _title(track: str) -> tuple[str, str]:
    """And its language."""
    folder = desk().folder
    own = [name for name in folder.texts(track) if not name.is_module]
    if not own:
        return track, ""
    return title_of(folder.text(track, own[0]) or "", own[0]), own[0].language


def _links(session: Session, actor: Actor, track: str) -> tuple[list[Link], list[str]]:
    """Of the library's files with the author's drafts in them; and which are too complex."""
    texts = desk().folder.all_texts(track) | drafts_in(session, actor.person_id, track)
    pieces = {path: LinksPiece("", text) for path, text in sorted(texts.items())}
    drawn = desk().drawn(actor.person_id, list(pieces.values()))
    found, unread = [], []
    for path, piece in pieces.items():
        if piece.key not in drawn:
            unread.append(f"{track}/{path}")
            continue
        lines = _LINES.decode(drawn[piece.key])
        found += [Link(address, Location(f"{track}/{path}", line)) for address, line in lines]
    return found, unread


def _looked(session: Session, found: list[Link], unread: list[str]) -> Looked:
    every = dict.fromkeys(link.address for link in found)
    addresses = worth_asking(every)
    known = answers_to(session, addresses)
    answered = [link for link in found if _is_answered(link.address, known)]
    times = [known[protected(link.address)].at for link in answered]
    problems = told(answered, {address: asked.answer for address, asked in known.items()})
    return Looked(
        addresses=addresses,
        left_out=len(every) - len(addresses),
        unread=unread,
        asked=len(dict.fromkeys(link.address for link in answered)),
        at=min(times, default=None),
        problems=in_reading_order(problems),
        is_cut_off=bool(answered)
        and all(known[protected(link.address)].answer.is_unknown for link in answered),
    )


def _is_answered(address: str, known: dict[str, Asked]) -> bool:
    by_https = known.get(protected(address))
    if by_https is None or (is_plain(address) and not by_https.answer.is_there):
        return address in known and by_https is not None
    return True


__all__ = ["ask", "links_page"]
