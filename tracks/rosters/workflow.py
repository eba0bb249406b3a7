"""The states of a list on its way in.

chosen -> reading -> ready -> applying -> applied
             |         |-> thrown_away (its rows and the file are deleted)
             |-> refused (a fault of the whole file)
Columns may be chosen again until it is applied: that reads the file anew.
"""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    CHOSEN = "chosen"  # a list whose columns nobody has confirmed
    READING = "reading"
    READY = "ready"  # read: what would change is known, and so are its faults
    REFUSED = "refused"
    APPLYING = "applying"
    APPLIED = "applied"
    THROWN_AWAY = "thrown_away"


_NEXT: Final[dict[State, frozenset[State]]] = {
    State.CHOSEN: frozenset({State.READING, State.THROWN_AWAY, State.REFUSED}),
    State.READING: frozenset({State.READY, State.REFUSED, State.THROWN_AWAY}),
    State.READY: frozenset({State.READING, State.APPLYING, State.THROWN_AWAY}),
    State.REFUSED: frozenset({State.READING, State.THROWN_AWAY}),
    # Back to ready when the guard holds it: others changed the same people meanwhile.
    State.APPLYING: frozenset({State.APPLIED, State.READY}),
    State.APPLIED: frozenset(),
    State.THROWN_AWAY: frozenset(),
}
AT_WORK: Final = frozenset({State.READING, State.APPLYING})
OPEN: Final = frozenset(State) - {State.APPLIED, State.THROWN_AWAY}


def may_become(now: State, then: State) -> bool:
    return then in _NEXT[now]
