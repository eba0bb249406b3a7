"""Words as the search compares them: the same for what is published and for what is typed. Pure."""

import re
from functools import cache, lru_cache
from threading import Lock
from typing import Any
from unicodedata import normalize

# Nynorsk has no stemmer of its own; its endings are near enough to those of bokmål.
_ALGORITHMS = {"nb": "norwegian", "nn": "norwegian", "sv": "swedish", "en": "english"}
_WORD = re.compile(r"[^\W_]+")
LONGEST_WORD = 60
_one_at_a_time = Lock()  # a stemmer keeps the word it works on in itself


def words(text: str) -> list[str]:
    """In order, case-folded, letters and digits only; ø stays ø, and å stays å."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(normalize("NFC", text).casefold())]


@lru_cache(maxsize=20_000)
def stem(word: str, language: str) -> str:
    """Of a language without a stemmer: the word itself."""
    algorithm = _ALGORITHMS.get(language)
    if algorithm is None:
        return word
    with _one_at_a_time:
        return str(_stemmer(algorithm).stemWord(word))


@cache
def _stemmer(algorithm: str) -> Any:
    # Imported when something is searched or published: with two dozen other languages, 3 MB.
    import snowballstemmer

    return snowballstemmer.stemmer(algorithm)


def stems(text: str, language: str) -> list[str]:
    return [stem(word, language) for word in words(text)]


def excerpt(
    text: str, typed: list[str], language: str, *, length: int = 200
) -> list[tuple[str, bool]]:
    """The part of `text` around the first word that was looked for: pieces, and which to mark."""
    wanted = tuple({stem(word, language) for word in typed})
    text = normalize("NFC", text)
    # Not a word of the case-folded text: folding moves places (ß).
    hits = [
        found.span()
        for found in _WORD.finditer(text)
        if wanted and stem(found[0].casefold()[:LONGEST_WORD], language).startswith(wanted)
    ]
    start = max(0, hits[0][0] - length // 3) if hits else 0
    if start:
        start = text.find(" ", start) + 1 or start
        start = min(start, hits[0][0])
    end = min(len(text), start + length)
    pieces, at = [("… ", False)] if start else [], start
    for first, last in hits:
        if first < at or last > end:
            continue
        pieces += [(text[at:first], False), (text[first:last], True)]
        at = last
    pieces.append((text[at:end] + (" …" if end < len(text) else ""), False))
    return [piece for piece in pieces if piece[0]]
