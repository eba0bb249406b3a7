"""What a score says, where a launch leads, and who may frame its pages. Pure."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from lti.claims import HISTORY_PARAMETERS
from lti.origins import origin_of
from lti.quirks import Quirks, quirks_for
from lti.tool.deep_linking import LineItem, ResourceLinkItem
from tracks.catalogue.rules import Address, Outline, parse_address


class Service(StrEnum):
    """What an LMS and we do for each other; each is looked at by itself."""

    LAUNCH = "launch"
    KEYS = "keys"  # the LMS's public keys
    TOKEN = "token"  # noqa: S105  # its name, not one of them
    SCORES = "scores"
    ROSTER = "roster"


class Offer(StrEnum):
    """What a launch may name an address for."""

    SCORES = "scores"
    ROSTER = "roster"
    GROUPS = "groups"
    NOTICES = "notices"
    CONTENT = "content"


class ScorePolicy(StrEnum):
    """What the gradebook of an LMS is told, as its owner chose."""

    PROPORTIONAL = "proportional"  # how far the person is
    COMPLETE_ONLY = "complete_only"  # nothing before all is done


NOTICES_PATH = "/lti/notices"
MAXIMUM = 100.0  # Open edX takes whole maximums only
# A host source of CSP: a ";" in what an LMS sends would start a directive of its own.
_FRAMING_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
LONGEST_FRAMING = 300
# By it, and by the address, a gradebook column is known as ours.
LINE_ITEM_TAG = "learning-tracks"


def link_item(address: Address, title: str, text: str, launch_url: str) -> ResourceLinkItem:
    """A link for a course. It holds the durable address, so a copied course leads to the same."""
    named = str(address)
    return ResourceLinkItem(
        url=launch_url,
        title=title,
        text=text,
        custom={"resource": named, **HISTORY_PARAMETERS},
        line_item=LineItem(title, int(MAXIMUM), named, LINE_ITEM_TAG),
    )


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
OWN_PAGES = frozenset({"/", "/municipality", "/catalogue", "/lms", "/authoring"})


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


def renamed_address(address: str, old: str, new: str) -> str | None:
    """An address of what was renamed, or of a part of it; None for any other."""
    rest = address.removeprefix(old)
    if rest == address and address != old:
        return None
    return new + rest if rest[:1] in ("", "/", "#", "@") else None


def percent(done: int, units: int) -> float | None:
    """0 < score <= 100 in whole numbers; 100 only when all is done; None for nothing done."""
    if done == 0 or units == 0:
        return None
    return MAXIMUM if done >= units else float(max(1, int(MAXIMUM * done / units)))


def usual_policy(platform_family: str) -> ScorePolicy:
    """Where nobody has chosen: Canvas shows all but the maximum as not done."""
    complete_only = quirks_for(platform_family).complete_only
    return ScorePolicy.COMPLETE_ONLY if complete_only else ScorePolicy.PROPORTIONAL


def sendable(wanted: float, policy: str) -> float | None:
    """What the LMS should show of it; None: nothing yet."""
    return None if policy == ScorePolicy.COMPLETE_ONLY and wanted < MAXIMUM else wanted


_NOTED_EVERY = 25


def progress_note(
    wanted: float | None, policy: str, quirks: Quirks, *, sent: float | None, noted: float | None
) -> float | None:
    """The progress to tell of without points, while a result waits for the end; None: nothing new.

    At the start and after each quarter: where notes are comments, more of them would be a nuisance.
    Nothing where points have been sent: a score without points could take them away.
    """
    if wanted is None or sendable(wanted, policy) is not None:
        return None
    if quirks.progress_note is None or sent is not None:
        return None
    reached = float(max(1, int(wanted // _NOTED_EVERY) * _NOTED_EVERY))
    return reached if noted is None or reached > noted else None


# Each service of an LMS has a lane: a list of participants does not wait behind 50,000 scores.
_LANES = frozenset({"scores", "roster", "notices"})


def score_lane(registration_id: int) -> str:
    """Of the jobs that wait for the gradebook of one LMS."""
    return f"scores:{registration_id}"


def roster_lane(registration_id: int) -> str:
    return f"roster:{registration_id}"


def notice_lane(registration_id: int) -> str:
    return f"notices:{registration_id}"


def registration_of_lane(lane: str) -> int | None:
    """None: not a lane of an LMS."""
    service, _, number = lane.partition(":")
    return int(number) if service in _LANES else None


def may_make_again(made_at: datetime | None, now: datetime) -> bool:
    """Once: one that is gone right after we made or found it will not stay another time either."""
    return made_at is None or not timedelta() <= now - made_at < timedelta(minutes=10)


@lru_cache(maxsize=500)
def frame_sources(urls: tuple[str, ...]) -> str:
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
