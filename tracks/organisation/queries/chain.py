"""Reads of the spreader chain: administration, lead spreaders in teams, spreaders, staff (O-04)."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import func, select

from tracks.db import Session
from tracks.organisation.models import role_invitation
from tracks.organisation.queries.roles import Grant, grants
from tracks.organisation.queries.units import Team, Unit, teams, units
from tracks.organisation.rules import Cover, cover_of
from tracks.people.rules import Role

CHAIN = (Role.SPREADER, Role.LEAD_SPREADER, Role.COORDINATOR)


class UnitCover(Struct, frozen=True):
    unit: Unit
    spreaders: list[Grant]
    invited: int  # invitations that nobody has taken yet
    teams: list[Team]

    @property
    def cover(self) -> Cover:
        return cover_of(len(self.spreaders), self.invited)


class Chain(Struct, frozen=True):
    """All that is in force now; views show of it what is in the reader's branch."""

    rows: list[UnitCover]  # open units
    teams: list[Team]
    leads: dict[int, list[Grant]]  # by team
    coordinators: list[Grant]

    def lead_spreaders(self) -> int:
        return len({g.person_id for found in self.leads.values() for g in found})

    def leads_of(self, school_id: int) -> list[Grant]:
        found = [g for t in self.teams if school_id in t.school_ids for g in self.leads[t.id]]
        return list({g.person_id: g for g in found}.values())

    def percents(self) -> list[int | None]:
        """The time of each who has a role in the chain, once a role."""
        spreaders = [g for row in self.rows for g in row.spreaders]
        return [g.percent for g in (*spreaders, *(g for f in self.leads.values() for g in f))]


def chain(session: Session, municipality_id: int, now: datetime) -> Chain:
    by_school: dict[int, list[Grant]] = {}
    all_teams = teams(session, municipality_id)
    leads: dict[int, list[Grant]] = {each.id: [] for each in all_teams}
    coordinators = []
    for given in grants(session, municipality_id, roles=CHAIN):
        if not given.is_in_force(now):
            continue
        if given.role is Role.COORDINATOR:
            coordinators.append(given)
        elif given.school_id is not None:
            by_school.setdefault(given.school_id, []).append(given)
        elif given.team_id is not None:
            leads[given.team_id].append(given)
    invited = _invited(session, municipality_id, now)
    rows = [
        UnitCover(
            unit=unit,
            spreaders=by_school.get(unit.id, []),
            invited=invited.get(unit.id, 0),
            teams=[t for t in all_teams if unit.id in t.school_ids],
        )
        for unit in units(session, municipality_id)
        if unit.is_open
    ]
    return Chain(rows, all_teams, leads, coordinators)


def _invited(session: Session, municipality_id: int, now: datetime) -> dict[int, int]:
    rows = session.execute(
        select(role_invitation.c.school_id, func.count().label("invited"))
        .where(
            role_invitation.c.municipality_id == municipality_id,
            role_invitation.c.role == Role.SPREADER,
            role_invitation.c.used_at.is_(None),
            role_invitation.c.ended_at.is_(None),
            role_invitation.c.expires_at > now,
        )
        .group_by(role_invitation.c.school_id)
    )
    return {row.school_id: row.invited for row in rows}
