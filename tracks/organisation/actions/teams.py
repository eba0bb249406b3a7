"""Writes of teams: units that have lead spreaders together."""

from collections.abc import Iterable

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or

from tracks.db import Session
from tracks.organisation.actions.units import Doer
from tracks.organisation.events import TeamChanged
from tracks.organisation.models import chain_note, role_invitation
from tracks.organisation.queries.roles import grants
from tracks.people.grants import end_role
from tracks.people.models import role_grant, school, team, team_school


def add_team(session: Session, municipality_id: int, name: str, doer: Doer) -> int | None:
    """None when there is one of that name."""
    made = session.execute(
        insert_or(team)
        .values(municipality_id=municipality_id, name=name)
        .on_conflict_do_update(
            index_elements=["municipality_id", "name"],
            set_={"ended_at": None},
            where=team.c.ended_at.is_not(None),
        )
        .returning(team.c.id)
    ).scalar_one_or_none()
    if made is not None:
        _tell(session, municipality_id, made, doer)
    return made


def name_team(session: Session, municipality_id: int, team_id: int, name: str, doer: Doer) -> bool:
    """False when another one has that name."""
    taken = session.execute(
        select(team.c.id).where(
            team.c.municipality_id == municipality_id, team.c.name == name, team.c.id != team_id
        )
    ).first()
    if taken is not None:
        return False
    session.execute(
        update(team)
        .where(team.c.id == team_id, team.c.municipality_id == municipality_id)
        .values(name=name)
    )
    _tell(session, municipality_id, team_id, doer)
    return True


def fill_team(
    session: Session, municipality_id: int, team_id: int, school_ids: Iterable[int], doer: Doer
) -> None:
    """Exactly these of the municipality's open schools; others are left out."""
    wanted = session.execute(
        select(school.c.id).where(
            school.c.municipality_id == municipality_id,
            school.c.closed_on.is_(None),
            school.c.id.in_(sorted(set(school_ids))),
        )
    ).scalars()
    rows = [
        {"team_id": team_id, "school_id": each, "municipality_id": municipality_id}
        for each in wanted
    ]
    session.execute(
        delete(team_school).where(
            team_school.c.team_id == team_id, team_school.c.municipality_id == municipality_id
        )
    )
    if rows:
        session.execute(insert(team_school), rows)
    _tell(session, municipality_id, team_id, doer)


def end_team(session: Session, municipality_id: int, team_id: int, doer: Doer) -> None:
    """Its lead spreaders' roles end with it; what they were stays on their pages."""
    for given in grants(session, municipality_id):
        if given.team_id == team_id and not given.is_over(doer.now):
            end_role(session, municipality_id, given.id, doer.now, by=doer.by)
    fill_team(session, municipality_id, team_id, (), doer)
    session.execute(
        delete(role_invitation).where(
            role_invitation.c.municipality_id == municipality_id,
            role_invitation.c.team_id == team_id,
            role_invitation.c.used_at.is_(None),
        )
    )
    used = session.execute(
        select(role_grant.c.id)
        .where(role_grant.c.municipality_id == municipality_id, role_grant.c.team_id == team_id)
        .union_all(
            select(chain_note.c.id).where(
                chain_note.c.municipality_id == municipality_id, chain_note.c.team_id == team_id
            )
        )
    ).first()
    own = team.c.id == team_id, team.c.municipality_id == municipality_id
    if used is None:
        session.execute(delete(team).where(*own))
    else:
        session.execute(update(team).where(*own).values(ended_at=doer.now))


def _tell(session: Session, municipality_id: int, team_id: int, doer: Doer) -> None:
    session.emit(
        TeamChanged(municipality_id=municipality_id, team_id=team_id, by=doer.by, at=doer.now)
    )
