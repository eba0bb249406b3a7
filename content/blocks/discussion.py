"""What the group talks about. Nothing is written down, so nothing is stored."""

from __future__ import annotations

from content.blocks.block import COMMON_OPTIONS, Block, BlockText
from content.blocks.prompt import read_prompt
from content.markdown import Document, Element
from content.problems import ProblemList


def read(document: Document, block: Element, found: ProblemList) -> BlockText:
    return BlockText(prompt=read_prompt(document, block, found))


BLOCK = Block(options=COMMON_OPTIONS, read=read)
