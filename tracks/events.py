"""What any area may tell: see `subscriptions.py` for who listens."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct, field


class Noted(Struct, frozen=True):
    """Something that must be found in the audit log (tracks/audit).

    Never a name, a text or an address: `code` is one of the area's AUDITED, a person is a number,
    and parameters are numbers, yes or no, and codes.
    """

    code: str
    municipality_id: int
    at: datetime
    actor_id: int | None = None  # None: the operator at the command line, or a job
    person_id: int | None = None  # whom it is about
    parameters: Mapping[str, int | str | bool | None] = field(default_factory=dict)
