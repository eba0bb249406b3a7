"""What happens here, for those who react (subscriptions.py)."""

from datetime import datetime

from msgspec import Struct


class PersonErased(Struct, frozen=True):
    """Inside the transaction that erases: whoever keeps something by a person's number in a place
    that the data map does not lead to takes it away now.
    """

    person_id: int
    municipality_id: int


class MunicipalityEnds(Struct, frozen=True):
    """Before the first of its rows is deleted, while all of them are there: whoever has something
    of it in a place that the data map does not lead to takes it away now, or keeps of it what is
    no municipality's.
    """

    municipality_id: int
    small_number: int  # the installation's
    at: datetime
