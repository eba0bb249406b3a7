"""What search engines are told of the public pages."""

from datetime import UTC, datetime
from urllib.robotparser import RobotFileParser
from xml.etree.ElementTree import fromstring

from tests.factories.tool import BASE_URL, Tool
from tests.tracks.catalogue.publishing import RESOURCE, publish, track_with

S = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
TRACK = "/catalogue/sample/maaling"


def places(tool: Tool) -> dict[str, str | None]:
    answer = tool.get(tool.client(), "/sitemap.xml")
    assert answer.headers["Content-Type"] == "application/xml; charset=utf-8"
    root = fromstring(answer.data)
    assert root.tag == f"{S}urlset"
    found = [(str(e.findtext(f"{S}loc")), e.findtext(f"{S}lastmod")) for e in root]
    assert len(dict(found)) == len(found)
    return dict(found)


def test_every_public_page_is_in_the_sitemap_and_is_there(tool: Tool):
    found = places(tool)

    assert set(found) == {
        f"{BASE_URL}{path}"
        for path in (
            "/catalogue",
            TRACK,
            f"{TRACK}/enheter",
            f"{TRACK}/feil",
            RESOURCE,
            "/r/sample/maaling/feil/les",
        )
    }
    for url in found:
        assert tool.get(tool.client(), url.removeprefix(BASE_URL)).status_code == 200, url


def test_the_date_is_that_of_the_last_change_of_that_page(tool: Tool):
    first, second = (datetime(2030, month, 2, 12, tzinfo=UTC) for month in (5, 6))
    publish(tool, track_with(), first, id="dated")
    publish(tool, track_with(minutes=3), second, id="dated", version="2.0.0")

    found = places(tool)

    assert found[f"{BASE_URL}/catalogue/sample/dated"] == "2030-06-02T12:00:00Z"
    assert found[f"{BASE_URL}/r/sample/dated/enheter/les"] == "2030-06-02T12:00:00Z"
    assert found[f"{BASE_URL}/catalogue/sample/dated/enheter"] == "2030-06-02T12:00:00Z"
    assert found[f"{BASE_URL}/catalogue/sample/dated/feil"] == "2030-05-02T12:00:00Z"
    assert found[f"{BASE_URL}/r/sample/dated/feil/les"] == "2030-05-02T12:00:00Z"


def test_robots_may_read_what_is_public_and_nothing_else(tool: Tool):
    answer = tool.get(tool.client(), "/robots.txt")
    rules = RobotFileParser()
    rules.parse(answer.text.splitlines())

    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert rules.site_maps() == [f"{BASE_URL}/sitemap.xml"]
    for url in places(tool):
        assert rules.can_fetch("any", url), url
    for path in ("/t/sample/maaling", "/lti/login", "/authoring", "/oai?verb=Identify"):
        assert not rules.can_fetch("any", BASE_URL + path), path


def test_each_search_is_a_page_that_is_not_to_be_kept(tool: Tool):
    mark = '<meta name="robots" content="noindex">'

    assert mark in tool.get(tool.client(), "/catalogue?q=enhet").text
    assert mark not in tool.get(tool.client(), "/catalogue?lang=nb").text
