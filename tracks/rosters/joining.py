"""Whom a list has brought, and who comes by an LMS: one, if the municipality trusts the number.

An LMS account is never found by this (T32). Somebody with an account gets what a source says of the
person of the same number, whom nobody has signed in as; never another account's work.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from typing import Final

from sqlalchemy import delete, exists, func, not_, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Session
from tracks.events import Noted
from tracks.organisation.actions.linking import become_one, has_come_in, may_be_one
from tracks.people.events import SchoolChosen
from tracks.people.models import account, person
from tracks.rosters.models import roster_entry, roster_trust
from tracks.rosters.placing import first_unit, is_misplaced

entry = roster_entry
_AT_ONCE: Final = 500


def trusted_source(session: Session, municipality_id: int, registration_id: int) -> str | None:
    """Whose numbers the LMS sends, as the municipality has said; None: nobody has."""
    found: str | None = session.execute(
        select(roster_trust.c.source).where(
            roster_trust.c.municipality_id == municipality_id,
            roster_trust.c.registration_id == registration_id,
        )
    ).scalar_one_or_none()
    return found


def trust(
    session: Session,
    municipality_id: int,
    registration_id: int,
    source: str | None,
    person_id: int,
    now: datetime,
) -> None:
    """None: not any longer. Who is one person by then stays one."""
    if source is None:
        session.execute(
            delete(roster_trust).where(
                roster_trust.c.municipality_id == municipality_id,
                roster_trust.c.registration_id == registration_id,
            )
        )
    else:
        values = {"source": source, "person_id": person_id, "said_at": now}
        session.execute(
            insert_or(roster_trust)
            .values(registration_id=registration_id, municipality_id=municipality_id, **values)
            .on_conflict_do_update(index_elements=["registration_id"], set_=values)
        )
    session.emit(
        Noted(
            "numbers_trusted",
            municipality_id,
            now,
            actor_id=person_id,
            parameters={"lms": registration_id, "source": source},
        )
    )


def join_by_key(
    session: Session,
    municipality_id: int,
    registration_id: int,
    source: str,
    keys: Mapping[str, str],
    now: datetime,
) -> int:
    """`keys`: sub -> what the LMS calls them. How many became one with whom a list has brought."""
    often = Counter(keys.values())
    # Two with one number: one of them is somebody else, and nobody knows which.
    pairs = iter([(sub, key) for sub, key in keys.items() if often[key] == 1])
    joined = 0
    while some := dict(islice(pairs, _AT_ONCE)):
        for kept_id, gone_id in _pairs(session, municipality_id, registration_id, source, some):
            if may_be_one(session, kept_id, gone_id):
                become_one(session, municipality_id, kept_id, gone_id, now)
                _place(session, municipality_id, kept_id)
                joined += 1
    return joined


def _pairs(
    session: Session,
    municipality_id: int,
    registration_id: int,
    source: str,
    keys: Mapping[str, str],
) -> list[tuple[int, int]]:
    """(who has an account, whom the source has brought) by the same number."""
    accounts = {
        keys[row.sub]: row.person_id
        for row in session.execute(
            select(account.c.sub, account.c.person_id)
            .join(person, person.c.id == account.c.person_id)
            .where(
                account.c.registration_id == registration_id,
                account.c.sub.in_(keys),
                person.c.municipality_id == municipality_id,
                # Whom the source knows already is that person, whatever the LMS sends today.
                not_(
                    exists().where(
                        entry.c.municipality_id == municipality_id,
                        entry.c.source == source,
                        entry.c.person_id == account.c.person_id,
                    )
                ),
            )
        )
    }
    listed = session.execute(
        select(entry.c.key, func.max(entry.c.person_id).label("person_id"))
        .where(
            entry.c.municipality_id == municipality_id,
            entry.c.source == source,
            entry.c.key.in_(accounts),
            not_(has_come_in(entry.c.person_id)),
        )
        .group_by(entry.c.key)
        .order_by(entry.c.key)
    )
    taken: set[int] = set()
    found = []
    for row in listed:
        mine = accounts[row.key]
        if mine not in taken:  # two accounts of one person, with two numbers
            taken.add(mine)
            found.append((mine, row.person_id))
    return found


def _place(session: Session, municipality_id: int, person_id: int) -> None:
    """Where the sources say that they work, if they do not work where their work counts now."""
    placed = session.execute(
        update(person)
        .where(person.c.id == person_id, is_misplaced(municipality_id))
        .values(school_id=first_unit(municipality_id))
        .returning(person.c.school_id)
    ).one_or_none()
    if placed is not None:
        session.emit(SchoolChosen(person_id, municipality_id, placed.school_id))
