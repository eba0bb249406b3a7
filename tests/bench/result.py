"""What a bar has to say when it has been measured."""

from dataclasses import dataclass
from statistics import median
from typing import Any, Protocol

from tests.bench.measuring import Pairs


class Result(Protocol):
    @property
    def is_held(self) -> bool: ...
    def lines(self) -> list[str]: ...
    def as_json(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Limit:
    """`at_most`: a smaller figure is a better one."""

    floor: float
    goal: float
    at_most: bool

    def is_met(self, value: float, limit: float) -> bool:
        return value <= limit if self.at_most else value >= limit

    def verdict(self, value: float) -> str:
        if not self.is_met(value, self.floor):
            return "NOT held"
        return "held, goal reached" if self.is_met(value, self.goal) else "held"

    def words(self, unit: str) -> str:
        sign = "<=" if self.at_most else ">="
        return f"floor {sign} {self.floor:g}{unit}, goal {sign} {self.goal:g}{unit}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ours and theirs, in CPU microseconds per operation.

    The ratio is cost to cost where less is better, and speed to speed where more is: always
    ours first. It is the median of the rounds' ratios: both sides of a round had the same machine.
    """

    name: str
    ours: str
    theirs: str
    how: str
    limit: Limit
    pairs: Pairs

    @property
    def ratios(self) -> list[float]:
        """Smallest first."""
        both = [(pair.ours, pair.theirs) for pair in self.pairs.kept]
        return sorted(us / them if self.limit.at_most else them / us for us, them in both)

    @property
    def ratio(self) -> float:
        return median(self.ratios)

    @property
    def costs(self) -> tuple[float, float]:
        kept = self.pairs.kept
        return median(pair.ours for pair in kept), median(pair.theirs for pair in kept)

    @property
    def loudness(self) -> float:
        """Of the loudest pair that was kept, beside the quietest."""
        heard = [pair.loudness for pair in self.pairs.kept]
        return max(heard) / min(heard)

    @property
    def is_held(self) -> bool:
        return self.limit.is_met(self.ratio, self.limit.floor)

    def lines(self) -> list[str]:
        us, them = self.costs
        low, high = self.ratios[0], self.ratios[-1]
        return [
            f"{self.name}: {self.limit.verdict(self.ratio)}",
            f"  ours    {us:9.0f} us  {self.ours}",
            f"  theirs  {them:9.0f} us  {self.theirs}",
            f"  ratio   {self.ratio:9.2f}x    ({self.limit.words('x')})",
            f"  spread  {low:9.2f}x    to {high:.2f}x in the {len(self.ratios)} quietest of "
            f"{self.pairs.taken} pairs; neighbours {self.loudness:.1f}x as loud as at best",
            f"  how     {self.how}",
        ]

    def as_json(self) -> dict[str, Any]:
        us, them = self.costs
        return {
            "name": self.name,
            "ours_us": round(us, 1),
            "theirs_us": round(them, 1),
            "ratio": round(self.ratio, 3),
            "floor": self.limit.floor,
            "goal": self.limit.goal,
            "at_most": self.limit.at_most,
            "is_held": self.is_held,
            "pairs": [[round(p.ours, 1), round(p.theirs, 1)] for p in self.pairs.kept],
            "pairs_taken": self.pairs.taken,
            "loudness": round(self.loudness, 2),
            "how": self.how,
        }


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: measured with a unit, or a count of things, which has none."""

    name: str
    value: float
    limit: Limit
    how: str
    unit: str = ""

    @property
    def is_held(self) -> bool:
        return self.limit.is_met(self.value, self.limit.floor)

    def lines(self) -> list[str]:
        return [
            f"{self.name}: {self.limit.verdict(self.value)}",
            f"  figure  {self.value:9.4g}{self.unit}  ({self.limit.words(self.unit)})",
            f"  how     {self.how}",
        ]

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "figure": round(self.value, 3),
            "unit": self.unit.strip(),
            "floor": self.limit.floor,
            "goal": self.limit.goal,
            "at_most": self.limit.at_most,
            "is_held": self.is_held,
            "how": self.how,
        }


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """A peer that could not be had here. It is said, and it does not fail the run."""

    name: str
    why: str

    @property
    def is_held(self) -> bool:
        return True

    def lines(self) -> list[str]:
        return [f"{self.name}: not measured", f"  {self.why}"]

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "not_measured": self.why}
