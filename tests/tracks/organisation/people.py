"""Who acts in these tests: a browser with one role, and what else they need."""

from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import insert

from tests.factories.tool import Tool
from tracks.organisation.rules import Wanted
from tracks.people.grants import grant_role
from tracks.people.models import team, team_school
from tracks.people.rules import Role

NOW = datetime.now(UTC)


def with_role(
    tool: Tool,
    role: Role,
    *,
    school_id: int | None = None,
    team_id: int | None = None,
    sub: str = "",
    **dates: Any,
) -> FlaskClient:
    """They have said that the first school is theirs."""
    sub = sub or role.value
    browser = tool.launch(sub=sub, changes={"name": f"Sample {sub}"})
    with tool.database.writing() as session:
        grant_role(
            session,
            person_id=tool.person_id(sub),
            municipality_id=tool.municipality_id,
            role=role,
            school_id=school_id,
            team_id=team_id,
            now=NOW,
            **dates,
        )
    return browser


def as_spreader(school_id: int) -> Wanted:
    return Wanted(Role.SPREADER, school_id, None, None, None, None)


def a_team(tool: Tool, *school_ids: int, name: str = "Sample team") -> int:
    with tool.database.writing() as session:
        made: int = session.execute(
            insert(team)
            .values(municipality_id=tool.municipality_id, name=name)
            .returning(team.c.id)
        ).scalar_one()
        for each in school_ids:
            session.execute(
                insert(team_school).values(
                    team_id=made, school_id=each, municipality_id=tool.municipality_id
                )
            )
    return made


def schools(tool: Tool, *names: str, teachers: int | None = None) -> list[int]:
    with tool.database.writing() as session:
        return [tool.add_school(session, name, teachers=teachers) for name in names]
