"""Every page that can be reached by links, as each role and in each language."""

import json
import re
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from gzip import compress
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree.ElementTree import fromstring

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories.tool import BASE_URL, Tool
from tracks.i18n import LANGUAGES
from tracks.people.actions import grant_role
from tracks.people.rules import Role

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "object-src": "",
}


class Links(HTMLParser):
    """What a page leads to, and what it has the browser fetch by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[tuple[str, str]] = []  # address and method
        self.assets: list[str] = []
        self.inline: list[str] = []
        self.names: list[str] = []  # other addresses of the page, which nobody fetches
        self.codes: list[str] = []  # QR codes, which stand in the page itself
        self.data: list[str] = []  # blocks of linked data
        self.is_in_data = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "form":
            self.forms.append((given["action"], given.get("method", "get").upper()))
        elif tag == "link" and given["rel"] in {"canonical", "alternate"}:
            self.names.append(given["href"])
        elif tag == "link":
            self.assets.append(given["href"])
        if tag == "img" and given.get("class") == "qr":
            self.codes.append(given.pop("src"))
        self.assets += [given[name] for name in ("src", "poster", "srcset") if name in given]
        self.inline += [name for name in given if name.startswith("on") or name == "style"]
        # A block of data: no browser runs it.
        self.is_in_data = tag == "script" and given == {"type": "application/ld+json"}
        if tag in {"script", "style"} and "src" not in given and not self.is_in_data:
            self.inline.append(tag)

    def handle_data(self, data: str) -> None:
        if self.is_in_data:
            self.data.append(data)
            self.is_in_data = False


def read(page: str) -> Links:
    links = Links()
    links.feed(page)
    return links


def drawn_with(code: str) -> set[str]:
    """The elements of a picture that is written into the page."""
    start, _, picture = code.partition(",")
    assert start == "data:image/svg+xml;charset=utf-8", start
    root = fromstring(unquote(picture))
    attributes = {name for each in root.iter() for name in each.attrib}
    assert attributes <= {"width", "height", "class", "d", "fill", "stroke", "transform"}
    return {each.tag.removeprefix("{http://www.w3.org/2000/svg}") for each in root.iter()}


def crawl(client: FlaskClient, start: str) -> dict[str, TestResponse]:
    """Every page of ours that links lead to, by its address."""
    found: dict[str, TestResponse] = {}
    queue = deque([start])
    while queue:
        path = queue.popleft().partition("#")[0]
        if path in found:
            continue
        answer = found[path] = client.get(path, base_url=BASE_URL)
        ahead = [answer.headers["Location"]] if "Location" in answer.headers else []
        if answer.mimetype == "text/html":
            ahead += read(answer.text).links
        for link in ahead:
            url = urljoin(f"{BASE_URL}{path}", unescape(link))
            if url.startswith(f"{BASE_URL}/") and not urlsplit(url).query.startswith("lang="):
                queue.append(url.removeprefix(BASE_URL))
    return found


def clients(tool: Tool) -> dict[str, FlaskClient]:
    found = {
        "nobody": tool.client(),
        "newcomer": tool.launch(sub="newcomer", school=False),
        "teacher": tool.launch(sub="teacher"),
        "leader": tool.launch(sub="leader", leads=True),
        "coordinator": tool.launch(sub="coordinator"),
    }
    with tool.database.writing() as session:
        grant_role(
            session,
            person_id=tool.person_id("coordinator"),
            municipality_id=tool.municipality_id,
            role=Role.COORDINATOR,
            school_id=None,
            now=datetime.now(UTC),
        )
    for who in ("teacher", "leader"):
        tool.post(found[who], "/t/sample/maaling/enheter/les", go="done")
    return found


@pytest.fixture
def reached(tool: Tool) -> dict[str, dict[str, TestResponse]]:
    return {who: crawl(client, "/") for who, client in clients(tool).items()}


def each_page(
    reached: dict[str, dict[str, TestResponse]],
) -> Iterator[tuple[str, str, TestResponse]]:
    for who, pages in reached.items():
        for path, answer in pages.items():
            yield who, path, answer


def test_no_link_leads_to_an_error_and_each_role_gets_further(
    reached: dict[str, dict[str, TestResponse]],
):
    dead = {
        (who, path): answer.status_code
        for who, path, answer in each_page(reached)
        if answer.status_code >= 400
    }
    assert dead == {}
    assert set(reached["nobody"]) >= {"/catalogue", "/help", "/catalogue/sample/maaling/feil"}
    assert "/t/sample/maaling/enheter/tanker" in reached["teacher"]
    assert "/t/sample/maaling/enheter/together/B" in reached["leader"]
    assert "/t/sample/maaling/enheter/together/B" not in reached["teacher"]
    assert "/municipality" in reached["coordinator"]
    assert "/municipality" not in reached["leader"]


def test_every_page_carries_the_headers_that_protect_it(
    reached: dict[str, dict[str, TestResponse]],
):
    for who, path, answer in each_page(reached):
        headers = answer.headers
        policy = {
            name: rest
            for part in headers["Content-Security-Policy"].split(";")
            for name, _, rest in [part.strip().partition(" ")]
        }
        assert {name: policy.get(name, "") for name in POLICY} == POLICY, (who, path)
        assert "unsafe" not in str(policy)
        framed = "'none'" if who == "nobody" else "https://lms.example:443"
        assert policy["frame-ancestors"] == framed, (who, path)
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store", (who, path)
        assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
        assert "Cookie" in headers["Vary"]


def test_no_page_fetches_anything_from_elsewhere_or_runs_what_stands_in_it(
    reached: dict[str, dict[str, TestResponse]], tool: Tool
):
    assets = set()
    for who, path, answer in each_page(reached):
        if answer.mimetype != "text/html":
            continue
        links = read(answer.text)
        assert links.inline == [], (who, path)
        assert all(re.match("/(?!/)", action) for action, _ in links.forms)
        assert [u for u in links.names if not u.startswith((f"{BASE_URL}/", "/"))] == []
        assert [each for each in links.codes if drawn_with(each) != {"svg", "g", "path"}] == []
        assert [json.loads(each)["@context"] for each in links.data] in ([], ["https://schema.org"])
        assert [each for each in links.data if "<" in each or "&" in each] == [], (who, path)
        assets |= set(links.assets)
    assert [a for a in assets if not a.startswith("/static/") and not a.startswith("/media/")] == []
    for asset in assets:
        fetched = tool.client().get(asset, base_url=BASE_URL)
        assert fetched.status_code == 200, asset
        assert fetched.headers["X-Content-Type-Options"] == "nosniff", asset
        if asset.endswith((".css", ".js")):
            outside = re.findall(r"""(?:url\(|import )['"]?(https?:)?//""", fetched.text)
            assert outside == [], asset
        fetched.close()


def test_every_form_of_a_page_is_taken_by_a_route(
    reached: dict[str, dict[str, TestResponse]], tool: Tool
):
    forms = set()
    for _, _, answer in each_page(reached):
        if answer.mimetype == "text/html":
            forms |= set(read(answer.text).forms)

    taken = tool.app.url_map.bind("tracks.example")
    assert {form: taken.test(form[0], method=form[1]) for form in forms} == dict.fromkeys(
        forms, True
    )
    assert len(forms) > 10


def test_every_page_is_drawn_in_every_language(tool: Tool):
    everybody = clients(tool)
    for who, client in everybody.items():
        paths = [
            path
            for path, answer in crawl(client, "/").items()
            if answer.status_code == 200
            and answer.mimetype not in {"application/atom+xml", "text/csv"}  # no pages
        ]
        for language in LANGUAGES:
            for path in paths:
                joint = "&" if "?" in path else "?"
                answer = client.get(f"{path}{joint}lang={language}", base_url=BASE_URL)
                assert answer.status_code == 200, (who, path, language)
                assert f'<html lang="{language}">' in answer.text, (who, path, language)


def test_public_pages_set_no_cookie_and_are_light(reached: dict[str, dict[str, TestResponse]]):
    """Without media: 150 KB compressed on a first visit, with all that the page fetches."""
    static = Path(__file__).parents[2] / "tracks" / "web"
    heavy = {}
    for path, answer in reached["nobody"].items():
        assert "Set-Cookie" not in answer.headers, path
        if answer.mimetype != "text/html" or answer.status_code != 200:
            continue
        assets = {a for a in read(answer.text).assets if a.startswith("/static/")}
        assert assets, path
        size = len(compress(answer.data)) + sum(
            len(compress((static / asset[1:]).read_bytes())) for asset in assets
        )
        if size >= 150 * 1024:
            heavy[path] = size
    assert heavy == {}
