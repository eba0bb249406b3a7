"""What a button can mend: problems with one obvious answer, written as the author would."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Final, Literal, cast

from content.front_matter import plain_values
from content.front_matter_writing import CannotWrite, Written, with_values
from content.problems import Problem
from content.said import Said

_BLOCK = re.compile(r"[ \t]*:{3,}[ \t]*\{?([\w-]+)")
_HEADING = re.compile(r"([ \t]*)(#{1,6})([ \t])")
_PICTURE_WITHOUT_WORDS = re.compile(r"!\[\s*\](?=\()")
_NEAR: Final = "Did you mean {near}?"


_TAG = re.compile(r"</?[A-Za-z][\w-]*(?:\s[^<>]*)?>")
_VALUE = re.compile(r"([a-z][a-z-]*): +([^\s\"'\[{|>&*!%@`#][^\"\\]*[^\s\"\\])\s*")
_MINUTES = re.compile(r"[1-9][0-9]{0,2}")

_OF_THE_HEAD: Final = frozenset({"device-not-listed", "language-front-matter"})

Asked = Literal["picture", "reason", "minutes", ""]
_ASKED: Final[Mapping[str, Asked]] = {
    "image-text": "picture",
    "video-captions": "reason",
    "minutes-missing": "minutes",
}


def asked_for(problem: Problem) -> Asked:
    """What a person has to say for it to be mended."""
    return _ASKED.get(problem.code, "")


def mended(text: str, problem: Problem, words: str = "") -> str | None:
    """The text with that problem gone; None if no button can know what is meant. `words`: what was
    asked for."""
    if problem.code in _OF_THE_HEAD:
        return _with_head(text, problem)
    lines = text.split("\n")
    at = problem.location.line - 1
    if not 0 <= at < len(lines):
        return None
    line = _line(lines[at], text, problem, words)
    return None if line is None else "\n".join([*lines[:at], line, *lines[at + 1 :]])


def may_be_mended(line: str, problem: Problem) -> bool:
    """Whether a button can, once it is told what was asked for. `line`: the problem's."""
    if problem.code in _OF_THE_HEAD:
        return _head_values(problem) is not None
    return _line(line, "", problem, "1") is not None


def _with_head(text: str, problem: Problem) -> str | None:
    values = _head_values(problem)
    if values is None:
        return None
    try:
        return with_values(text, values)
    except CannotWrite:
        return None


def _head_values(problem: Problem) -> dict[str, Written | None] | None:
    """What the front matter must say: the check has written it, or says that a key is too much."""
    told = _values(problem.hint)
    if "all" in told:
        return {"devices": str(told["all"]).split(", ")}
    if "line" in told:
        return cast(dict[str, Written | None] | None, plain_values(str(told["line"])))
    return {str(told["name"]): None} if "name" in told else None


def _line(line: str, text: str, problem: Problem, words: str) -> str | None:
    by_code: dict[str, Callable[[], str | None]] = {
        "id-missing": lambda: _with_id(line, text),
        "image-text": lambda: _with_words(line, words),
        "heading-jump": lambda: _at_level(line, problem),
        "video-captions": lambda: _with_reason(line, words),
        "minutes-missing": lambda: _with_minutes(line, words),
        "front-matter-yaml": lambda: _quoted(line),
        "raw-html": lambda: _without_tags(line),
    }
    mend = by_code.get(problem.code, lambda: _spelt(line, problem))
    return mend()


def _quoted(line: str) -> str | None:
    """A value of one line in which a colon stands, as text."""
    found = _VALUE.fullmatch(line)
    if found is None or ": " not in found[2]:
        return None
    return f"{found[1]}: {json.dumps(found[2], ensure_ascii=False)}"


def _with_id(line: str, text: str) -> str | None:
    block = _BLOCK.match(line)
    if block is None:
        return None
    number = 1
    while f"#{block[1]}-{number}" in text:
        number += 1
    # a block's name may have letters that an id has not
    kind = block[1].translate(str.maketrans("øåäöæ", "oaaoa"))
    own = f"#{kind}-{number}"
    before, inside = _braces(line)
    if len(before) <= line.index(block[1]):
        return f"{line.rstrip()} {{{own}}}"
    return f"{before} {{{f'{own} {inside}'.rstrip()}}}"


def _braces(line: str) -> tuple[str, str]:
    """What stands before the options at the line's end, and the options, which may be none. A long
    line is read once, whatever is in it."""
    line = line.rstrip(" \t")
    start = line.rfind("{")
    if start < 0 or not line.endswith("}") or "}" in line[start:-1]:
        return line, ""
    return line[:start].rstrip(" \t"), line[start + 1 : -1].strip()


def _with_words(line: str, words: str) -> str | None:
    said = re.sub(r"([\[\]\\])", r"\\\1", " ".join(words.split()))
    if not said or not _PICTURE_WITHOUT_WORDS.search(line):
        return None
    return _PICTURE_WITHOUT_WORDS.sub(lambda _: f"![{said}]", line, count=1)


def _with_reason(line: str, words: str) -> str | None:
    """Why there are no captions; those that are wrong are left to their author."""
    said = " ".join(words.translate(str.maketrans('"{}', "'()")).split())
    if not said or "captions=" in line or "link-only=" in line or not _BLOCK.match(line):
        return None
    return _with_option(line, f'link-only="{said}"')


def _with_minutes(line: str, words: str) -> str | None:
    if not _MINUTES.fullmatch(words.strip()) or not _HEADING.match(line):
        return None
    return _with_option(line, f"minutes={words.strip()}")


def _with_option(line: str, option: str) -> str:
    before, inside = _braces(line)
    return f"{before} {{{f'{inside} {option}'.strip()}}}"


def _without_tags(line: str) -> str | None:
    """The words between the tags stay. Signs between backticks are text."""
    if "`" in line:
        return None
    mended = _TAG.sub("", _without_comments(line))
    return None if mended == line else mended.rstrip()


def _without_comments(line: str) -> str:
    kept, at = [], 0
    while (start := line.find("<!--", at)) >= 0 and (end := line.find("-->", start + 4)) >= 0:
        kept.append(line[at:start])
        at = end + 3
    return "".join([*kept, line[at:]])


def _at_level(line: str, problem: Problem) -> str | None:
    heading, before = _HEADING.match(line), _values(problem.message).get("value")
    if heading is None or not isinstance(before, str):
        return None
    return f"{heading[1]}{before}#{line[heading.end(2) :]}"


def _spelt(line: str, problem: Problem) -> str | None:
    """The word the check has a suggestion for, if it stands once in that line."""
    near = _near(problem.hint)
    if near is None:
        return None
    for word in _values(problem.message).values():
        if not isinstance(word, str) or not word or word == near:
            continue
        found = list(re.finditer(rf"(?<![\w-]){re.escape(word)}(?![\w-])", line))
        if len(found) == 1:
            return line[: found[0].start()] + near + line[found[0].end() :]
    return None


def suggested(problem: Problem) -> str | None:
    """The word that was meant, as the check guesses."""
    return _near(problem.hint)


def _near(said: object) -> str | None:
    if not isinstance(said, Said):
        return None
    if said.template == _NEAR:
        return str(said.values["near"])
    return next((near for each in said.values.values() if (near := _near(each))), None)


def _values(said: str) -> Mapping[str, object]:
    return said.values if isinstance(said, Said) else {}
