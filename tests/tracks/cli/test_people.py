"""`tracks people`, `tracks audit`, `tracks privacy`: what they write, and exit with."""

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.factories.canaries import unzipped
from tests.tracks.cli.test_commands import REGISTER, Shell
from tracks.app import open_database
from tracks.people.actions import person_from_launch
from tracks.settings import load_settings


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    made = Shell(tmp_path)
    made.json(*REGISTER)
    database = open_database(load_settings(made.environ))
    with database.writing() as session:
        for number in (1, 2):
            person_from_launch(
                session,
                registration_id=1,
                sub=f"sub-{number}",
                municipality_id=1,
                name=f"Canary {number}",
                now=datetime.now(UTC),
            )
    database.engine.dispose()
    return made


def people(tmp_path: Path) -> list[tuple[object, ...]]:
    with sqlite3.connect(tmp_path / "tracks.sqlite") as connection:
        said = "SELECT id, name, leaving_at IS NOT NULL, erased_at IS NOT NULL FROM person"
        found = connection.execute(said).fetchall()
    connection.close()
    return found


def test_a_copy_is_written_once_and_for_nobody_else(shell: Shell, tmp_path: Path):
    file = tmp_path / "copy.zip"
    of = ("people", "export", "--registration", "1", "--sub", "sub-1", "--output", str(file))

    made = shell.json(*of, "--language", "en")

    assert made == {"person": 1, "file": str(file), "bytes": file.stat().st_size}
    assert file.stat().st_mode & 0o777 == 0o600
    said = unzipped(file.read_bytes())
    assert "Canary 1" in said["index.html"]
    assert "Canary 2" not in "".join(said.values())
    again = shell.run(*of)
    assert (again.exit_code, "cannot be made" in again.output) == (2, True)


def test_a_person_goes_in_thirty_days_or_at_once(shell: Shell, tmp_path: Path):
    later = shell.json("people", "erase", "--person", "1")
    at_once = shell.json("people", "erase", "--registration", "1", "--sub", "sub-2", "--now")

    assert set(later) == {"person", "leaving_at"}
    assert at_once == {"person": 2, "erased": True}
    assert people(tmp_path) == [(1, "Canary 1", 1, 0), (2, None, 0, 1)]
    listed = (tmp_path / "erased.jsonl").read_text()
    assert json.loads(listed)["person"] == 2
    assert shell.run("people", "erase", "--person", "2", "--now").exit_code == 1


def test_after_a_restore_they_are_erased_again(shell: Shell, tmp_path: Path):
    with sqlite3.connect(tmp_path / "tracks.sqlite") as live:
        backup = sqlite3.connect(tmp_path / "backup.sqlite")
        live.backup(backup)
    live.close()
    shell.json("people", "erase", "--person", "2", "--now")
    with sqlite3.connect(tmp_path / "tracks.sqlite") as restored:
        backup.backup(restored)
    restored.close()
    backup.close()
    assert people(tmp_path)[1] == (2, "Canary 2", 0, 0)

    assert shell.json("people", "erase", "--again") == {"erased_again": 1}
    assert people(tmp_path) == [(1, "Canary 1", 0, 0), (2, None, 0, 1)]
    assert shell.json("people", "erase", "--again") == {"erased_again": 0}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--person", "99"), 1),
        (("--registration", "1", "--sub", "nobody"), 1),
        (("--registration", "1"), 2),
        (("--sub", "sub-1"), 2),
        ((), 2),
    ],
)
def test_nobody_is_nobody(shell: Shell, tmp_path: Path, words: tuple[str, ...], code: int):
    erased = shell.run("people", "erase", *words, "--now")
    copied = shell.run("people", "export", *words, "--output", str(tmp_path / "x.zip"))

    assert (erased.exit_code, copied.exit_code) == (code, code)
    assert not (tmp_path / "x.zip").exists()
    assert len([row for row in people(tmp_path) if row[1]]) == 2


