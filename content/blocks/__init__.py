"""The `:::` blocks an author can write, one file each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from content.blocks import (
    access,
    checklist,
    device,
    discussion,
    event,
    include,
    leader,
    quiz,
    reflection,
    scale,
    try_out,
    video,
)
from content.blocks.block import Block, BlockText

BLOCKS: Mapping[str, Block] = MappingProxyType(
    {
        "quiz": quiz.BLOCK,
        "reflection": reflection.BLOCK,
        "try-out": try_out.BLOCK,
        "video": video.BLOCK,
        "leader": leader.BLOCK,
        "discussion": discussion.BLOCK,
        "scale": scale.BLOCK,
        "checklist": checklist.BLOCK,
        "event": event.BLOCK,
        "device": device.BLOCK,
        "include": include.BLOCK,
        "access": access.BLOCK,
    }
)

# these belong to the step around them
INNER_BLOCKS = frozenset({"device", "include", "access"})
STEP_BLOCKS = frozenset(BLOCKS) - INNER_BLOCKS - {"leader"}

__all__ = ["BLOCKS", "INNER_BLOCKS", "STEP_BLOCKS", "Block", "BlockText"]
