"""How GuardedHttp connects: the time each step may take, and what becomes of connections."""

import gzip
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import httpcore
import pytest
from pytest_httpserver import HTTPServer

from lti import http as guarded
from lti.errors import PermanentServiceError, ServiceError, TransientServiceError
from lti.http import GuardedHttp
from lti.ports import HttpAnswer

URL = "http://127.0.0.1:9/"


@contextmanager
def client(**how: float) -> Iterator[GuardedHttp]:
    http = GuardedHttp(allow_loopback=True, **how)  # type: ignore[arg-type] # seconds
    try:
        yield http
    finally:
        http.close()


def get(http: GuardedHttp, url: str, max_bytes: int = 1000) -> HttpAnswer:
    return http.request("GET", url, headers={}, body=None, max_bytes=max_bytes)


def failure(http: GuardedHttp, url: str, **how: int) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        get(http, url, **how)
    return caught.value


class Connecting:
    """Stands in for the sockets: nobody is there, and how long was waited is noted."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.waits: list[float | None] = []
        self.hold: threading.Event | None = None
        self.entered = threading.Semaphore(0)
        monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", self._connect)

    def _connect(self, host: str, port: int, timeout: float | None = None) -> None:
        self.waits.append(timeout)
        self.entered.release()
        if self.hold is not None:
            self.hold.wait(5)
        raise httpcore.ConnectError


@pytest.fixture
def connecting(monkeypatch: pytest.MonkeyPatch) -> Connecting:
    return Connecting(monkeypatch)


def test_connecting_has_a_time_of_its_own(connecting: Connecting):
    with client(connect_seconds=2.0, total_seconds=9.0) as http:
        assert failure(http, URL).reason == "unreachable"

    assert connecting.waits == [2.0]


def test_connecting_never_takes_longer_than_the_whole(connecting: Connecting):
    with client(connect_seconds=20.0, total_seconds=9.0) as http:
        failure(http, URL)

    (wait,) = connecting.waits
    assert wait is not None
    assert 8.0 < wait <= 9.0


def test_five_seconds_to_connect_and_fifteen_for_all_of_it(connecting: Connecting):
    with client() as http:
        failure(http, URL)
    with client(connect_seconds=60.0) as http:
        failure(http, URL)

    short, whole = connecting.waits
    assert whole is not None
    assert short == 5.0
    assert 14.0 < whole <= 15.0


def test_platforms_that_hang_do_not_hold_the_next_call_for_ever(connecting: Connecting):
    connecting.hold = threading.Event()
    with client(connect_seconds=0.2) as http:
        hanging = [threading.Thread(target=failure, args=(http, URL)) for _ in range(32)]
        for thread in hanging:
            thread.start()
        for _ in hanging:
            assert connecting.entered.acquire(timeout=5)
        try:
            failed = failure(http, URL)
        finally:
            connecting.hold.set()
            for thread in hanging:
                thread.join()

    assert (failed.reason, failed.detail) == ("timeout", "PoolTimeout")


def test_plain_http_to_our_own_machine_only_where_that_is_allowed():
    http = GuardedHttp()
    try:
        failed = failure(http, URL)
    finally:
        http.close()

    assert (type(failed), failed.reason) == (PermanentServiceError, "url_not_https")


def test_certificates_are_checked_and_read_once_a_process(monkeypatch: pytest.MonkeyPatch):
    guarded._public_authorities.cache_clear()
    made: list[ssl.SSLContext] = []
    original = ssl.create_default_context

    def create(*args: object, **how: object) -> ssl.SSLContext:
        made.append(original(*args, **how))  # type: ignore[arg-type] # as they came
        return made[-1]

    monkeypatch.setattr(ssl, "create_default_context", create)
    for _ in range(3):
        http = GuardedHttp()
        assert http._pool._ssl_context is made[0]
        http.close()

    assert len(made) == 1
    assert (made[0].verify_mode, made[0].check_hostname) == (ssl.CERT_REQUIRED, True)
    assert made[0].cert_store_stats()["x509_ca"] > 50


class Keeping:
    """A server that keeps its connections and counts them."""

    ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"

    def __init__(self) -> None:
        self.connections: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections.append(connection)
                self._threads.append(threading.Thread(target=self._answer, args=(connection,)))
                self._threads[-1].start()

    def _answer(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            while connection.recv(4096):
                connection.sendall(self.ANSWER)

    def hang_up(self) -> None:
        for connection in self.connections:
            connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()


@pytest.fixture
def keeping() -> Iterator[Keeping]:
    server = Keeping()
    yield server
    server.close()


def test_a_connection_serves_one_call_after_the_other(keeping: Keeping):
    with client() as http:
        assert [get(http, keeping.url).body for _ in range(3)] == [b"x"] * 3

        assert len(keeping.connections) == 1
        keeping.hang_up()
        assert get(http, keeping.url).body == b"x"
        assert len(keeping.connections) == 2


def test_closing_ends_the_connections(keeping: Keeping):
    with client() as http:
        get(http, keeping.url)
        assert len(http._pool.connections) == 1

    assert http._pool.connections == []


@pytest.mark.parametrize(
    "order",
    [
        ["127.0.0.9", "127.0.0.8", "127.0.0.1"],
        ["127.0.0.9", "127.0.0.1", "127.0.0.8"],
        ["127.0.0.1", "127.0.0.9"],
    ],
)
def test_each_address_is_tried(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch, order: list[str]
):
    def getaddrinfo(host: str, port: int, **_: object) -> list[tuple]:
        return [(2, 1, 6, "", (address, port)) for address in order]

    httpserver.expect_request("/").respond_with_data("x")
    resolve = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *a, **k: (getaddrinfo if host == "localhost" else resolve)(host, *a, **k),
    )
    with client() as http:
        assert get(http, f"http://localhost:{httpserver.port}/").body == b"x"


# --- encodings


def test_an_empty_encoding_is_none(httpserver: HTTPServer):
    httpserver.expect_request("/").respond_with_data("x", headers={"Content-Encoding": ""})
    with client() as http:
        assert get(http, httpserver.url_for("/")).body == b"x"


def test_an_unknown_encoding_is_told_shortly(httpserver: HTTPServer):
    headers = {"Content-Encoding": "X" * 30}
    httpserver.expect_request("/").respond_with_data("x", headers=headers)
    with client() as http:
        failed = failure(http, httpserver.url_for("/"))

    assert (failed.reason, failed.detail) == ("answer_encoded", "x" * 20)


def test_what_follows_the_end_of_a_gzip_counts_too(httpserver: HTTPServer):
    body = gzip.compress(b"x", mtime=0) + b"\0" * 1000
    httpserver.expect_request("/").respond_with_data(body, headers={"Content-Encoding": "gzip"})
    with client() as http:
        failed = failure(http, httpserver.url_for("/"), max_bytes=1000)

    assert (type(failed), failed.reason) == (TransientServiceError, "answer_too_big")
