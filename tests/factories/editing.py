"""A library that is edited and published again, as its author would."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from content.loader import load_library
from tests.factories.databases import LIBRARY
from tests.factories.tool import Tool
from tracks.catalogue.publishing import publish_from_folder
from tracks.catalogue.queries import Shelf

TRACK = "maaling"


class Edited:
    def __init__(self, folder: Path) -> None:
        self.root = folder / "edited"
        shutil.copytree(LIBRARY, self.root)

    def change(self, name: str, old: str, new: str) -> None:
        """In every language of a file, named without it: track, 01-enheter."""
        for language in ("nb", "sv"):
            file = self.root / TRACK / f"{name}.{language}.md"
            text = file.read_text("utf-8")
            if old in text:
                file.write_text(text.replace(old, new, 1), "utf-8")

    def head(self, name: str, line: str) -> None:
        """One more line in the front matter."""
        self.change(name, "title:", f"{line}\ntitle:")

    def rename(self, old: str, new: str) -> None:
        for language in ("nb", "sv"):
            folder = self.root / TRACK
            (folder / f"{old}.{language}.md").rename(folder / f"{new}.{language}.md")

    def version(self, version: str) -> None:
        for language in ("nb", "sv"):
            file = self.root / TRACK / f"track.{language}.md"
            lines = file.read_text("utf-8").split("\n")
            new = f'version: "{version}"'
            lines = [new if line.startswith("version:") else line for line in lines]
            file.write_text("\n".join(lines), "utf-8")

    def publish(self, tool: Tool, version: str | None = None) -> dict[str, bool]:
        """`version`: the new one. What was kept in memory is read anew."""
        if version is not None:
            self.version(version)
        loaded = load_library(self.root)
        assert loaded.value is not None, loaded.problems
        with tool.database.writing() as session:
            done = publish_from_folder(session, self.root, loaded.value, datetime.now(UTC))
        tool.app.extensions["tracks.shelf"] = Shelf()
        return done
