"""`tracks people`: the first administrator of a municipality, and whoever has no page yet."""

from datetime import UTC, datetime

import pytest

from tests.tracks.cli.test_commands import REGISTER, Shell
from tracks.app import open_database
from tracks.db import Database
from tracks.people.actions import add_school, person_from_launch
from tracks.people.rules import SchoolKind
from tracks.settings import load_settings

ASKER = ["--municipality", "Asker"]


@pytest.fixture
def shell(tmp_path) -> Shell:
    made = Shell(tmp_path)
    assert made.run(*REGISTER).exit_code == 0
    database: Database = open_database(load_settings(made.environ))
    with database.writing() as session:
        add_school(session, 1, code="974760673", name="Sample school", kind=SchoolKind.PRIMARY)
        for sub in ("one", "two"):
            person_from_launch(
                session,
                registration_id=1,
                sub=sub,
                municipality_id=1,
                name=f"Sample {sub}",
                now=datetime.now(UTC),
            )
    database.engine.dispose()
    return made


def roles(shell: Shell) -> list[tuple[str, str, str | None]]:
    listed = shell.json("people", "list", *ASKER)
    return [(who["name"], r["role"], r["school"]) for who in listed for r in who["roles"]]


def test_a_role_is_given_listed_and_ended(shell: Shell):
    made = shell.json("people", "grant", "1", "administrator", *ASKER)
    shell.json(
        "people", "grant", "2", "spreader", *ASKER, "--school", "974760673", "--percent", "20"
    )
    assert roles(shell) == [
        ("Sample one", "administrator", None),
        ("Sample two", "spreader", "Sample school"),
    ]
    listed = shell.run("people", "list", *ASKER, "--role", "spreader").output
    assert "2: Sample two" in listed
    assert "Sample one" not in listed
    assert shell.run("people", "end", str(made["grant"]), *ASKER).exit_code == 0
    assert roles(shell) == [("Sample two", "spreader", "Sample school")]
    assert shell.run("people", "end", str(made["grant"]), *ASKER).exit_code == 1


@pytest.mark.parametrize(
    "words",
    [
        ["9", "author", *ASKER],
        ["1", "author", "--municipality", "Nowhere"],
        ["1", "spreader", *ASKER],
        ["1", "spreader", *ASKER, "--school", "1"],
        ["1", "lead_spreader", *ASKER, "--team", "None"],
        ["1", "researcher", *ASKER],
        ["1", "author", *ASKER, "--until", "2020-01-01"],
        ["1", "author", *ASKER, "--until", "tomorrow"],
        ["1", "author", *ASKER, "--percent", "10"],
        ["1", "newcomer", *ASKER],
        ["1", "king", *ASKER],
    ],
)
def test_what_cannot_be_given_is_said_and_nothing_is_written(shell: Shell, words: list[str]):
    result = shell.run("people", "grant", *words)
    assert result.exit_code in (1, 2), result.output
    assert "Traceback" not in result.output
    assert roles(shell) == []


def test_a_role_for_a_time(shell: Shell):
    shell.json(
        "people", "grant", "1", "author", *ASKER, "--from", "2099-01-01", "--until", "2099-02-01"
    )
    (who, _) = shell.json("people", "list", *ASKER)
    (given,) = who["roles"]
    assert given["from"].startswith("2098-12-31T23:00")
    assert given["until"].startswith("2099-02-01T23:00")
