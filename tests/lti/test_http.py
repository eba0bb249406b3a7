"""GuardedHttp against real sockets on loopback."""

import gzip
import socket
import ssl
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from lti.errors import PermanentServiceError, ServiceError, TransientServiceError
from lti.http import GuardedHttp
from lti.ports import HttpAnswer


@contextmanager
def _guarded(**how) -> Iterator[GuardedHttp]:
    http = GuardedHttp(**how)
    try:
        yield http
    finally:
        http.close()


@pytest.fixture
def http() -> Iterator[GuardedHttp]:
    with _guarded(allow_loopback=True) as http:
        yield http


def _get(http: GuardedHttp, url: str, max_bytes: int = 1000) -> HttpAnswer:
    return http.request("GET", url, headers={}, body=None, max_bytes=max_bytes)


def _failure(http: GuardedHttp, url: str, **how) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        _get(http, url, **how)
    return caught.value


def test_request_and_answer(http: GuardedHttp, httpserver: HTTPServer):
    def echo(request: Request) -> Response:
        seen = [request.method, request.query_string.decode(), request.headers["X-A"], request.host]
        return Response("|".join(seen).encode() + b"|" + request.data, 201, {"X-Back": "Yes"})

    httpserver.expect_request("/a/b").respond_with_handler(echo)
    url = httpserver.url_for("/a/b?x=1&y=%20")

    answer = http.request("POST", url, headers={"x-a": "b"}, body=b"body", max_bytes=1000)

    host = f"{httpserver.host}:{httpserver.port}"
    assert (answer.status, answer.body) == (201, f"POST|x=1&y=%20|b|{host}|body".encode())
    assert answer.headers["x-back"] == "Yes"


def test_a_field_given_twice_is_one_list(http: GuardedHttp, httpserver: HTTPServer):
    links = [("Link", "</2>; rel=next"), ("Link", "</d>; rel=differences")]
    httpserver.expect_request("/").respond_with_response(Response("x", headers=links))

    answer = _get(http, httpserver.url_for("/"))

    assert answer.headers["link"] == "</2>; rel=next, </d>; rel=differences"


def test_connection_is_used_again(http: GuardedHttp, httpserver: HTTPServer):
    httpserver.expect_request("/").respond_with_data("x")

    assert [_get(http, httpserver.url_for("/")).body for _ in range(3)] == [b"x"] * 3


def test_redirect_is_an_answer_like_any_other(http: GuardedHttp, httpserver: HTTPServer):
    httpserver.expect_request("/").respond_with_data("", 302, {"Location": "/elsewhere"})
    httpserver.expect_request("/elsewhere").respond_with_data("followed")

    answer = _get(http, httpserver.url_for("/"))

    assert (answer.status, answer.headers["location"]) == (302, "/elsewhere")
    assert len(httpserver.log) == 1


def test_answer_of_the_size_allowed_and_one_byte_more(http: GuardedHttp, httpserver: HTTPServer):
    httpserver.expect_request("/").respond_with_data(b"x" * 1000)
    url = httpserver.url_for("/")

    assert len(_get(http, url, 1000).body) == 1000
    assert _failure(http, url, max_bytes=999).reason == "answer_too_big"


def test_gzip_is_read_though_not_asked_for(http: GuardedHttp, httpserver: HTTPServer):
    def packed(request: Request) -> Response:
        asked = request.headers["Accept-Encoding"]
        return Response(gzip.compress(asked.encode(), mtime=0), 200, {"Content-Encoding": "gzip"})

    httpserver.expect_request("/").respond_with_handler(packed)

    assert _get(http, httpserver.url_for("/")).body == b"identity"


@pytest.mark.parametrize(
    ("body", "encoding", "reason"),
    [
        (gzip.compress(b"\0" * 50_000_000, mtime=0), "gzip", "answer_too_big"),
        (gzip.compress(b"x" * 500, mtime=0)[:-4], "gzip", "unreachable"),
        (b"no gzip", "gzip", "unreachable"),
        (zlib.compress(b"x"), "gzip", "unreachable"),
        (b"x", "br", "answer_encoded"),
        (b"x", "gzip, gzip", "answer_encoded"),
    ],
)
def test_encodings(
    http: GuardedHttp, httpserver: HTTPServer, body: bytes, encoding: str, reason: str
):
    headers = {"Content-Encoding": encoding}
    httpserver.expect_request("/").respond_with_data(body, 200, headers)

    failed = _failure(http, httpserver.url_for("/"), max_bytes=100_000)

    assert (failed.reason, type(failed)) == (reason, TransientServiceError)


def test_gzip_bomb_is_never_unpacked(http: GuardedHttp, httpserver: HTTPServer):
    bomb = gzip.compress(b"\0" * 50_000_000, mtime=0)
    headers = {"Content-Encoding": "gzip"}
    httpserver.expect_request("/").respond_with_data(bomb, 200, headers)
    tracemalloc.start()
    try:
        failed = _failure(http, httpserver.url_for("/"), max_bytes=100_000)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert failed.reason == "answer_too_big"
    assert peak < 30_000_000  # the test server itself takes ten


def test_empty_answer_said_to_be_gzip(http: GuardedHttp, httpserver: HTTPServer):
    httpserver.expect_request("/").respond_with_data(b"", 200, {"Content-Encoding": "gzip"})

    assert _get(http, httpserver.url_for("/")).body == b""


