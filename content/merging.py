"""Two texts that were made from one, put together. Pieces are paragraphs, and lines in the front
matter; where both changed the same piece both stand in a Clash, for a person to look at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from itertools import accumulate, pairwise
from typing import Literal

from msgspec import Struct

Pick = Literal["ours", "theirs", "both"]
Span = tuple[int, int]


class Clash(Struct, frozen=True):
    base: str
    ours: str
    theirs: str

    def picked(self, pick: Pick) -> str:
        if pick == "both":
            apart = self.theirs and self.ours and not self.theirs.endswith("\n")
            return self.theirs + ("\n\n" if apart else "") + self.ours
        return self.ours if pick == "ours" else self.theirs


class Merged(Struct, frozen=True):
    parts: tuple[str | Clash, ...]

    @property
    def clashes(self) -> tuple[Clash, ...]:
        return tuple(part for part in self.parts if isinstance(part, Clash))

    def text(self, picks: Mapping[int, Pick] | None = None) -> str:
        """`picks`: number of the clash -> which text; every clash needs one (KeyError)."""
        chosen = iter(range(len(self.clashes)))
        return "".join(
            part if isinstance(part, str) else part.picked((picks or {})[next(chosen)])
            for part in self.parts
        )


def merged(base: str, ours: str, theirs: str) -> Merged:
    """The same answer, with sides changed, if ours and theirs change places."""
    if ours == theirs or theirs == base:
        return Merged((ours,))
    if ours == base:
        return Merged((theirs,))
    bases, mine, other = pieces(base), pieces(ours), pieces(theirs)
    parts: list[str | Clash] = []
    for b, m, t in _chunks(bases, mine, other):
        was, our, their = (
            "".join(each[i:j]) for each, (i, j) in zip((bases, mine, other), (b, m, t), strict=True)
        )
        if our == their or their == was:
            parts.append(our)
        elif our == was:
            parts.append(their)
        else:
            parts.append(Clash(was, our, their))
    return Merged(tuple(_joined(parts)))


def pieces(text: str) -> list[str]:
    """Nothing is left out: joined they are the text."""
    lines = text.splitlines(keepends=True)
    head = 0
    if lines and lines[0].rstrip() == "---":
        ends = (n for n, line in enumerate(lines[1:], 1) if line.rstrip() in ("---", "..."))
        head = next(ends, -1) + 1
    found = lines[:head]
    paragraph: list[str] = []
    for line in lines[head:]:
        if line.strip() and paragraph and not paragraph[-1].strip():
            found.append("".join(paragraph))
            paragraph = []
        paragraph.append(line)
    return [*found, "".join(paragraph)] if paragraph else found


def _chunks(
    base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]
) -> Iterator[tuple[Span, Span, Span]]:
    """Cuts all three at the places that are in all three, and between them."""
    mine, other = _places(base, ours), _places(base, theirs)
    cuts = [(-1, -1, -1)]
    cuts += [(n, mine[n], other[n]) for n in range(len(base)) if n in mine and n in other]
    cuts.append((len(base), len(ours), len(theirs)))
    for before, after in pairwise(cuts):
        if any(a - b > 1 for a, b in zip(after, before, strict=True)):
            b, m, t = ((x + 1, y) for x, y in zip(before, after, strict=True))
            yield b, m, t
        if after[0] < len(base):
            b, m, t = ((x, x + 1) for x in after)
            yield b, m, t


def _places(base: Sequence[str], text: Sequence[str]) -> dict[int, int]:
    """Piece of the base -> the same piece of the text."""
    return {a + n: b + n for a, b, size in matching(base, text) for n in range(size)}


class Patience:
    """What may still be compared: each piece that is looked at is 1, and each that is equal to it
    in the other text. A million takes about 0.2 s of one processor."""

    def __init__(self, most: int = 600_000) -> None:
        self.left = most

    def is_enough(self, work: int) -> bool:
        self.left -= work
        return self.left >= 0


def matching(
    one: Sequence[str], other: Sequence[str], patience: Patience | None = None
) -> list[tuple[int, int, int]]:
    """Runs that are the same in both: where, where in the other, how long. Equal beginnings and
    ends first, then the longest run between, and so on. When `patience` ends the rest is taken as
    different."""
    least = min(len(one), len(other))
    head = next((n for n in range(least) if one[n] != other[n]), least)
    left = least - head
    tail = next((n for n in range(left) if one[-1 - n] != other[-1 - n]), left)
    middle, beside = one[head : len(one) - tail], other[head : len(other) - tail]
    found = [(0, 0, head), (len(one) - tail, len(other) - tail, tail)]
    found += ((head + i, head + j, size) for i, j, size in _runs(middle, beside, patience))
    return sorted(run for run in found if run[2])


def _runs(
    one: Sequence[str], other: Sequence[str], patience: Patience | None
) -> Iterator[tuple[int, int, int]]:
    """As SequenceMatcher.get_matching_blocks, which has no end where runs are many and short."""
    patience = patience or Patience()
    often = Counter(other)
    work = [0, *accumulate(1 + often[piece] for piece in one)]
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    between = [(0, len(one), 0, len(other))]
    while between:
        a, b, c, d = between.pop()
        if a == b or c == d:
            continue
        if not patience.is_enough(work[b] - work[a]):
            return
        i, j, size = matcher.find_longest_match(a, b, c, d)
        if size:
            yield i, j, size
            between += [(a, i, c, j), (i + size, b, j + size, d)]


def _joined(parts: Sequence[str | Clash]) -> Iterator[str | Clash]:
    held = ""
    for part in parts:
        if isinstance(part, str):
            held += part
            continue
        if held:
            yield held
        held = ""
        yield part
    if held:
        yield held
