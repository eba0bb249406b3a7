"""An LMS in the harness's process: keys, tokens, and a gradebook as strict as Moodle's."""

import json
import random
import secrets
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fakes.forge import jwks, signing_key

_SCORE = "application/vnd.ims.lis.v1.score+json"
Column = tuple[str, str]  # (line item, user)


@dataclass(frozen=True, slots=True)
class Post:
    given: float
    timestamp: datetime
    is_taken: bool


@dataclass
class Ledger:
    """Every score posted, in the order of arrival; guarded by `lock`."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    posts: dict[Column, list[Post]] = field(default_factory=lambda: defaultdict(list))
    refused: list[str] = field(default_factory=list)  # anything a good tool would not send

    def post(self, column: Column, given: float, timestamp: datetime) -> bool:
        """False: not later than the last one taken, seen to the second."""
        with self.lock:
            taken = [p for p in self.posts[column] if p.is_taken]
            is_taken = not taken or timestamp.replace(microsecond=0) > taken[-1].timestamp.replace(
                microsecond=0
            )
            self.posts[column].append(Post(given, timestamp, is_taken))
            return is_taken

    def final(self, column: Column) -> float | None:
        with self.lock:
            taken = [p for p in self.posts.get(column, ()) if p.is_taken]
            return taken[-1].given if taken else None

    def copy(self) -> dict[Column, tuple[Post, ...]]:
        with self.lock:
            return {column: tuple(posts) for column, posts in self.posts.items()}


class FakeLms:
    """`slowness`: the longest pause before a score is taken, in seconds: time to be killed in."""

    client_id = "client-1"
    deployment_id = "1"

    def __init__(self, *, slowness: float) -> None:
        self.ledger = Ledger()
        self.slowness = slowness
        # Made once, before threads could each make their own.
        self.keys = jwks(signing_key().jwk())
        self.tokens: set[str] = set()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.lms = self
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), daemon=True
        )
        self._thread.start()

    def line_item(self, link: str) -> str:
        return f"{self.url}/items/{link}?type_id=1"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64
    lms: FakeLms

    def handle_error(self, request: Any, client_address: Any) -> None:
        """The other side was killed in the middle of a call: that is what this is about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
        """Silent."""

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        if path.path == "/jwks":
            self._answer(200, self.server.lms.keys)
        elif path.path.endswith("/results"):
            self._results(path.path.split("/")[2], parse_qs(path.query)["user_id"][0])
        else:
            self._answer(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        path = urlsplit(self.path).path
        if path == "/token":
            self._token(body)
        elif path.startswith("/items/") and path.endswith("/scores"):
            self._score(path.split("/")[2], body)
        else:
            self._refuse(404, f"POST {path}")

    def _token(self, body: bytes) -> None:
        form = parse_qs(body.decode())
        if "client_assertion" not in form:
            self._refuse(400, "a token request without an assertion")
            return
        token = secrets.token_hex(16)
        self.server.lms.tokens.add(token)
        granted = {"access_token": token, "token_type": "Bearer", "expires_in": 3600}
        self._answer(200, json.dumps({**granted, "scope": form["scope"][0]}).encode())

    def _score(self, link: str, body: bytes) -> None:
        lms = self.server.lms
        time.sleep(random.uniform(0, lms.slowness))
        if self.headers["Authorization"].removeprefix("Bearer ") not in lms.tokens:
            self._refuse(401, "a score without a token of ours")
            return
        score = json.loads(body)
        is_whole = score["gradingProgress"] == "FullyGraded" and score["scoreMaximum"] == 100
        if self.headers["Content-Type"] != _SCORE or not is_whole:
            self._refuse(400, f"a score like this: {score}")
            return
        timestamp = datetime.fromisoformat(score["timestamp"])
        is_taken = lms.ledger.post((link, score["userId"]), score["scoreGiven"], timestamp)
        self._answer(200 if is_taken else 409)

    def _results(self, link: str, user: str) -> None:
        given = self.server.lms.ledger.final((link, user))
        result = {"userId": user, "resultScore": given, "resultMaximum": 100}
        self._answer(200, json.dumps([result] if given is not None else []).encode())

    def _refuse(self, status: int, why: str) -> None:
        with self.server.lms.ledger.lock:
            self.server.lms.ledger.refused.append(why)
        self._answer(status)

    def _answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
