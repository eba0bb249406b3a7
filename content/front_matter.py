"""The YAML at the top of a file. Every value is text until the form it must have says otherwise, so
that `no` stays a word and 12:30 a time; each error has its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from msgspec import Struct
from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.reader import ReaderError

from content.form_faults import fault
from content.markdown import normalised
from content.problems import ProblemList, suggestion
from content.said import Said, say

LARGEST: Final = 16 * 1024  # bytes
DEEPEST: Final = 6

Form = TypeVar("Form", bound=BaseModel)
Path = tuple[str | int, ...]
Value = str | None | list["Value"] | dict[str, "Value"]

_EMPTY = re.compile(r"|~|null|Null|NULL")
_NOT_TEXT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")
# The library looks at each bracket that is open for each sign that follows: a fifth of a second.
_BRACKETS = re.compile(r"(?:[\[{]\s*+){32}")
_YAML_HINT = "Write `key: value`, lists as [a, b]; put text with : or # in it in quotes."


# by a part of what the library of YAML says
_FAULTS: Final[Mapping[str, Said]] = {
    "mapping values are not allowed": say("a second colon in one line"),
    "could not find expected ':'": say("a line without a colon"),
    "while scanning a quoted scalar": say("a quotation mark is not closed"),
    "found unexpected end of stream": say("a quotation mark is not closed"),
    "expected ',' or ']'": say("a list is not closed: ] is missing"),
    "expected ',' or '}'": say("braces are not closed: } is missing"),
    "that cannot start any token": say("a sign that text cannot begin with outside quotes"),
    "expected <block end>": say("a line that stands too far in, or not far enough"),
}


class FrontMatter(Struct, Generic[Form], frozen=True):
    """`values` is None if anything in it is wrong."""

    values: Form | None
    lines: Mapping[Path, int]
    given: Mapping[str, Value] = {}  # as it stands there

    def line(self, *path: str | int) -> int:
        """Of that value, or of the nearest thing around it that is there."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return self.lines.get((), 1)


def split_front_matter(text: str) -> tuple[str | None, str]:
    """The YAML, and the whole text with that part as empty lines: line numbers stay true."""
    lines = normalised(text).removeprefix("\ufeff").split("\n")
    if lines[0].rstrip() != "---":
        return None, "\n".join(lines)
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() in ("---", "..."):
            head = "\n".join(["", *lines[1:number]])
            return head, "\n".join([""] * (number + 1) + lines[number + 1 :])
    return None, "\n".join(lines)


def read_front_matter(yaml: str, form: type[Form], found: ProblemList) -> FrontMatter[Form]:
    """`yaml` begins on the first line of the file."""
    tree = _Tree(found)
    if not _read_yaml(normalised(yaml).removeprefix("\ufeff"), tree, found):
        return FrontMatter(None, tree.lines)
    matter: FrontMatter[Form] = FrontMatter(None, tree.lines)
    if not isinstance(tree.root, dict):
        found.error("front-matter-form", matter.line(), "not a list of keys and values", _YAML_HINT)
        return matter
    try:
        return FrontMatter(form.model_validate(tree.root), tree.lines, tree.root)
    except ValidationError as failure:
        for error in failure.errors(include_url=False, include_input=False):
            _report(error, form, matter, found)
        return matter


def plain_values(yaml: str) -> dict[str, Value] | None:
    """What stands there, whether it is right or not; None if it cannot be read as keys and
    values."""
    found = ProblemList("")
    tree = _Tree(found)
    is_read = _read_yaml(normalised(yaml).removeprefix("\ufeff"), tree, found)
    return tree.root if is_read and isinstance(tree.root, dict) else None


