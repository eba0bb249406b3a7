"""Whatever is sent, it is not our fault: no request ends with 5xx (check 22)."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.factories.databases import LIBRARY
from tests.factories.lists import Lists
from tests.factories.tool import BASE_URL, ISSUER, Tool
from tests.tracks.authoring.conftest import become_author
from tests.tracks.authoring.pages import send, text_of
from tests.tracks.organisation.people import with_role
from tracks.cli.serve import listen
from tracks.people.rules import Role

PLACES = {
    "publisher": ["sample", "%00", "%FF", "x" * 5000, "..", "%2e%2e", "%F0%9F%99%82"],
    "track": ["maaling", "%00", "%ED%A0%80", "-", "media", "..%2f..", "x" * 5000],
    "module": ["enheter", "%00"],
    "step": ["les", "tanker", "provd", "%00", "%27%20OR%201=1"],
    "letter": ["B", "%00", "Ø"],
    "file_id": ["0" * 32, "%00", "x" * 5000],
    "address": ["sample/maaling", "%00", "a%23b%23c", "%2F%2Fevil.example"],
    "school_id": ["1", "0", "9" * 18, "9" * 40, "9" * 5000],
    "version_id": ["1", "9" * 18, "9" * 40],
    "name": ["a.png", "%00.png", "..%2f..%2fetc%2fpasswd", "x" * 5000],
    "course_id": ["1", "9" * 18, "9" * 40],
    "track_id": ["1", "9" * 18],
    "person_id": ["1", "9" * 18],
    "link_id": ["1", "9" * 18],
    "registration_id": ["1", "9" * 18],
    "request_id": ["1", "9" * 18],
    "seal": ["0" * 64, "%00", "x" * 5000],
    "secret": ["none", "%00", "%ED%A0%80", "x" * 5000],
    "token": ["none", "%00", "%ED%A0%80", "x" * 5000],
    "team_id": ["1", "9" * 18],
    "grant_id": ["1", "9" * 18],
    "invitation_id": ["1", "9" * 18],
    "code": ["22222-22222", "%00", "9" * 300, "\u2603"],
    "import_id": ["1", "9" * 18],
    "note_id": ["1", "9" * 18],
    "service_id": ["1", "9" * 18],
    "change": ["1", "0", "9" * 18, "9" * 40],
    "file": ["01-enheter.nb.md", "track.nb.md", "%00", "..%2f..%2fetc%2fpasswd", "x" * 5000],
    "filename": ["info/refs", "%00", "..%2f..%2fetc%2fpasswd"],
}
BODIES: list[tuple[str, bytes]] = [
    ("application/x-www-form-urlencoded", b"form_token=%FF%FE&text=%ED%A0%80&revision=%00"),
    ("application/x-www-form-urlencoded", b"text=a&text=b&go=x&go=autosave&school=1&school=2"),
    ("application/x-www-form-urlencoded", b"&&&===%%%zz%"),
    ("application/x-www-form-urlencoded", b"a=1&" * 20_000),
    ("application/x-www-form-urlencoded", b"text=" + b"x" * 700_000),
    ("application/json", b'{"form_token": 1}'),
    ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"),
    ("multipart/form-data; boundary=b", b"--b\r\ngarbage"),
    ("multipart/form-data", b"no boundary at all"),
    (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\ny\r\n' * 2000 + b"--b--",
    ),
    ("text/plain; charset=utf-99", b"\xff\xfe\x00"),
    ("\xff/\xff", b"x"),
]
QUERIES = [
    "lang=%00",
    "lang=sv&lang=nb",
    "guess=" + "9" * 40,
    "then=%00",
    "state=%00&code=%00",
    "again=%ED%A0%80&service=%00&preset=%FF&link=%00",
    "%FF=%FE",
    "done=%ED%A0%80",
    "fault=" + "9" * 20 + "&change=" + "9" * 20 + "&end=" + "9" * 20,
    "fault=" + "9" * 18 + "&change=" + "9" * 18 + "&end=" + "9" * 18,
    "page=" + "9" * 18 + "&taken=" + "9" * 20,
]


def paths(tool: Tool) -> set[str]:
    """Every route with each odd value in each of its places."""
    found = set()
    for rule in tool.app.url_map.iter_rules():
        usual = {name: PLACES[name][0] for name in rule.arguments}
        for name in rule.arguments or [""]:
            for value in PLACES.get(name, [""]):
                values = {**usual, name: value}
                path = rule.rule
                for argument in rule.arguments:
                    for kind in ("", "id:", "path:"):
                        path = path.replace(f"<{kind}{argument}>", values[argument])
                found.add(path)
    assert not [path for path in found if "<" in path]
    return found


@pytest.fixture
def tool(database_url: str, tmp_path: Path) -> Iterator[Tool]:
    """With the test's own library for its authors: their pages have something at each place."""
    made = Tool(database_url, tmp_path / "data", library=LIBRARY)
    yield made
    made.close()


