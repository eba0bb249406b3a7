"""Words for the one who leads the meeting; nobody else is shown them."""

from __future__ import annotations

from content.blocks.block import Block, BlockText
from content.markdown import Document, Element
from content.problems import ProblemList
from content.source import source_of


def read(document: Document, block: Element, found: ProblemList) -> BlockText:
    text = source_of(document, block.children)
    if not text:
        hint = "Write what the leader says or does, or take the block out."
        found.error("leader-empty", block.line, "the leader block has no text", hint)
    return BlockText(prompt=text)


BLOCK = Block(options=frozenset(), read=read)