def _read_yaml(yaml: str, tree: _Tree, found: ProblemList) -> bool:
    if len(yaml.encode()) > LARGEST:
        hint = "Move long text below the front matter."
        found.error(
            "front-matter-size", 1, say("more than {largest} KB", largest=LARGEST // 1024), hint
        )
        return False
    if deep := _BRACKETS.search(yaml):
        line = yaml.count("\n", 0, deep.start()) + 1
        found.error("front-matter-deep", line, "nested too deep", _YAML_HINT)
        return False
    before = len(found.found)
    try:
        for event in YAML(typ="safe", pure=True).parse(yaml):
            if not tree.take(event):
                return False
    except MarkedYAMLError as failure:
        mark = failure.problem_mark or failure.context_mark
        line = mark.line + 1 if mark is not None else 1
        message = say("YAML cannot read it: {fault}", fault=_fault(failure))
        found.error("front-matter-yaml", line, message, _YAML_HINT)
    except ReaderError as failure:
        line = yaml.count("\n", 0, failure.position) + 1
        found.error("front-matter-yaml", line, "a character YAML does not allow", _YAML_HINT)
    except Exception as failure:
        # any text may come here, and the library's scanner trips in ways of its own: the escape
        # \UFFFFFFFF is an OverflowError
        found.error(
            "front-matter-yaml",
            1,
            say("cannot be read: {name}", name=type(failure).__name__),
            _YAML_HINT,
        )
    return len(found.found) == before


def _fault(failure: MarkedYAMLError) -> str:
    """In an author's words, where it is one that authors make."""
    given = str(failure.problem or failure.context)
    return next((said for part, said in _FAULTS.items() if part in given), given)


@dataclass(slots=True)
class _Tree:
    """Builds plain values from YAML's events: no tags, no aliases, no types guessed."""

    found: ProblemList
    root: Value = None
    lines: dict[Path, int] = field(default_factory=dict)
    _open: list[list[Value] | dict[str, Value]] = field(default_factory=list)
    _path: list[str | int] = field(default_factory=list)
    _key: list[str | None] = field(
        default_factory=list
    )  # of each open mapping, waiting for a value
    _documents: int = 0

    def take(self, event: Event) -> bool:
        """False: nothing more can be made of it."""
        line = event.start_mark.line + 1
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                return self._refuse("front-matter-yaml", line, "a second document", _YAML_HINT)
        elif isinstance(event, AliasEvent) or getattr(event, "anchor", None):
            hint = "Write the value out instead of & and *."
            return self._refuse("front-matter-alias", line, "anchors are not read", hint)
        elif getattr(event, "ctag", None) is not None:
            hint = "Take the word with ! away, or put the value in quotes."
            return self._refuse("front-matter-tag", line, "tags are not read", hint)
        elif isinstance(event, ScalarEvent):
            return self._scalar(event, line)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            return self._begin([] if isinstance(event, SequenceStartEvent) else {}, line)
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self._open.pop()
            self._key.pop()
            if self._path:
                self._path.pop()
        return True

    def _refuse(self, code: str, line: int, message: str, hint: str) -> bool:
        self.found.error(code, line, message, hint)
        return False

    def _begin(self, value: list[Value] | dict[str, Value], line: int) -> bool:
        if len(self._open) >= DEEPEST:
            return self._refuse("front-matter-deep", line, "nested too deep", _YAML_HINT)
        if self._awaits_key():
            return self._refuse("front-matter-form", line, "a key must be a word", _YAML_HINT)
        step = self._put(value, line)
        if step is not None:
            self._path.append(step)
        self._open.append(value)
        self._key.append(None)
        return True

    def _scalar(self, event: ScalarEvent, line: int) -> bool:
        text = str(event.value)
        if _NOT_TEXT.search(text):
            hint = "Take the escape out of the quotes."
            return self._refuse("front-matter-yaml", line, "a character nobody can see", hint)
        if self._awaits_key():
            around = self._open[-1]
            if text in around:
                self.found.error(
                    "front-matter-doubled",
                    line,
                    say("{text} stands twice", text=text[:40]),
                    "Keep one of them.",
                )
            self._key[-1] = text
            return True
        is_plain = event.style in (None, "")
        self._put(None if is_plain and _EMPTY.fullmatch(text) else text, line)
        return True

    def _awaits_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1], dict) and self._key[-1] is None

    def _put(self, value: Value, line: int) -> str | int | None:
        """Into what is open; the answer is the value's place there."""
        if not self._open:
            self.root = value
            self.lines[()] = line
            return None
        around = self._open[-1]
        step: str | int
        if isinstance(around, list):
            step = len(around)
            around.append(value)
        else:
            step = str(self._key[-1])
            self._key[-1] = None
            around[step] = value
        self.lines[(*self._path, step)] = line
        return step


def _report(
    error: Mapping[str, Any], form: type[BaseModel], matter: FrontMatter[Any], found: ProblemList
) -> None:
    path: Path = tuple(error["loc"])
    name = ".".join(str(part) for part in path)[:80]
    line = matter.line(*path)
    if error["type"] == "missing":
        hint = _description(form, path) or say("Add `{name}: ...`.", name=name)
        found.error("front-matter-missing", line, say("{name} is missing", name=name), hint)
    elif error["type"] == "extra_forbidden":
        known = {info.alias or key for key, info in form.model_fields.items()}
        hint = suggestion(str(path[-1]), known) if len(path) == 1 else ""
        found.error("front-matter-unknown", line, say("{name} is not known here", name=name), hint)
    else:
        message = fault(error)
        found.error(
            "front-matter-value",
            line,
            say("{name}: {message}", name=name, message=message),
            _description(form, path),
        )


def _description(form: type[BaseModel], path: Path) -> str:
    """What the form says about the key: the hint for whoever filled it in wrong."""
    for key, info in form.model_fields.items():
        if path and path[0] in (info.alias, key):
            return info.description or ""
    return ""
