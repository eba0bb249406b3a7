"""Which times of access end soon, or have ended lately."""

from datetime import date, datetime

from msgspec import Struct
from sqlalchemy import select

from tracks.catalogue.models import expiry_notice, search_entry
from tracks.catalogue.rules import Address, parse_address
from tracks.db import Session
from tracks.i18n import nearest


class Ending(Struct, frozen=True):
    address: Address
    title: str
    language: str  # of the title
    free_until: date
    told: dict[int, datetime]  # days before -> when

    def days_left(self, today: date) -> int:
        """0 on the last day, less than 0 after it."""
        return (self.free_until - today).days


def endings(session: Session, first: date, last: date, language: str) -> list[Ending]:
    """Resources that newcomers meet, whose time of access ends on one of those days, in order."""
    rows = session.execute(
        select(search_entry)
        .where(search_entry.c.free_until.between(first, last))
        .order_by(search_entry.c.free_until, search_entry.c.address, search_entry.c.id)
    ).all()
    titles: dict[str, dict[str, str]] = {}
    for row in rows:
        titles.setdefault(row.address, {})[row.language] = row.title
    until = {row.address: row.free_until for row in rows}
    told = _told(session, list(until))
    return [
        _ending(address, said, until[address], told.get((address, until[address]), {}), language)
        for address, said in titles.items()
    ]


def _ending(
    text: str, titles: dict[str, str], until: date, told: dict[int, datetime], language: str
) -> Ending:
    address = parse_address(text)
    assert address is not None, text
    spoken = nearest(language, tuple(titles))
    return Ending(address, titles[spoken], spoken, until, told)


def _told(session: Session, addresses: list[str]) -> dict[tuple[str, date], dict[int, datetime]]:
    found: dict[tuple[str, date], dict[int, datetime]] = {}
    rows = session.execute(select(expiry_notice).where(expiry_notice.c.address.in_(addresses)))
    for row in rows:
        found.setdefault((row.address, row.free_until), {})[row.days_before] = row.noted_at
    return found
