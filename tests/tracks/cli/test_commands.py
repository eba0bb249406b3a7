"""The commands that people script against: what they say, write, and exit with."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from tests.factories.databases import LIBRARY
from tracks.cli import cli

URLS = ["--auth-url", "https://l.example/a", "--jwks-url", "https://l.example/j"]
REGISTER = ["lti", "register", "--issuer", "https://l.example", "--client-id", "c", *URLS]
REGISTER += ["--deployment", "1", "--municipality", "Asker"]


class Shell:
    def __init__(self, folder: Path) -> None:
        self.environ = {
            "TRACKS_DATA_DIR": str(folder),
            "TRACKS_LIBRARY": str(LIBRARY),
            "TRACKS_BASE_URL": "https://tracks.example",
            "TRACKS_DATABASE_URL": "",
        }

    def run(self, *words: str) -> Result:
        return CliRunner().invoke(cli, words, env=self.environ)

    def json(self, *words: str) -> dict:
        result = self.run(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_every_command_explains_itself(shell: Shell):
    def commands(group: click.Group, *path: str):
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if isinstance(command, click.Group):
                yield from commands(command, *path, name)
            else:
                yield (*path, name)

    names = list(commands(cli))
    assert set(names) >= {("serve",), ("worker",), ("run",), ("lti", "register"), ("db", "check")}
    for words in names:
        result = shell.run(*words, "--help")
        assert (result.exit_code, "Usage:" in result.output) == (0, True), words


def test_a_server_loads_nothing_that_only_authors_and_operators_need():
    """25 MB in every process, and half a second of every start (bar 12)."""
    code = (
        "import sys\n"
        "from tracks.cli import cli\n"
        "from tracks.app import create_app, create_worker, open_database\n"
        "cli(['serve', '--help'], standalone_mode=False)\n"
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout

    loaded = set(said.split())
    assert loaded >= {"flask", "tracks", "sqlalchemy"}
    for_others = {"alembic", "markdown_it", "pydantic", "pygments", "rich", "ruamel", "nh3"}
    too_much = {
        "openpyxl",
        "PIL",
        "celery",
        "kombu",
        "dulwich",
        "urllib3",
        "authlib",
        "fido2",
        *for_others,
    }
    assert loaded & too_much == set()


def test_a_database_is_made_checked_and_found_whole(shell: Shell):
    before = shell.run("db", "check", "--json")
    assert (before.exit_code, json.loads(before.stdout)["ok"]) == (1, False)

    assert shell.run("db", "upgrade").exit_code == 0
    assert shell.run("db", "upgrade").exit_code == 0

    assert shell.json("db", "check") == {"ok": True, "problems": []}


def test_a_library_is_checked_and_published_once(shell: Shell):
    assert shell.json("content", "check") == {"problems": []}
    assert shell.json("content", "publish") == {"published": {"sample/maaling@1.0.0": True}}
    assert shell.json("content", "publish") == {"published": {"sample/maaling@1.0.0": False}}


def test_a_library_with_a_problem_is_not_published_at_all(shell: Shell, tmp_path: Path):
    broken = tmp_path / "library"
    broken.mkdir()
    (broken / "library.yaml").write_text("id: [\n")

    checked = shell.run("content", "check", str(broken), "--json")
    published = shell.run("content", "publish", str(broken))

    assert (checked.exit_code, published.exit_code) == (1, 1)
    assert len(json.loads(checked.stdout)["problems"]) >= 1
    assert "Nothing was published." in published.output


def test_a_draft_with_problems_stops_nobody(shell: Shell, tmp_path: Path):
    library = tmp_path / "library"
    shutil.copytree(LIBRARY, library)
    shutil.copytree(library / "maaling", library / "begynt")
    for name in ("track.nb.md", "track.sv.md"):
        file = library / "begynt" / name
        text = file.read_text("utf-8").replace("lifecycle: open", "lifecycle: draft")
        file.write_text(
            text if "lifecycle" in text else text.replace("---", "---\nlifecycle: draft", 1)
        )
    session = library / "begynt" / "01-enheter.nb.md"
    session.write_text(session.read_text("utf-8").replace("- ( ) Sekund", "- (x) Sekund"))
    assert shell.run("content", "check", str(library)).exit_code == 1

    published = shell.run("content", "publish", str(library), "--json")

    assert json.loads(published.stdout) == {"published": {"sample/maaling@1.0.0": True}}


def test_a_step_is_drawn(shell: Shell):
    drawn = shell.run("content", "render", "maaling/enheter#les")

    assert (drawn.exit_code, "<strong>enheten</strong>" in drawn.output) == (0, True)
    assert shell.run("content", "render", "maaling/enheter#nothing").exit_code == 1


def test_an_lms_is_registered_shown_and_registered_again(shell: Shell):
    assert shell.json(*REGISTER) == {"registration": 1}
    assert shell.json(*REGISTER) == {"registration": 1}

    shown = shell.json("lti", "show")
    assert shown["tool"]["launch"] == "https://tracks.example/lti/launch"
    assert shown["registrations"] == [
        {
            "registration": 1,
            "issuer": "https://l.example",
            "client_id": "c",
            "deployment": "1",
            "status": "enabled",
            "is_active": True,
        }
    ]


def test_a_deployment_is_switched_off_and_approved_again(shell: Shell):
    shell.json(*REGISTER)

    def status() -> str:
        return shell.json("lti", "show")["registrations"][0]["status"]

    assert shell.run("lti", "switch-off", "1", "1").exit_code == 0
    assert status() == "off"
    assert shell.run("lti", "approve", "1", "1").exit_code == 0
    assert status() == "enabled"
    assert shell.run("lti", "switch-off", "1", "none").exit_code == 1
    unknown = shell.run("lti", "approve", "99", "1")
    assert (unknown.exit_code, unknown.output) == (1, "tracks: there is no such registration\n")


def test_a_whole_lms_is_switched_off_and_on(shell: Shell):
    shell.run(*REGISTER)

    off = shell.run("lti", "switch-off", "1")
    assert (off.exit_code, off.output) == (0, "Registration 1 is off.\n")
    assert shell.json("lti", "show")["registrations"][0]["is_active"] is False

    assert shell.run("lti", "switch-on", "1").output == "Registration 1 is on.\n"
    assert shell.json("lti", "show")["registrations"][0]["is_active"] is True
    assert (
        shell.run("lti", "switch-off", "1", "1").output
        == "Deployment 1 of registration 1 is off.\n"
    )
    assert (
        shell.run("lti", "switch-on", "1", "1").output == "Deployment 1 of registration 1 is on.\n"
    )
    assert shell.run("lti", "switch-on", "9").exit_code == 1
    assert shell.run("lti", "switch-off", "9").exit_code == 1
    assert shell.run("lti", "switch-on", "1", "none").exit_code == 1


def test_an_invitation_is_a_link_for_a_day(shell: Shell):
    made = shell.json("lti", "invite", "--municipality", "Asker")

    assert re.fullmatch(r"https://tracks\.example/connect/[\w-]{43}", made["link"])
    left = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=23, minutes=58) < left <= timedelta(hours=24)
    said = shell.run("lti", "invite", "--municipality", "Asker").output
    assert re.search(r"https://tracks\.example/connect/[\w-]{43}\n", said)


def test_a_request_is_shown_and_approved(shell: Shell, tmp_path: Path):
    shell.json("lti", "invite", "--municipality", "Asker")
    with sqlite3.connect(tmp_path / "tracks.sqlite") as database:
        database.execute(
            "INSERT INTO registration_request (municipality_id, invitation_id, name, issuer,"
            " client_id, auth_url, jwks_url, platform_family, product, deployment_id, scopes,"
            " messages, platform_keys, foreign_hosts, status, requested_at) VALUES (1, 1, 'Moodle',"
            " 'https://l.example', 'c', 'https://l.example/a', 'https://l.example/k', 'moodle',"
            " 'Moodle', '7', '[]', '[]', '[]', '[\"x.example\"]', 'pending', '2026-11-21 12:00:00')"
        )

    assert shell.json("lti", "show")["requests"] == [
        {
            "request": 1,
            "issuer": "https://l.example",
            "client_id": "c",
            "foreign_hosts": ["x.example"],
            "changes": False,
        }
    ]
    assert shell.run("lti", "approve", "--request", "1").exit_code == 0
    shown = shell.json("lti", "show")
    assert shown["requests"] == []
    assert [(r["issuer"], r["deployment"], r["status"]) for r in shown["registrations"]] == [
        ("https://l.example", "7", "enabled")
    ]
    again = shell.run("lti", "approve", "--request", "1")
    assert (again.exit_code, "decided already" in again.output) == (1, True)
    assert shell.run("lti", "approve").exit_code == 2


@pytest.mark.parametrize("url", ["http://l.example/a", "ftp://l.example", "l.example"])
def test_an_lms_without_https_is_not_registered(shell: Shell, url: str):
    words = [url if word == "https://l.example/a" else word for word in REGISTER]

    assert shell.run(*words).exit_code == 2
    assert shell.json("lti", "show")["registrations"] == []


def test_a_worker_of_its_own_needs_a_broker(shell: Shell):
    result = shell.run("worker")

    assert result.exit_code != 0
    assert "TRACKS_BROKER_URL" in str(result.exception) + result.output


def test_a_token_for_git_says_what_it_opens(shell: Shell):
    """Reading the whole library is somebody's word, and never what is left out (ADR 0051)."""
    make = ["content", "token", "make", "--publisher", "asker", "--name", "Office"]
    shell.run(*REGISTER)
    for words in ([], ["--municipality", "Asker", "--whole-library"], ["--municipality", "Bygdin"]):
        refused = shell.run(*make, *words)
        assert refused.exit_code != 0, words
        assert "ltgit_" not in refused.output
    assert shell.json("content", "token", "list") == {"tokens": []}
    assert shell.run(*make, "--municipality", "Asker").stdout.startswith("ltgit_")
    assert shell.run(*make, "--whole-library").stdout.startswith("ltgit_")
    found = shell.json("content", "token", "list")["tokens"]
    assert [each["municipality"] for each in found] == ["Asker", None]
    listed = shell.run("content", "token", "list").stdout.splitlines()
    assert ["asker  Asker" in listed[0], "asker  the whole library" in listed[1]] == [True, True]
