"""The Atom feed: what a reader of feeds gets, on both databases."""

import re
from datetime import UTC, datetime
from xml.etree.ElementTree import fromstring

from msgspec.structs import replace

from tests.factories.databases import sample_library
from tests.factories.tool import BASE_URL, Tool
from tracks.catalogue.actions import publish_track
from tracks.catalogue.feed import atom

A = "{http://www.w3.org/2005/Atom}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def publish(tool: Tool, version: str, day: int, title: str, *authors: str) -> None:
    source = sample_library().tracks[0]
    source = replace(source, authors=authors or source.authors)
    texts = {lang: replace(each, title=title) for lang, each in source.texts.items()}
    with tool.database.writing() as session:
        publish_track(
            session,
            "sample",
            replace(source, id="other", version=version, texts=texts, subjects=("NAT\x08<",)),
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
    assert [c.get("term") for c in first.findall(f"{A}category")] == ["NAT<"]
    assert second.findtext(f"{A}id") == f"{BASE_URL}/catalogue/sample/maaling"


def test_an_author_has_a_feed_of_what_they_have_made(tool: Tool):
    publish(tool, "1.0.0", 1, "Ny", "Teachers & <co>, matematikk", "Andre")
    page = tool.client().get("/authors?name=Andre&lang=en", base_url=BASE_URL).text
    everybody = tool.client().get("/authors?lang=en", base_url=BASE_URL).text
    (address,) = set(re.findall(r'href="(/authors/feed.atom[^"]*)"', page))

    answer = tool.client().get("/authors/feed.atom?name=teachers+%26+%3CCO%3E", base_url=BASE_URL)
    feed = fromstring(answer.data)

    assert address == "/authors/feed.atom?name=Andre"
    assert '<link rel="alternate" type="application/atom+xml" title="New from Andre"' in page
    assert len(set(re.findall(r'href="(/authors/feed.atom[^"]*)"', everybody))) == 3
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert "Set-Cookie" not in answer.headers
    assert feed.findtext(f"{A}title") == "Nytt fra Teachers & <co>"
    assert feed.findtext(f"{A}id") == f"{BASE_URL}/authors?name=Teachers%20%26%20%3Cco%3E"
    assert [each.get("href") for each in feed.findall(f"{A}link")] == [
        f"{BASE_URL}/authors/feed.atom?name=Teachers%20%26%20%3Cco%3E",
        f"{BASE_URL}/authors?name=Teachers%20%26%20%3Cco%3E",
    ]
    assert [each.findtext(f"{A}title") for each in feed.findall(f"{A}entry")] == ["Ny"]


def test_nobody_has_no_feed(tool: Tool):
    for name in ("?name=Nobody", "?name=", ""):
        assert tool.client().get(f"/authors/feed.atom{name}", base_url=BASE_URL).status_code == 404


def test_a_feed_speaks_the_readers_language_where_the_track_does(tool: Tool):
    source = sample_library().tracks[0]

    for asked, spoken in (("nb", "nb"), ("sv", "sv")):
        answer = tool.client().get(f"/catalogue/feed.atom?lang={asked}", base_url=BASE_URL)
        entry = fromstring(answer.data).find(f"{A}entry")
        assert entry is not None
        assert (entry.get(LANG), entry.findtext(f"{A}title")) == (
            spoken,
            source.texts[spoken].title,
        )


def test_an_empty_catalogue_is_a_feed_too():
    feed = fromstring(atom([], {}, base_url=BASE_URL, title="Løyper", language="nb"))

    assert feed.findall(f"{A}entry") == []
    assert feed.findtext(f"{A}title") == "Løyper"
    assert feed.findtext(f"{A}updated")
