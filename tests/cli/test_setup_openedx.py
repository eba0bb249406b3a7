"""Open edX's consumer is installed for `make test` where that can be done; CI must have it."""

import sys
from pathlib import Path

import pytest

from tracks.cli.setup.faults import SetupError
from tracks.cli.setup.install import Venv
from tracks.cli.setup.openedx import OpenEdx
from tracks.cli.setup.progress import Progress
from tracks.cli.setup.targets import TARGETS, Preparation


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree whose installer works, without one being started."""
    (tmp_path / ".locks").mkdir()
    for name in ("openedx", "readers"):
        (tmp_path / f".locks/{name}.txt").write_text("a==1\n")
    monkeypatch.setattr(Venv, "make", lambda venv, _: _make(venv))
    monkeypatch.setattr(
        Venv, "install_lock", lambda venv, *_, **__: venv.note("folder", str(venv.root))
    )
    monkeypatch.delenv("CI", raising=False)
    return tmp_path


def _make(venv: Venv) -> None:
    site_packages = venv.folder / "lib/python3.11/site-packages"
    (site_packages / "pip").mkdir(parents=True, exist_ok=True)
    (site_packages / "pip/__main__.py").touch()
    (venv.folder / "pyvenv.cfg").write_text("version = 3.11.2\n")
    (venv.folder / "bin").mkdir(exist_ok=True)
    venv.python.unlink(missing_ok=True)
    venv.python.symlink_to(sys.executable)


@pytest.fixture
def progress(tmp_path: Path) -> Progress:
    return Progress(tmp_path / "log", 1)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object, **_named: object) -> None:
        raise SetupError("The package index cannot be reached.")

    monkeypatch.setattr(Venv, "install_lock", refuse)


@pytest.mark.parametrize("lock", ["openedx", "readers"])
def test_it_is_there_once_installed_and_until_its_lock_changes(
    root: Path, progress: Progress, lock: str
) -> None:
    openedx = OpenEdx(root)
    before = openedx.is_there()

    openedx.install(progress)

    assert (before, openedx.is_there()) == (False, True)
    (root / f".locks/{lock}.txt").write_text("a==2\n")
    assert not openedx.is_there()


def test_without_it_the_other_tests_are_still_run(
    root: Path, progress: Progress, no_network: None, capsys: pytest.CaptureFixture[str]
) -> None:
    OpenEdx(root).install(progress)

    assert not OpenEdx(root).is_there()
    assert capsys.readouterr().err == (
        "The package index cannot be reached."
        " The tests with Open edX and other readers will NOT run.\n"
    )


def test_ci_does_not_go_on_without_it(
    root: Path, progress: Progress, no_network: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", "true")

    with pytest.raises(SetupError):
        OpenEdx(root).install(progress)
    assert not OpenEdx(root).is_there()


def test_only_the_tests_need_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracks.cli.setup.targets.installed_chromium", lambda: "chromium")
    step = "Open edX and other readers for the tests"
    needing = {
        name
        for name, target in TARGETS.items()
        if step in [title for title, _ in Preparation(root, target).missing_steps()]
    }
    assert needing == {"test"}
