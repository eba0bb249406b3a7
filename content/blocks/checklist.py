"""Things to see to; whoever works with it says who does each and by when."""

from __future__ import annotations

import re

from content.blocks.block import COMMON_OPTIONS, Block, BlockText
from content.markdown import Document, Element
from content.problems import ProblemList
from content.said import say
from content.source import dedented, source_of, trimmed, with_references

MOST = 40  # items in one list
_ITEM = re.compile(
    r"(?P<indent>[ \t]*)(?P<bullet>[-*+][ \t]+)(?:\[[ xX]\](?:[ \t]+|$))?(?P<text>.*)"
)
_HINT = "Write the items as a list: - [ ] Order headphones"


def read(document: Document, block: Element, found: ProblemList) -> BlockText:
    lists = [element for element in block.children if element.type == "bullet_list"]
    prompt = [
        element
        for element in block.children
        if element.type != "bullet_list" and element.block_name != "leader"
    ]
    items: list[str] = []
    for each in lists:
        for item in each.children:
            text = _item(document, item)
            if not text:
                found.error("checklist-item", item.line, "an item without text", _HINT)
            items.append(text)
    if not items:
        found.error("checklist-empty", block.line, "the checklist has no items", _HINT)
    if len(items) > MOST:
        hint = say("At most {most}: divide it into several checklists.", most=MOST)
        found.error("checklist-long", block.line, say("{count} items", count=len(items)), hint)
    return BlockText(prompt=source_of(document, prompt), items=tuple(items))


def _item(document: Document, item: Element) -> str:
    first = _ITEM.fullmatch(document.lines[item.first])
    if first is None:
        return ""
    columns = len((first["indent"] + first["bullet"]).expandtabs(4))
    rest = (dedented(line, columns) for line in document.lines[item.first + 1 : item.last])
    return with_references(document, trimmed("\n".join([first["text"], *rest])))


BLOCK = Block(options=COMMON_OPTIONS, read=read)
