"""What a municipality has chosen for itself."""

from collections.abc import Mapping

from msgspec import Struct, field
from sqlalchemy import select

from tracks.db import Session
from tracks.organisation.models import municipality_choice
from tracks.people.queries import Support, support_of

FRAMEWORKS = {"pfdk": "PfDK", "digcompedu": "DigCompEdu"}
OWN_WORDS = ("spreader", "lead_spreader")


class Choices(Struct, frozen=True):
    small_number: int | None = None  # None: the installation's
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by language, by thing
    framework: str = "pfdk"
    support: Support = field(default_factory=Support)

    def least(self, installation: int) -> int:
        """A municipality may hide more than the installation does, never less."""
        return max(self.small_number or 0, installation)

    def word(self, thing: str, language: str) -> str | None:
        return self.words.get(language, {}).get(thing)


def choices(session: Session, municipality_id: int) -> Choices:
    row = session.execute(
        select(municipality_choice).where(municipality_choice.c.municipality_id == municipality_id)
    ).one_or_none()
    support = support_of(session, municipality_id)
    if row is None:
        return Choices(support=support)
    return Choices(row.small_number, row.words, row.framework, support)
