"""`tracks privacy`: all data of a municipality, and its end, as whoever runs the tool does it."""

import io
import json
import sqlite3
import zipfile
from pathlib import Path

import pytest

from tests.tracks.cli.test_commands import Shell
from tests.tracks.cli.test_people import shell  # noqa: F401  # a municipality with two people
from tracks.app import open_database
from tracks.people.actions import add_municipality
from tracks.settings import load_settings

ASKER = ("--municipality", "Asker")


@pytest.fixture
def neighbour(shell: Shell) -> Shell:  # noqa: F811
    database = open_database(load_settings(shell.environ))
    with database.writing() as session:
        add_municipality(session, "Neighbour", country="NO")
    database.engine.dispose()
    return shell


def names(tmp_path: Path) -> list[str]:
    with sqlite3.connect(tmp_path / "tracks.sqlite") as connection:
        found = connection.execute("SELECT name FROM municipality ORDER BY id").fetchall()
        found += connection.execute("SELECT name FROM person ORDER BY id").fetchall()
    connection.close()
    return [name for (name,) in found]


def test_a_copy_is_written_once_and_noted(neighbour: Shell, tmp_path: Path):
    file = tmp_path / "all.zip"
    of = ("privacy", "export", *ASKER, "--output", str(file))

    made = neighbour.json(*of, "--language", "en")

    with zipfile.ZipFile(io.BytesIO(file.read_bytes())) as archive:
        head = json.loads(archive.read("export.json"))
        people = archive.read("tables/person.jsonl").decode().splitlines()
    rows = sum(table["rows"] for table in head["tables"])
    size = file.stat().st_size
    assert made == {"municipality": "Asker", "file": str(file), "rows": rows, "bytes": size}
    assert file.stat().st_mode & 0o777 == 0o600
    assert [json.loads(line)["name"] for line in people] == ["Canary 1", "Canary 2"]
    assert head["with_own_words"] is False
    again = neighbour.run(*of)
    assert (again.exit_code, "cannot be made" in again.output) == (2, True)
    whole = neighbour.json(*of[:-1], str(tmp_path / "own.zip"), "--with-own")
    assert whole["rows"] >= rows
    lines = neighbour.run("audit", "export", *ASKER).stdout.splitlines()
    taken = [json.loads(line) for line in lines if "everything_taken" in line]
    assert [each["parameters"] for each in taken] == [{"with_own": False}, {"with_own": True}]


def test_the_end_is_announced_kept_and_carried_out(neighbour: Shell, tmp_path: Path):
    other = neighbour.run("privacy", "end", *ASKER, "--name-again", "Neighbour")
    assert (other.exit_code, "another name" in other.output) == (2, True)
    nothing = neighbour.run("privacy", "keep", *ASKER)
    assert (nothing.exit_code, "no end was announced" in nothing.output) == (1, True)

    announced = neighbour.json("privacy", "end", *ASKER, "--name-again", "asker")
    again = neighbour.json("privacy", "end", *ASKER, "--name-again", "asker")
    assert announced == again
    assert set(announced) == {"municipality", "ends_at"}
    assert "everything stays" in neighbour.run("privacy", "keep", *ASKER).output
    assert names(tmp_path) == ["Asker", "Neighbour", "Canary 1", "Canary 2"]

    done = neighbour.json("privacy", "end", *ASKER, "--name-again", "Asker", "--now")

    (receipt,) = done["receipts"]
    assert names(tmp_path) == ["Neighbour"]
    assert (receipt["municipality"], receipt["rows"]["person"]) == ("Asker", 2)
    assert receipt["ended_at"]
    told = neighbour.run("privacy", "receipts").output
    assert "Asker: all its data was deleted" in told
    assert "  person: 2" in told
    assert neighbour.json("privacy", "receipts", "--municipality", "Neighbour") == {"receipts": []}
    gone = neighbour.run("privacy", "end", *ASKER, "--name-again", "Asker")
    assert (gone.exit_code, "no such municipality" in gone.output) == (1, True)
    assert neighbour.json("audit", "verify")["ok"] is True


def test_after_a_restore_it_is_deleted_again(neighbour: Shell, tmp_path: Path):
    file = tmp_path / "copy"
    assert neighbour.run("db", "backup", str(file)).exit_code == 0
    neighbour.json("privacy", "end", *ASKER, "--name-again", "Asker", "--now")
    listed = (tmp_path / "erased.jsonl").read_text()
    assert json.loads(listed)["municipality"] == 1

    back = neighbour.json("db", "restore", str(file), "--replace")

    assert back["erased_again"] == 1
    assert names(tmp_path) == ["Neighbour"]
    assert len(neighbour.json("privacy", "receipts")["receipts"]) == 1
