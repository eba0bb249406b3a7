"""The bootstrap as a person meets it: started by make or by path, in a folder with a space."""

import os
import pwd
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.programs import ROOT, program
from tracks.cli.setup.install import Venv
from tracks.cli.setup.targets import usage

FILES = ("Makefile", "pyproject.toml", ".locks", "tracks/web/package.json")
# What is not in .venv's Python stands for a bare machine: nothing of ours is on its path.
BARE = Path(os.path.realpath(sys.executable))


@pytest.fixture
def copy() -> Iterator[Path]:
    """A copy of the tree whose own packages cannot be imported: the bootstrap must not try."""
    parent = Path(tempfile.mkdtemp(prefix="tracks-setup-"))
    root = parent / "a copy"
    setup = root / "tracks" / "cli" / "setup"
    setup.mkdir(parents=True)
    for path in (ROOT / "tracks" / "cli" / "setup").glob("*.py"):
        shutil.copy(path, setup)
    for name in FILES:
        source, to = ROOT / name, root / name
        to.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, to)
        else:
            shutil.copy(source, to)
    for broken in ("__init__.py", "cli/__init__.py", "cli/json.py", "cli/setup/json.py"):
        (root / "tracks" / broken).write_text("raise RuntimeError('imported by the bootstrap')\n")
    parent.chmod(0o755)
    yield root
    shutil.rmtree(parent)


def imitation(folder: Path, change: str) -> Path:
    """A Python that differs by one statement."""
    start = f"import runpy, sys; {change}; runpy.run_path(sys.argv[0], run_name='__main__')"
    script = f'exec "{BARE}" -c "import sys; sys.argv.pop(0); {start}" "$@"'
    return program(folder, "python3", script)


def run(
    python: Path, root: Path, *arguments: str, **environment: str
) -> "subprocess.CompletedProcess[str]":
    command = [str(python), "tracks/cli/setup/start.py", *arguments]
    env = {"PATH": f"{python.parent}:/usr/bin:/bin", "HOME": str(root.parent), **environment}
    return subprocess.run(
        command, cwd=root, env=env, capture_output=True, text=True, timeout=60, check=False
    )


OLD = "sys.version_info = (3, 8, 10, 'final', 0)"


def test_an_old_python_is_told_in_one_sentence(copy: Path, tmp_path: Path) -> None:
    python = imitation(tmp_path / "bin", OLD)
    answer = run(python, copy, "run", PATH=str(tmp_path / "bin"))
    assert (answer.returncode, answer.stdout, answer.stderr) == (
        1,
        "",
        "Learning Tracks needs Python 3.11 or newer, but this is Python 3.8 and no newer one was "
        "found on the PATH: please install one and start again.\n",
    )
    assert not (copy / ".venv").exists()


def test_an_old_python_hands_over_to_a_newer_one(copy: Path, tmp_path: Path) -> None:
    python = imitation(tmp_path / "bin", OLD)
    program(tmp_path / "bin", "python3.12", f'exec "{BARE}" "$@"')
    answer = run(python, copy, "--help", PATH=str(tmp_path / "bin"))
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, usage() + "\n", "")


def test_a_missing_venv_module_is_told_in_one_sentence(copy: Path, tmp_path: Path) -> None:
    python = imitation(tmp_path / "bin", "sys.modules['ensurepip'] = None")
    program(tmp_path / "bin", "apt-get", "exit 9")
    answer = run(python, copy, "run")
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    assert answer.returncode == 1
    assert answer.stderr.splitlines() == [
        "[1/4] Python environment ...",
        f"Python's venv module is missing: install it with `sudo apt install {package}` "
        "and start again.",
    ]


def test_without_network_one_sentence_and_a_broken_venv_is_repaired(copy: Path) -> None:
    """One test for both, since each takes a new venv (two seconds)."""
    (copy / ".venv" / "bin").mkdir(parents=True)
    (copy / ".venv" / "bin" / "python").symlink_to("/no/such/python")
    begun = time.monotonic()
    answer = run(
        BARE,
        copy,
        "run",
        PIP_CONFIG_FILE="/dev/null",
        PIP_NO_CACHE_DIR="1",
        PIP_RETRIES="1",
        HTTPS_PROXY="http://127.0.0.1:9",
        HTTP_PROXY="http://127.0.0.1:9",
    )
    assert time.monotonic() - begun < 20
    assert answer.returncode == 1
    assert answer.stderr.splitlines()[-1] == (
        "The Python packages could not be fetched because the package index cannot be reached: "
        "check the network and pip's proxy and index settings (pip config list), then start again."
    )
    assert "Traceback" not in answer.stdout + answer.stderr
    # What is whole is kept for the next start, which then takes up where this one stopped.
    assert Venv(copy).is_whole()


def test_a_folder_of_somebody_else_is_told_in_one_sentence(copy: Path) -> None:
    (copy / ".cache").mkdir(mode=0o555)
    copy.chmod(0o555)
    is_root = os.geteuid() == 0
    other = pwd.getpwnam("nobody").pw_uid if is_root else None
    try:
        answer = subprocess.run(
            ["/usr/bin/env", "python3", "tracks/cli/setup/start.py", "run"],
            cwd=copy,
            env={"PATH": "/usr/bin:/bin" if is_root else os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            user=other,
            extra_groups=[] if is_root else None,
        )
    finally:
        copy.chmod(0o755)
    assert (answer.returncode, answer.stderr) == (
        1,
        f"There is no permission to write to {copy}/.cache/setup.lock: "
        "change its owner or use a copy of your own.\n",
    )


def without_make() -> dict[str, str]:
    """`make test` tells its children that they run below a make, which then talk differently."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}


def make(root: Path, *arguments: str) -> str:
    answer = subprocess.run(
        ["make", *arguments],
        cwd=root,
        env=without_make(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return answer.stdout


def test_make_alone_explains_itself(copy: Path) -> None:
    assert make(copy, f"PYTHON={BARE}") == usage() + "\n"


def test_make_passes_its_arguments_on(copy: Path) -> None:
    (copy / "tests").mkdir()
    said = make(copy, "-n", "PYTHON=python3", "test", "ARGS=tests/lti -k 'a or b'")
    assert said == "\"python3\" tracks/cli/setup/start.py test tests/lti -k 'a or b'\n"


def test_ci_runs_make_test_and_nothing_else(copy: Path) -> None:
    shutil.copytree(ROOT / ".ci", copy / ".ci")
    (copy / "Makefile").write_text("test:\n\t@echo tested $(CURDIR)\nother:\n\t@echo wrong\n")
    answer = subprocess.run(
        ["bash", str(copy / ".ci" / "run")],
        cwd="/",
        env=without_make(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout == f"tested {copy}\n"