def everybody(tool: Tool) -> dict[str, FlaskClient]:
    found = {
        "nobody": tool.client(),
        "leader": tool.launch(leads=True),
        "author": become_author(tool, "author"),
        "coordinator": with_role(tool, Role.COORDINATOR),
    }
    # A list that waits for the coordinator: what it would change, and what is wrong with it.
    lists = Lists(tool, tool.settings.data_dir)
    assert lists.staff(["1;Sample one;none;none;"]) == 1
    page = tool.get(found["author"], "/authoring/maaling/01-enheter.nb.md")
    assert page.status_code == 200
    # Something of theirs: a draft, and a change that the address "1" leads to.
    text = text_of(page.text) + "\nMer.\n"
    assert send(tool, found["author"], page, text, go="save").status_code == 303
    assert send(tool, found["author"], page, f"{text}Et utkast.\n").status_code in (303, 409)
    return found


def test_no_address_and_no_query_breaks_a_page(tool: Tool):
    broken = {}
    for who, client in everybody(tool).items():
        for path in paths(tool):
            for query in ("", *QUERIES):
                if query and "%" in path:
                    continue
                status = client.get(f"{path}?{query}", base_url=BASE_URL).status_code
                if status >= 500:
                    broken[who, path[:80], query] = status

    assert broken == {}


def test_no_body_and_no_method_breaks_a_form(tool: Tool):
    broken = {}
    for who, client in everybody(tool).items():
        for path in sorted(paths(tool), key=len)[:40]:
            for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "HEAD", "TRACE", "PROPFIND"):
                status = client.open(path, method=method, base_url=BASE_URL).status_code
                if status >= 500:
                    broken[who, path, method] = status
        for path in (
            "/lti/login",
            "/lti/launch",
            "/school",
            "/t/sample/maaling/enheter/tanker",
            "/sign-in/passkey",
            "/sign-in/code",
            "/sign-in/join",
            "/authoring",
            "/authoring/import",
            "/authoring/-/git",
            "/authoring/-/join",
            "/authoring/maaling",
            "/authoring/maaling/export",
            "/authoring/maaling/people",
            "/authoring/maaling/media",
            "/authoring/maaling/publish",
            "/authoring/maaling/01-enheter.nb.md",
            "/devices/import",
        ):
            for kind, body in BODIES:
                status = client.post(
                    path, data=body, content_type=kind, base_url=BASE_URL
                ).status_code
                if status >= 500:
                    broken[who, path, kind, body[:40]] = status

    assert broken == {}


# What only their forms have, beside what everybody's have.
OF_A_ROLE: dict[str, dict[str, list[str]]] = {
    "leader": {},
    "author": {
        "title": ["\x00", "x" * 5000, " "],
        "id": ["\x00", "..", "x" * 5000, "-"],
        "version": ["\x00", "9" * 400, "1.1.1.1"],
        "module": ["\x00", "enheter", "x" * 5000],
        "step": ["\x00", "les"],
        "to": ["\x00", "enheter:Z", ":" * 100],
        "instead": ["\x00", "maaling/enheter#none"],
        "piece": ["\x00", "quiz", "phase"],
        "mend": ["\x00", "1-none", "9" * 400 + "-x"],
        "begun": ["\x00", "f" * 16],
        "format": ["\x00", "pdf", "../gift"],
        "of": ["\x00", "published"],
        "questions": ["\x00", "{" * 5000, "A? {=b}"],
        "questions-phase": ["\x00", "Z"],
        "person": ["\x00", "9" * 40],
        "token": ["\x00", "9" * 40],
        "go": [
            "fetch",
            "make",
            "withdraw",
            "questions",
            "invite",
            "end",
            "leave",
            "save",
            "insert",
            "out",
            "rename",
            "archive",
            "remove",
            "mark",
            "unmark",
        ],
    },
    "coordinator": {
        "technical-1-who": ["\x00", "🙂" * 500],
        "technical-known": ["\x00", "9"],
        "counted_on": ["\x00", "0000-00-00", "9" * 400, "2026-W01-1", "20261001"],
        "pupils-8": ["\x00", "²", "9" * 5000, "-1"],
        "source": ["\x00", "x" * 5000],
    },
}


