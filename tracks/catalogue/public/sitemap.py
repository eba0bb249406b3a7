"""What search engines are told: which pages are there for them, and which are not."""

from collections.abc import Iterable
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from sqlalchemy import func, select

from tracks.catalogue.models import search_entry
from tracks.catalogue.rules import parse_address, public_path
from tracks.db import Session

MOST = 49_999  # and the catalogue itself: the protocol takes 50,000 addresses a file
_SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
# Pages for those who are signed in, and doors of LMSs; files come with the pages that show them.
_NOT_FOR_ROBOTS = ("/t/", "/lti/", "/authoring", "/connect/", "/media/", "/oai")
register_namespace("", _SITEMAP)


def places(session: Session) -> list[tuple[str, datetime]]:
    """Path of a public page, and when it last changed: the newest first."""
    changed = func.max(func.coalesce(search_entry.c.changed_at, search_entry.c.published_at))
    rows = session.execute(
        select(search_entry.c.address, changed.label("changed"))
        .group_by(search_entry.c.address)
        .order_by(changed.desc(), search_entry.c.address)
        .limit(MOST)
    )
    found = []
    for row in rows:
        address = parse_address(row.address)
        assert address is not None, row.address
        found.append((public_path(address), row.changed))
    return found


def sitemap(found: Iterable[tuple[str, datetime]], base_url: str) -> bytes:
    root = Element(f"{{{_SITEMAP}}}urlset")
    _add(root, f"{base_url}/catalogue", None)
    for path, changed in found:
        _add(root, base_url + path, changed)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def _add(root: Element, url: str, changed: datetime | None) -> None:
    place = SubElement(root, f"{{{_SITEMAP}}}url")
    SubElement(place, f"{{{_SITEMAP}}}loc").text = url
    if changed is not None:
        day = changed.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        SubElement(place, f"{{{_SITEMAP}}}lastmod").text = day


def robots(base_url: str) -> str:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in _NOT_FOR_ROBOTS)]
    return "\n".join([*lines, "", f"Sitemap: {base_url}/sitemap.xml", ""])
