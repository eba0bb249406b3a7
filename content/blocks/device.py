"""Text for those who have one kind of device. It stands inside a step, one block a device."""

from __future__ import annotations

import re

from content.attributes import Attributes
from content.blocks.block import Block, BlockText
from content.devices import DEVICES
from content.markdown import Document, Element
from content.problems import ProblemList, suggestion
from content.said import say
from content.source import source_of

_HINT = say("Write ::: device {ipad}, one block for each of ipad, chromebook and pc.")


def device(attributes: Attributes) -> str:
    """Empty if none is named that we know."""
    names = [word.casefold() for word in attributes.odd if word.casefold() in DEVICES]
    return names[0] if len(names) == 1 else ""


def read(document: Document, block: Element, found: ProblemList) -> BlockText:
    odd = block.attributes.odd
    if not odd:
        found.error("device-missing", block.line, "the device block names no device", _HINT)
    elif len(odd) > 1:
        found.error("device-many", block.line, "the device block names several devices", _HINT)
    elif not device(block.attributes):
        hint: str = say("{suggestion} {hint}", suggestion=suggestion(odd[0], DEVICES), hint=_HINT)
        found.error(
            "device-unknown", block.line, say("{odd!r} is no device", odd=odd[0][:40]), hint
        )
    text = source_of(document, block.children)
    if not text:
        hint = "Write what is done on this device, or take the block out."
        found.error("device-empty", block.line, "the device block has no text", hint)
    return BlockText(prompt=text)


# any word: an unknown device is told by its own name, with the one most likely meant
BLOCK = Block(options=frozenset(), read=read, word=re.compile(r"[\w|-]+"))
