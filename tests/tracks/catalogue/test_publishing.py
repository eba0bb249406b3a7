"""A published version never changes; a new one is what newcomers meet."""

import shutil
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from content.loader import load_library
from tests.content.cases import DOT
from tests.factories.databases import LIBRARY, sample_library
from tests.factories.tool import Tool
from tracks.catalogue.actions import VersionTaken, digest_of, publish_track
from tracks.catalogue.models import media_file, step, track_version
from tracks.catalogue.queries import CURRENT_S, Shelf
from tracks.cli.content import publish_library

MEDIA = {
    "a.png": b"\x89PNG\r\n\x1a\n",
    "a.svg": b"<svg onload=alert(1)>",
    "a.html": b"<script>alert(1)</script>",
    "a.vtt": b"WEBVTT",
    "a.mp4": b"film",
    "a.m4v": b"film",
    "a.pdf": b"%PDF-",
    "a.js": b"alert(1)",
}


def publish(tool: Tool, version: str, *, title: str | None = None, media=None):
    source = sample_library().tracks[0]
    if title is not None:
        texts = {lang: replace(text, title=title) for lang, text in source.texts.items()}
        source = replace(source, texts=texts)
    with tool.database.writing() as session:
        return publish_track(
            session,
            "sample",
            replace(source, version=version),
            media=media or {},
            now=datetime.now(UTC),
        )


def test_the_same_text_again_is_nothing_new(tool: Tool):
    before = tool.counts()

    published = publish_library(tool.database, LIBRARY, sample_library())

    assert set(published.values()) == {False}
    assert tool.counts() == before


def test_what_was_published_by_an_earlier_release_is_the_same_text_today():
    """What the dialect has got since must not count where an author does not use it."""
    (source,) = sample_library().tracks

    digest = "2bd03910b04d020274d2f50d2c755f696fe820d252c987a05de6dc360899f78b"
    assert digest_of(source, {}) == digest
    assert digest_of(replace(source, foundation="annet"), {}) != digest


def test_another_text_under_a_version_that_is_taken_is_refused(tool: Tool):
    before = tool.counts()

    with pytest.raises(VersionTaken, match=r"sample/maaling@1\.0\.0"):
        publish(tool, "1.0.0", title="Another title")

    assert tool.counts() == before
    with pytest.raises(VersionTaken):
        publish(tool, "1.0.0", media={"a.png": b"x"})


def test_a_new_version_keeps_what_people_have_done(tool: Tool):
    browser = tool.launch()
    tool.post(browser, "/t/sample/maaling/enheter/les", go="done")
    steps = tool.rows(select(step.c.id, step.c.slug).order_by(step.c.id))

    assert publish(tool, "2.0.0", title="Måling, ny utgave").is_new
    tool.app.extensions["tracks.shelf"] = Shelf()  # as in a process that has not seen the old one

    page = tool.get(browser, "/t/sample/maaling?lang=en").text
    assert "Måling, ny utgave" not in page
    assert "Version 2.0.0 of this track is here." in page
    tool.post(browser, "/t/sample/maaling/-/changes", go="take", version="2.0.0")
    page = tool.get(browser, "/t/sample/maaling?lang=en").text
    assert "Måling, ny utgave" in page
    assert "1 of 14 done" in page
    assert "Version 2.0.0" in page
    assert tool.rows(select(step.c.id, step.c.slug).order_by(step.c.id)) == steps
    assert tool.count(track_version) == 2
    tool.post(browser, "/t/sample/maaling/enheter/en-av-tre", choice="1", revision="0")
    assert "2 of 14 done" in tool.get(browser, "/t/sample/maaling?lang=en").text


def test_a_new_version_is_met_within_seconds_without_a_restart(tool: Tool, monkeypatch):
    tool.get(tool.client(), "/t/sample/maaling")
    publish(tool, "2.0.0", title="Måling, ny utgave")
    now = monotonic() + CURRENT_S + 1
    monkeypatch.setattr("tracks.catalogue.queries.monotonic", lambda: now)

    assert "Måling, ny utgave" in tool.get(tool.client(), "/t/sample/maaling").text


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.png", "image/png"), ("a.vtt", "text/vtt; charset=utf-8"), ("a.svg", "image/svg+xml")]
    + [("a.mp4", "video/mp4"), ("a.m4v", "video/mp4")]
    + [(name, None) for name in ("a.html", "a.pdf", "a.js")],
)
def test_a_file_of_a_track_is_shown_only_when_no_browser_would_run_it(
    tool: Tool, name: str, kind: str | None
):
    version = publish(tool, "2.0.0", media=MEDIA).version_id

    answer = tool.get(tool.launch(), f"/media/{version}/{name}")

    assert (answer.status_code, answer.data) == (200, MEDIA[name])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]
    if kind is None:
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment"
    else:
        assert answer.mimetype == kind.partition(";")[0]
        assert "Content-Disposition" not in answer.headers
    if kind == "image/svg+xml":  # opened by itself it is a document: one that can do nothing
        policy = answer.headers.getlist("Content-Security-Policy")
        assert "default-src 'none'; frame-ancestors 'none'; sandbox" in policy


def test_a_file_that_is_not_there_is_404(tool: Tool):
    version = publish(tool, "2.0.0", media=MEDIA).version_id

    for path in (f"{version}/b.png", f"{version + 1}/a.png", f"{version}/..%2fa.png", "x/a.png"):
        for browser in (tool.client(), tool.launch()):
            assert tool.get(browser, f"/media/{path}").status_code == 404


def test_a_track_reads_in_the_language_that_is_nearest(tool: Tool):
    for asked, met in (("nb", "nb"), ("nn", "nb"), ("sv", "sv"), ("en", "nb")):
        page = tool.get(tool.client(), f"/t/sample/maaling?lang={asked}").text
        assert f'<html lang="{asked}">' in page
        assert f'<h1 class="ds-heading" data-size="lg" lang="{met}">' in page


def test_only_files_of_the_track_itself_are_published(tool: Tool, tmp_path: Path):
    library = tmp_path / "library"
    shutil.copytree(LIBRARY, library)
    media = library / "maaling" / "media"
    media.mkdir()
    (media / "link.png").symlink_to("/etc/passwd")
    (media / "a.png").write_bytes(DOT)
    for file in library.glob("maaling/track.*.md"):
        file.write_text(file.read_text("utf-8").replace("1.0.0", "2.0.0"), "utf-8")
    loaded = load_library(library).value
    assert loaded is not None

    publish_library(tool.database, library, loaded)

    assert tool.rows(select(media_file.c.name)) == [("a.png",)]
