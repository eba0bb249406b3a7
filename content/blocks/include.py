"""A resource borrowed from another place in the library, by its address."""

from __future__ import annotations

import re

from content.blocks.block import Block, BlockText
from content.markdown import Document, Element
from content.problems import ProblemList
from content.said import say

_ID = r"[a-z0-9]+(?:-[a-z0-9]+)*"
ADDRESS = re.compile(rf"{_ID}/{_ID}#{_ID}")
_HINT = "Write ::: include {resource=track/module#step}, the address of a step marked .resource."


def read(document: Document, block: Element, found: ProblemList) -> BlockText:
    address = block.attributes.options.get("resource", "")
    if not ADDRESS.fullmatch(address):
        what = (
            say("{address!r} is no address", address=address[:60])
            if address
            else "the include names no resource"
        )
        found.error("include-address", block.line, what, _HINT)
        return BlockText()
    if block.children:
        hint = "Leave the block empty: the borrowed text takes its place."
        found.error("include-text", block.line, "text inside an include", hint)
    return BlockText(include=address)


BLOCK = Block(options=frozenset({"resource"}), read=read)
