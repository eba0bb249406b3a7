"""Public pages: what they tell, to whom, and what they leave out (P-14, O-23, F-13)."""

import gzip
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
import segno
from msgspec.structs import replace

from tests.factories.databases import sample_library
from tests.factories.tool import BASE_URL, Tool
from tests.fakes.forge import PREFIX
from tests.tracks.catalogue.publishing import ADDRESS, RESOURCE, publish, track_with
from tracks.catalogue.actions import publish_track
from tracks.catalogue.public.links import links_to
from tracks.catalogue.rules import parse_address

TRACK = "/catalogue/sample/maaling"
MODULE = f"{TRACK}/enheter"
STATIC = Path(__file__).parents[3] / "tracks" / "web"
PUBLIC = ("/catalogue", TRACK, MODULE, RESOURCE, "/help")


def words(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page)).split())


@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_sets_no_cookie_and_loads_nothing_from_elsewhere(tool: Tool, path: str):
    answer = tool.get(tool.client(), path)

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    loaded = re.findall(r'(?:src|srcset|poster)="([^"]+)"', answer.text)
    loaded += re.findall(r'<link rel="(?:stylesheet|icon|preload)" href="([^"]+)"', answer.text)
    assert loaded
    assert [u for u in loaded if not re.match(r"/static/|data:image/svg\+xml;", u)] == []


@pytest.mark.parametrize("path", ["/catalogue", TRACK, MODULE, RESOURCE])
def test_a_first_visit_is_under_150_kb_compressed(tool: Tool, path: str):
    page = tool.get(tool.client(), path)
    loaded = set(re.findall(r'(?:src|href)="(/static/[^"]+)"', page.text))
    sizes = {name: len(gzip.compress((STATIC / name[1:]).read_bytes())) for name in loaded}

    assert any(name.endswith(".css") for name in sizes)
    assert len(gzip.compress(page.data)) + sum(sizes.values()) < 150 * 1024, sizes


def test_a_track_tells_what_there_is_to_know(tool: Tool):
    source = sample_library().tracks[0]
    publish(tool, source, datetime(2030, 5, 2, 12, tzinfo=UTC), version="2.0.0")
    page = words(tool.get(tool.client(), f"{TRACK}?lang=nb").text)

    assert "Naturfag (NAT01-05)" in page
    assert "PfDK 1 Fag og grunnleggende ferdigheter" in page
    assert "Oppdatert tor. 2. mai 2030 (versjon 2.0.0)" in page
    assert "CC BY 4.0" in page
    assert "Norsk bokmål , Svenska" in page
    assert "Eksempelredaksjonen · Sample publisher" in page
    assert "A2: for den som har prøvd litt" in page
    assert "Skrevet for disse enhetene PC" in page


def test_the_first_date_of_a_resource_is_that_of_the_version_it_came_with(tool: Tool):
    with_video = track_with("en-av-tre", is_resource=True)
    publish(tool, with_video, datetime(2030, 5, 2, 12, tzinfo=UTC), version="2.0.0")
    changed = track_with("en-av-tre", is_resource=True, minutes=9)
    publish(tool, changed, datetime(2030, 6, 3, 12, tzinfo=UTC), version="3.0.0")
    publish(tool, changed, datetime(2030, 7, 4, 12, tzinfo=UTC), version="4.0.0")

    page = words(tool.get(tool.client(), "/r/sample/maaling/enheter/en-av-tre?lang=nb").text)

    assert "Publisert tor. 2. mai 2030 Oppdatert man. 3. juni 2030 Tid 9 min" in page


def test_a_resource_says_which_track_it_belongs_to(tool: Tool):
    page = tool.get(tool.client(), f"{RESOURCE}?lang=nb").text
    assert f'Hører til løypa <a class="ds-link" lang="nb" href="{TRACK}">Måling i kl' in page

    page = tool.get(tool.launch(), f"{RESOURCE}?lang=nb").text
    assert 'Hører til løypa <a class="ds-link" lang="nb" href="/t/sample/maaling">' in page


def test_a_session_links_what_can_be_read_here_and_nothing_else(tool: Tool):
    page = tool.get(tool.client(), MODULE).text

    assert RESOURCE in page
    assert "/t/" not in page
    assert "Ti minutter" not in page  # the leader's script


@pytest.mark.parametrize(
    "path", ["/catalogue/sample/none", "/catalogue/none/maaling", f"{TRACK}/none", f"{MODULE}/les"]
)
def test_what_is_not_published_is_not_found(tool: Tool, path: str):
    assert tool.get(tool.client(), path).status_code == 404


def test_the_qr_code_leads_to_the_page_and_stands_in_it(tool: Tool):
    page = tool.get(tool.client(), RESOURCE).text
    code = unescape(re.search(r'class="qr" src="([^"]+)"', page)[1])  # type: ignore[index]

    expected = segno.make(f"{BASE_URL}{RESOURCE}", error="m", micro=False)
    other = segno.make(f"{BASE_URL}{MODULE}", error="m", micro=False)
    drawn = {"scale": 4, "border": 4, "dark": "#000", "light": "#fff"}
    assert code == expected.svg_data_uri(**drawn)
    assert code != other.svg_data_uri(**drawn)


