"""Dead links of a library: asked for on the net that the test has, and told by file and line."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from content.outgoing import Answer, protected
from content.problems import Location
from content.reading.outside import Link, outside_links, told
from lti.errors import TransientServiceError
from lti.http import GuardedHttp
from lti.ports import HttpAnswer
from tests.factories.editing import Edited
from tracks.authoring.asking import MOST_BYTES, look, look_at
from tracks.cli import cli


@pytest.fixture
def http() -> Iterator[GuardedHttp]:
    guarded = GuardedHttp(allow_loopback=True)
    yield guarded
    guarded.close()


def ask(http: GuardedHttp, httpserver: HTTPServer, path: str) -> Answer:
    address = httpserver.url_for(path)
    return look([address], http)[address]


def test_what_is_there_is_asked_for_without_its_text(http: GuardedHttp, httpserver: HTTPServer):
    httpserver.expect_ordered_request("/a", method="HEAD").respond_with_data("")

    assert ask(http, httpserver, "/a") == Answer(200)
    assert [request.method for request, _ in httpserver.log] == ["HEAD"]


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone(http: GuardedHttp, httpserver: HTTPServer, status: int):
    httpserver.expect_request("/a").respond_with_data("", status=status)

    assert ask(http, httpserver, "/a") == Answer(status)


@pytest.mark.parametrize("status", [403, 404, 405, 501])
def test_a_site_that_answers_nothing_to_head_is_asked_again(
    http: GuardedHttp, httpserver: HTTPServer, status: int
):
    def answer(request: Request) -> Response:
        return Response("", status=status if request.method == "HEAD" else 200)

    httpserver.expect_request("/a").respond_with_handler(answer)

    assert ask(http, httpserver, "/a") == Answer(200)


def test_a_long_page_is_there(http: GuardedHttp, httpserver: HTTPServer):
    def answer(request: Request) -> Response:
        is_head = request.method == "HEAD"
        return Response("" if is_head else "x" * (MOST_BYTES + 1), status=405 if is_head else 200)

    httpserver.expect_request("/a").respond_with_handler(answer)

    assert ask(http, httpserver, "/a") == Answer(200)


def moves(httpserver: HTTPServer, path: str, to: str, status: int) -> None:
    httpserver.expect_request(path).respond_with_data("", status, {"Location": to})


def test_what_has_moved_for_good_is_told_with_its_new_place(
    http: GuardedHttp, httpserver: HTTPServer
):
    moves(httpserver, "/a", "/b", 301)
    moves(httpserver, "/b", "/c", 308)
    moves(httpserver, "/while", "/c", 302)
    moves(httpserver, "/gone", "/nowhere", 301)
    httpserver.expect_request("/c").respond_with_data("")
    httpserver.expect_request("/nowhere").respond_with_data("", status=404)

    assert ask(http, httpserver, "/a") == Answer(200, moved_to=httpserver.url_for("/c"))
    assert ask(http, httpserver, "/while") == Answer(200)
    assert ask(http, httpserver, "/gone").status == 404


def test_what_turns_in_a_circle_or_leads_to_an_inner_address_is_not_followed(
    http: GuardedHttp, httpserver: HTTPServer
):
    moves(httpserver, "/a", "/b", 302)
    moves(httpserver, "/b", "/a", 302)
    moves(httpserver, "/inner", "https://10.0.0.1/secret", 302)

    assert ask(http, httpserver, "/a") == Answer(None)
    assert ask(http, httpserver, "/inner") == Answer(None)


def test_nothing_but_public_addresses_is_asked(httpserver: HTTPServer):
    guarded = GuardedHttp()
    address = httpserver.url_for("/a")

    assert look([address, "https://127.0.0.1/"], guarded) == {
        address: Answer(None),
        "https://127.0.0.1/": Answer(None),
    }
    assert httpserver.log == []
    guarded.close()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(200), None),
        (Answer(404), "link-gone"),
        (Answer(None, is_unknown=True), "link-gone"),
        (Answer(200, "https://c.test/"), "link-moved"),
        (Answer(500), "link-silent"),
        (Answer(None), "link-silent"),
    ],
)
def test_each_is_told_where_it_stands(tmp_path: Path, answer: Answer, expected: str | None):
    edited = Edited(tmp_path)
    edited.change("01-enheter", "Fortell kort.", "[Kilde](https://a.test/x#del) til tall.")
    edited.change("01-enheter", "Les dette før møtet.", '"Les [dette](https://b.test/y)."')
    path = "maaling/01-enheter.nb.md"
    lines = (edited.root / path).read_text("utf-8").split("\n")
    at = next(n for n, line in enumerate(lines, start=1) if "a.test" in line)

    found = outside_links(edited.root)

    assert Link("https://a.test/x", Location(path, at)) in found
    assert "https://b.test/y" in {link.address for link in found}
    answers = {link.address: Answer(200) for link in found}
    problems = told(found, {**answers, "https://a.test/x": answer})
    assert [(p.code, p.location.line, p.is_error) for p in problems] == (
        [] if expected is None else [(expected, at, expected == "link-gone")]
    )


def test_the_command_tells_programs_too(tmp_path: Path):
    edited = Edited(tmp_path)
    edited.change("01-enheter", "Fortell kort.", "[Kilde](https://127.0.0.1:1/x) til tall.")

    done = CliRunner().invoke(cli, ["content", "links", str(edited.root), "--json"])

    rows = json.loads(done.stdout)
    assert done.exit_code == 0, done.output
    assert {(row["code"], row["level"]) for row in rows} == {("link-silent", "warning")}
    assert {row["path"] for row in rows} == {
        "maaling/01-enheter.nb.md",
    }


class Sites:
    """The net by addresses: status, and where a move leads. What is not among them is silent."""

    def __init__(self, pages: Mapping[str, tuple[int, str]]) -> None:
        self.pages = pages
        self.asked: set[str] = set()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        max_bytes: int,
    ) -> HttpAnswer:
        self.asked.add(url)
        if url not in self.pages:
            raise TransientServiceError("unreachable")
        status, to = self.pages[url]
        return HttpAnswer(status, {"location": to} if to else {}, b"")


AT, BY_HTTPS = "http://a.test/x", "https://a.test/x"


@pytest.mark.parametrize(
    ("pages", "expected"),
    [
        ({BY_HTTPS: (200, "")}, ("link-plain", f"Write {BY_HTTPS}")),
        (
            {BY_HTTPS: (302, "/y"), "https://a.test/y": (200, "")},
            ("link-plain", f"Write {BY_HTTPS}"),
        ),
        (
            {BY_HTTPS: (301, "/y"), "https://a.test/y": (200, "")},
            ("link-plain", "Write https://a.test/y"),
        ),
        ({BY_HTTPS: (404, ""), AT: (200, "")}, ("link-plain", "Nothing answers there by https.")),
        ({AT: (200, "")}, ("link-plain", "Nothing answers there by https.")),
        ({BY_HTTPS: (500, ""), AT: (410, "")}, ("link-gone", "Mend the address")),
        (
            {AT: (301, "https://b.test/"), "https://b.test/": (200, "")},
            ("link-moved", "Write https://b.test/"),
        ),
        ({AT: (503, "")}, ("link-silent", "It answered 503.")),
        ({}, ("link-silent", "It answered -.")),
    ],
)
def test_every_http_link_is_told(pages: dict[str, tuple[int, str]], expected: tuple[str, str]):
    found = [Link(AT, Location("maaling/01-enheter.nb.md", 7))]
    http, plain = Sites(pages), Sites(pages)

    (problem,) = told(found, look_at([each.address for each in found], http, plain))

    assert (problem.code, problem.hint[: len(expected[1])]) == expected
    assert problem.location == found[0].at
    assert problem.is_error is (problem.code == "link-gone")
    # no plain request where it can be done without
    assert AT not in http.asked
    assert (AT in plain.asked) is (expected[1][:5] != "Write" or problem.code == "link-moved")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://a.test", "https://a.test"),
        ("HTTP://a.test:80/x?y=http://b.test:80/", "https://a.test/x?y=http://b.test:80/"),
        ("http://a.test:8000/x", "https://a.test:8000/x"),
        ("https://a.test:80/x", "https://a.test:80/x"),
    ],
)
def test_an_address_by_https(address: str, expected: str):
    assert protected(address) == expected


def test_http_links_stand_in_texts_and_are_asked_by_the_command(
    tmp_path: Path, httpserver: HTTPServer
):
    httpserver.expect_request("/there").respond_with_data("")
    edited = Edited(tmp_path)
    there, gone = httpserver.url_for("/there"), httpserver.url_for("/gone")
    words = f"[Kilde]({there}#del) og [mer]({gone})."
    edited.change("01-enheter", "Fortell kort.", words)
    path = "maaling/01-enheter.nb.md"
    lines = (edited.root / path).read_text("utf-8").split("\n")
    at = next(n for n, line in enumerate(lines, start=1) if there in line)
    httpserver.expect_request("/gone").respond_with_data("", status=404)

    done = CliRunner().invoke(
        cli, ["content", "links", str(edited.root), "--language", "nb", "--json"]
    )

    rows = json.loads(done.stdout)
    assert done.exit_code == 1, done.output
    assert {(row["code"], row["path"], row["line"], row["message"]) for row in rows} == {
        ("link-plain", path, at, f"{there} er http: det som leses der, kan ses og endres på veien"),
        ("link-gone", path, at, f"{gone} finnes ikke lenger"),
    }
