"""What the bootstrap decides, without starting an installer."""

import ast
import errno
import sys
import threading
from pathlib import Path

import pytest

from tests.cli.programs import ROOT, program
from tracks.cli.setup import start as bootstrap
from tracks.cli.setup.faults import NPM, PIP, cause, fetching_failed, from_os_error, no_venv
from tracks.cli.setup.install import Venv, stamp
from tracks.cli.setup.progress import line, what_it_is_at
from tracks.cli.setup.targets import TARGETS, Preparation, compile_once, only_one

CODE = sorted((ROOT / "tracks" / "cli" / "setup").glob("*.py"))


def test_an_old_python_can_read_the_first_file() -> None:
    source = (ROOT / "tracks" / "cli" / "setup" / "start.py").read_text()
    ast.parse(source, feature_version=(3, 6))


@pytest.mark.parametrize("path", CODE, ids=lambda path: path.name)
def test_nothing_is_needed_that_a_bare_python_lacks(path: Path) -> None:
    nodes = list(ast.walk(ast.parse(path.read_text())))
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module or "." for node in nodes if isinstance(node, ast.ImportFrom)}
    foreign = {
        name
        for name in names
        if name.split(".")[0] not in sys.stdlib_module_names
        and not name.startswith("tracks.cli.setup.")
    }
    assert foreign == set()


@pytest.mark.parametrize(
    ("version", "is_enough"),
    [
        ((3, 8, 10), False),
        ((3, 10, 99), False),
        ((3, 11, 0), True),
        ((3, 14), True),
        ((4, 0), True),
    ],
)
def test_python_from_3_11_on_is_new_enough(version: tuple[int, ...], is_enough: bool) -> None:
    assert bootstrap.is_new_enough(version) is is_enough


def test_a_newer_python_counts_only_when_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, "python3.13", "exit 127")
    works = program(tmp_path, "python3.12", f'exec "{sys.executable}" "$@"')
    program(tmp_path, "python3.11", f'exec "{sys.executable}" "$@"')
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bootstrap.newer_python() == str(works)
    works.unlink()
    (tmp_path / "python3.11").unlink()
    assert bootstrap.newer_python() == ""


def test_a_stamp_tells_every_change_of_its_parts() -> None:
    variants = [("ab", "c"), ("a", "bc"), ("ab", "c", ""), ("c", "ab"), (b"abc",)]
    assert len({stamp(*parts) for parts in variants}) == len(variants)
    assert stamp("ab", b"c") == stamp(b"ab", "c")


def made_venv(root: Path, version: str = "version = 3.11.2") -> Venv:
    venv = Venv(root)
    (venv.folder / "lib/python3.11/site-packages/pip").mkdir(parents=True)
    (venv.folder / "lib/python3.11/site-packages/pip/__main__.py").touch()
    (venv.folder / "pyvenv.cfg").write_text(f"home = /usr/bin\n{version}\n")
    (venv.folder / "bin").mkdir()
    venv.python.symlink_to(sys.executable)
    return venv


@pytest.mark.parametrize(
    "version", ["version = 3.11.2", "version_info = 3.13.0.final.0", "version=3.14.0"]
)
def test_a_whole_venv_is_kept(tmp_path: Path, version: str) -> None:
    venv = made_venv(tmp_path, version)
    assert venv.is_whole()
    venv.note("folder", str(tmp_path))
    assert venv.is_whole()


@pytest.mark.parametrize(
    "damage",
    [
        lambda venv: venv.note("unfinished", ""),
        lambda venv: venv.note("folder", "/somewhere/else"),
        lambda venv: (venv.python.unlink(), venv.python.symlink_to("/no/such/python")),
        lambda venv: (venv.folder / "pyvenv.cfg").unlink(),
        lambda venv: (venv.folder / "pyvenv.cfg").write_text("version = 3.10.9\n"),
        lambda venv: (venv.folder / "lib/python3.11/site-packages/pip/__main__.py").unlink(),
    ],
    ids=["interrupted", "moved", "python removed", "no cfg", "old python", "no pip"],
)
def test_a_damaged_venv_is_not_whole(tmp_path: Path, damage: object) -> None:
    venv = made_venv(tmp_path)
    assert callable(damage)
    damage(venv)
    assert not venv.is_whole()


def prepared(root: Path, packages: str) -> Venv:
    (root / ".locks").mkdir()
    (root / ".locks/run.txt").write_text("a==1\n")
    (root / ".locks/test.txt").write_text("a==1\nb==1\n")
    (root / "pyproject.toml").write_text("[project]\n")
    venv = made_venv(root)
    venv.note(f"packages-{packages}", venv.packages_stamp(f"{packages}.txt"))
    venv.note("project", venv.project_stamp())
    return venv


def titles(root: Path, target: str) -> list[str]:
    return [title for title, _ in Preparation(root, TARGETS[target]).missing_steps()]


def test_a_fresh_folder_needs_everything(tmp_path: Path) -> None:
    packages = ["Python environment", "Python packages", "This project"]
    assert titles(tmp_path, "docs") == packages
    assert titles(tmp_path, "run") == [*packages, "Web assets"]


def test_a_prepared_folder_needs_nothing(tmp_path: Path) -> None:
    prepared(tmp_path, "test")
    assert titles(tmp_path, "check") == []


def test_only_what_changed_is_done_again(tmp_path: Path) -> None:
    venv = prepared(tmp_path, "test")
    (tmp_path / ".locks/test.txt").write_text("a==1\nb==2\n")
    assert titles(tmp_path, "check") == ["Python packages"]
    venv.note("packages-test", venv.packages_stamp("test.txt"))
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert titles(tmp_path, "check") == ["This project"]
    (venv.folder / "pyvenv.cfg").write_text("version = 3.11.3\n")
    assert titles(tmp_path, "check") == ["Python packages", "This project"]


