import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pytest_httpserver import HTTPServer

from tests.demo_lms.school import world
from tests.demo_lms.tiny_tool import LMS, TOOL_KEYS, SystemClock, TinyTool
from tracks.demo_lms import World, create_demo_lms


@pytest.fixture(scope="session")
def prepared_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state file that has its keys already: making them is slow."""
    path = tmp_path_factory.mktemp("demo_lms") / "state.sqlite3"
    tool = "http://localhost:8000"
    create_demo_lms(World("", (), ()), base_url=LMS, tool_base_url=tool, state_file=path)
    return path


@pytest.fixture
def tool_url(httpserver: HTTPServer) -> str:
    """The tool's address; only its key set is really served there."""
    document = TOOL_KEYS.jwks(SystemClock().now())
    httpserver.expect_request("/lti/jwks.json").respond_with_json(document)
    return httpserver.url_for("").rstrip("/")


@pytest.fixture
def make_lms(tmp_path: Path, prepared_state: Path, tool_url: str) -> Callable[[], Flask]:
    """Each call starts the LMS again on the same state file."""
    state = tmp_path / "state.sqlite3"
    shutil.copy(prepared_state, state)

    def started() -> Flask:
        app = create_demo_lms(
            world(tool_url), base_url=LMS, tool_base_url=tool_url, state_file=state
        )
        app.testing = True
        return app

    return started


@pytest.fixture
def lms(make_lms: Callable[[], Flask]) -> Flask:
    return make_lms()


@pytest.fixture
def browser(lms: Flask) -> FlaskClient:
    return lms.test_client()


@pytest.fixture
def tool(lms: Flask, tool_url: str) -> TinyTool:
    return TinyTool(lms, tool_url)
