"""What happens to persons, for those who react (subscriptions.py)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SchoolChosen:
    person_id: int
    municipality_id: int
    school_id: int
