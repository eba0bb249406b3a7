from __future__ import annotations

import re

from content.blocks.block import COMMON_OPTIONS, Block, BlockText
from content.blocks.prompt import read_prompt
from content.markdown import Document, Element
from content.problems import ProblemList
from content.said import say

_RANGE = re.compile(r"([0-9]{1,2})\.\.([0-9]{1,2})")
_MOST = 11  # points on a scale: more cannot be told apart, nor shown on a phone
_HINT = say("Write ::: scale {{#id 1..5}}: from low to high, at most {most} numbers.", most=_MOST)


def read(document: Document, block: Element, found: ProblemList) -> BlockText:
    prompt = read_prompt(document, block, found)
    ranges = [match for odd in block.attributes.odd if (match := _RANGE.fullmatch(odd))]
    scale = (1, 5)
    if len(ranges) != 1:
        found.error("scale-range", block.line, "the scale needs one range of numbers", _HINT)
    else:
        low, high = int(ranges[0][1]), int(ranges[0][2])
        if low < high < low + _MOST:
            scale = (low, high)
        else:
            message = say("{low}..{high} is no scale", low=low, high=high)
            found.error("scale-range", block.line, message, _HINT)
    return BlockText(prompt=prompt, scale=scale)


BLOCK = Block(options=COMMON_OPTIONS, read=read, word=_RANGE)
