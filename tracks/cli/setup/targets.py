"""The make targets: what each needs, in which order it is prepared, what is started then."""

import fcntl
import os
import sys
from collections.abc import Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from tracks.cli.setup.browser import (
    VARIABLE,
    install_chromium,
    installed_chromium,
    playwrights_chromium,
)
from tracks.cli.setup.checks import checks_of, run_checks, say_on_stdout
from tracks.cli.setup.faults import SetupError, from_os_error
from tracks.cli.setup.install import Venv
from tracks.cli.setup.openedx import OpenEdx
from tracks.cli.setup.progress import Progress
from tracks.cli.setup.web import WebAssets, npm_from_wheel, system_npm


@dataclass(frozen=True, slots=True)
class Target:
    purpose: str
    packages: str
    assets: str | None
    command: tuple[str, ...]
    needs_browser: bool = False
    with_openedx: bool = False


TARGETS = {
    "run": Target("start everything on this machine", "run", "run", ("tracks", "run")),
    "test": Target(
        "run every test",
        "test",
        "test",
        # Who has nothing left takes half of what the other has: each of them starts few servers.
        ("pytest", "-n", "2", "--dist", "worksteal"),
        needs_browser=True,
        with_openedx=True,
    ),
    "check": Target("ruff, mypy and import-linter", "test", None, ()),
    "bench": Target("measure speed and load", "test", "run", ("tests.bench",)),
    "docs": Target(
        "build the manuals into docs/_build",
        "test",
        None,
        ("sphinx", "-W", "--keep-going", "-q", "-b", "html", "docs", "docs/_build"),
    ),
}
Step = tuple[str, Callable[[Progress], None]]


class Preparation:
    def __init__(self, root: Path, target: Target) -> None:
        self.venv = Venv(root)
        self._target = target
        self._assets = WebAssets(root, target.assets) if target.assets else None
        self._openedx = OpenEdx(root) if target.with_openedx else None
        self.chromium = ""

    def missing_steps(self) -> list[Step]:
        """Looks at files only (and asks Chromium for its version): it runs at every start."""
        is_whole, packages = self.venv.is_whole(), self._target.packages
        steps: list[Step] = []
        if not is_whole:
            steps.append(("Python environment", self.venv.make))
        covering = {packages, "test"}
        if not is_whole or not any(self._has_packages(name) for name in covering):
            steps.append(("Python packages", self._install_packages))
        if not is_whole or not self.venv.holds("project", self.venv.project_stamp()):
            steps.append(("This project", self._install_project))
        if self._assets and not self._assets.are_there():
            steps.append(("Web assets", self._fetch_assets))
        if self._target.needs_browser and not self.chromium:
            self.chromium = installed_chromium()
            if not self.chromium and is_whole:
                self.chromium = playwrights_chromium(self.venv)
            if not self.chromium:
                steps.append(("Chromium for the browser tests", self._install_chromium))
        if self._openedx and not self._openedx.is_there():
            steps.append(("Open edX and other readers for the tests", self._openedx.install))
        return steps

    def _has_packages(self, name: str) -> bool:
        return self.venv.holds(f"packages-{name}", self.venv.packages_stamp(f"{name}.txt"))

    def _install_packages(self, progress: Progress) -> None:
        name = self._target.packages
        self.venv.install_lock(f"{name}.txt", progress)
        self.venv.note(f"packages-{name}", self.venv.packages_stamp(f"{name}.txt"))

    def _install_project(self, progress: Progress) -> None:
        self.venv.install_project(progress)
        self.venv.note("project", self.venv.project_stamp())

    def _fetch_assets(self, progress: Progress) -> None:
        assert self._assets
        npm = system_npm()
        self._assets.fetch([npm] if npm else npm_from_wheel(self.venv, progress), progress)

    def _install_chromium(self, progress: Progress) -> None:
        self.chromium = install_chromium(self.venv, progress)

    def complete(self) -> None:
        if not self.missing_steps():
            return
        cache = self.venv.root / ".cache"
        cache.mkdir(exist_ok=True)
        with only_one(cache / "setup.lock"):
            steps = self.missing_steps()
            log = cache / "setup.log"
            log.write_text("", encoding="utf-8")
            progress = Progress(log, len(steps))
            for title, act in steps:
                with progress.step(title):
                    act(progress)


@contextmanager
def only_one(path: Path) -> Iterator[None]:
    """Two at once (make run here, make check there) would install into each other."""
    with path.open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("Another make is preparing this folder; waiting for it.", file=sys.stderr)
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def usage() -> str:
    lines = [f"  make {name:<7}{target.purpose}" for name, target in TARGETS.items()]
    return "\n".join(["Everything is installed into this folder, when needed.", *lines])


def start(arguments: list[str]) -> int:
    """Comes back only with a fault, a check's result or the usage; else becomes the target."""
    name = arguments[0] if arguments else "--help"
    if name not in TARGETS:
        print(usage())
        return 0 if name in ("-h", "--help") else 2
    root = Path(__file__).resolve().parents[3]
    preparation = Preparation(root, TARGETS[name])
    try:
        preparation.complete()
    except SetupError as fault:
        print(fault, file=sys.stderr)
        return 1
    except OSError as error:
        print(from_os_error(error, str(root)), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; the next start goes on from here.", file=sys.stderr)
        return 130
    if name != "check":
        become(preparation, [*TARGETS[name].command, *arguments[1:]])
    return run_checks(checks_of(preparation.venv.folder / "bin"), root, say_on_stdout)


def become(preparation: Preparation, module: list[str]) -> NoReturn:
    """This process turns into the target, so that Ctrl-C and the exit code are the target's."""
    python = str(preparation.venv.python)
    os.chdir(preparation.venv.root)
    if preparation.chromium:
        os.environ[VARIABLE] = preparation.chromium
    compile_once(os.environ, preparation.venv.root / ".cache" / "compiled")
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(python, [python, "-m", *module])  # noqa: S606 - no shell is wanted


def compile_once(environ: MutableMapping[str, str], folder: Path) -> None:
    """Told to write no compiled modules beside the sources, Python compiles them all at each start,
    and the tests start hundreds of programs: theirs go to a folder of their own."""
    if environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        environ.setdefault("PYTHONPYCACHEPREFIX", str(folder))
