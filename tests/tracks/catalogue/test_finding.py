"""The public catalogue's search, on both databases; and that anything may be typed."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import delete, text

from content.model import TrackKind
from tests.factories.databases import LIBRARY, sample_library
from tests.factories.tool import BASE_URL, Tool
from tracks.catalogue.actions import publish_track
from tracks.catalogue.finding import Free, Look, find
from tracks.catalogue.models import search_entry
from tracks.catalogue.queries import Shelf
from tracks.cli.content import publish_library

LANGUAGES = ("nb", "nn", "sv", "en")


def found(tool: Tool, look: Look, spoken: str = "nb") -> list[tuple[str, str]]:
    with tool.database.reading() as session:
        hits, count = find(session, look, spoken, LANGUAGES, date.today(), skip=0, take=100)
    assert count == len(hits)
    return [(str(hit.address), hit.language) for hit in hits]


def publish(tool: Tool, title: str, *, slug: str = "another", version: str = "1.0.0") -> None:
    source = sample_library().tracks[0]
    texts = {lang: replace(each, title=title) for lang, each in source.texts.items()}
    with tool.database.writing() as session:
        publish_track(
            session,
            "sample",
            replace(source, id=slug, version=version, texts=texts),
            media={},
            now=datetime.now(UTC),
        )


def test_a_title_is_found_by_another_form_and_by_its_beginning(tool: Tool):
    publish(tool, "Zebraene")

    assert ("sample/another", "nb") in found(tool, Look(typed="zebra"))
    assert found(tool, Look(typed="ZEBR")) == [("sample/another", "nb")]
    assert found(tool, Look(typed="sebra")) == []


def test_a_word_in_the_title_comes_before_the_same_word_in_a_text(tool: Tool):
    source = sample_library().tracks[0]
    texts = {
        lang: replace(each, title="Annet", summary="Om zebra.")
        for lang, each in source.texts.items()
    }
    with tool.database.writing() as session:
        now = datetime.now(UTC)
        publish_track(session, "a", replace(source, texts=texts), media={}, now=now)
    publish(tool, "Zebra")

    assert [address for address, _ in found(tool, Look(typed="zebra"))] == [
        "sample/another",
        "a/maaling",
    ]


def test_every_word_must_be_there(tool: Tool):
    publish(tool, "Zebra giraff")

    assert found(tool, Look(typed="giraff zebra")) == [("sample/another", "nb")]
    assert found(tool, Look(typed="giraff elefant")) == []


def test_a_new_version_takes_the_old_ones_place(tool: Tool):
    publish(tool, "Zebra")
    publish(tool, "Giraff", version="2.0.0")

    assert found(tool, Look(typed="zebra")) == []
    assert found(tool, Look(typed="giraff")) == [("sample/another", "nb")]
    entries = tool.count(search_entry)
    with tool.database.reading() as session:
        indexed = session.execute(text("SELECT count(*) FROM search_words")).scalar_one()
    assert indexed == entries


def test_each_thing_stands_there_once_in_the_language_wanted(tool: Tool):
    everything = found(tool, Look(minutes=10_000))

    assert len({address for address, _ in everything}) == len(everything)
    languages = sample_library().tracks[0].languages
    for language in languages:
        only = found(tool, Look(language=language))
        assert {lang for _, lang in only} == {language}
        assert ("sample/maaling", language) in only


def test_pages_go_on_to_the_last_one(tool: Tool, monkeypatch: pytest.MonkeyPatch):
    """Five things, two a page: none is left out, and the third page is the last."""
    monkeypatch.setattr("tracks.catalogue.views.FOUND_A_PAGE", 2)
    whole = found(tool, Look(free=Free.NOW))
    with tool.database.reading() as session:
        day = date.today()
        hits, count = find(
            session, Look(free=Free.NOW), "nb", LANGUAGES, day, skip=len(whole) - 1, take=2
        )
    assert (len(whole), len(hits), count) == (5, 1, 5)
    pages = [
        tool.get(tool.client(), f"/catalogue?lang=en&free=now&page={number}").text
        for number in (1, 2, 3)
    ]
    assert ["Next page" in page for page in pages] == [True, True, False]


def test_filters_take_away(tool: Tool):
    source = sample_library().tracks[0]

    assert ("sample/maaling", "nb") in found(tool, Look(subject=source.subjects[0]))
    assert found(tool, Look(subject=source.subjects[0][:-1])) == []
    assert found(tool, Look(subject="%")) == []
    in_prepare = found(tool, Look(phase="A"))
    assert in_prepare
    assert all("#" in address for address, _ in in_prepare)
    shortest = found(tool, Look(minutes=1))
    assert len(shortest) < len(found(tool, Look(minutes=10_000)))


def test_what_was_published_before_there_was_a_search_is_taken_in(tool: Tool):
    before = found(tool, Look(phase="A"))
    with tool.database.writing() as session:
        session.execute(text("DELETE FROM search_words"))
        session.execute(delete(search_entry))
    assert found(tool, Look(phase="A")) == []

    publish_library(tool.database, LIBRARY, sample_library())

    assert found(tool, Look(phase="A")) == before


def test_the_leaders_script_is_not_found(tool: Tool):
    source = sample_library().tracks[0]
    module = source.modules[0]
    texts = {lang: replace(each, leader="Zebraskript") for lang, each in module.texts.items()}
    changed = replace(module, texts=texts)
    with tool.database.writing() as session:
        now = datetime.now(UTC)
        track = replace(source, id="script", modules=(changed, *source.modules[1:]))
        publish_track(session, "sample", track, media={}, now=now)

    assert found(tool, Look(typed="zebraskript")) == []


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(max_size=40) | st.text(alphabet="\"'*&|!():<>-\\ aNOT{}^+~_%åß²Ⅷ", max_size=20))
def test_anything_may_be_typed(tool: Tool, typed: str):
    answer = tool.client().get("/catalogue", query_string={"q": typed}, base_url=BASE_URL)

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("odd", ["-1", "0", "99999999", "x", "²"])
def test_odd_values_in_the_address_give_a_page(tool: Tool, odd: str):
    query = {"q": "a", "page": odd, "minutes": odd, "phase": odd, "language": odd, "grade": odd}
    answer = tool.client().get("/catalogue", query_string=query, base_url=BASE_URL)

    assert answer.status_code == 200


def test_the_page_marks_the_words_and_escapes_the_rest(tool: Tool):
    source = sample_library().tracks[0]
    texts = {
        lang: replace(each, summary="Zebra & <b>fet</b>") for lang, each in source.texts.items()
    }
    with tool.database.writing() as session:
        now = datetime.now(UTC)
        publish_track(session, "a", replace(source, texts=texts), media={}, now=now)

    page = tool.client().get("/catalogue?q=zebra&lang=nb", base_url=BASE_URL).text

    assert '<a class="ds-link" href="/catalogue/a/maaling">' in page
    assert "<mark>Zebra</mark> &amp; &lt;b&gt;fet&lt;/b&gt;" in page
    assert "1 treff" in page


def test_tracks_of_a_kind_are_found_by_it(tool: Tool):
    """What a track trains (O-21): only kinds that are there can be chosen."""
    assert 'name="kind"' not in tool.get(tool.client(), "/catalogue?lang=en").text
    with tool.database.writing() as session:
        source = replace(sample_library().tracks[0], version="1.1.0", kind=TrackKind.TESTS)
        publish_track(session, "sample", source, media={}, now=datetime.now(UTC))
    tool.app.extensions["tracks.shelf"] = Shelf()

    def is_there(query: str) -> bool:
        page = tool.get(tool.client(), f"/catalogue?lang=en&{query}").text
        return 'href="/catalogue/sample/maaling"' in page

    assert is_there("kind=digital-tests")
    page = tool.get(tool.client(), "/catalogue?lang=en&kind=digital-tests").text
    assert '<option value="digital-tests" selected>Digital tests</option>' in page
    assert "tool-training" not in page
    assert is_there("kind=none")  # says nothing
    facts = tool.get(tool.client(), "/catalogue/sample/maaling?lang=en").text
    assert "<dt>Kind of track</dt><dd>Digital tests</dd>" in facts
    assert found(tool, Look(kind="tool-training")) == []
