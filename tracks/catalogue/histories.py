"""The repositories of the libraries published here, one a publisher (ADR 0026).

Every process knows where they are; what reads and writes them is large, and is loaded when it is
needed.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from content.history.repository import History
    from content.history.signing import Signer


class NotRecorded(Exception):
    """The repository or its key cannot be used. Nothing was published."""


class Histories:
    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "libraries"
        self.key_file = data_dir / "signing-key"
        self._kept: dict[str, History] = {}
        self._lock = Lock()

    @cached_property
    def signer(self) -> Signer:
        """Raises SigningKeyUnusable."""
        from content.history.signing import open_signer

        return open_signer(self.key_file)

    def of(self, publisher: str, municipality_id: int | None = None) -> History:
        """`publisher`: its id, as library.yaml has it. `municipality_id`: the repository of its own
        that a municipality fetches and pushes, with what its authors may read (ADR 0051)."""
        from content.history.repository import History

        name = publisher if municipality_id is None else f"{publisher}@{municipality_id}"
        with self._lock:
            if name not in self._kept:
                self._kept[name] = History(self._folder / f"{name}.git", self.signer)
            return self._kept[name]