def test_what_the_tests_need_covers_what_runs_and_not_the_reverse(tmp_path: Path) -> None:
    venv = prepared(tmp_path, "test")
    assert "Python packages" not in titles(tmp_path, "run")
    venv.note("packages-test", "")
    venv.note("packages-run", venv.packages_stamp("run.txt"))
    assert "Python packages" not in titles(tmp_path, "run")
    assert "Python packages" in titles(tmp_path, "check")


RETRY = (
    "WARNING: Retrying (Retry(total=0, connect=None, read=None)) after connection broken by "
    "'NewConnectionError('refused')': /simple/alembic/\n"
)


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        (RETRY + "ERROR: No matching distribution found for alembic==1.20.1", "network"),
        ("npm error code EAI_AGAIN\nnpm error syscall getaddrinfo", "network"),
        ("npm error code ECONNREFUSED", "network"),
        (RETRY + "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE", "hash"),
        ("npm error code EINTEGRITY", "hash"),
        (RETRY + "ERROR: ... [Errno 28] No space left on device", "disk"),
        ("npm error code ENOSPC", "disk"),
        ("ERROR: ... [Errno 13] Permission denied: '/x'", "permission"),
        ("npm error code EACCES", "permission"),
        (
            RETRY + "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]",
            "certificate",
        ),
        ("ERROR: No matching distribution found for alembic==1.20.1", "missing"),
        ("npm error code E404", "missing"),
        ("Segmentation fault", "unknown"),
    ],
)
def test_the_cause_is_read_from_the_installers_words(output: str, expected: str) -> None:
    assert cause(output) == expected


def test_a_dead_network_is_told_with_whose_settings_to_check() -> None:
    assert fetching_failed(PIP, RETRY, folder="/f", log="/f/log") == (
        "The Python packages could not be fetched because the package index cannot be reached: "
        "check the network and pip's proxy and index settings (pip config list), then start again."
    )
    assert fetching_failed(NPM, "ENOTFOUND", folder="/f", log="/f/log") == (
        "The web assets could not be fetched because the npm registry cannot be reached: "
        "check the network and npm's proxy and registry settings (npm config list), "
        "then start again."
    )


@pytest.mark.parametrize(
    "output", ["", "ENOSPC", "EACCES", "EINTEGRITY", "E404", RETRY, "CERTIFICATE_VERIFY_FAILED"]
)
def test_every_fault_is_one_sentence(output: str) -> None:
    text = fetching_failed(NPM, output, folder="/f", log="/f/log")
    assert text[0].isupper()
    assert text.endswith(".")
    assert "\n" not in text
    assert ". " not in text


def test_a_missing_venv_module_names_the_exact_package() -> None:
    assert no_venv((3, 12), has_apt=True) == (
        "Python's venv module is missing: install it with `sudo apt install python3.12-venv` "
        "and start again."
    )
    assert "apt" not in no_venv((3, 12), has_apt=False)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (
            OSError(errno.ENOSPC, "No space left on device", "/f/.venv/x"),
            "The disk is full: make room on the disk of /f and start again.",
        ),
        (
            PermissionError(errno.EACCES, "Permission denied", "/f/.cache"),
            "There is no permission to write to /f/.cache: "
            "change its owner or use a copy of your own.",
        ),
        (
            FileNotFoundError(errno.ENOENT, "No such file or directory", "/f/.locks/run.txt"),
            "The preparation stopped: No such file or directory (/f/.locks/run.txt).",
        ),
    ],
)
def test_a_fault_of_the_system_is_told_plainly(error: OSError, expected: str) -> None:
    assert from_os_error(error, "/f") == expected


@pytest.mark.parametrize(
    ("news", "expected"),
    [
        ("", ""),
        ("Looking in indexes: ...\n", ""),
        ("Collecting flask==3.1.3\n", "flask"),
        ("Collecting a==1\n  Downloading typing_extensions-4.16.0-py3.whl\n", "typing_extensions"),
        ("Collecting a==1\n" + RETRY, "no answer from the network, trying again"),
        ("Collecting a==1\nInstalling collected packages: a, b\n", "putting them in place"),
    ],
)
def test_the_moving_line_says_what_pip_is_at(news: str, expected: str) -> None:
    assert what_it_is_at(news) == expected


def test_the_moving_line_moves_and_counts() -> None:
    assert line(2, 4, "Python packages", 12.4, 0, "flask") == "[2/4] Python packages | 12 s flask"
    assert line(2, 4, "Python packages", 12.6, 1, "") == "[2/4] Python packages / 13 s"


def test_two_preparations_take_turns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order: list[str] = []

    def second() -> None:
        with only_one(tmp_path / "lock"):
            order.append("second")

    with only_one(tmp_path / "lock"):
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(0.2)
        order.append("first")
    waiting.join(10)
    assert order == ["first", "second"]
    assert capsys.readouterr().err == ("Another make is preparing this folder; waiting for it.\n")


@pytest.mark.parametrize(
    ("given", "then"),
    [
        ({}, {}),
        ({"PYTHONDONTWRITEBYTECODE": ""}, {}),
        ({"PYTHONDONTWRITEBYTECODE": "1"}, {"PYTHONPYCACHEPREFIX": "/here"}),
        (
            {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": "/there"},
            {"PYTHONPYCACHEPREFIX": "/there"},
        ),
        ({"PYTHONPYCACHEPREFIX": "/there"}, {"PYTHONPYCACHEPREFIX": "/there"}),
    ],
)
def test_modules_are_compiled_once(given: dict[str, str], then: dict[str, str]) -> None:
    environ = {"HOME": "/", **given}
    compile_once(environ, Path("/here"))
    assert environ == {"HOME": "/", **then}
