"""Link headers (RFC 8288), as far as paging needs them."""

import re
from typing import Final
from urllib.parse import urljoin

_TARGET: Final = re.compile(r"<([^<>]*)>")
_PARAMETER: Final = re.compile(
    r"\s*;\s*(?P<name>[\w!#$&+.^`|~*-]+)(?:\s*=\s*(?:\"(?P<quoted>[^\"]*)\"|(?P<bare>[^\s;,\"]+)))?"
)
_LONGEST: Final = 8192


def next_url(link_header: str, page_url: str) -> str | None:
    """The absolute URL of the next page, in the case the platform wrote it."""
    return link_url(link_header, page_url, "next")


def link_url(link_header: str, page_url: str, relation: str) -> str | None:
    """The absolute URL of the first link of that relation (in lower case)."""
    header = link_header[:_LONGEST]
    target = _TARGET.search(header)
    while target is not None:
        relations, end = _relations(header, target.end())
        if relation in relations:
            return _absolute(target[1].strip(), page_url)
        target = _TARGET.search(header, end)
    return None


def _relations(header: str, start: int) -> tuple[list[str], int]:
    """What the link is, and where it ends. Read in order: a quoted title may hold anything."""
    relations: list[str] = []
    while (parameter := _PARAMETER.match(header, start)) is not None:
        if parameter["name"].lower() == "rel" and not relations:
            relations = (parameter["quoted"] or parameter["bare"] or "").lower().split()
        start = parameter.end()
    return relations, start


def _absolute(url: str, page_url: str) -> str:
    try:
        return urljoin(page_url, url)
    except ValueError:
        return url  # of no origin, so the caller refuses it
