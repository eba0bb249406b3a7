"""What harvesters can have: tracks, sessions and resources, and those that are gone."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, and_, func, null, or_, select, union_all

from tracks.catalogue.harvest.protocol import Place, Wish
from tracks.catalogue.models import search_entry, track, withdrawn
from tracks.catalogue.publishers import publishers
from tracks.catalogue.rules import PIECE_NAMES, Address, parse_address
from tracks.db import Session

RECORDS_A_PART = 100
_PUBLISHER_SET = re.compile(r"publisher\.([a-z0-9][a-z0-9-]{0,79})")


class Header(Struct, frozen=True):
    address: Address
    kind: str
    stamp: datetime
    version_id: int | None  # None: gone

    @property
    def sets(self) -> tuple[str, str]:
        return (self.kind, f"publisher.{self.address.publisher}")


def list_headers(
    session: Session, wish: Wish, *, most: int = RECORDS_A_PART
) -> tuple[list[Header], Place | None]:
    """The oldest first, and after which one to go on; None: these were the last."""
    every = _everything(wish.chosen_set)
    if every is None:
        return [], None
    conditions: list[ColumnElement[bool]] = []
    if wish.first is not None:
        conditions.append(every.c.stamp >= wish.first)
    if wish.before is not None:
        conditions.append(every.c.stamp < wish.before)
    if wish.after is not None:
        after = wish.after
        conditions.append(
            or_(
                every.c.stamp > after.stamp,
                and_(every.c.stamp == after.stamp, every.c.address > after.address),
            )
        )
    rows = session.execute(
        select(every).where(*conditions).order_by(every.c.stamp, every.c.address).limit(most + 1)
    ).all()
    found = [_header(row) for row in rows[:most]]
    if len(rows) <= most:
        return found, None
    given = wish.after.cursor if wish.after else 0
    return found, Place(found[-1].stamp, str(found[-1].address), given + most)


def header_of(session: Session, address: Address) -> Header | None:
    every = _everything(None)
    assert every is not None
    row = session.execute(select(every).where(every.c.address == str(address))).first()
    return None if row is None else _header(row)


def earliest(session: Session) -> datetime | None:
    every = _everything(None)
    assert every is not None
    found: datetime | None = session.execute(select(func.min(every.c.stamp))).scalar_one()
    return found


def sets(session: Session) -> list[tuple[str, str]]:
    """Set and name (message id, or a publisher's own name)."""
    kinds = [(kind, str(name)) for kind, name in PIECE_NAMES.items()]
    slugs = session.execute(
        select(track.c.publisher).distinct().order_by(track.c.publisher)
    ).scalars()
    known = publishers(session)
    return kinds + [
        (f"publisher.{slug}", known[slug].name if slug in known else slug) for slug in slugs
    ]


def _everything(chosen: str | None) -> Any:
    """A subquery: address, kind, stamp, version_id. None: there is no such set."""
    there = (
        select(
            search_entry.c.address,
            search_entry.c.kind,
            search_entry.c.published_at.label("stamp"),
            track.c.version_id,
        )
        .join(track, track.c.id == search_entry.c.track_id)
        .distinct()
    )
    gone = select(
        withdrawn.c.address,
        withdrawn.c.kind,
        withdrawn.c.withdrawn_at.label("stamp"),
        null().label("version_id"),
    )
    if chosen is not None:
        limits = [_in_set(chosen, table) for table in (search_entry, withdrawn)]
        if limits[0] is None or limits[1] is None:
            return None
        there, gone = there.where(limits[0]), gone.where(limits[1])
    parts: Sequence[Select[Any]] = (there, gone)
    return union_all(*parts).subquery("every")


def _in_set(chosen: str, table: Any) -> ColumnElement[bool] | None:
    if chosen in PIECE_NAMES:
        is_kind: ColumnElement[bool] = table.c.kind == chosen
        return is_kind
    named = _PUBLISHER_SET.fullmatch(chosen)
    if named is None:
        return None
    is_theirs: ColumnElement[bool] = table.c.address.startswith(f"{named[1]}/", autoescape=True)
    return is_theirs


def _header(row: Any) -> Header:
    address = parse_address(row.address)
    assert address is not None, row.address
    return Header(address, row.kind, row.stamp, row.version_id)
