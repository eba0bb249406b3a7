"""The catalogue as an Atom feed (RFC 4287): what is new, and what has a new version. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from tracks.catalogue.queries import Edition
from tracks.catalogue.rules import Told, public_path

ATOM = "application/atom+xml; charset=utf-8"
IN_FEED = 50  # the newest
_ATOM = "http://www.w3.org/2005/Atom"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# XML 1.0 has no way to say these.
_UNSAYABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOTHING_YET = datetime(2026, 1, 1, tzinfo=UTC)  # of an empty catalogue: Atom wants a date
register_namespace("", _ATOM)


def atom(
    editions: Sequence[Edition],
    first_published: Mapping[int, datetime],
    *,
    base_url: str,
    title: str,
    language: str,
    page: str = "/catalogue",
    address: str = "/catalogue/feed.atom",
) -> bytes:
    """`editions`: the newest first. `first_published`: by track id. `page`: what it tells of."""
    feed = Element(f"{{{_ATOM}}}feed", {_LANG: language})
    _add(feed, "id", f"{base_url}{page}")
    _add(feed, "title", title)
    _add(feed, "updated", _moment(editions[0].published_at if editions else _NOTHING_YET))
    _add(feed, "link", rel="self", href=f"{base_url}{address}")
    _add(feed, "link", rel="alternate", type="text/html", href=f"{base_url}{page}")
    author = _add(feed, "author")
    _add(author, "name", title)
    for edition in editions:
        _entry(feed, edition, first_published[edition.track_id], base_url, language)
    written: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return written


def _entry(feed: Element, edition: Edition, first: datetime, base_url: str, language: str) -> None:
    spoken = edition.language(language)
    text = edition.texts[spoken]
    url = base_url + public_path(edition.address())
    entry = _add(feed, "entry")
    entry.set(_LANG, spoken)
    _add(entry, "id", url)
    _add(entry, "title", text["title"])
    _add(entry, "summary", text["summary"])
    note = next(iter(edition.told(Told.CHANGES, spoken)), None)
    if note is not None and note.version == edition.version:
        _add(entry, "content", "\n".join(note.lines), type="text").set(_LANG, note.language)
    _add(entry, "published", _moment(first))
    _add(entry, "updated", _moment(edition.published_at))
    _add(entry, "rights", edition.licence)
    _add(entry, "link", rel="alternate", type="text/html", href=url)
    for name in edition.authors:
        _add(_add(entry, "author"), "name", name)
    for subject in edition.subjects:
        _add(entry, "category", term=_UNSAYABLE.sub("", subject))


def _add(parent: Element, name: str, said: str = "", **attributes: str) -> Element:
    made = SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    if said:
        made.text = _UNSAYABLE.sub("", said)
    return made


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
