from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from content.markdown import Document, Element
from content.model import Question, Video, Visibility
from content.problems import ProblemList

COMMON_OPTIONS = frozenset({"minutes", "title", ".resource"})


@dataclass(frozen=True, slots=True)
class BlockText:
    """What one block says, in one language."""

    prompt: str = ""
    question: Question | None = None
    video: Video | None = None
    visibility: Visibility | None = None


@dataclass(frozen=True, slots=True)
class Block:
    options: frozenset[str]
    read: Callable[[Document, Element, ProblemList], BlockText]
