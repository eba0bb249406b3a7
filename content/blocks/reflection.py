from __future__ import annotations

from content.blocks.block import COMMON_OPTIONS, Block, BlockText
from content.blocks.prompt import read_prompt
from content.markdown import Document, Element
from content.model import Visibility
from content.problems import ProblemList, suggestion
from content.said import say


def read(document: Document, block: Element, found: ProblemList) -> BlockText:
    prompt = read_prompt(document, block, found)
    visible = block.attributes.options.get("visible", Visibility.PRIVATE.value)
    if visible not in set(Visibility):
        hint = suggestion(visible, set(Visibility))
        found.error(
            "visible-unknown",
            block.line,
            say("visible={visible!r} is not known", visible=visible[:40]),
            hint,
        )
        # whoever mistypes must not thereby show more than she meant to
        visible = Visibility.PRIVATE.value
    return BlockText(prompt=prompt, visibility=Visibility(visible))


BLOCK = Block(options=COMMON_OPTIONS | {"visible"}, read=read)
