"""What can be wrong."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    LOST = "lost"  # promised and not there
    TORN = "torn"  # there without its consequences, or a consequence without its cause
    DOUBLE = "double"  # there, or counted, or graded twice
    INTEGRITY = "integrity failure"
    SLOW = "slow restart"
    STRANGE = "strange answer"


@dataclass(frozen=True, slots=True)
class Violation:
    kind: Kind
    what: str