def shown(tool: Tool, path: str, field: str) -> str:
    page = tool.get(tool.client(), path).text
    return unescape(re.search(rf'id="{field}" value="([^"]*)"', page)[1])  # type: ignore[index]


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        (RESOURCE, RESOURCE),
        (MODULE, "/t/sample/maaling/enheter"),
        (TRACK, "/t/sample/maaling"),
    ],
)
def test_the_values_to_paste_into_an_lms_lead_to_what_the_page_shows(
    tool: Tool, path: str, leads_to: str
):
    target = shown(tool, path, "link-target")
    tool.launch(resource=None, target_link_uri=target)
    assert tool.landed.startswith(leads_to)

    name, _, value = shown(tool, path, "link-parameter").partition("=")
    assert name == "resource"
    launch = shown(tool, path, "link-launch")
    link = {PREFIX + "resource_link": {"id": "19"}}
    tool.launch(resource=value, target_link_uri=launch, changes=link)
    assert tool.landed.startswith(leads_to)


def test_the_link_shown_is_the_page_itself(tool: Tool):
    address = parse_address(ADDRESS)
    assert address is not None
    assert links_to(address, BASE_URL).url == BASE_URL + RESOURCE
    assert shown(tool, RESOURCE, "link-page") == BASE_URL + RESOURCE


def test_the_feed_is_found_by_readers_of_feeds(tool: Tool):
    for path in ("/catalogue", TRACK):
        page = tool.get(tool.client(), path).text
        assert re.search(
            r'<link rel="alternate" type="application/atom\+xml" title="[^"]+"'
            r' href="/catalogue/feed.atom">',
            page,
        )


def test_long_times_are_told_in_hours(tool: Tool):
    source = sample_library().tracks[0]
    first = source.modules[0]
    phases = list(first.minutes)
    for minutes, said in ((45, "45 min"), (90, "90 min"), (575, "9 t 35 min"), (600, "10 t")):
        long = replace(first, minutes={phases[0]: minutes})
        publish(tool, source, id=f"lang-{minutes}", modules=(long,))
        page = words(tool.get(tool.client(), f"/catalogue/sample/lang-{minutes}?lang=nb").text)
        assert f"1 modul · {said} · Trinn" in page


def test_texts_of_authors_are_escaped_everywhere_on_the_page(tool: Tool):
    evil = "</script><script>alert(1)</script>\"'<img src=x onerror=alert(1)>"
    source = sample_library().tracks[0]
    texts = {lang: replace(each, title=evil, summary=evil) for lang, each in source.texts.items()}
    publish(tool, source, id="evil", texts=texts, authors=(evil,), licence=evil)

    page = tool.get(tool.client(), "/catalogue/sample/evil").text

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert page.count("</script>") == page.count("<script")


def test_a_publisher_that_said_nothing_of_itself_is_called_by_its_id(tool: Tool):
    with tool.database.writing() as session:
        now = datetime.now(UTC)
        publish_track(session, "unnamed", sample_library().tracks[0], media={}, now=now)

    page = words(tool.get(tool.client(), "/catalogue/unnamed/maaling?lang=nb").text)

    assert "Eksempelredaksjonen · unnamed" in page


def test_a_track_without_a_text_in_english_has_its_title_in_english(tool: Tool):
    """F-20: where English is read, in the search, and for machines."""
    source = replace(sample_library().tracks[0], title_en="Units & <measuring>")
    publish(tool, source, datetime(2030, 5, 2, 12, tzinfo=UTC), version="2.0.0")
    record_of = "/oai?verb=GetRecord&metadataPrefix=oai_dc&identifier="
    client = tool.client()

    assert "Title in English Units & <measuring>" in words(
        tool.get(client, f"{TRACK}?lang=en").text
    )
    assert "Tittel på engelsk" in words(tool.get(client, f"{TRACK}?lang=nb").text)
    listed = tool.get(client, "/catalogue?lang=en").text
    assert "Units &amp; &lt;measuring&gt;" in listed
    assert "measuring" not in tool.get(client, "/catalogue?lang=nb").text
    found = words(tool.get(client, "/catalogue?lang=en&q=units+measuring").text)
    assert "1 found" in found
    assert '"alternateName": "Units \\u0026 \\u003cmeasuring\\u003e"' in (
        tool.get(client, f"{TRACK}?lang=en").text
    )
    record = tool.get(client, f"{record_of}oai:tracks.example:sample/maaling").text
    assert '<dc:title xml:lang="en">Units &amp; &lt;measuring&gt;</dc:title>' in record


def test_a_title_in_english_is_not_told_beside_a_text_in_english(tool: Tool):
    source = sample_library().tracks[0]
    texts = {"en": source.texts["nb"]}
    source = replace(source, title_en="Units", languages=("en",), texts=texts, modules=())
    publish(tool, source, datetime(2030, 5, 2, 12, tzinfo=UTC), version="2.0.0")

    assert "Title in English" not in tool.get(tool.client(), f"{TRACK}?lang=en").text
