"""The last gate for every piece of HTML: only what is listed here leaves the house."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from typing import Final

import nh3
from pygments.token import STANDARD_TYPES

ID_PREFIX: Final = "c-"  # so that no author's heading can take the name of a part of our pages
CODE_CLASS_PREFIX: Final = "hl-"
PLACE: Final = "ready"
HEADINGS: Final = ("h2", "h3", "h4", "h5", "h6")

_TAGS = {
    *HEADINGS,
    *("p", "ul", "ol", "li", "blockquote", "pre", "code", "span", "strong", "em", "s", "br", "hr"),
    *("a", "sup", "img", "table", "thead", "tbody", "tr", "th", "td", "div", "video", "track"),
}
_ATTRIBUTES: dict[str, set[str]] = {
    **{heading: {"id"} for heading in HEADINGS},
    "a": {"href", "title", "id", "role", "aria-label"},
    "li": {"id"},
    "img": {"src", "alt", "title", "loading"},
    "ol": {"start"},
    "th": {"scope"},
    "div": {"role", "tabindex", "aria-label"},
    "span": {"role", "aria-label"},
    "video": {"src", "controls", "preload", "aria-label"},
    "track": {"kind", "src", "srclang", "label", "default"},
}
_ALIGNMENTS = {"align-left", "align-center", "align-right"}
_CLASSES: dict[str, set[str]] = {
    "div": {
        "table",
        "code",
        "note",
        "footnotes",
        "devices",
        "device",
        "device-ipad",
        "device-chromebook",
        "device-pc",
    }
    | {f"note-{kind}" for kind in ("note", "tip", "important", "warning", "caution")},
    "h2": {"device-name"},
    "p": {"note-title", "video-link", "access", "footnotes-title"},
    "ul": {"tasks", "event"},
    "th": _ALIGNMENTS,
    "td": _ALIGNMENTS,
    "span": {"task", PLACE}
    | {CODE_CLASS_PREFIX + name for name in STANDARD_TYPES.values() if name},
}
_VALUES: Mapping[str, Mapping[str, frozenset[str]]] = {
    "a": {"role": frozenset({"doc-noteref", "doc-backlink"})},
    "div": {"role": frozenset({"region", "note"}), "tabindex": frozenset({"0"})},
    "span": {"role": frozenset({"img"})},
    "img": {"loading": frozenset({"lazy"})},
    "th": {"scope": frozenset({"col"})},
    "track": {"kind": frozenset({"captions"})},
    "video": {"preload": frozenset({"none"})},
}
_ID = re.compile(re.escape(ID_PREFIX) + r"[\w-]{1,120}")
_HERE = re.compile("#" + _ID.pattern)  # a note on this page, and back
_PLACE = re.compile(rf'<span class="{PLACE}">([0-9]+)</span>')
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s]+", re.IGNORECASE)


def sanitized(html: str, *, media: frozenset[str] = frozenset()) -> str:
    """`media` are the addresses of our own files in this piece: images and films come from there
    and from nowhere else."""
    _now.media = media
    return _CLEANER.clean(html)


def _kept(tag: str, attribute: str, value: str) -> str | None:
    if attribute == "src":
        return value if value in _now.media else None
    if attribute == "href":
        is_known = value in _now.media or is_outside_link(value) or _HERE.fullmatch(value)
        return value if is_known else None
    if attribute == "id":
        return value if _ID.fullmatch(value) else None
    allowed = _VALUES.get(tag, {}).get(attribute)
    return value if allowed is None or value in allowed else None


def with_ready(clean: str, ready: Sequence[str]) -> str:
    """Puts in what we made ourselves: MathML and the choice of a device are let through from
    nowhere else."""
    return _PLACE.sub(lambda match: ready[int(match[1])], clean)


def is_outside_link(address: str) -> bool:
    return _ADDRESS.fullmatch(address) is not None


# what the piece that is being cleaned may show; one for each thread
_now = threading.local()
# made once: putting the lists together costs more than cleaning a step
_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    attribute_filter=_kept,
    allowed_classes=_CLASSES,
    url_schemes={"http", "https", "mailto"},
    link_rel="noopener noreferrer nofollow",
    strip_comments=True,
)
