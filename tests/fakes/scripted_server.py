"""The HTTP of the scripted LMS: addresses, media types, tokens, and faults on the wire."""

import json
import socket
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

if TYPE_CHECKING:
    from tests.fakes.scripted_lms import ScriptedLms

SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"
ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any = None
    headers: tuple[tuple[str, str], ...] = ()


def serve(lms: "ScriptedLms", port: int) -> ThreadingHTTPServer:
    class Handler(_Handler):
        pass

    Handler.lms = lms
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    return server


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lms: "ScriptedLms"

    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length)
        if len(body) < length:
            return self._hang_up()  # the tool's time was over before it had said all
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        lms = self.lms
        with lms.lock:
            lms.calls += 1
            if parts.path == "/token":
                return self._answer(lms.token(dict(parse_qsl(body.decode()))))
        _, _, item, what, *_ = (*parts.path.split("/"), "", "", "")
        if self.command == "POST" and what == "scores":
            return self._score(item, body)
        with lms.lock:
            return self._answer(self._read(item, what, query, body))

    def _read(self, item: str, what: str, query: dict[str, str], body: bytes) -> Answer:
        lms = self.lms
        if what == "results":
            refused = self._checked("result.readonly", RESULTS_TYPE)
            return refused or lms.results(item, query.get("user_id"))
        if self.command == "POST":
            return self._checked("lineitem", ITEM_TYPE) or lms.make_item(json.loads(body))
        return self._checked("lineitem", ITEMS_TYPE) or lms.list_items(query)

    def _checked(self, scope: str, accept: str) -> Answer | None:
        """Moodle and Open edX take the exact media type and no other."""
        strict = self.lms.mode in ("moodle", "openedx")
        if strict and self.headers.get("accept") != accept:
            return Answer(400 if self.lms.mode == "moodle" else 406)
        token = self.headers.get("authorization", "").removeprefix("Bearer ")
        return self.lms.refusal(token, scope)

    def _score(self, item: str, body: bytes) -> None:
        lms = self.lms
        with lms.lock:
            if (refused := self._checked("score", SCORE_TYPE)) is not None:
                return self._answer(refused)
            if self.headers.get("content-type") != SCORE_TYPE:
                return self._answer(Answer(415))
            if lms.mode == "moodle" and "type_id=" not in self.path:
                return self._answer(Answer(404))
            fault = lms.faults.popleft() if lms.faults else None
        sent = json.loads(body)
        if isinstance(fault, int):
            return self._answer(Answer(fault, None, (("retry-after", lms.retry_after),)))
        if fault in ("reset", "hang", "page", "expired", "late"):
            return self._fail(fault, item, sent)
        with lms.lock:
            answer = lms.score(item, sent)
            if fault == "twice":
                count = len(lms.taken)
                lms.score(item, sent, is_new=False)
                del lms.taken[
                    count:
                ]  # not the tool's doing; `changes` has it if it changed a thing
        if fault == "lost":
            return self._hang_up()
        return self._answer(answer, drip=fault == "drip")

    def _fail(self, fault: str, item: str, sent: dict[str, Any]) -> None:
        lms = self.lms
        if fault == "page":
            self._answer(Answer(200, "<!doctype html><p>Sign in"))
        elif fault == "expired":
            with lms.lock:
                lms.end_tokens()
            self._answer(Answer(401))
        elif fault == "reset":
            self._hang_up()
        else:
            with lms.lock:
                lms.posted.append(lms.read(item, sent))
            if fault == "late":
                later = threading.Timer(lms.slow * 1.5, self._take_late, (item, sent))
                lms.late.append(later)
                later.start()
            time.sleep(lms.slow)
            self._hang_up()

    def _take_late(self, item: str, sent: dict[str, Any]) -> None:
        taken = self.lms.taken
        with self.lms.lock:
            count = len(taken)
            self.lms.score(item, sent, is_new=False)
            taken[count:] = [replace(posted, came_late=True) for posted in taken[count:]]

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):  # the tool was quicker
            self.connection.shutdown(socket.SHUT_RDWR)

    def _answer(self, answer: Answer, *, drip: bool = False) -> None:
        body = b"" if answer.body is None else json.dumps(answer.body).encode()
        if isinstance(answer.body, str):
            body = answer.body.encode()
        if drip:
            body += b" " * 200
        try:
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            for n in range(0, len(body), 1 if drip else len(body) or 1):
                self.wfile.write(body[n : n + (1 if drip else len(body))])
                if drip:
                    time.sleep(self.lms.slow / 50)
        except OSError:
            self.close_connection = True
