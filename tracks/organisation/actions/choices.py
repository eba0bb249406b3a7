"""Writes of what a municipality has chosen for itself."""

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Session
from tracks.organisation.actions.units import Doer
from tracks.organisation.events import SettingsChanged
from tracks.organisation.models import municipality_choice
from tracks.organisation.queries.choices import Choices
from tracks.people.actions import set_support
from tracks.people.models import municipality
from tracks.people.rules import OwnerKind


def choose(
    session: Session, municipality_id: int, chosen: Choices, kind: OwnerKind, doer: Doer
) -> None:
    values = {
        "small_number": chosen.small_number,
        "words": {language: dict(words) for language, words in chosen.words.items()},
        "framework": chosen.framework,
    }
    session.execute(
        insert_or(municipality_choice)
        .values(municipality_id=municipality_id, **values)
        .on_conflict_do_update(index_elements=["municipality_id"], set_=values)
    )
    session.execute(
        update(municipality).where(municipality.c.id == municipality_id).values(kind=kind)
    )
    set_support(session, municipality_id, chosen.support)
    session.emit(SettingsChanged(municipality_id=municipality_id, by=doer.by, at=doer.now))
