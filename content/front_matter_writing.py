"""Changed values into front matter. Only the value itself is written anew: order, comments and all
other lines stay as their author wrote them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from content.front_matter import split_front_matter
from content.markdown import normalised

Written = str | int | Sequence[str] | Mapping[str, int | str | Sequence[str]]

# what every YAML reads as this text and nothing else
_PLAIN: Final = re.compile(r"[^\W\d_][\w .()/æøåÆØÅäöÄÖ-]*", re.ASCII)
_WORDS_WITH_A_MEANING: Final = re.compile(
    r"y|n|yes|no|on|off|true|false|null|inf|nan", re.IGNORECASE
)
_NOT_IN_A_BLOCK: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]*")


class CannotWrite(Exception):
    """The front matter cannot be read, so nothing in it can be changed by itself."""


def with_values(text: str, values: Mapping[str, Written | None]) -> str:
    """The same file with these values; None takes a key out. New keys stand at the end.
    Raises CannotWrite."""
    text = normalised(text).removeprefix("\ufeff")
    yaml, _ = split_front_matter(text)
    if yaml is None:
        raise CannotWrite
    lines = text.split("\n")
    end = yaml.count("\n") + 1
    head = "\n".join(lines[1:end]) + ("\n" if end > 1 else "")
    _places(head)
    for key, value in values.items():
        head = _with_value(head, key, value)
    return "\n".join([lines[0], head + "\n".join(lines[end:])])


def _with_value(head: str, key: str, value: Written | None) -> str:
    places = _places(head)
    place = places.get(key)
    if place is None:
        if value is None:
            return head
        apart = "" if not head or head.endswith("\n") else "\n"
        return f"{head}{apart}{key}:{_behind(value)}\n"
    if value is None:
        # the key's own lines; a comment after a block belongs to what follows
        return head[: place.line_start] + head[place.line_end :]
    rest = head[place.value_end : place.line_end]
    if place.is_one_line and "\n" not in str(value) and not _has_lists(value):
        return f"{head[: place.key_end]}: {written(value)}{rest}{head[place.line_end :]}"
    return f"{head[: place.key_end]}:{_behind(value)}\n{head[place.line_end :]}"


def _has_lists(value: Written) -> bool:
    return isinstance(value, Mapping) and not all(isinstance(v, int | str) for v in value.values())


def _behind(value: Written) -> str:
    """What stands behind the colon of its key; of lists by name each has a line of its own."""
    if isinstance(value, Mapping) and _has_lists(value):
        return "".join(f"\n  {_scalar(key)}: {written(each)}" for key, each in value.items())
    return f" {_in_lines(value)}"


def _in_lines(value: Written) -> str:
    """Text of several lines as its author would write it: a block, if nothing gets lost in it."""
    if not isinstance(value, str) or "\n" not in value or _NOT_IN_A_BLOCK.search(value):
        return written(value)
    lines = value.removesuffix("\n").split("\n")
    if not lines[0].strip() or lines[0][0] in " \t" or not lines[-1].strip():
        return written(value)
    mark = "|" if value.endswith("\n") else "|-"
    return "\n".join([mark, *(f"  {line}" if line else "" for line in lines)])


def written(value: Written) -> str:
    """On one line, as content.front_matter reads it back."""
    if isinstance(value, str):
        return _scalar(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return (
            "{" + ", ".join(f"{_scalar(key)}: {written(each)}" for key, each in value.items()) + "}"
        )
    return "[" + ", ".join(_scalar(each) for each in value) + "]"


def _scalar(text: str) -> str:
    is_plain = _PLAIN.fullmatch(text) or _CODE.fullmatch(text)
    if is_plain and text == text.strip() and not _WORDS_WITH_A_MEANING.fullmatch(text):
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    # YAML takes these for the end of a line
    return re.sub("[\x7f-\xa0\u2028\u2029\ufeff]", lambda m: f"\\u{ord(m[0]):04x}", quoted)


class _Place(Struct, frozen=True):
    line_start: int
    key_end: int
    value_end: int
    line_end: int  # behind the line break of the value's last line
    is_one_line: bool


def _places(head: str) -> dict[str, _Place]:
    """Where the values of the outermost mapping stand."""
    try:
        events = list(YAML(typ="safe", pure=True).parse(head))
    except (YAMLError, ValueError, OverflowError) as failure:
        raise CannotWrite from failure
    nodes = [
        e for e in events if isinstance(e, ScalarEvent | MappingStartEvent | SequenceStartEvent)
    ]
    if nodes and (not isinstance(nodes[0], MappingStartEvent) or nodes[0].flow_style):
        raise CannotWrite
    found: dict[str, _Place] = {}
    depth, key, began = 0, None, None
    for event in events:
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            raise CannotWrite
        opens = isinstance(event, MappingStartEvent | SequenceStartEvent)
        closes = isinstance(event, MappingEndEvent | SequenceEndEvent)
        if closes:
            depth -= 1
        if depth == 1 and (isinstance(event, ScalarEvent) or opens or closes):
            if key is None:
                if not isinstance(event, ScalarEvent):
                    raise CannotWrite
                key = event
            elif opens:
                began = event
            else:
                found[str(key.value)] = _place(head, key, began or event, event)
                key = began = None
        if opens:
            depth += 1
    return found


def _place(head: str, key: Event, first: Event, last: Event) -> _Place:
    key_end = key.end_mark.index
    start, end = first.start_mark.index, last.end_mark.index
    # a block ends, for the parser, where the next thing begins: comments between are not its own
    is_block = isinstance(last, MappingEndEvent | SequenceEndEvent)
    value = head[start:end]
    value_end = max(key_end, start + len(_without_comments(value) if is_block else value.rstrip()))
    line_end = head.find("\n", value_end)
    line_end = len(head) if line_end < 0 else line_end + 1
    line_start = head.rfind("\n", 0, key.start_mark.index) + 1
    is_one_line = "\n" not in head[key_end:value_end]
    return _Place(line_start, key_end, value_end, line_end, is_one_line)


def _without_comments(value: str) -> str:
    lines = value.split("\n")
    while len(lines) > 1 and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
        lines.pop()
    return "\n".join(lines).rstrip(" ")