def test_the_log_is_verified_and_a_change_is_found(shell: Shell, tmp_path: Path):
    shell.json("people", "erase", "--person", "1", "--now")
    found = shell.json("audit", "verify")
    (log,) = found["logs"]
    assert (found["ok"], log["municipality"], log["broken_at"]) == (True, "Asker", None)
    assert log["entries"] == 2
    assert shell.run("audit", "verify", "--expect", log["last_hash"]).exit_code == 0
    lines = shell.run("audit", "export", "--municipality", "Asker").stdout.splitlines()
    assert [json.loads(line)["code"] for line in lines] == ["lms_registered", "person_erased"]

    with sqlite3.connect(tmp_path / "tracks.sqlite") as connection:
        connection.execute("DROP TRIGGER audit_entry_no_delete")
        connection.execute("DELETE FROM audit_entry WHERE number = 2")
    connection.close()
    cut = shell.run("audit", "verify", "--expect", log["last_hash"])
    assert (cut.exit_code, "entries are missing" in cut.output) == (1, True)
    assert shell.run("audit", "verify").exit_code == 0  # as far as it goes it is whole

    with sqlite3.connect(tmp_path / "tracks.sqlite") as connection:
        connection.execute("DROP TRIGGER audit_entry_no_update")
        connection.execute("UPDATE audit_entry SET code = 'x' WHERE number = 1")
    connection.close()
    changed = shell.run("audit", "verify")
    assert (changed.exit_code, "from entry 1 on" in changed.output) == (1, True)


@pytest.mark.parametrize(
    ("which", "language", "title"),
    [
        ("record", "nb", "# Protokoll over behandling av personopplysninger: Asker"),
        ("record", "sv", "# Register över behandling av personuppgifter: Asker"),
        ("annex", "nn", "# Vedlegg til databehandlaravtalen: Asker"),
        ("annex", "en", "# Annex to the data processing agreement: Asker"),
    ],
)
def test_documents_are_markdown_in_four_languages(
    shell: Shell, which: str, language: str, title: str
):
    made = shell.run("privacy", which, "--municipality", "Asker", "--language", language)

    assert made.exit_code == 0
    assert made.stdout.splitlines()[0] == title
    tables = [line for line in made.stdout.splitlines() if line.startswith("| ")]
    assert len(tables) > 20
    assert {line.replace("\\|", "").count("|") for line in tables} == {5}


@pytest.mark.parametrize(
    "words", [("privacy", "record"), ("privacy", "annex"), ("audit", "export")]
)
def test_an_unknown_municipality_is_told(shell: Shell, words: tuple[str, ...]):
    made = shell.run(*words, "--municipality", "Elsewhere")

    assert (made.exit_code, "there is no such municipality" in made.output) == (1, True)


def test_whose_data_was_affected_is_told_by_municipality_and_time(shell: Shell):
    shell.json("people", "erase", "--person", "1")
    now = datetime.now(UTC).date()
    days = ("--since", str(now - timedelta(days=1)), "--until", str(now + timedelta(days=1)))

    (home,) = shell.json("audit", "affected", *days, "--municipality", "Asker")["affected"]

    assert (home["municipality"], home["everybody"]) == ("Asker", None)
    (row,) = home["persons"]
    assert (row["person"], row["looked_at"], row["other"], row["worked"]) == (1, 0, 1, False)
    (every,) = shell.json("audit", "affected", *days, "--worked")["affected"]
    assert [(row["person"], row["worked"]) for row in every["persons"]] == [(1, True), (2, True)]
    assert "  1: looked at 0, other 1" in shell.run("audit", "affected", *days).output
    looks = shell.json("audit", "affected", *days, "--kind", "looks")["affected"]
    assert looks == [{"municipality": "Asker", "everybody": None, "persons": []}]
    for words, code in (
        ((*days, "--municipality", "Nowhere"), 1),
        ((*days, "--kind", "nothing"), 2),
        (("--since", "soon", "--until", "2026-11-14"), 2),
    ):
        assert shell.run("audit", "affected", *words).exit_code == code
