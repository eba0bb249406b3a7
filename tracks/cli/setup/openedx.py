"""Open edX's LTI consumer for the tests, in an environment of its own: it brings Django."""

import os
import shutil
import sys
from pathlib import Path

from tracks.cli.setup.faults import SetupError
from tracks.cli.setup.install import Venv
from tracks.cli.setup.progress import Progress

_FOLDER = ".cache/openedx"
_LOCK = "openedx.txt"
_STAMP = "packages-openedx"


class OpenEdx:
    def __init__(self, root: Path) -> None:
        self._venv = Venv(root, _FOLDER)

    @property
    def python(self) -> Path:
        return self._venv.python

    def is_there(self) -> bool:
        return self._venv.is_whole() and self._venv.holds(_STAMP, self._venv.packages_stamp(_LOCK))

    def install(self, progress: Progress) -> None:
        """Without it the other tests are still worth running, except in CI, which must have it."""
        try:
            # Anew each time: what an older lock brought would stay.
            self._venv.make(progress)
            self._venv.install_lock(_LOCK, progress)
        except SetupError as fault:
            shutil.rmtree(self._venv.folder, ignore_errors=True)
            if os.environ.get("CI"):
                raise
            print(f"{fault} The tests with Open edX will NOT run.", file=sys.stderr)
            return
        self._venv.note(_STAMP, self._venv.packages_stamp(_LOCK))
