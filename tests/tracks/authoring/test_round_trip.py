"""Tracks with every block, form of answer and key, out as a zip and in again through the editor's
page: the same bytes, and a second time nothing to do (check 30)."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from msgspec.structs import replace

from content.export.archive import archive_of
from content.loader import load_track
from content.model import Track
from tests.content.cases import write
from tests.content.test_written_and_read import MEDIA, anywhere, tracks
from tests.content.writing import files_of
from tests.factories.databases import LIBRARY
from tests.factories.tool import Tool
from tests.tracks.authoring.conftest import become_author
from tests.tracks.authoring.test_zips import take_in as send
from tracks.authoring.models import draft

PARTS, TRACKS = 8, 25  # in all two hundred; parts, so that workers share them
_UNSHRUNK = [
    Phase.generate
]  # of what is wrong with writing, test_what_is_written_is_read finds less


@pytest.mark.parametrize("part", range(PARTS))
def test_out_and_in_and_out_gives_the_same_bytes(
    part: int, tmp_path: Path, sqlite_template: Path
) -> None:
    copy = tmp_path / "tracks.sqlite"
    copy.write_bytes(sqlite_template.read_bytes())
    tool = Tool(f"sqlite:///{copy}", tmp_path / "data", library=LIBRARY)
    author = become_author(tool, "author-1")
    folder = tool.settings.authors_folder
    about = {"library.yaml": (folder / "library.yaml").read_text("utf-8")}
    seen: set[str] = set()

    @seed(part)
    @settings(
        max_examples=TRACKS,
        deadline=None,
        database=None,
        phases=_UNSHRUNK,
        suppress_health_check=list(HealthCheck),
    )
    @given(tracks())
    def there_and_back(drawn: Track) -> None:
        track = replace(drawn, id=f"spor-{len(seen)}")
        seen.add(track.id)
        with TemporaryDirectory() as name:
            written = Path(name) / "one"
            write(written, about)
            write(written / track.id, files_of(track) | MEDIA)
            first = archive_of(written, track.id)

            came = send(tool, author, first)

            told = re.findall(r"<li>.*?</li>", came.text, re.DOTALL)
            assert came.headers.get("Location") == f"/authoring/{track.id}?said=new", told
            assert tool.get(author, f"/authoring/{track.id}/zip").data == first
            again = send(tool, author, first)
            assert again.headers["Location"] == f"/authoring/{track.id}?said=unchanged"
            assert tool.count(draft) == 0
            loaded = load_track(folder / track.id).draft
            assert loaded is not None
            assert anywhere(loaded) == track
        shutil.rmtree(folder / track.id)

    there_and_back()
    tool.close()
    assert len(seen) >= TRACKS
