"""What a score says, where a launch leads, and who may frame its pages. Pure."""

import re
from collections.abc import Iterable
from enum import StrEnum
from urllib.parse import unquote, urlsplit

from lti.origins import origin_of
from tracks.catalogue.rules import Address, Outline, parse_address


class Service(StrEnum):
    """What an LMS and we do for each other; each is looked at by itself."""

    LAUNCH = "launch"
    KEYS = "keys"  # the LMS's public keys
    TOKEN = "token"  # noqa: S105  # its name, not one of them
    SCORES = "scores"
    ROSTER = "roster"


MAXIMUM = 100.0  # Open edX takes whole maximums only
# A host source of CSP: a ";" in what an LMS sends would start a directive of its own.
_FRAMING_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
LONGEST_FRAMING = 300


def address_of_launch(custom_resource: str | None, target_link_uri: str) -> Address | None:
    """The address in the link's custom parameter `resource`, else in the path `/r/<address>`.

    None: the link names nothing; the launch leads to the person's own page.
    """
    if custom_resource:
        return parse_address(custom_resource.strip())
    path = unquote(urlsplit(target_link_uri).path)
    if path.startswith("/r/"):
        return parse_address(path.removeprefix("/r/"))
    return None


# Pages of ours, besides tracks and resources, that a link in an LMS may lead to.
OWN_PAGES = frozenset({"/", "/municipality", "/catalogue"})


def own_page_of(target_link_uri: str) -> str:
    """The page a link without an address leads to."""
    path = urlsplit(target_link_uri).path
    return path if path in OWN_PAGES else "/"


def part_of(steps: Iterable[Outline], address: Address) -> list[Outline]:
    """The steps that an address covers."""
    return [
        s
        for s in steps
        if (address.module is None or s.module_slug == address.module)
        and (address.step is None or s.slug == address.step)
    ]


def percent(done: int, units: int) -> float | None:
    """0 < score <= 100 in whole numbers; 100 only when all is done; None for nothing done."""
    if done == 0 or units == 0:
        return None
    return MAXIMUM if done >= units else float(max(1, int(MAXIMUM * done / units)))


def frame_sources(urls: Iterable[str]) -> str:
    """The origins of these URLs for frame-ancestors, as many as fit; "'none'" without any (T40)."""
    sources = ""
    for url in urls:
        origin = origin_of(url)
        if origin is None or not _FRAMING_HOST.fullmatch(origin.host):
            continue
        source = f"{origin.scheme}://{origin.host}:{origin.port}"
        if source not in sources.split() and len(sources) + len(source) < LONGEST_FRAMING:
            sources = f"{sources} {source}".strip()
    return sources or "'none'"
