"""Footnotes: `[^label]` in the text, and `[^label]: what it says` anywhere in the same file."""

from __future__ import annotations

import re
from collections.abc import Iterable, MutableMapping
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_DEFINITION = re.compile(r"\[\^([^\s\[\]^]{1,80})\]:[ \t]*")
_REFERENCE = re.compile(r"\[\^([^\s\[\]^]{1,80})\]")
_INDENT = 4  # columns, of the lines that go on with it


def add_footnotes(md: MarkdownIt) -> None:
    md.block.ruler.before(
        "reference", "footnote", _read_definition, {"alt": ["paragraph", "reference"]}
    )
    md.inline.ruler.before("link", "footnote", _read_reference)


def label_of(written: str) -> str:
    return normalizeReference(written)


def labels_in(text: str) -> list[str]:
    """Of all that look like references or definitions, each once."""
    return list(dict.fromkeys(label_of(label) for label in _REFERENCE.findall(text)))


def defined_in(text: str) -> set[str]:
    starts = (line.lstrip(" \t>") for line in text.split("\n"))
    return {label_of(match[1]) for line in starts if (match := _DEFINITION.match(line))}


def with_other_labels(text: str, prefix: str) -> str:
    """So that a text can stand in another without their notes being taken for each other's."""
    own = defined_in(text)
    if not own:
        return text

    def other(match: re.Match[str]) -> str:
        return f"[^{prefix}-{match[1]}]" if label_of(match[1]) in own else match[0]

    return _REFERENCE.sub(other, text)


def looks_like_reference(texts: Iterable[str]) -> list[str]:
    return [label for text in texts for label in _REFERENCE.findall(text)]


def _defined(env: MutableMapping[str, Any]) -> dict[str, Token]:
    defined: dict[str, Token] = env.setdefault("footnotes", {})
    return defined


def _read_definition(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if state.is_code_block(start):
        return False
    at = state.bMarks[start] + state.tShift[start]
    match = _DEFINITION.match(state.src, at, state.eMarks[start])
    if match is None:
        return False
    if silent:
        return True
    label = label_of(match[1])
    token = state.push("footnote_open", "", 1)
    token.block, token.map = True, [start, start]
    defined = _defined(state.env)
    token.meta = {"label": label, "is_doubled": label in defined}
    defined.setdefault(label, token)
    # what follows on the first line stands where its text would, had it been indented
    before = (
        state.bMarks[start],
        state.tShift[start],
        state.sCount[start],
        state.parentType,
        state.blkIndent,
    )
    state.bMarks[start], state.tShift[start] = match.end(), 0
    state.blkIndent += _INDENT
    state.sCount[start] = state.blkIndent
    state.parentType = "footnote"
    state.md.block.tokenize(state, start, end)
    (
        state.bMarks[start],
        state.tShift[start],
        state.sCount[start],
        state.parentType,
        state.blkIndent,
    ) = before
    token.map[1] = state.line
    closing = state.push("footnote_close", "", -1)
    closing.block = True
    return True


def _read_reference(state: StateInline, silent: bool) -> bool:
    match = _REFERENCE.match(state.src, state.pos, state.posMax)
    if match is None or state.linkLevel > 0:
        return False
    label = label_of(match[1])
    if label not in _defined(state.env):
        return False
    if not silent:
        token = state.push("footnote_ref", "", 0)
        token.content, token.meta = match[1], {"label": label}
    state.pos = match.end()
    return True
