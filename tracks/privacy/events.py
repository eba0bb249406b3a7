"""What happens here, for those who react (subscriptions.py)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PersonErased:
    """Inside the transaction that erases: whoever keeps something by a person's number in a place
    that the data map does not lead to takes it away now.
    """

    person_id: int
    municipality_id: int
