"""The Atom feed: what a reader of feeds gets, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime
from xml.etree.ElementTree import fromstring

from tests.factories.databases import sample_library
from tests.factories.tool import BASE_URL, Tool
from tracks.catalogue.actions import publish_track
from tracks.catalogue.feed import atom

A = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def publish(tool: Tool, version: str, day: int, title: str) -> None:
    source = sample_library().tracks[0]
    texts = {lang: replace(each, title=title) for lang, each in source.texts.items()}
    with tool.database.writing() as session:
        publish_track(
            session,
            "sample",
            replace(source, id="other", version=version, texts=texts),
            media={},
            now=datetime(2030, 5, day, 12, 30, tzinfo=UTC),
        )


def test_the_newest_comes_first_with_its_first_and_its_latest_date(tool: Tool):
    publish(tool, "1.0.0", 1, "Gammel")
    publish(tool, "2.0.0", 2, "Ny & <bedre>\x08")

    answer = tool.client().get("/catalogue/feed.atom?lang=nb", base_url=BASE_URL)
    feed = fromstring(answer.data)
    first, second = feed.findall(f"{A}entry")

    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert "Set-Cookie" not in answer.headers
    assert feed.findtext(f"{A}updated") == "2030-05-02T12:30:00Z"
    assert (first.get(LANG), first.findtext(f"{A}title")) == ("nb", "Ny & <bedre>")
    assert first.findtext(f"{A}id") == f"{BASE_URL}/catalogue/sample/other"
    assert first.findtext(f"{A}published") == "2030-05-01T12:30:00Z"
    assert first.findtext(f"{A}updated") == "2030-05-02T12:30:00Z"
    assert [a.findtext(f"{A}name") for a in first.findall(f"{A}author")] == list(
        sample_library().tracks[0].authors
    )
    assert second.findtext(f"{A}id") == f"{BASE_URL}/catalogue/sample/maaling"


def test_an_empty_catalogue_is_a_feed_too():
    feed = fromstring(atom([], {}, base_url=BASE_URL, title="Løyper", language="nb"))

    assert feed.findall(f"{A}entry") == []
    assert feed.findtext(f"{A}title") == "Løyper"
    assert feed.findtext(f"{A}updated")
