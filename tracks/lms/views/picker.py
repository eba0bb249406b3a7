"""What the page of choosing shows: what was looked for, what was found, what is picked."""

from collections.abc import Iterator
from typing import cast

from flask import current_app
from msgspec import Struct
from werkzeug.datastructures import MultiDict

from tracks.catalogue.queries import Edition, Shelf, offered
from tracks.catalogue.rules import KIND_NAMES, PHASE_NAMES, parse_address
from tracks.catalogue.search import (
    LIMITS,
    Facets,
    FoundTrack,
    Piece,
    Wish,
    facets,
    piece_at,
    resource_piece,
    search,
    session_piece,
    track_piece,
)
from tracks.catalogue.teaching.queries import teaching_of
from tracks.catalogue.teaching.rules import nearest_fit
from tracks.catalogue.teaching.views import said_in_words
from tracks.db import Session
from tracks.organisation.queries.units import owner
from tracks.people.rules import Actor
from tracks.web.pages import gettext
from tracks.web.requests import language

TRACKS_A_PAGE = 20
# With so few tracks found, they are open, and their single resources shown without being asked for.
FEW = 3
MOST_PICKED = 50
_LONGEST_SEARCH = 200
_MOST_WORDS = 10


class ShownModule(Struct, frozen=True):
    session: Piece | None  # None: only resources of it were found
    resources: list[Piece]


class ShownTrack(Struct, frozen=True):
    """A track as the page lists it. Resources of a hundred tracks would be thousands of lines."""

    edition: Edition
    whole: Piece
    can_be_picked: bool
    is_open: bool
    modules: list[ShownModule]
    sessions: int
    resources: int
    hidden: int  # resources that were found and are not on the page

    def listed(self) -> Iterator[Piece]:
        if self.can_be_picked:
            yield self.whole
        for module in self.modules:
            if module.session is not None:
                yield module.session
            yield from module.resources


class Picker(Struct, frozen=True):
    wish: Wish
    typed: str
    offers: Facets
    count: int  # tracks found
    page: int
    pages: int
    shown: list[ShownTrack]
    opened: frozenset[str]  # addresses of the tracks whose resources are asked for
    picked: list[Piece]
    picks: frozenset[str]  # their addresses
    taught: str  # what comes first, in words; "": nobody has said

    @property
    def out_of_sight(self) -> list[Piece]:
        """Picked, but not among what the page lists: they are listed by themselves."""
        seen = {str(piece.address) for track in self.shown for piece in track.listed()}
        return [piece for piece in self.picked if str(piece.address) not in seen]


def read_picker(session: Session, actor: Actor, given: MultiDict[str, str]) -> Picker:
    """From what the form says; what it cannot mean is as if it were not said."""
    shelf = cast(Shelf, current_app.extensions["tracks.shelf"])
    editions = offered(session, shelf, actor.municipality_id)
    offers = facets(editions)
    typed = given.get("q", "").strip()[:_LONGEST_SEARCH]
    wish = Wish(
        words=tuple(typed.casefold().split()[:_MOST_WORDS]),
        subject=_one_of(given.get("subject"), offers.subjects),
        grade=_one_of(given.get("grade"), offers.grades),
        minutes=_number(given.get("minutes", ""), 0, max(LIMITS)) or None,
        language=_one_of(given.get("language"), offers.languages),
    )
    taught = teaching_of(session, actor)
    found = search(editions, wish)
    if taught is not None:
        found.sort(key=lambda f: nearest_fit(f.edition, taught))
    pages = max(1, -(-len(found) // TRACKS_A_PAGE))
    page = _number(given.get("page", ""), 1, pages)
    picked = picked_pieces(editions, given.getlist("pick"))
    picks, opened = frozenset(picked), frozenset(given.getlist("open"))
    return Picker(
        wish=wish,
        typed=typed,
        offers=offers,
        count=len(found),
        page=page,
        pages=pages,
        shown=[
            _shown(track, picks, opened, is_one_of_few=len(found) <= FEW)
            for track in found[(page - 1) * TRACKS_A_PAGE : page * TRACKS_A_PAGE]
        ],
        opened=opened,
        picked=list(picked.values()),
        picks=picks,
        taught=said_in_words(taught, owner(session, actor.municipality_id).country)
        if taught is not None
        else "",
    )


def _shown(
    track: FoundTrack, picks: frozenset[str], opened: frozenset[str], *, is_one_of_few: bool
) -> ShownTrack:
    edition, spoken = track.edition, language()
    base = str(edition.address())
    of_it = [address for address in picks if f"{address}/".startswith(f"{base}/")]
    in_full = is_one_of_few or base in opened or any("#" in address for address in of_it)
    modules = [
        ShownModule(
            session_piece(edition, found.module, spoken) if found.fits else None,
            [resource_piece(edition, s, spoken) for s in found.resources] if in_full else [],
        )
        for found in track.modules
        if found.fits or in_full
    ]
    return ShownTrack(
        edition=edition,
        whole=track_piece(edition, spoken),
        can_be_picked=track.fits,
        is_open=in_full or bool(of_it),
        modules=modules,
        sessions=len(track.modules),
        resources=track.resources,
        hidden=0 if in_full else track.resources,
    )


def _number(given: str, least: int, most: int) -> int:
    is_number = given.isascii() and given.isdigit() and len(given) <= 6
    return min(max(int(given), least), most) if is_number else least


def _one_of(given: str | None, known: tuple[str, ...]) -> str:
    return given if given in known else ""


def picked_pieces(editions: list[Edition], given: list[str]) -> dict[str, Piece]:
    """By address: what may be put into a course, each once, in the order given (D10)."""
    by_name = {(edition.publisher, edition.slug): edition for edition in editions}
    found: dict[str, Piece] = {}
    for text in given:
        address = parse_address(text)
        if address is None or address.version is not None or len(found) >= MOST_PICKED:
            continue
        edition = by_name.get((address.publisher, address.track))
        piece = piece_at(edition, address, language()) if edition else None
        if piece is not None:
            found[text] = piece
    return found


def one_line(piece: Piece) -> str:
    """What it is, in a line of plain text."""
    if piece.summary:
        return piece.summary
    if piece.kind is not None and piece.phase is not None:
        words = [gettext(KIND_NAMES[piece.kind]), gettext(PHASE_NAMES[piece.phase])]
        return " · ".join([*words, *([f"{piece.minutes} min"] if piece.minutes else [])])
    return " · ".join(f"{gettext(PHASE_NAMES[phase])} {m} min" for phase, m in piece.phases)
