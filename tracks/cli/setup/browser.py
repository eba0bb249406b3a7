"""The Chromium that the browser tests drive."""

import os
import shutil
import subprocess
from pathlib import Path

from tracks.cli.setup.faults import SetupError, no_chromium
from tracks.cli.setup.install import Venv
from tracks.cli.setup.progress import Progress

VARIABLE = "TRACKS_TEST_CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_PLAYWRIGHTS_OWN = (
    "from playwright.sync_api import sync_playwright as start\n"
    "with start() as playwright: print(playwright.chromium.executable_path)"
)


def starts(path: str) -> bool:
    """Ubuntu's chromium-browser is only a note that says where to get one: it fails here."""
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def installed_chromium() -> str:
    """Path of one that starts, or ""."""
    named = os.environ.get(VARIABLE)
    if named and not starts(named):
        raise SetupError(f"{VARIABLE} names {named}, which does not start: correct or unset it.")
    candidates = [named] if named else [shutil.which(name) for name in _NAMES]
    return next((path for path in candidates if path and (named or starts(path))), "")


def install_chromium(venv: Venv, progress: Progress) -> str:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        # The lists may be old or absent; a part of them that fails to update is no obstacle.
        progress.run(["apt-get", "update"], folder=venv.root, extra=quiet)
        install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
        progress.run(install, folder=venv.root, extra=quiet)
        if found := installed_chromium():
            return found
    playwright: list[str | Path] = [venv.python, "-m", "playwright", "install", "chromium"]
    code, _ = progress.run(playwright, folder=venv.root)
    path = playwrights_chromium(venv) if code == 0 else ""
    if not path:
        raise SetupError(no_chromium(str(progress.log)))
    return path


def playwrights_chromium(venv: Venv) -> str:
    """Path of the one that `playwright install` keeps in the person's cache, or ""."""
    answer = subprocess.run(
        [venv.python, "-c", _PLAYWRIGHTS_OWN], capture_output=True, text=True, check=False
    )
    path = answer.stdout.strip()
    return path if path and Path(path).exists() and starts(path) else ""
