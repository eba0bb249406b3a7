"""A server process of its own with signed-in teachers and authors, and a browser's requests."""

import os
import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
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
from tracks.cli.serve import give_back_memory, listen

HOST = BASE_URL.removeprefix("https://")
AUTHORS = 2  # who can sign in
_BOUNDARY = "----tracks-beside-authors"


@dataclass(frozen=True)
class SignedIn:
    cookie: str
    form_token: str


@dataclass(frozen=True)
class Site:
    port: int
    teacher: SignedIn
    authors: tuple[SignedIn, ...]
    authors_port: int


class Browser:
    """One kept-alive connection of somebody who is signed in."""

    def __init__(self, port: int, who: SignedIn) -> None:
        self._http = HTTPConnection("127.0.0.1", port, timeout=600)
        self._who = who

    def reconnect(self) -> None:
        """The server closes a connection that was silent for long."""
        self._http.close()

    def get(self, path: str) -> tuple[int, str]:
        return self._send("GET", path, None, {})

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, str]:
        sent = urlencode({"form_token": self._who.form_token, **fields}).encode()
        return self._send("POST", path, sent, {"Content-Type": "application/x-www-form-urlencoded"})

    def post_parts(self, path: str, fields: dict[str, str], more: bytes) -> tuple[int, str]:
        """As the editor's form is sent; `more` are parts that are written already."""
        sent = part("form_token", self._who.form_token)
        sent += b"".join(part(name, value) for name, value in fields.items()) + more
        kind = f"multipart/form-data; boundary={_BOUNDARY}"
        return self._send(
            "POST", path, sent + f"--{_BOUNDARY}--\r\n".encode(), {"Content-Type": kind}
        )

    def _send(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, str]:
        who = {"Host": HOST, "Cookie": self._who.cookie, "Origin": BASE_URL}
        self._http.request(method, path, body, {**who, **headers})
        answer = self._http.getresponse()
        return answer.status, answer.read().decode()


def part(name: str, value: str) -> bytes:
    head = f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'
    return f"{head}{value}\r\n".encode()


@contextmanager
def serving(*, is_apart: bool = False) -> Iterator[Site]:
    """As `tracks serve` does it, on SQLite; https is only said, as a proxy would have it.
    `is_apart`: the proxy sends authors to a process of their own."""
    ours, theirs = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_serve, args=(theirs, is_apart))
    process.start()
    try:
        theirs.close()
        yield ours.recv()
    finally:
        ours.close()
        process.join(60)
        process.kill()


def _serve(pipe: Connection, is_apart: bool) -> None:
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
        with _of_authors(tool, app) if is_apart else nullcontext(port) as authors_port:
            stop = listen(app, "127.0.0.1", port, tool.settings.threads)
            give_back_memory()
            pipe.send(Site(port, teacher, authors, authors_port))
            pipe.poll(None)
            stop()
        tool.close()


@contextmanager
def _of_authors(tool: Tool, app: Callable[..., object]) -> Iterator[int]:
    port, (listens, says) = free_port(), os.pipe()
    pid = os.fork()
    if pid == 0:
        tool.database.engine.dispose(close=False)
        listen(app, "127.0.0.1", port, tool.settings.threads)
        os.write(says, b".")
        signal.pause()
    os.read(listens, 1)
    try:
        yield port
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def _signed_in(tool: Tool, client: FlaskClient) -> SignedIn:
    assert client._cookies is not None
    cookie = "; ".join(f"{c.key}={c.value}" for c in client._cookies.values())
    return SignedIn(cookie, tool.form_token(client))
