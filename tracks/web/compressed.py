"""Style sheets and scripts, compressed once at the start: of a first visit they are nearly all.

Pages are sent as they are. They are small, and what is secret in them could be guessed from how
well they are compressed (BREACH)."""

import gzip
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

TEXT = (".css", ".js", ".svg")


class CompressedFiles:
    """Around what serves them. `files`: address -> file."""

    def __init__(self, served: WSGIApplication, files: dict[str, Path]) -> None:
        self.served = served
        self.kept = {url: compressed(path) for url, path in files.items() if path.suffix in TEXT}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = self.kept.get(environ.get("PATH_INFO", ""))
        if body is None:
            return self.served(environ, start_response)
        is_asked_for = _takes_gzip(environ) and "HTTP_RANGE" not in environ
        sent: list[bytes] = []

        def start(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None, /
        ) -> Callable[[bytes], object]:
            kept = [(name, value) for name, value in headers if name.lower() != "vary"]
            kept.append(("Vary", "Accept-Encoding"))
            if is_asked_for and status.startswith("200"):
                kept = [(name, value) for name, value in kept if name.lower() != "content-length"]
                kept += [("Content-Encoding", "gzip"), ("Content-Length", str(len(body)))]
                sent.append(b"" if environ["REQUEST_METHOD"] == "HEAD" else body)
            return start_response(status, kept, exc_info)

        answer = self.served(environ, start)
        if not sent:
            return answer
        close = getattr(answer, "close", None)
        if close is not None:
            close()
        return sent


def compressed(file: Path) -> bytes:
    return gzip.compress(file.read_bytes(), mtime=0)


def _takes_gzip(environ: WSGIEnvironment) -> bool:
    """`gzip;q=0` says that it is not taken."""
    for part in environ.get("HTTP_ACCEPT_ENCODING", "").split(","):
        name, _, quality = part.strip().partition(";")
        if name.strip().lower() == "gzip":
            return quality.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
