"""Publishing is a signed commit and tag and a catalogue version; what breaks between them heals."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from content.loader import load_library
from tests.content.cases import DOT
from tests.factories.databases import LIBRARY
from tracks.catalogue.actions import VersionTaken
from tracks.catalogue.events import FolderPublished
from tracks.catalogue.histories import Histories, NotRecorded
from tracks.catalogue.models import track_version
from tracks.catalogue.publishing import publish_from_folder
from tracks.catalogue.queries import Shelf
from tracks.catalogue.recording import files_of, record_published
from tracks.db import Database
from tracks.db.engine import make_engine
from tracks.migrations import upgrade
from tracks.subscriptions import reactions

TRACK = "maaling"


class Site:
    """A data folder with its database and the library that is published there."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "library"
        shutil.copytree(LIBRARY, self.root)
        self.histories = Histories(folder / "data")
        self.database = Database(
            make_engine(f"sqlite:///{folder / 'a.sqlite'}"), reactions(Shelf(), self.histories)
        )
        upgrade(self.database.engine)

    def publish(self, *, crash: bool = False) -> dict[str, bool]:
        library = load_library(self.root).value
        assert library is not None
        with self.database.writing() as session:
            done = publish_from_folder(session, self.root, library, datetime.now(UTC))
            if crash:
                raise Crash
        return done

    def write(self, title: str, version: str = "1.0.0") -> None:
        for language in ("nb", "sv"):
            file = self.root / TRACK / f"track.{language}.md"
            lines = file.read_text("utf-8").split("\n")
            new = {"title:": f"title: {title}", "version:": f'version: "{version}"'}
            lines = [new.get(line.partition(" ")[0], line) for line in lines]
            file.write_text("\n".join(lines), "utf-8")

    def versions(self) -> list[str]:
        with self.database.reading() as session:
            return list(session.execute(select(track_version.c.version)).scalars())

    def tagged(self, version: str = "1.0.0") -> dict[str, bytes] | None:
        history = self.histories.of("sample")
        commit = history.tagged(f"{TRACK}/{version}")
        return None if commit is None else history.files(commit)


class Crash(Exception):
    pass


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    made.database.engine.dispose()


def test_a_version_is_a_commit_with_a_tag(site: Site) -> None:
    site.publish()

    history = site.histories.of("sample")
    assert site.tagged() == files_of(site.root, TRACK)
    assert history.head() == history.tagged(f"{TRACK}/1.0.0")
    assert [v.said for v in history.versions(f"{TRACK}/track.nb.md")] == [f"Publish {TRACK} 1.0.0"]


def test_publishing_again_is_nothing(site: Site) -> None:
    site.publish()
    head = site.histories.of("sample").head()

    assert set(site.publish().values()) == {False}
    assert site.histories.of("sample").head() == head


def test_a_new_version_has_the_files_of_that_version(site: Site) -> None:
    site.publish()
    (site.root / TRACK / "media").mkdir()
    (site.root / TRACK / "media" / "a.png").write_bytes(DOT)
    first = site.tagged()
    site.write("Nytt", "1.1.0")
    site.publish()

    assert site.versions() == ["1.0.0", "1.1.0"]
    assert site.tagged() == first
    assert site.tagged("1.1.0") == files_of(site.root, TRACK)

    (site.root / TRACK / "media" / "a.png").unlink()
    site.write("Nytt", "1.2.0")
    site.publish()

    assert f"{TRACK}/media/a.png" in (site.tagged("1.1.0") or {})
    assert site.tagged("1.2.0") == files_of(site.root, TRACK)


def test_a_crash_before_the_catalogue_has_it_heals(site: Site) -> None:
    with pytest.raises(Crash):
        site.publish(crash=True)
    assert site.versions() == []
    head = site.histories.of("sample").head()

    site.publish()

    assert site.versions() == ["1.0.0"]
    assert site.histories.of("sample").head() == head
    assert site.tagged() == files_of(site.root, TRACK)


def test_after_a_crash_the_catalogue_s_text_is_the_version_s(site: Site) -> None:
    with pytest.raises(Crash):
        site.publish(crash=True)
    site.write("Et annet navn")

    site.publish()

    assert b"title: Et annet navn" in (site.tagged() or {})[f"{TRACK}/track.nb.md"]
    said = [v.said for v in site.histories.of("sample").versions(f"{TRACK}/track.nb.md")]
    assert said == [f"Publish {TRACK} 1.0.0"] * 2


def test_a_repository_that_is_gone_is_made_again(site: Site, tmp_path: Path) -> None:
    site.publish()
    shutil.rmtree(tmp_path / "data")

    fresh = Histories(tmp_path / "data")
    site.histories = fresh
    library = load_library(site.root).value
    assert library is not None
    event = FolderPublished(
        library.publisher, site.root, TRACK, "1.0.0", 1, 1, is_new=False, at=datetime.now(UTC)
    )
    record_published(fresh, event)

    assert site.tagged() == files_of(site.root, TRACK)


def test_what_was_refused_is_not_recorded(site: Site) -> None:
    site.publish()
    head = site.histories.of("sample").head()
    site.write("Et annet navn")

    with pytest.raises(VersionTaken):
        site.publish()

    assert site.histories.of("sample").head() == head


def test_without_a_repository_nothing_is_published(site: Site, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "libraries").write_text("in the way")

    with pytest.raises(NotRecorded, match="libraries"):
        site.publish()

    assert site.versions() == []
