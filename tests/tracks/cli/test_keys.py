"""`tracks lti rotate-keys`, `reseal-keys` and `show`: our own keys from the command line."""

from base64 import b64encode
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.tracks.cli.test_commands import Shell
from tracks.lms.sealing import EncryptionKey
from tracks.settings import SettingsError

NEW = b64encode(b"n" * 32).decode()


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


def test_a_rotation_is_shown_and_overlaps(shell: Shell):
    made = shell.json("lti", "rotate-keys")
    old, new = shell.json("lti", "show")["keys"]
    active, until = (
        datetime.fromisoformat(text) for text in (new["active_from"], old["published_until"])
    )

    assert (new["kid"], new["published_until"]) == (made["kid"], None)
    assert until - active == timedelta(days=14)
    assert made["kid"] in shell.run("lti", "show").stdout


def test_a_stolen_key_is_gone_at_once(shell: Shell):
    shell.json("lti", "rotate-keys")
    made = shell.json("lti", "rotate-keys", "--at-once")

    assert [key["kid"] for key in shell.json("lti", "show")["keys"]] == [made["kid"]]


def test_a_lost_encryption_key_is_got_over(shell: Shell, tmp_path: Path):
    shell.json("lti", "rotate-keys")
    (tmp_path / "encryption-key").unlink()

    assert isinstance(shell.run("lti", "rotate-keys").exception, SettingsError)
    shell.json("lti", "rotate-keys", "--at-once")

    shell.json("lti", "rotate-keys")


def test_the_encryption_key_is_changed_in_three_steps(shell: Shell, tmp_path: Path):
    shell.json("lti", "rotate-keys")
    file = tmp_path / "encryption-key"
    old = file.read_text()

    file.write_text(f"{NEW}\n")
    refused = shell.run("lti", "reseal-keys")
    assert isinstance(refused.exception, SettingsError)

    file.write_text(f"{NEW}\n{old}")
    assert shell.json("lti", "reseal-keys") == {
        "resealed": 2,
        "encryption_key": EncryptionKey(b"n" * 32).id,
    }
    file.write_text(f"{NEW}\n")
    assert shell.json("lti", "reseal-keys")["resealed"] == 0
    assert shell.run("lti", "rotate-keys").exit_code == 0


@pytest.mark.parametrize("host", ["https://a.example", "a.example/x", "a b", "a.example:443", "é"])
def test_a_service_host_is_the_name_of_a_host(shell: Shell, host: str):
    words = ["lti", "register", "--issuer", "https://l.example", "--client-id", "c"]
    words += ["--auth-url", "https://l.example/a", "--jwks-url", "https://l.example/j"]
    words += ["--deployment", "1", "--municipality", "Sample", "--service-host", host]

    assert shell.run(*words).exit_code == 2
