"""What a municipality sets and agrees on, and what is written to it."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import insert
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Session
from tracks.events import Noted
from tracks.i18n import local_day
from tracks.people.rules import Actor
from tracks.privacy.models import agreement, feedback, privacy_setting
from tracks.privacy.queries import terms
from tracks.privacy.rules import Party, Sight, Terms


def set_terms(session: Session, actor: Actor, wanted: Terms, now: datetime) -> None:
    before = terms(session, actor.municipality_id)
    values = {
        "controller": wanted.controller,
        "officer": wanted.officer,
        "processors": wanted.processors,
        "accessibility_contact": wanted.accessibility_contact,
        "months_away": wanted.months_away,
        "archived": list(wanted.archived),
    }
    row = insert_or(privacy_setting).values(municipality_id=actor.municipality_id, **values)
    session.execute(row.on_conflict_do_update(index_elements=["municipality_id"], set_=values))
    session.emit(
        Noted(
            "privacy_settings",
            actor.municipality_id,
            now,
            actor_id=actor.person_id,
            parameters={
                "months_away": wanted.months_away,
                "months_before": before.months_away,
                "archived": len(wanted.archived),
            },
        )
    )


def record_agreement(
    session: Session,
    actor: Actor,
    discussed_on: date,
    parties: Sequence[Party],
    sights: Sequence[Sight],
    now: datetime,
    *,
    is_ended: bool = False,
) -> None:
    session.execute(
        insert(agreement).values(
            municipality_id=actor.municipality_id,
            discussed_on=discussed_on,
            parties=[str(p) for p in parties],
            sights=[str(s) for s in sights],
            is_ended=is_ended,
            recorded_by=actor.person_id,
            recorded_at=now,
        )
    )
    session.emit(
        Noted(
            "agreement_ended" if is_ended else "agreement_recorded",
            actor.municipality_id,
            now,
            actor_id=actor.person_id,
            parameters={
                "discussed_on": discussed_on.isoformat(),
                "sights": "/".join(sorted(sights)),
            },
        )
    )


def end_agreement(session: Session, actor: Actor, now: datetime) -> None:
    """Back to numbers only, at once."""
    record_agreement(session, actor, local_day(now), (), (), now, is_ended=True)


def keep_feedback(
    session: Session, municipality_id: int, text: str, contact: str, language: str, today: date
) -> None:
    session.execute(
        insert(feedback).values(
            municipality_id=municipality_id,
            text=text,
            contact=contact,
            language=language,
            sent_on=today,
        )
    )
