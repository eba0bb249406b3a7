"""A session's file as lines of its own: where each step stands, and the file with one moved, taken
out, put in or called something else. Lines are moved as they are; none is written anew.

Whoever arranges text from anybody gives `read`, which finds its spans in another process."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import Struct, json
from msgspec.structs import replace

from content.blocks import STEP_BLOCKS
from content.checks.renames import resolved
from content.checks.size import STEP_LARGEST
from content.front_matter import plain_values, split_front_matter
from content.front_matter_writing import with_values
from content.markdown import Document, Element, normalised, read_document
from content.model import Phase
from content.rendering.pieces import Piece
from content.source import with_references

_PHASE: Final = re.compile(r"phase=([A-D])\b", re.IGNORECASE)

# the white space is not begun anew at each of its signs
_PART: Final = re.compile(r"""(?:(?<!\s)\s+)?(?:[^\s"']|"[^"]*"|'[^']*')+""")


class Span(Struct, frozen=True):
    """Lines from `first` on, counted from 0, up to where the next span begins."""

    first: int
    last: int
    phase: str = ""  # letter; "" for what stands before the first phase
    step: str = ""  # its id; "" for a phase's heading and what belongs to it
    is_resource: bool = False


Reader = Callable[[str], tuple[Span, ...]]


def spans(text: str) -> tuple[Span, ...]:
    """Of the whole text, without a gap: front matter, then each phase's heading and its steps."""
    text = normalised(text)
    _, body = split_front_matter(text)
    document = read_document("", body)
    found = [Span(0, 0)]
    walk = _Walk(document, found)
    for element in document.elements:
        walk.take(element)
    ends = [*(span.first for span in found[1:]), text.count("\n") + 1]
    return tuple(replace(span, last=end) for span, end in zip(found, ends, strict=True))


class _Walk:
    """Decides as content.reading.editions does what belongs to which step."""

    def __init__(self, document: Document, found: list[Span]) -> None:
        self.document = document
        self.found = found
        self.phase = ""
        self.waiting: int | None = None  # where the prose of the next block began
        self.is_reading = False

    def take(self, element: Element) -> None:
        if element.type == "footnote":
            return
        if element.type == "heading" and element.token.tag in ("h1", "h2"):
            letter = _PHASE.search(self.document.lines[element.first])
            self.phase = letter[1].upper() if letter and element.token.tag == "h2" else self.phase
            self.begin(element.first)
            self.waiting, self.is_reading = None, False
        elif element.type == "heading" and element.token.tag == "h3":
            id_ = element.attributes.id
            self.waiting, self.is_reading = element.first, id_ is not None
            if id_ is not None:
                self.begin(element.first, id_, element)
        elif element.block_name in STEP_BLOCKS - {"video"} or (
            element.block_name == "video" and element.attributes.id is not None
        ):
            at = element.first if self.is_reading or self.waiting is None else self.waiting
            self.begin(at, element.attributes.id or "", element)
            self.waiting, self.is_reading = None, False
        elif element.block_name != "leader" and self.waiting is None and not self.is_reading:
            self.waiting = element.first

    def begin(self, first: int, step: str = "", marked: Element | None = None) -> None:
        is_resource = marked is not None and "resource" in marked.attributes.classes
        self.found.append(Span(first, first, self.phase, step, is_resource))


class SpansPiece(Piece, frozen=True):
    """Drawn as the JSON of its spans."""

    text: str

    @property
    def weight(self) -> int:
        return _steps_in(self.text)

    def made_of(self) -> list[Any]:
        return [self.text]

    def draw(self) -> str:
        return json.encode(spans(self.text)).decode()


_SPANS: Final = json.Decoder(tuple[Span, ...])


def drawn_spans(drawn: str) -> tuple[Span, ...]:
    return _SPANS.decode(drawn)


def _steps_in(text: str) -> int:
    """Of how many steps at most it is as large as."""
    return -(-len(text.encode("utf-8", "replace")) // STEP_LARGEST) or 1


def parts(text: str, found: tuple[Span, ...]) -> list[str]:
    """The text of each of its spans; joined with a line break they are the text."""
    lines = normalised(text).split("\n")
    return ["\n".join(lines[span.first : span.last]) for span in found]


def steps_of(text: str, read: Reader = spans) -> list[str]:
    return [span.step for span in read(text) if span.step]


def with_step_moved(text: str, step: str, places: int, read: Reader = spans) -> str:
    """One place earlier (-1) or later (1): past its neighbour, or over a phase's heading into the
    phase beside it. The same text if there is no place there, or no such step."""
    found = read(text)
    at = next((n for n, span in enumerate(found) if span.step == step), None)
    other = None if at is None else at + places
    if at is None or other is None or not 1 <= other < len(found):
        return text
    if places < 0 and not found[other].step and not found[other - 1].phase:
        return text  # before the first phase
    one, two = sorted((at, other))
    lines = normalised(text).split("\n")
    first, second = found[one], found[two]
    return _joined(
        lines[: first.first],
        lines[second.first : second.last],
        lines[first.first : first.last],
        lines[second.last :],
    )


def step_in(text: str, step: str) -> str | None:
    """Its own text, with the definitions it uses, which may stand anywhere; None without it."""
    span = _span(step, spans(text))
    if span is None:
        return None
    lines = normalised(text).split("\n")
    _, body = split_front_matter(text)
    own = "\n".join(lines[span.first : span.last]).strip("\n")
    return with_references(read_document("", body), own)


class StepInPiece(Piece, frozen=True):
    """Drawn as the step's own Markdown, "" without it."""

    text: str
    step: str

    @property
    def weight(self) -> int:
        return _steps_in(self.text)

    def made_of(self) -> list[Any]:
        return [self.text, self.step]

    def draw(self) -> str:
        return step_in(self.text, self.step) or ""


def without_step(text: str, step: str, read: Reader = spans) -> str | None:
    """None if it is not there."""
    span = _span(step, read(text))
    if span is None:
        return None
    lines = normalised(text).split("\n")
    return _joined(lines[: span.first], lines[span.last :])


def _span(step: str, found: tuple[Span, ...]) -> Span | None:
    return next((each for each in found if each.step == step), None)


def with_step(text: str, phase: Phase, piece: str, read: Reader = spans) -> str | None:
    """At the end of that phase; None if the text has no such phase."""
    last = [span for span in read(text) if span.phase == phase.value]
    if not last:
        return None
    lines = normalised(text).split("\n")
    at = last[-1].last
    return _joined(lines[:at], piece.split("\n"), lines[at:])


def with_step_called(text: str, step: str, new: str, read: Reader = spans) -> str:
    """The same text with `{#step ...}` changed at that step."""
    span = _span(step, read(text))
    if span is None:
        return text
    lines = normalised(text).split("\n")
    mark = re.compile(rf"(\{{[^{{}}]*)#{re.escape(step)}(?=[\s}}])")
    for n in range(span.first, span.last):
        changed = mark.sub(rf"\g<1>#{new}", lines[n], count=1)
        if changed != lines[n]:
            lines[n] = changed
            break
    return "\n".join(lines)


def resources_of(text: str, read: Reader = spans) -> frozenset[str]:
    """The steps that also live alone."""
    return frozenset(span.step for span in read(text) if span.step and span.is_resource)


def with_resource(text: str, step: str, *, is_resource: bool, read: Reader = spans) -> str:
    """The same text with that step marked `.resource`, or not any more."""
    span = _span(step, read(text))
    if span is None or span.is_resource is is_resource:
        return text
    lines = normalised(text).split("\n")
    mark = re.compile(rf"\{{[^{{}}]*#{re.escape(step)}(?=[\s}}])[^{{}}]*\}}")
    for n in range(span.first, span.last):
        changed = mark.sub(lambda found: _marked(found[0], step, is_resource), lines[n], count=1)
        if changed != lines[n]:
            lines[n] = changed
            break
    return "\n".join(lines)


def _marked(braces: str, step: str, is_resource: bool) -> str:
    """Words between quotes stay as they are."""

    def part(found: re.Match[str]) -> str:
        if is_resource:
            return f"{found[0]} .resource" if found[0].strip() == f"#{step}" else found[0]
        return "" if found[0].strip() == ".resource" else found[0]

    inside = _PART.sub(part, braces[1:-1])
    return "{" + inside.strip() + "}"


def with_entry(text: str, key: str, old: str, value: str | None) -> str:
    """`key` is renamed or retired; None takes the entry out. Raises CannotWrite."""
    before = _entries(text, key)
    after = {k: v for k, v in before.items() if k != old}
    if value is not None:
        after[old] = value
    return text if after == before else with_values(text, {key: after or None})


def with_retired(text: str, id_: str, instead: str, *, is_known: bool) -> str:
    """What has been called `id_` is gone; so are its names before it. `is_known`: to teachers.
    Raises CannotWrite."""
    renamed = _entries(text, "renamed")
    before = [old for old in renamed if resolved(renamed, old) == id_]
    for old in before:
        text = with_entry(text, "renamed", old, None)
    for old in [*before, *([id_] if is_known else [])]:
        text = with_entry(text, "retired", old, instead)
    return text


def _entries(text: str, key: str) -> dict[str, str]:
    yaml, _ = split_front_matter(text)
    given = (plain_values(yaml or "") or {}).get(key)
    return {str(k): str(v) for k, v in given.items()} if isinstance(given, Mapping) else {}


def with_address(text: str, old: str, new: str) -> str:
    """Blocks that borrow `track/module#step`, or anything of `track/module`, borrow it there."""
    ends = r"(?=[\s\"'}#])" if "#" not in old else r"(?=[\s\"'}])"
    return re.sub(rf"(resource=[\"']?){re.escape(old)}{ends}", rf"\g<1>{new}", text)


def borrows(text: str, address: str) -> bool:
    return with_address(text, address, "x") != text


def _joined(*blocks: list[str]) -> str:
    """With one empty line between blocks, and the end of the file as it was."""
    texts = ["\n".join(block).strip("\n") for block in blocks]
    joined = "\n\n".join(text for text in texts if text)
    return joined + "\n"
