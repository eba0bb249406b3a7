"""CommonMark with tables, task lists, alerts, footnotes, formulas, `:::` blocks and `{#id}` on
headings, as a tree that knows its lines."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import table as read_table
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from msgspec import Struct

from content.attributes import Attributes, read_attributes
from content.footnotes import add_footnotes
from content.formulas import TOKENS, add_formulas
from content.languages import BLOCK_NAMES

DEEPEST = 20  # levels an author may use: ten lists in each other
# The parser drops, without a word, what is nested deeper than this and all that follows. It looks
# well beyond DEEPEST, so that the rest of a file with such a place is still read and checked.
_PARSER_DEEPEST = 40

_OPENING = re.compile(r"(:{3,})[ \t]*([^\s:].*)")
_CLOSING = re.compile(r"(:{3,})[ \t]*")
_INFO = re.compile(
    r"\{?\s*(?P<name>[^\s{}#.=]+)\s*\}?\s*(?:\{(?P<options>.*)\})?(?P<rest>.*)", re.DOTALL
)
_PHASE_HEADING = re.compile(r"##[ \t].*\{.*phase", re.IGNORECASE)
_HEADING_OPTIONS = re.compile(r"[ \t]*\{(?=[#.]|[\w-]+=)([^{}]*)\}[ \t]*$")
# one for each thread: the finder of bare links remembers where it is
_parsers = threading.local()
# cells, those counted that a short row leaves out: a few signs can stand for very many
TABLE_LARGEST = 10_000
TABLE_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)+")
_BREAKS = ("softbreak", "hardbreak")


class Element(Struct, frozen=True):
    """A block of the document. Lines count from 0; `last` is the line after it."""

    type: str  # the token's type without _open
    token: Token
    first: int
    last: int
    children: tuple[Element, ...]

    @property
    def line(self) -> int:
        return self.first + 1

    @property
    def attributes(self) -> Attributes:
        found = self.token.meta.get("attributes")
        return found if isinstance(found, Attributes) else Attributes()

    @property
    def block_name(self) -> str:
        """The block's own name, or as written if we do not know it; "" for other elements."""
        return str(self.token.meta.get("name", "")) if self.type == "block" else ""

    def walk(self) -> Iterator[Element]:
        yield self
        for child in self.children:
            yield from child.walk()


class Document(Struct, frozen=True):
    path: str
    lines: tuple[str, ...]
    tokens: tuple[Token, ...]
    elements: tuple[Element, ...]
    references: Mapping[str, Mapping[str, Any]]  # label -> href, title, map
    footnotes: Mapping[str, Token]  # label -> what opens it

    @property
    def has_formulas(self) -> bool:
        pieces = (piece for token in self.tokens for piece in (token, *(token.children or ())))
        return any(piece.type in TOKENS for piece in pieces)

    def walk(self) -> Iterator[Element]:
        for element in self.elements:
            yield from element.walk()


