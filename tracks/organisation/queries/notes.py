"""Reads of what is written down and up the spreader chain (O-07)."""

from datetime import datetime
from typing import Final

from msgspec import Struct
from sqlalchemy import func, select

from tracks.db import Session
from tracks.organisation.models import chain_note
from tracks.organisation.queries.chain import Chain
from tracks.organisation.rules import is_in_branch
from tracks.people.models import person, school, team
from tracks.people.rules import Actor, Permission, Role

MOST_SHOWN: Final = 100  # of each direction, the newest


class Note(Struct, frozen=True):
    id: int
    person_id: int
    person_name: str | None
    school_id: int | None  # of a need: whose it is
    school_name: str | None
    team_id: int | None  # of a note: to whom; None: to all
    team_name: str | None
    for_staff: bool
    text: str
    written_at: datetime
    answer: str
    answered_at: datetime | None

    @property
    def is_need(self) -> bool:
        return self.school_id is not None


class Branch(Struct, frozen=True):
    """What one person reads and writes in the chain."""

    actor: Actor
    chain: Chain

    @property
    def is_for_all(self) -> bool:
        return self.actor.schools_where(Permission.ORGANISE) is None

    def needs_of(self) -> list[tuple[int, str]]:
        """Schools whose needs they tell: (id, name)."""
        told = {at for role, at in self.actor.roles if role in (Role.SPREADER, Role.SCHOOL_LEADER)}
        return [(row.unit.id, row.unit.name) for row in self.chain.rows if row.unit.id in told]

    def writes_to(self) -> list[tuple[int, str]]:
        """Teams that they write to: (id, name)."""
        leads = self.chain.leads
        own = {
            t for t, given in leads.items() if self.actor.person_id in {g.person_id for g in given}
        }
        return [(t.id, t.name) for t in self.chain.teams if self.is_for_all or t.id in own]

    def answers(self, note: Note) -> bool:
        leads = (Role.LEAD_SPREADER, note.school_id) in self.actor.roles
        return note.is_need and (self.is_for_all or leads)

    def sees(self, note: Note) -> bool:
        sees_all = self.actor.schools_where(Permission.SEE_BRANCH) is None
        if sees_all or note.person_id == self.actor.person_id:
            return True
        if note.school_id is not None:
            return is_in_branch(self.actor, note.school_id)
        return note.team_id is None or any(
            is_in_branch(self.actor, each) for each in self._schools_of(note.team_id)
        )

    def is_for_staff_at(self, note: Note, school_id: int) -> bool:
        to_them = note.team_id is None or school_id in self._schools_of(note.team_id)
        return note.for_staff and not note.is_need and to_them

    def _schools_of(self, team_id: int) -> frozenset[int]:
        return next((t.school_ids for t in self.chain.teams if t.id == team_id), frozenset())


def notes(session: Session, municipality_id: int) -> list[Note]:
    """All of a municipality, the newest first; views show of it what is in the reader's branch."""
    rows = session.execute(
        select(
            chain_note.c.id,
            chain_note.c.person_id,
            person.c.name.label("person_name"),
            chain_note.c.school_id,
            school.c.name.label("school_name"),
            chain_note.c.team_id,
            team.c.name.label("team_name"),
            chain_note.c.for_staff,
            chain_note.c.text,
            chain_note.c.written_at,
            chain_note.c.answer,
            chain_note.c.answered_at,
        )
        .join(person, person.c.id == chain_note.c.person_id)
        .outerjoin(school, school.c.id == chain_note.c.school_id)
        .outerjoin(team, team.c.id == chain_note.c.team_id)
        .where(chain_note.c.municipality_id == municipality_id)
        .order_by(chain_note.c.written_at.desc(), chain_note.c.id.desc())
    )
    return [Note(**row._asdict()) for row in rows]


def written_since(session: Session, person_id: int, since: datetime) -> int:
    count: int = session.execute(
        select(func.count())
        .select_from(chain_note)
        .where(chain_note.c.person_id == person_id, chain_note.c.written_at > since)
    ).scalar_one()
    return count
