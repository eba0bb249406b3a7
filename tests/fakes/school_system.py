"""A school system that speaks SS 12000:2020, on loopback, with faults on the wire.

From the OpenAPI of the standard as Skolverket uses it (skolverket/dnp-ss12000-reference-api): pages
by `limit` and `pageToken`, no filter beside a pageToken, `meta.modified.after`, deletedEntities
that leaves out kinds of which nothing is deleted.
"""

import json
import threading
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

SECRET = "canary-secret-of-the-school-system"
CLIENT = "tracks"
_LONG_AGO = "2026-01-01T00:00:00+00:00"


def unit(n: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"o{n}",
        "meta": {"created": _LONG_AGO, "modified": _LONG_AGO},
        "displayName": f"Enhet {n}",
        "organisationType": "Skolenhet",
        "schoolUnitCode": f"{10_000_000 + n}",
        "schoolTypes": ["GR"],
        **more,
    }


def person(n: int, **more: Any) -> dict[str, Any]:
    return {
        "id": f"p{n}",
        "meta": {"created": _LONG_AGO, "modified": _LONG_AGO},
        "givenName": "Prov",
        "familyName": f"Person {n}",
        "civicNo": {"value": "191212121212", "nationality": "SE"},
        "eduPersonPrincipalNames": [f"p{n}@skola.example"],
        "securityMarking": "Ingen",
        **more,
    }


def duty(n: int, role: str = "Lärare", at: int = 1, **more: Any) -> dict[str, Any]:
    return {
        "id": f"d{n}",
        "meta": {"created": _LONG_AGO, "modified": _LONG_AGO},
        "person": {"id": f"p{n}"},
        "dutyAt": {"id": f"o{at}"},
        "dutyRole": role,
        "startDate": "2026-01-01",
        **more,
    }


@dataclass
class Reply:
    status: int
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    drip: float = 0.0  # seconds before each byte


# Told what is asked; None: answer as usual.
Fault = Callable[[str, dict[str, str]], Reply | None]


