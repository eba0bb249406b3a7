"""Outbound HTTP to addresses that others have chosen: public ones only, in bounded time and size.

On httpcore, because there a name can be resolved once, checked, and connected to, while Host, SNI
and the certificate still go by the name.
"""

import ssl
import time
import zlib
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from functools import cache
from typing import Any, Final

import certifi
import httpcore

from lti.addresses import reachable_addresses
from lti.errors import PermanentServiceError, TransientServiceError
from lti.origins import Origin, origin_of
from lti.ports import HttpAnswer

CONNECT_SECONDS: Final = 5.0
TOTAL_SECONDS: Final = 15.0
_GZIP: Final = 16 + zlib.MAX_WBITS
# when the request of this thread must be over, by the monotonic clock
_deadline: ContextVar[float] = ContextVar("deadline")


@cache
def _public_authorities() -> ssl.SSLContext:
    """One for all clients of a process: reading the certificates takes 14 ms each time."""
    return ssl.create_default_context(cafile=certifi.where())


class GuardedHttp:
    """The Http port. Thread-safe; make it after a fork, since it keeps connections.

    `allow_loopback` is for a host that runs on loopback itself: then, and only for the loopback
    names, plain http and loopback addresses are accepted. `allow_plain` is for who only looks
    whether a page is there, and sends no secret: plain http to public addresses, too.
    """

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        allow_plain: bool = False,
        connect_seconds: float = CONNECT_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        self._allow_loopback = allow_loopback
        self._allow_plain = allow_plain
        self._total_seconds = total_seconds
        self._timeouts = {
            "connect": connect_seconds,
            "pool": connect_seconds,
            "read": total_seconds,
            "write": total_seconds,
        }
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context or _public_authorities(),
            max_connections=32,
            max_keepalive_connections=8,
            keepalive_expiry=20.0,
            network_backend=_CheckedNetwork(allow_loopback),
        )

    def close(self) -> None:
        self._pool.close()

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes | None,
        max_bytes: int,
    ) -> HttpAnswer:
        """PermanentServiceError for an address that may not be asked at all."""
        self._check(origin_of(url))
        over = _deadline.set(time.monotonic() + self._total_seconds)
        try:
            with self._pool.stream(
                method,
                url,
                headers=list({**headers, "accept-encoding": "identity"}.items()),
                content=body,
                extensions={"timeout": self._timeouts},
            ) as response:
                fields = _lower_case(response.headers)
                return HttpAnswer(response.status, fields, _body(response, fields, max_bytes))
        except httpcore.TimeoutException as failed:
            raise TransientServiceError("timeout", type(failed).__name__) from None
        except (httpcore.NetworkError, httpcore.ProtocolError, zlib.error) as failed:
            raise TransientServiceError("unreachable", type(failed).__name__) from None
        finally:
            _deadline.reset(over)

    def _check(self, origin: Origin | None) -> None:
        if origin is None:
            raise PermanentServiceError("url_not_plain")
        may_be_plain = self._allow_plain or (self._allow_loopback and origin.is_loopback)
        if not origin.is_secure and not may_be_plain:
            raise PermanentServiceError("url_not_https")


def _lower_case(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        # a field given twice is one list (RFC 9110 5.3): `next` may stand in the first Link
        fields[key] = f"{fields[key]}, {text}" if key in fields else text
    return fields


def _body(response: httpcore.Response, headers: Mapping[str, str], max_bytes: int) -> bytes:
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", ""):
        raise TransientServiceError("answer_encoded", encoding[:20])
    unpacker = zlib.decompressobj(_GZIP) if encoding == "gzip" else None
    body = bytearray()
    received = 0
    for chunk in response.iter_stream():
        received += len(chunk)
        # bounded while unpacking: a small bomb never becomes a large string
        body += unpacker.decompress(chunk, max_bytes + 1 - len(body)) if unpacker else chunk
        if max(received, len(body)) > max_bytes:
            raise TransientServiceError("answer_too_big", f"more than {max_bytes} bytes")
    if unpacker is not None and received and not unpacker.eof:
        raise TransientServiceError("unreachable", "gzip cut short")
    return bytes(body)


class _CheckedNetwork(httpcore.NetworkBackend):
    def __init__(self, allow_loopback: bool) -> None:
        self._allow_loopback = allow_loopback
        self._sockets = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = reachable_addresses(host, port, allow_loopback=self._allow_loopback)
        *others, last = addresses
        for address in others:
            try:
                return self._connect(address, port, timeout)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connect(last, port, timeout)

    def _connect(self, address: str, port: int, timeout: float | None) -> httpcore.NetworkStream:
        return _TimedStream(self._sockets.connect_tcp(address, port, _left(timeout)))


class _TimedStream(httpcore.NetworkStream):
    """Every read and write ends with the request's deadline, so that a slow drip ends too."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(timeout: float | None) -> float:
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("deadline")
    return left if timeout is None else min(left, timeout)
