"""Open edX's LTI consumer and readers of our exports, for the tests, in an environment of their
own: they bring Django."""

import os
import shutil
import sys
from pathlib import Path

from tracks.cli.setup.faults import SetupError
from tracks.cli.setup.install import Venv
from tracks.cli.setup.progress import Progress

_FOLDER = ".cache/openedx"
_LOCK = "openedx.txt"
_BUILT = "readers.txt"  # a source: built with what _LOCK has pinned for that
_STAMPS = {_LOCK: "packages-openedx", _BUILT: "packages-readers"}


class OpenEdx:
    def __init__(self, root: Path) -> None:
        self._venv = Venv(root, _FOLDER)

    @property
    def python(self) -> Path:
        return self._venv.python

    def is_there(self) -> bool:
        return self._venv.is_whole() and all(
            self._venv.holds(name, self._venv.packages_stamp(lock))
            for lock, name in _STAMPS.items()
        )

    def install(self, progress: Progress) -> None:
        """Without it the other tests are still worth running, except in CI, which must have it."""
        try:
            # Anew each time: what an older lock brought would stay.
            self._venv.make(progress)
            self._venv.install_lock(_LOCK, progress)
            self._venv.install_lock(_BUILT, progress, is_source=True)
        except SetupError as fault:
            shutil.rmtree(self._venv.folder, ignore_errors=True)
            if os.environ.get("CI"):
                raise
            print(
                f"{fault} The tests with Open edX and other readers will NOT run.", file=sys.stderr
            )
            return
        for lock, name in _STAMPS.items():
            self._venv.note(name, self._venv.packages_stamp(lock))
