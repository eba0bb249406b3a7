"""The `:::` blocks an author can write, one file each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from content.blocks import leader, quiz, reflection, try_out, video
from content.blocks.block import Block, BlockText

BLOCKS: Mapping[str, Block] = MappingProxyType(
    {
        "quiz": quiz.BLOCK,
        "reflection": reflection.BLOCK,
        "try-out": try_out.BLOCK,
        "video": video.BLOCK,
        "leader": leader.BLOCK,
    }
)

STEP_BLOCKS = frozenset(BLOCKS) - {"leader"}

__all__ = ["BLOCKS", "STEP_BLOCKS", "Block", "BlockText"]
