"""The text inside a block that asks for something."""

from __future__ import annotations

from content.blocks.words import block_word
from content.markdown import Document, Element
from content.problems import ProblemList
from content.said import say
from content.source import source_of


def read_prompt(document: Document, block: Element, found: ProblemList) -> str:
    prompt = source_of(document, block.children, without="leader")
    if not prompt:
        hint = "Write what the teacher is asked, between the two ::: lines."
        found.error(
            "step-empty",
            block.line,
            say("the {block_name} block has no text", block_name=block_word(block.block_name)),
            hint,
        )
    return prompt