def normalised(text: str) -> str:
    """One kind of line end, and only characters that can be written as UTF-8."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.encode("utf-8", "replace").decode("utf-8")


def read_document(path: str, text: str) -> Document:
    text = normalised(text)
    env: dict[str, Any] = {}
    tokens = tuple(markdown().parse(text, env))
    return Document(
        path,
        tuple(text.split("\n")),
        tokens,
        _tree(tokens),
        env.get("references", {}),
        env.get("footnotes", {}),
    )


def markdown(*, html: bool = False) -> MarkdownIt:
    """`html=True` is for finding raw HTML only; nothing is ever drawn with it."""
    name = "with_html" if html else "plain"
    parser = getattr(_parsers, name, None)
    if not isinstance(parser, MarkdownIt):
        parser = _new_parser(html=html)
        setattr(_parsers, name, parser)
    return parser


def _new_parser(*, html: bool) -> MarkdownIt:
    md = MarkdownIt("gfm-like2", {"html": html, "maxNesting": _PARSER_DEEPEST})
    may_interrupt = ["paragraph", "reference", "blockquote", "list"]
    md.block.ruler.before("fence", "block", _read_block, {"alt": may_interrupt})
    md.block.ruler.at("table", _read_table, {"alt": ["paragraph", "reference"]})
    add_footnotes(md)
    add_formulas(md)
    md.core.ruler.before("inline", "heading_options", _read_heading_options)
    return md


def inline_text(token: Token) -> str:
    """What a reader sees of an inline token, images by their text."""
    parts: list[str] = []
    for child in token.children or ():
        if child.type in _BREAKS:
            parts.append(" ")
        elif child.type == "image":
            parts.append(inline_text(child))
        elif child.type == "footnote_ref":
            continue
        else:
            parts.append(child.content)
    return " ".join("".join(parts).split())


def heading_text(element: Element) -> str:
    return " ".join(inline_text(child.token) for child in element.children)


def inline_pieces(token: Token) -> Iterator[tuple[int, Token]]:
    """The pieces of an inline token, each with its line counted from 1."""
    line = (token.map[0] if token.map else 0) + 1
    for child in token.children or ():
        yield line, child
        if child.type in _BREAKS:
            line += 1


def _tree(tokens: Sequence[Token]) -> tuple[Element, ...]:
    stack: list[tuple[Token | None, list[Element]]] = [(None, [])]
    for token in tokens:
        if token.nesting == 1:
            stack.append((token, []))
            continue
        if token.nesting == -1:
            opened, children = stack.pop()
            assert opened is not None
            element = _element(opened, tuple(children))
        else:
            element = _element(token, ())
        stack[-1][1].append(element)
    return tuple(stack[0][1])


def _element(token: Token, children: tuple[Element, ...]) -> Element:
    first, last = token.map or ((children[0].first, children[-1].last) if children else (0, 0))
    return Element(token.type.removesuffix("_open"), token, first, last, children)


def _read_table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """What is too large stays text; checks/tables.py tells."""
    if start + 2 <= end and TABLE_RULE.fullmatch(_line(state, start + 1)):
        columns, last = _line(state, start + 1).count("|") + 1, start
        while last < end and _line(state, last).strip():
            last += 1
        if columns * (last - start) > TABLE_LARGEST:
            return False
    return read_table(state, start, end, silent)


def _read_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    opening = None if state.is_code_block(start) else _OPENING.fullmatch(_line(state, start))
    if opening is None:
        return False
    if silent:
        return True
    last, is_closed = _end_of_block(state, start, end, len(opening[1]))
    info = _INFO.fullmatch(opening[2])
    name = info["name"].casefold() if info else opening[2].strip()
    token = state.push("block_open", "div", 1)
    token.block, token.map, token.markup = True, [start, last + is_closed], opening[1]
    token.meta = {
        "name": BLOCK_NAMES.get(name, name),
        "attributes": read_attributes(info["options"] or "") if info else Attributes(),
        "rest": info["rest"].strip() if info else opening[2].strip(),
        "is_closed": is_closed,
        "inside": [start + 1, last],
    }
    parent, line_max = state.parentType, state.lineMax
    state.parentType, state.lineMax = "block", last
    state.md.block.tokenize(state, start + 1, last)
    state.parentType, state.lineMax = parent, line_max
    closing = state.push("block_close", "div", -1)
    closing.block, closing.meta = True, {"name": token.meta["name"]}
    state.line = last + is_closed
    return True


def _end_of_block(state: StateBlock, start: int, end: int, colons: int) -> tuple[int, bool]:
    """The line of the closing fence. A block that is never closed ends where the next block or
    phase begins, so that one forgotten fence does not make everything after it look wrong."""
    for number in range(start + 1, end):
        text = _line(state, number)
        if text and state.sCount[number] < state.blkIndent:
            return number, False
        if state.is_code_block(number):
            continue
        closing = _CLOSING.fullmatch(text)
        if closing and len(closing[1]) >= colons:
            return number, True
        opening = _OPENING.fullmatch(text)
        if (opening and len(opening[1]) >= colons) or _PHASE_HEADING.match(text):
            return number, False
    return end, False


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]


def _read_heading_options(state: StateCore) -> None:
    for heading, inline in zip(state.tokens, state.tokens[1:], strict=False):
        if heading.type != "heading_open":
            continue
        options = _HEADING_OPTIONS.search(inline.content)
        if options is not None:
            heading.meta["attributes"] = read_attributes(options[1])
            inline.content = inline.content[: options.start()]