@pytest.mark.parametrize("who", ["leader", "author", "coordinator"])
def test_a_form_with_its_token_and_junk_beside_it_breaks_nothing(tool: Tool, who: str):
    browser = everybody(tool)[who]
    token = tool.form_token(browser)
    junk = {
        "text": ["\x00", "\ud7ff\ufffe", "🙂" * 5000, ""],
        "revision": ["9" * 12, "-1", "\x00", "1e3"],
        "choice": ["9" * 40, "\x00"],
        "present": ["9" * 40, "\x00"],
        "school": ["9" * 40, "\x00"],
        "go": ["\x00", "autosave"],
        "then": ["\x00", "//x"],
        "language": ["\x00"],
        "answer": ["\x00", "{}", "[" * 5000, '{"rawId": 1}', '{"rawId": "AA", "response": 1}'],
        "ticket": ["\x00", "é" * 50, "A" * 4000],
        "key": ["\x00", "é"],
        "code": ["\x00", "９" * 6, "9" * 5000],
        "name": ["\x00", "\ud7ff" * 300],
        **OF_A_ROLE[who],
    }
    broken = {}
    seen = set()
    for rule in tool.app.url_map.iter_rules():
        if "POST" not in (rule.methods or ()) or rule.rule == "/sign-out":
            continue
        path = str(rule.build({name: PLACES[name][0] for name in rule.arguments})[1])
        for name, values in junk.items():
            for value in values:
                data = {"form_token": token, "text": "x", name: value}
                status = browser.post(path, data=data, base_url=BASE_URL).status_code
                seen.add((path, status in (401, 403)))
                if status >= 500:
                    broken[path, name, value[:40]] = status

    assert broken == {}
    assert len([path for path, is_shut in seen if not is_shut]) > 20


def test_odd_headers_break_nothing_and_no_page_repeats_a_foreign_host(tool: Tool):
    client = tool.launch()
    odd = [
        {"Host": "evil.example"},
        {"Host": "evil.example:99999"},
        {"Host": "["},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"},
        {"Forwarded": "host=evil.example"},
        {"Accept-Language": "x" * 10_000},
        {"Accept-Language": "sv;q=zz,,;;"},
        {"Accept-Language": "nb-NO-\x7f"},
        {"Content-Length": "-1"},
        {"Content-Length": "x"},
        {"Cookie": "=;;;=__Host-tracks"},
        {"Cookie": "__Host-lti_x=1; " * 200},
        {"Range": "bytes=9-1"},
        {"If-Modified-Since": "yesterday"},
        {"X-Junk": "x" * 1_000_000},
    ]
    login = f"/lti/login?iss={ISSUER}&login_hint=h&target_link_uri={BASE_URL}/lti/launch"
    for headers in odd:
        for path in ("/catalogue", "/school", login, "/nothing", "/static/app.css"):
            answer = client.get(path, headers=headers, base_url=BASE_URL)
            assert answer.status_code < 500, (headers, path)
            assert "evil.example" not in answer.text + str(answer.headers)
            answer.close()


@pytest.mark.server
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_server_itself_refuses_what_is_no_request(tool: Tool, tmp_path: Path):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    stop = listen(tool.app, "127.0.0.1", port, threads=2)

    def send(data: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            with suppress(OSError):  # it may have answered and closed before it has read all
                connection.sendall(data)
                connection.shutdown(socket.SHUT_WR)
            found = b""
            try:
                while part := connection.recv(65536):
                    found += part
            except ConnectionResetError:
                pass
            return found

    head = b"Host: localhost\r\nConnection: close\r\n"
    post = b"POST /lti/launch HTTP/1.1\r\n" + head
    try:
        answers = [
            send(b"GET / HTTP/1.1\r\n" + head + b"X: " + b"x" * 1_000_000 + b"\r\n\r\n"),
            send(b"\x16\x03\x01\x02\x00 not http at all\r\n\r\n"),
            send(post + b"Content-Length: 1\r\nContent-Length: 9\r\n\r\nx"),
            send(post + b"Transfer-Encoding: chunked\r\n\r\nZZ\r\n\r\n"),
            send(post + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
            send(post + b"Content-Length: 99999999\r\n\r\n"),
            send(b"GET /%zz%00%ff HTTP/1.1\r\n" + head + b"\r\n"),
        ]
        health = send(b"GET /healthz HTTP/1.1\r\n" + head + b"\r\n")
    finally:
        stop()

    statuses = [answer.split(b" ", 2)[1] if answer else b"" for answer in answers]
    assert not [status for status in statuses if status.startswith(b"5")], statuses
    assert health.split(b" ", 2)[1] == b"200"
