"""A server process of its own with signed-in teachers and authors, and a browser's requests."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient

from tests.crash.processes import free_port
from tests.factories.databases import LIBRARY, published_sqlite
from tests.factories.tool import BASE_URL, Tool
from tests.tracks.authoring.conftest import become_author
from tracks.cli.serve import listen

HOST = BASE_URL.removeprefix("https://")
AUTHORS = 2


@dataclass(frozen=True)
class SignedIn:
    cookie: str
    form_token: str


@dataclass(frozen=True)
class Site:
    port: int
    teacher: SignedIn
    authors: tuple[SignedIn, ...]


class Browser:
    """One kept-alive connection of somebody who is signed in."""

    def __init__(self, site: Site, who: SignedIn) -> None:
        self._http = HTTPConnection("127.0.0.1", site.port, timeout=600)
        self._who = who

    def reconnect(self) -> None:
        """The server closes a connection that was silent for long."""
        self._http.close()

    def get(self, path: str) -> tuple[int, str]:
        return self._send("GET", path, None, {})

    def post(self, path: str, fields: dict[str, str], more: str = "") -> tuple[int, str]:
        """`more` is encoded already."""
        sent = "&".join([urlencode({"form_token": self._who.form_token, **fields}), more])
        headers = {"Origin": BASE_URL, "Content-Type": "application/x-www-form-urlencoded"}
        return self._send("POST", path, sent, headers)

    def _send(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[int, str]:
        who = {"Host": HOST, "Cookie": self._who.cookie}
        self._http.request(method, path, body, {**who, **headers})
        answer = self._http.getresponse()
        return answer.status, answer.read().decode()


@contextmanager
def serving() -> Iterator[Site]:
    """As `tracks serve` does it, on SQLite; https is only said, as a proxy would have it."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_serve, args=(theirs,))
    process.start()
    try:
        theirs.close()
        yield ours.recv()
    finally:
        ours.close()
        process.join(60)
        process.kill()


def _serve(pipe: Connection) -> None:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{published_sqlite(Path(folder))}"
        tool = Tool(url, Path(folder) / "data", library=LIBRARY)
        teacher = _signed_in(tool, tool.launch(sub="teacher"))
        authors = tuple(
            _signed_in(tool, become_author(tool, f"author-{n}")) for n in range(AUTHORS)
        )

        def app(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
            environ["wsgi.url_scheme"] = "https"
            return tool.app(environ, start)

        port = free_port()
        stop = listen(app, "127.0.0.1", port, tool.settings.threads)
        pipe.send(Site(port, teacher, authors))
        pipe.poll(None)
        stop()
        tool.close()


def _signed_in(tool: Tool, client: FlaskClient) -> SignedIn:
    assert client._cookies is not None
    cookie = "; ".join(f"{c.key}={c.value}" for c in client._cookies.values())
    return SignedIn(cookie, tool.form_token(client))
