"""When what stands in this step is free of charge, and what holds on other days (P-15)."""

from __future__ import annotations

import re
from datetime import date

from content.attributes import Attributes
from content.blocks.block import Block, BlockText
from content.markdown import Document, Element
from content.model import Access, Terms
from content.problems import ProblemList
from content.said import say
from content.source import source_of

LONGEST = 200  # characters of a name or a price
_TERMS_HINT = 'Write price="...", or the terms in words inside the block.'
_HINT = "Write ::: access {free-from=2026-08-01 free-until=2027-06-30}: one of them, or both."
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def window(attributes: Attributes) -> Access:
    return Access(_day(attributes, "free-from"), _day(attributes, "free-until"))


def _day(attributes: Attributes, name: str) -> date | None:
    given = attributes.options.get(name, "")
    try:
        return date.fromisoformat(given) if _DAY.fullmatch(given) else None
    except ValueError:
        return None


def read(document: Document, block: Element, found: ProblemList) -> BlockText:
    access, options = window(block.attributes), block.attributes.options
    for name, day in (("free-from", access.free_from), ("free-until", access.free_until)):
        if name in options and day is None:
            message = say("{name}={options!r} is no day", name=name, options=options[name][:30])
            found.error("access-day", block.line, message, _HINT)
    if not options.keys() & _DAYS:
        found.error("access-missing", block.line, "the access block names no day", _HINT)
    if access.free_from and access.free_until and access.free_until < access.free_from:
        found.error("access-order", block.line, "it ends before it begins", _HINT)
    own = terms(block.attributes, source_of(document, block.children))
    for name, said in (("provider", own.provider), ("price", own.price)):
        if len(said) > LONGEST:
            message = say("{name} has more than {longest} characters", name=name, longest=LONGEST)
            found.error("access-long", block.line, message, "Write it in words inside the block.")
    if access.free_until and not (own.price or own.text):
        found.warning(
            "access-terms",
            block.line,
            "nothing says on which terms it is to be had afterwards",
            _TERMS_HINT,
        )
    has_any = own.provider or own.price or own.text
    return BlockText(access=access, terms=own if has_any else None)


def terms(attributes: Attributes, text: str) -> Terms:
    options = attributes.options
    return Terms(options.get("provider", "").strip(), options.get("price", "").strip(), text)


_DAYS = frozenset({"free-from", "free-until"})
BLOCK = Block(options=_DAYS | {"provider", "price"}, read=read)
