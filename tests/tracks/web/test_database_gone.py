"""The database is locked, full, or gone: no false "saved", nothing typed lost, no restart (F3)."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from markupsafe import escape
from sqlalchemy import event, text

from tests.factories.tool import Tool
from tests.postgres import libpq_url
from tracks.db import Session
from tracks.progress.models import step_work
from tracks.web.errors import BUSY

TEXT = "/t/sample/maaling/enheter/tanker"


def save(tool: Tool, browser, token: str):
    return browser.post(
        f"{TEXT}?lang=en",
        data={"form_token": token, "text": "A long thought", "revision": "0", "go": "save"},
        base_url="https://tracks.example",
    )


def assert_not_saved(tool: Tool, answer) -> None:
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert escape(BUSY.what) in answer.text
    assert "readonly>A long thought</textarea>" in answer.text
    assert tool.count(step_work) == 0


def connect(tool: Tool) -> psycopg.Connection:
    return psycopg.connect(libpq_url(str(tool.database.engine.url)), autocommit=True)


@pytest.fixture
def impatient(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Tool]:
    """A tool on SQLite that waits for a lock a fifth of a second instead of five."""
    monkeypatch.setattr("tracks.db.engine.BUSY_TIMEOUT_S", 0.2)
    copy = tmp_path / "tracks.sqlite"
    copy.write_bytes(sqlite_template.read_bytes())
    tool = Tool(f"sqlite:///{copy}", tmp_path / "data")
    yield tool
    tool.close()


def test_while_somebody_else_writes_nothing_is_said_to_be_saved(impatient: Tool):
    browser = impatient.launch()
    token = impatient.form_token(browser)
    with impatient.database.engine.connect() as other:
        other.execute(text("SELECT 1"))  # takes the lock of a writer: BEGIN IMMEDIATE

        answer = save(impatient, browser, token)

        assert "A long thought" in answer.text
        reading = impatient.get(browser, TEXT)
        other.rollback()
    assert reading.status_code == 200
    assert_not_saved(impatient, answer)
    assert save(impatient, browser, token).status_code == 303


def test_a_launch_that_could_not_be_kept_can_be_tried_again(impatient: Tool):
    prepared = impatient.prepare()
    with impatient.database.engine.connect() as other:
        other.execute(text("SELECT 1"))
        refused = impatient.click(prepared)
        other.rollback()

    assert refused.status_code == 503
    assert "__Host-tracks=" not in str(refused.headers)
    assert impatient.click(prepared).status_code == 303


@pytest.mark.parametrize("pragma", ["query_only=ON", "max_page_count=1"])
def test_a_database_that_takes_no_more_is_an_outage_and_not_a_bug(impatient: Tool, pragma: str):
    browser = impatient.launch()
    token = impatient.form_token(browser)
    engine = impatient.database.engine

    def limit(connection, _record, _proxy) -> None:
        connection.execute(f"PRAGMA {pragma}")

    event.listen(engine, "checkout", limit)
    long = "A long thought" + " and more" * 2000
    data = {"form_token": token, "text": long, "revision": "0", "go": "save"}
    refused = browser.post(f"{TEXT}?lang=en", data=data, base_url="https://tracks.example")
    event.remove(engine, "checkout", limit)
    engine.dispose()

    assert refused.status_code == 503
    assert long in refused.text
    assert impatient.count(step_work) == 0
    assert save(impatient, browser, token).status_code == 303


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("at", ["INSERT INTO step_work", "UPDATE track_work", "INSERT INTO outbox"])
def test_a_connection_cut_in_the_middle_loses_all_of_it_and_no_restart_is_needed(
    tool: Tool, at: str, monkeypatch: pytest.MonkeyPatch
):
    browser = tool.launch()
    token = tool.form_token(browser)
    execute, cut = Session.execute, []

    def cut_first(session: Session, statement, parameters=None):
        if at in str(getattr(statement, "statement", statement)):
            cut.append(session.connection.connection.driver_connection.info.backend_pid)
            with connect(tool) as admin:
                admin.execute("SELECT pg_terminate_backend(%s, 5000)", cut)
        return execute(session, statement, parameters)

    with monkeypatch.context() as patched:
        patched.setattr(Session, "execute", cut_first)
        answer = save(tool, browser, token)

    assert len(cut) == 1
    assert_not_saved(tool, answer)
    assert save(tool, browser, token).status_code == 303


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_connections_that_died_while_idle_are_noticed_by_nobody(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tracks.db.engine.RESTED_S", 0.0)
    browser = tool.launch()
    token = tool.form_token(browser)
    with connect(tool) as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    assert save(tool, browser, token).status_code == 303
