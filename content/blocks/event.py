"""Something that takes place at a time: a broadcast, a seminar, an evening of questions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from html import escape
from types import MappingProxyType

from babel.dates import format_date

from content.blocks.block import COMMON_OPTIONS, Block, BlockText
from content.blocks.prompt import read_prompt
from content.blocks.video import is_https
from content.languages import word
from content.markdown import Document, Element
from content.model import Event
from content.problems import ProblemList
from content.said import say

LONGEST_PLACE = 200  # characters
_DAYS = 14  # a course of several days, at most
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")
_HINT = (
    "Write ::: event {#id starts=2027-01-14T15:00 ends=2027-01-14T16:00}, "
    "by the clock in Oslo and Stockholm."
)
_WHERE_HINT = 'Write place="...", or link=https://... where one takes part from a computer.'
# How a day is written out; a language that is not here has it as English has.
_PATTERNS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("nb", "nn", "da", "fi", "se"), "EEEE d. MMMM y"),
        **dict.fromkeys(("sv", "en"), "EEEE d MMMM y"),
    }
)


def read(document: Document, block: Element, found: ProblemList) -> BlockText:
    prompt = read_prompt(document, block, found)
    options = block.attributes.options
    starts = _moment(options.get("starts", ""), "starts", block.line, found)
    ends = _moment(options["ends"], "ends", block.line, found) if "ends" in options else None
    place, link, sign_up = (options.get(n, "").strip() for n in ("place", "link", "sign-up"))
    if starts and ends:
        if ends <= starts:
            found.error("event-order", block.line, "the event ends before it begins", _HINT)
        elif (ends - starts).days >= _DAYS:
            message = say("the event lasts for {days} days", days=(ends - starts).days)
            hint = "Write an event for each meeting."
            found.error("event-order", block.line, message, hint)
    if not place and not link:
        what = "nothing says where the event takes place"
        found.error("event-where", block.line, what, _WHERE_HINT)
    if len(place) > LONGEST_PLACE:
        message = say(
            "{name} has more than {longest} characters", name="place", longest=LONGEST_PLACE
        )
        hint = "Write it in words inside the block."
        found.error("event-long", block.line, message, hint)
    for name, address in (("link", link), ("sign-up", sign_up)):
        if address and not is_https(address):
            message = say("{name}={address!r} is no address", name=name, address=address[:60])
            hint = "Write a whole address that begins with https://."
            found.error("event-link", block.line, message, hint)
    if starts is None:
        return BlockText(prompt=prompt)
    return BlockText(prompt=prompt, event=Event(starts, ends, place, link, sign_up))


def _moment(given: str, name: str, line: int, found: ProblemList) -> datetime | None:
    try:
        if _MOMENT.fullmatch(given):
            return datetime.fromisoformat(given)
    except ValueError:
        pass
    if given:
        message = say("{name}={given!r} is no time", name=name, given=given[:30])
    else:
        message = say("the event does not say when it begins")
    found.error("event-time", line, message, _HINT)
    return None


def draw(event: Event, language: str) -> str:
    """When, where, and the ways in, as a list: it needs no style sheet to be understood."""
    rows = [(word("when", language), escape(when(event, language)))]
    if event.place:
        rows.append((word("where", language), escape(event.place)))
    for name, address in (("take-part", event.link), ("sign-up", event.sign_up)):
        if is_https(address):
            shown = escape(address.removeprefix("https://").rstrip("/"))
            rows.append((word(name, language), f'<a href="{escape(address)}">{shown}</a>'))
    items = "".join(f"<li><strong>{escape(name)}:</strong> {said}</li>" for name, said in rows)
    return f'<ul class="event">{items}</ul>'


def when(event: Event, language: str) -> str:
    """`torsdag 14. januar 2027 kl. 15.00–16.00`"""
    first = _said(event.starts, language)
    if event.ends is None:
        return first
    if event.ends.date() == event.starts.date():
        return f"{first}–{_clock(event.ends, language)}"
    return f"{first} – {_said(event.ends, language)}"


def _said(moment: datetime, language: str) -> str:
    locale = language if language in _PATTERNS else "en"
    day = format_date(moment, _PATTERNS[locale], locale)
    return f"{day} {word('at-the-hour', language)} {_clock(moment, language)}"


def _clock(moment: datetime, language: str) -> str:
    return moment.strftime("%H:%M" if word("at-the-hour", language) == "at" else "%H.%M")


BLOCK = Block(options=COMMON_OPTIONS | {"starts", "ends", "place", "link", "sign-up"}, read=read)