@pytest.mark.parametrize(
    "url",
    [
        "http://lms.example/",
        "http://127.0.0.2/",
        "http://127.1/",
        "http://2130706433/",
        "http://169.254.169.254/latest/meta-data",
    ],
)
def test_plain_http_beyond_loopback_is_never_sent(http: GuardedHttp, url: str):
    failed = _failure(http, url)

    assert (failed.reason, type(failed)) == ("url_not_https", PermanentServiceError)


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}/", "http://10.0.0.1/", "http://[::1]/"])
def test_who_may_ask_plain_http_still_asks_public_addresses_only(httpserver: HTTPServer, url: str):
    with _guarded(allow_plain=True) as http:
        failed = _failure(http, url.format(port=httpserver.port))

    assert failed.reason == "address_not_public"
    assert httpserver.log == []


def test_plain_http_is_sent_for_who_says_so(monkeypatch: pytest.MonkeyPatch):
    asked: list[tuple[str, int]] = []

    def getaddrinfo(host: str, port: int, **_: object) -> list[tuple]:
        asked.append((host, port))
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    with _guarded(allow_plain=True) as http:
        failed = _failure(http, "http://lms.example/")

    assert (failed.reason, asked) == ("name_not_found", [("lms.example", 80)])


@pytest.mark.parametrize(
    "url",
    ["ftp://localhost/", "file:///etc/passwd", "https://a@localhost/", "https://①②⑦.0.0.1/", ""],
)
def test_odd_urls_are_never_sent(http: GuardedHttp, url: str):
    assert _failure(http, url).reason == "url_not_plain"


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1:{port}/",
        "https://localhost:{port}/",
        "https://127.1:{port}/",
        "https://0x7f000001:{port}/",
        "https://2130706433:{port}/",
        "https://0:{port}/",
        "https://[::1]:{port}/",
        "https://[::ffff:127.0.0.1]:{port}/",
    ],
)
def test_loopback_is_never_reached_from_the_outside(httpserver: HTTPServer, url: str):
    with _guarded() as http:
        failed = _failure(http, url.format(port=httpserver.port))

    assert failed.reason in {"address_not_public", "name_not_found"}
    assert httpserver.log == []


def test_name_that_points_inside_is_not_connected_to(
    httpserver: HTTPServer, monkeypatch: pytest.MonkeyPatch
):
    def getaddrinfo(host: str, port: int, **_: object) -> list[tuple]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    with _guarded(allow_loopback=True) as http:
        failed = _failure(http, f"https://lms.example:{httpserver.port}/")

    assert failed.reason == "address_not_public"
    assert httpserver.log == []


# --- servers that are slow or broken


def _serve(answer) -> tuple[int, threading.Thread]:
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with listener:
            connection, _ = listener.accept()
            with connection:
                connection.settimeout(5)
                connection.recv(4096)
                try:
                    answer(connection)
                except OSError:
                    return

    thread = threading.Thread(target=run)
    thread.start()
    return listener.getsockname()[1], thread


def _drip(head: bytes):
    def answer(connection: socket.socket) -> None:
        connection.sendall(head)
        for _ in range(60):
            connection.sendall(b"x")
            time.sleep(0.05)

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        _drip(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"),
        _drip(b"HTTP/1.1 200 OK\r\nX-Slow: "),
        lambda connection: connection.recv(1),
    ],
    ids=["slow body", "slow header", "silent"],
)
def test_answer_that_does_not_end(answer):
    port, thread = _serve(answer)
    began = time.monotonic()
    with _guarded(allow_loopback=True, total_seconds=0.3) as http:
        failed = _failure(http, f"http://127.0.0.1:{port}/")
    took = time.monotonic() - began
    thread.join()

    assert (failed.reason, type(failed)) == ("timeout", TransientServiceError)
    assert took < 2


@pytest.mark.parametrize(
    "answer",
    [
        lambda connection: connection.sendall(b"hello\r\n\r\n"),
        lambda connection: None,
        lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"),
    ],
    ids=["not HTTP", "closed", "cut short"],
)
def test_answer_that_is_none(answer):
    port, thread = _serve(answer)
    # Long enough for a machine that has much to do: what is tested is no time.
    with _guarded(allow_loopback=True, total_seconds=10) as http:
        failed = _failure(http, f"http://127.0.0.1:{port}/")
    thread.join()

    assert (failed.reason, type(failed)) == ("unreachable", TransientServiceError)


def test_last_wait_ends_with_the_whole_request():
    def nearly_in_time(connection: socket.socket) -> None:
        time.sleep(0.8)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        connection.recv(1)

    port, thread = _serve(nearly_in_time)
    began = time.monotonic()
    with _guarded(allow_loopback=True, total_seconds=1.0) as http:
        failed = _failure(http, f"http://127.0.0.1:{port}/")
    took = time.monotonic() - began
    thread.join()

    assert failed.reason == "timeout"
    assert took < 1.6


def test_time_that_is_over_before_the_connection(httpserver: HTTPServer):
    with _guarded(allow_loopback=True, total_seconds=0) as http:
        assert _failure(http, httpserver.url_for("/")).reason == "timeout"


def test_nobody_listens(http: GuardedHttp):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert _failure(http, f"http://127.0.0.1:{port}/").reason == "unreachable"


# --- the certificate goes by the name


def _certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    client = ssl.create_default_context(
        cadata=certificate.public_bytes(serialization.Encoding.PEM).decode()
    )
    return server, client


@pytest.mark.parametrize(("name", "trusted"), [("localhost", True), ("other.example", False)])
def test_certificate_is_checked_against_the_name(tmp_path: Path, name: str, trusted: bool):
    server_tls, client_tls = _certificate(tmp_path, name)
    with (
        HTTPServer(host="127.0.0.1", ssl_context=server_tls) as server,
        _guarded(allow_loopback=True, ssl_context=client_tls) as http,
    ):
        server.expect_request("/").respond_with_data("x")
        url = f"https://localhost:{server.port}/"
        if trusted:
            assert _get(http, url).body == b"x"
        else:
            assert _failure(http, url).reason == "unreachable"
