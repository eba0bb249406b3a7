"""Blocks never closed, unknown, with unknown options, or in the wrong place."""

from __future__ import annotations

import re
from pathlib import Path

from content.attributes import check_attributes
from content.blocks import BLOCKS, INNER_BLOCKS, STEP_BLOCKS
from content.blocks.words import block_word, block_words
from content.languages import BLOCK_NAMES
from content.markdown import Document, Element
from content.problems import ProblemList, closest
from content.said import say

_ALONE = re.compile(r"[ \t>]*:{3,}[ \t]*")


def check(document: Document, folder: Path, found: ProblemList) -> None:
    for element in document.elements:
        _check(element, None, found)
    for element in document.walk():
        if element.type == "paragraph":
            for number in range(element.first, element.last):
                if _ALONE.fullmatch(document.lines[number]):
                    hint = "Take it out, or begin the block: ::: quiz {#id}"
                    message = "::: closes nothing here"
                    found.error("block-end-alone", number + 1, message, hint)


def _check(element: Element, around: Element | None, found: ProblemList) -> None:
    if element.type == "block":
        _check_block(element, found)
        _check_place(element, around, found)
    for child in element.children:
        _check(child, element, found)


def _check_block(block: Element, found: ProblemList) -> None:
    name, meta = block.block_name, block.token.meta
    if not meta["is_closed"]:
        colons = block.token.markup
        hint: str = say(
            "Put {colons} on a line of its own after it. A block around another "
            "block has more colons than the one inside.",
            colons=colons,
        )
        found.error(
            "block-not-closed",
            block.line,
            say("the {name} block is never closed", name=block_word(name)),
            hint,
        )
    if meta["rest"]:
        hint = "Write ::: name {#id option=value}"
        found.error(
            "block-form", block.line, say("cannot read {meta!r}", meta=meta["rest"][:60]), hint
        )
    if name not in BLOCKS:
        near = closest(name, BLOCK_NAMES)
        hint = (
            say("Did you mean {near}?", near=near)
            if near is not None
            else say("Known here: {names}.", names=block_words())
        )
        found.error(
            "block-unknown", block.line, say("no block is called {name!r}", name=name[:40]), hint
        )
    else:
        what = say("a {name} block", name=block_word(name))
        known = BLOCKS[name]
        check_attributes(
            block.attributes, known.options, block.line, found, what=what, word=known.word
        )
        if name in INNER_BLOCKS | {"leader"} and block.attributes.ids:
            found.error(
                "id-place",
                block.line,
                say("a {name} block has no id", name=block_word(name)),
                "Take the id away.",
            )


def _check_place(block: Element, around: Element | None, found: ProblemList) -> None:
    if around is None or block.block_name not in BLOCKS:
        return
    is_step = block.block_name in STEP_BLOCKS and not (
        block.block_name == "video" and block.attributes.id is None
    )
    if around.type != "block" and (is_step or block.block_name in INNER_BLOCKS | {"leader"}):
        hint = "Move it out of the list or quotation, to the margin."
        found.error(
            "block-place",
            block.line,
            say(
                "a {block_name} inside {type}",
                block_name=block_word(block.block_name),
                type=around.type,
            ),
            hint,
        )
    elif is_step:
        hint = "Close the outer block first; only leader blocks and films stand inside others."
        found.error(
            "block-place",
            block.line,
            say("a step inside {block_name}", block_name=block_word(around.block_name)),
            hint,
        )
    elif block.block_name in INNER_BLOCKS and around.block_name in INNER_BLOCKS | {"leader"}:
        hint = "Close the outer block first; these stand beside each other."
        message = say(
            "a {block_name} block inside {block_name2}",
            block_name=block_word(block.block_name),
            block_name2=block_word(around.block_name),
        )
        found.error("block-place", block.line, message, hint)
    elif block.block_name == "leader" and around.block_name in INNER_BLOCKS:
        hint = "Move it out: everybody is shown what stands here."
        message = say(
            "a leader block inside {block_name}", block_name=block_word(around.block_name)
        )
        found.error("block-place", block.line, message, hint)
    elif block.block_name == "leader" and around.block_name == "leader":
        found.error("block-place", block.line, "a leader block inside another", "Join the two.")
