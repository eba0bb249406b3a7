"""The schema: what the migrations make is what the models say, on both databases."""

from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from threading import Event

import pytest
from alembic import command
from alembic.runtime.migration import HeadMaintainer
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from tests.factories.threads import at_once
from tests.postgres import fresh_database
from tracks.db import metadata
from tracks.db.engine import BUSY_TIMEOUT_S, make_engine
from tracks.migrations import _patient, config, is_current, newest, upgrade


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str):
    """Of an empty database."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.sqlite'}"
    else:
        server: str = request.getfixturevalue("postgres_url")
        url = fresh_database(server, f"tracks_test_{worker_id}_empty")
    made = make_engine(url)
    yield made
    made.dispose()


def shape(engine: Engine) -> dict[str, object]:
    found = inspect(engine)
    return {
        table: (
            [(c["name"], str(c["type"]), c["nullable"]) for c in found.get_columns(table)],
            sorted(str(i["name"]) for i in found.get_indexes(table)),
        )
        for table in found.get_table_names()
    }


def test_the_newest_migration_makes_what_the_models_say(engine: Engine):
    upgrade(engine)

    settings = config()
    with engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.check(settings)
    # search_words has no model: it is a table of its own kind on each database.
    found = {name for name in shape(engine) if not name.startswith("search_words")}
    assert found == {*metadata.tables, "alembic_version"}
    assert "search_words" in shape(engine)
    assert is_current(engine)


def test_upgrading_again_changes_nothing(engine: Engine):
    assert not is_current(engine)
    upgrade(engine)
    before = shape(engine)

    upgrade(engine)

    assert shape(engine) == before


def test_a_migration_that_fails_leaves_nothing_behind(engine: Engine, monkeypatch):
    class Planted(Exception):
        pass

    last = ScriptDirectory.from_config(config()).get_current_head()

    def fail(self, step):
        if step.revision.revision == last:
            raise Planted
        return stamp(self, step)

    stamp = HeadMaintainer.update_to_step
    monkeypatch.setattr(HeadMaintainer, "update_to_step", fail)
    with pytest.raises(Planted):
        upgrade(engine)
    monkeypatch.undo()

    assert shape(engine) == {}
    upgrade(engine)
    assert is_current(engine)


def test_processes_that_start_together_upgrade_once(engine: Engine):
    at_once(3, lambda _: upgrade(engine))

    assert is_current(engine)


def test_who_starts_meanwhile_waits_longer_than_a_page_does(engine: Engine):
    """Of a large database an index takes minutes."""
    is_busy, may_end = Event(), Event()

    def upgrading() -> None:
        with _patient(engine):
            is_busy.set()
            may_end.wait(30)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(upgrading)
        assert is_busy.wait(30)
        second = pool.submit(upgrade, engine)
        assert wait([second], timeout=BUSY_TIMEOUT_S + 1).done == set()
        may_end.set()
        first.result(30)
        second.result(60)

    assert is_current(engine)
    with engine.connect() as connection:
        asked = "PRAGMA busy_timeout" if engine.dialect.name == "sqlite" else "SHOW lock_timeout"
        assert connection.exec_driver_sql(asked).scalar_one() in (5000, "5s")


def test_the_revisions_are_one_line():
    scripts = ScriptDirectory.from_config(config())

    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1
    assert scripts.get_current_head() == newest()
