"""An author at work: the test library as the one that is edited."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.factories.databases import LIBRARY
from tests.factories.tool import Tool
from tracks.authoring.views import desk
from tracks.people.actions import grant_role
from tracks.people.rules import Role

# As it is: a journey that was in this process before lets one author check more.
CHECKS_A_MINUTE = desk.CHECKS_A_MINUTE


@pytest.fixture
def tool(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tool]:
    monkeypatch.setattr(desk, "CHECKS_A_MINUTE", CHECKS_A_MINUTE)
    made = Tool(database_url, tmp_path / "data", library=LIBRARY)
    yield made
    made.close()


@pytest.fixture
def folder(tool: Tool) -> Path:
    """Of the library that authors edit; there from the first look on."""
    return tool.settings.authors_folder


def become_author(tool: Tool, sub: str) -> FlaskClient:
    client = tool.launch(sub=sub)
    with tool.database.writing() as session:
        grant_role(
            session,
            person_id=tool.person_id(sub),
            municipality_id=tool.municipality_id,
            role=Role.AUTHOR,
            school_id=None,
            now=datetime.now(UTC),
        )
    tool.get(client, "/authoring")
    return client


@pytest.fixture
def author(tool: Tool) -> FlaskClient:
    return become_author(tool, "author-1")


@pytest.fixture
def other(tool: Tool) -> FlaskClient:
    return become_author(tool, "author-2")
