"""What blocks are called when authors are told of them, in their own language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from content.said import Said, say

_WORDS: Final[Mapping[str, Said]] = {
    "quiz": say("quiz"),
    "reflection": say("reflection"),
    "try-out": say("try-out"),
    "discussion": say("discussion"),
    "scale": say("scale"),
    "checklist": say("checklist"),
    "device": say("device"),
    "video": say("film"),
    "leader": say("leader"),
    "include": say("include"),
    "access": say("access"),
}


def block_word(name: str) -> str:
    """As written, if we do not know it."""
    return _WORDS.get(name, name[:40])


def block_words() -> Said:
    """All of them, one after the other."""
    places = [f"{{word{n}}}" for n in range(len(_WORDS))]
    values = {f"word{n}": word for n, word in enumerate(_WORDS.values())}
    return say(", ".join(places), **values)