class FakeSchoolSystem:
    def __init__(self) -> None:
        self.organisations: list[dict[str, Any]] = []
        self.persons: list[dict[str, Any]] = []
        self.duties: list[dict[str, Any]] = []
        self.deleted: list[tuple[str, str, str]] = []  # kind, id, when
        self.most = 2  # entities on a page, whatever is asked
        self.needs_client = False
        self.tokens: set[str] = set() if self.needs_client else {SECRET}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.seen_bearers: list[str] = []
        self.fault: Fault = lambda _resource, _query: None
        self.url = ""
        # name there -> what was posted
        self.subscriptions: dict[str, dict[str, Any]] = {}
        self.names_an_end: timedelta | None = timedelta(days=10)
        self.offers_subscriptions = True
        self.prolongs = True
        self.is_asked_for_all = False  # the request at hand reads a list
        self.made: Callable[[], None] = lambda: None  # told before the answer goes out

    def has_staff(self, count: int, units: int = 1) -> None:
        self.organisations = [unit(n) for n in range(1, units + 1)]
        self.persons = [person(n) for n in range(1, count + 1)]
        self.duties = [duty(n, at=n % units + 1) for n in range(1, count + 1)]

    def resources(self) -> list[str]:
        return [resource for resource, _ in self.asked]

    def changed(self, entity: dict[str, Any], **values: Any) -> None:
        entity.update(values)
        entity["meta"] = {**entity["meta"], "modified": datetime.now(UTC).isoformat()}

    def delete(self, entity: dict[str, Any]) -> None:
        for kind in ("organisations", "persons", "duties"):
            if entity in getattr(self, kind):
                getattr(self, kind).remove(entity)
                self.deleted.append((kind, entity["id"], datetime.now(UTC).isoformat()))

    # --- answers

    def reply(
        self, method: str, path: str, query: dict[str, str], headers: Any, body: str
    ) -> Reply:
        resource = path.rpartition("/")[2]
        self.asked.append((resource, query))
        self.is_asked_for_all = method == "GET"
        faulty = self.fault(resource, query)
        if faulty is not None:
            return faulty
        if resource == "token":
            return self._token(headers, body)
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        self.seen_bearers.append(bearer)
        if bearer not in self.tokens:
            return Reply(401)
        if "/subscriptions" in path:
            return self._subscription(method, path, query, body)
        return _json(self._page(resource, query))

    def _subscription(self, method: str, path: str, query: dict[str, str], body: str) -> Reply:
        """POST makes one, GET shows one or all, PATCH prolongs, DELETE ends it."""
        if not self.offers_subscriptions:
            return Reply(404)
        name = path.partition("/subscriptions")[2].strip("/")
        if method == "POST" and not name:
            made = {**json.loads(body), "id": f"s{len(self.asked)}"}
            assert made["target"].startswith("http")
            assert {"resource": "Person"} in made["resourceTypes"]
            if self.names_an_end is not None:
                made["expires"] = (datetime.now(UTC) + self.names_an_end).isoformat()
            self.subscriptions[made["id"]] = made
            self.made()
            return Reply(201, json.dumps(made).encode())
        if method == "GET" and not name:
            first = int(query.get("pageToken", 0))
            every = list(self.subscriptions.values())
            more = str(first + self.most) if first + self.most < len(every) else None
            return _json({"data": every[first : first + self.most], "pageToken": more})
        if name not in self.subscriptions:
            return Reply(404)
        if method == "DELETE":
            del self.subscriptions[name]
            return Reply(204, b"")
        if method == "PATCH":
            if not self.prolongs:
                return Reply(405)
            self.subscriptions[name]["expires"] = json.loads(body)["expires"]
        return _json(self.subscriptions[name])

    def _token(self, headers: Any, body: str) -> Reply:
        basic = b64decode(headers.get("authorization", "").removeprefix("Basic ")).decode()
        form = dict(parse_qsl(body))
        if basic != f"{CLIENT}:{SECRET}" or form.get("grant_type") != "client_credentials":
            return Reply(401, b'{"error": "invalid_client"}')
        made = f"token-{len(self.asked)}"
        self.tokens = {made}
        return _json({"access_token": made, "token_type": "Bearer", "expires_in": 3600})

    def _page(self, resource: str, query: dict[str, str]) -> dict[str, Any]:
        first = 0
        if token := query.get("pageToken"):
            if any(name.startswith("meta.") or name == "after" for name in query):
                return {"code": "400", "message": "filter beside pageToken"}
            place, resource_of, moment = token.split("|")
            assert resource_of == resource
            first = int(place)
        else:
            moment = query.get("meta.modified.after") or query.get("after") or ""
        if resource == "deletedEntities":
            found: dict[str, list[str]] = {}
            for kind, name, when in self.deleted:
                if when >= moment:
                    found.setdefault(kind, []).append(name)
            return {"data": found}
        entities = getattr(self, resource)
        if moment:
            entities = [each for each in entities if each["meta"]["modified"] >= moment]
        page = {"data": entities[first : first + self.most], "pageToken": None}
        if first + self.most < len(entities):
            page["pageToken"] = f"{first + self.most}|{resource}|{moment}"
        return page


def _json(body: Any) -> Reply:
    return Reply(200, json.dumps(body).encode(), {"content-type": "application/json"})


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    system: ClassVar[FakeSchoolSystem]

    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        self._serve("")

    def do_DELETE(self) -> None:
        self._serve("")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("content-length", 0))).decode())

    do_PATCH = do_POST  # noqa: N815  # as the server calls it

    def _serve(self, body: str) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        reply = self.system.reply(self.command, parts.path, query, self.headers, body)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(reply.body)))
        self.end_headers()
        try:
            if not reply.drip:
                self.wfile.write(reply.body)
                return
            for byte in reply.body:
                time.sleep(reply.drip)
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
        except OSError:
            self.close_connection = True  # the other side has had enough


@contextmanager
def school_system() -> Iterator[FakeSchoolSystem]:
    system = FakeSchoolSystem()

    class Handler(_Handler):
        pass

    Handler.system = system
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    system.url = f"http://127.0.0.1:{server.server_address[1]}/v2.0"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield system
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
