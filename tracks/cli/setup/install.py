"""The virtual environment: is it whole, what does it hold, make or repair it."""

import hashlib
import importlib.util
import os
import re
import shutil
import sys
from pathlib import Path

from tracks.cli.setup.faults import PIP, SetupError, fetching_failed, no_venv
from tracks.cli.setup.progress import Progress

# Inside the venv, so that who deletes .venv deletes what we believe about it.
_STAMPS = ".stamps"
_PIP_SETTINGS = {
    "PIP_NO_INPUT": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    # A person's `user = true` is meant for the system's Python; in a venv pip refuses it.
    "PIP_USER": "0",
}


def stamp(*parts: bytes | str) -> str:
    """One value for all parts together; ("ab", "c") and ("a", "bc") differ."""
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(hashlib.sha256(data).digest())
    return total.hexdigest()


def base_python() -> str:
    """Not the one of an activated .venv: it goes when .venv is made anew."""
    in_venv = sys.prefix != sys.base_prefix
    return os.path.realpath(sys.executable) if in_venv else sys.executable


class Venv:
    def __init__(self, root: Path, folder: str = ".venv") -> None:
        self.root = root
        self.folder = root / folder
        self.python = self.folder / "bin" / "python"
        self._stamps = self.folder / _STAMPS
        self._unfinished = self._stamps / "unfinished"

    def version(self) -> str:
        """From pyvenv.cfg ("3.11.2"), because starting Python to ask would slow every start."""
        try:
            text = (self.folder / "pyvenv.cfg").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return ""
        found = re.search(r"^version(?:_info)?\s*=\s*(\d+\.\d+\S*)", text, re.MULTILINE)
        return found[1] if found else ""

    def is_whole(self) -> bool:
        """False for a missing, half-made or moved one, and when its Python was removed."""
        if self._unfinished.exists() or not self.python.exists():
            return False
        numbers = tuple(int(part) for part in re.findall(r"\d+", self.version())[:2])
        has_pip = any(self.folder.glob("lib/python3*/site-packages/pip/__main__.py"))
        made_for = self._read("folder")
        return numbers >= (3, 11) and has_pip and made_for in ("", str(self.root))

    def holds(self, name: str, value: str) -> bool:
        return self._read(name) == value

    def note(self, name: str, value: str) -> None:
        self._stamps.mkdir(exist_ok=True)
        (self._stamps / name).write_text(value, encoding="utf-8")

    def packages_stamp(self, lock: str) -> str:
        return stamp((self.root / ".locks" / lock).read_bytes(), self.version())

    def project_stamp(self) -> str:
        return stamp((self.root / "pyproject.toml").read_bytes(), self.version(), str(self.root))

    def make(self, progress: Progress) -> None:
        if importlib.util.find_spec("ensurepip") is None or not importlib.util.find_spec("venv"):
            has_apt = shutil.which("apt-get") is not None
            raise SetupError(no_venv(sys.version_info[:2], has_apt=has_apt))
        if self.folder.is_symlink():
            self.folder.unlink()
        elif self.folder.exists():
            shutil.rmtree(self.folder)
        self._stamps.mkdir(parents=True)
        self._unfinished.touch()
        code, output = progress.run([base_python(), "-m", "venv", self.folder], folder=self.root)
        if code != 0:
            raise SetupError(self._sentence(output, progress))
        self._unfinished.unlink()

    def install_lock(self, lock: str, progress: Progress, *, is_source: bool = False) -> None:
        """`--no-compile`: Python compiles what is really imported, which is quicker in sum.
        `--no-deps`: a lock is complete, and pip that resolves anew stumbles over a package named
        with an extra (coverage[toml]) as soon as a release newer than the locked one is out.
        `is_source`: built with what is installed; pip would fetch the newest setuptools for it."""
        locked = self.root / ".locks" / lock
        chosen: list[str | Path] = ["--no-compile", "--no-deps", "--require-hashes", "-r", locked]
        self._pip(["--no-build-isolation", *chosen] if is_source else chosen, progress)

    def install_project(self, progress: Progress) -> None:
        self._pip(["--no-deps", "--no-build-isolation", "-e", self.root], progress)

    def _pip(self, arguments: list[str | Path], progress: Progress) -> None:
        # Killed in the middle, the mark stays and the next start makes the venv anew. When pip
        # itself gives up, it has put things back, and somebody without network keeps the venv.
        self._stamps.mkdir(exist_ok=True)
        self._unfinished.touch()
        code, output = progress.run(
            [self.python, "-m", "pip", "install", "--progress-bar", "off", *arguments],
            folder=self.root,
            extra=_PIP_SETTINGS,
        )
        if code >= 0:
            self._unfinished.unlink()
        if code != 0:
            raise SetupError(self._sentence(output, progress))
        self.note("folder", str(self.root))

    def _sentence(self, output: str, progress: Progress) -> str:
        return fetching_failed(PIP, output, folder=str(self.root), log=str(progress.log))

    def _read(self, name: str) -> str:
        try:
            return (self._stamps / name).read_text(encoding="utf-8")
        except OSError:
            return ""
