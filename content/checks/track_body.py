from __future__ import annotations

from content.blocks import BLOCKS
from content.markdown import Document
from content.problems import ProblemList
from content.said import say


def check(document: Document, found: ProblemList) -> None:
    """What a track is for is told in prose; films may stand in it, steps may not."""
    for element in document.walk():
        if element.block_name == "video":
            BLOCKS["video"].read(document, element, found)
        elif (
            element.type == "heading" and element.attributes.options.keys() | element.attributes.ids
        ):
            hint = "Take the braces away; phases and steps stand in modules."
            found.error("id-place", element.line, "options in the words about the track", hint)
        elif element.block_name in BLOCKS:
            message = say(
                "a {block_name} block in the words about the track", block_name=element.block_name
            )
            found.error("block-place", element.line, message, "Move it into a module.")
