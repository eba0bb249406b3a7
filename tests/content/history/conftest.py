from collections.abc import Callable
from pathlib import Path
from subprocess import run

import pytest

from content.history.repository import History
from content.history.signing import open_signer

Git = Callable[..., str]


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History(tmp_path / "libraries" / "asker.git", open_signer(tmp_path / "signing-key"))


@pytest.fixture
def git(history: History, tmp_path: Path) -> Git:
    """The system's git at the repository; its output, and AssertionError where it fails."""
    allowed = tmp_path / "allowed"

    def call(*arguments: str) -> str:
        signer = open_signer(tmp_path / "signing-key")
        allowed.write_text(f'* namespaces="git" {signer.public_line}\n')
        done = run(
            ["git", "-c", f"gpg.ssh.allowedSignersFile={allowed}", *arguments],
            cwd=history.path,
            capture_output=True,
            env={"HOME": "/nonexistent", "PATH": "/usr/bin:/bin", "GIT_CONFIG_NOSYSTEM": "1"},
        )
        said = done.stdout.decode() + done.stderr.decode()
        assert done.returncode == 0, said
        return said

    return call
