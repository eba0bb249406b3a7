from __future__ import annotations

import re
from collections.abc import Callable

from msgspec import Struct

from content.markdown import Document, Element
from content.model import Access, Event, Question, Terms, Video, Visibility
from content.problems import ProblemList

COMMON_OPTIONS = frozenset({"minutes", "title", ".resource"})


class BlockText(Struct, frozen=True):
    """What one block says, in one language."""

    prompt: str = ""
    question: Question | None = None
    video: Video | None = None
    visibility: Visibility | None = None
    scale: tuple[int, int] | None = None
    items: tuple[str, ...] = ()  # of a checklist
    access: Access | None = None
    terms: Terms | None = None
    include: str = ""  # an address
    event: Event | None = None


class Block(Struct, frozen=True):
    options: frozenset[str]
    read: Callable[[Document, Element, ProblemList], BlockText]
    word: re.Pattern[str] | None = None  # what may stand in the braces without a name
