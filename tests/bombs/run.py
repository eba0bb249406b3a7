"""Sends every input the whole way in, and says what it cost and what was told."""

import gc
import gzip
import json
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

from msgspec import Struct

from tests.bombs.entries import TEXT, Entries
from tests.bombs.measured import Act, Cost, measure
from tests.bombs.texts import json_bombs
from tests.content.test_front_matter_bombs import BOMBS
from tests.factories.databases import LIBRARY, published_sqlite
from tests.factories.tool import Tool

SECONDS, MEGABYTES = 1.0, 100.0  # of each
CHECK, EDITOR, WIRE, CLAIMS = "content check", "the editor", "over a wire", "each claim"
_LINE = re.compile(r'"line": [1-9][0-9]*|data-line="[1-9][0-9]*"')


class Case(Struct, frozen=True):
    entry: str
    cost: Cost
    told: tuple[str, ...] = ()  # one of these words is in what is said; none: anything is
    status: int = 499  # the highest that is allowed

    def faults(self) -> list[str]:
        """What check 28 does not allow."""
        cost, said = self.cost, self.cost.said
        if said is None:
            return [f"{cost.name}: ended the process"]
        text = said.text.strip()
        found = []
        if said.status > self.status:
            found.append(f"{cost.name}: {said.status}")
        if cost.seconds > SECONDS:
            found.append(f"{cost.name}: {cost.seconds:.2f} s")
        if cost.megabytes > MEGABYTES:
            found.append(f"{cost.name}: {cost.megabytes:.0f} MB")
        is_told = any(word in text for word in self.told) if self.told else bool(text)
        if not is_told:
            found.append(f"{cost.name}: {said.status} {text[:300]!r}")
        if self.entry in (CHECK, EDITOR) and not _LINE.search(said.text):
            found.append(f"{cost.name}: no line")
        return found


def run(folder: Path, only: str | None = None) -> Iterator[Case]:
    """The tool stands on SQLite: what it stores is the same, and a fork can have it for itself."""
    template = published_sqlite(folder)
    place = folder / "tracks.sqlite"
    shutil.copy(template, place)
    tool = Tool(f"sqlite:///{place}", folder / "data", library=LIBRARY)
    entries = Entries(tool, folder)
    tool.database.engine.dispose()
    kept = place.read_bytes()
    gc.collect()
    gc.freeze()  # so that a fork looks at nothing but its own

    def sent(name: str, prepare: Callable[[], Act]) -> Cost:
        for left in folder.glob("tracks.sqlite-*"):
            left.unlink()
        place.write_bytes(kept)
        shutil.rmtree(folder / "library", ignore_errors=True)
        return measure(name, prepare)

    for entry in entries.all():
        if only not in (None, entry.name):
            continue
        taken = sent("what it takes", lambda entry=entry: entry.prepare(entry.accepted))
        yield Case(entry.name, taken, (entry.takes,), entry.status)
        for text in json_bombs(entry.most, is_array=entry.is_array):
            if entry.is_form and not _is_utf8(text.body):
                continue
            cost = sent(text.name, lambda entry=entry, text=text: entry.prepare(text.body))
            yield Case(entry.name, cost, () if text.is_json else entry.refusals, entry.status)
    if only in (None, CLAIMS):
        for name, body in entries.claims():
            yield Case(CLAIMS, sent(name, lambda body=body: entries.launched(body)))
    if only in (None, CHECK, EDITOR):
        yield from _front_matter(entries, sent)
    if only in (None, WIRE):
        with _hostile_server() as address:
            for path, told in _Hostile.told.items():
                url = f"{address}/{path}"
                yield Case(WIRE, sent(path, lambda url=url: entries.fetched(url)), (told,))
    tool.close()


def _is_utf8(body: bytes) -> bool:
    try:
        return bool(body.decode()) or not body
    except UnicodeDecodeError:
        return False


Send = Callable[[str, Callable[[], Act]], Cost]


def _front_matter(entries: Entries, sent: Send) -> Iterator[Case]:
    good = (LIBRARY / TEXT).read_text("utf-8")
    body = good.partition("\n---\n")[2]
    told = ("front-matter", "file-encoding")
    for name, yaml in BOMBS.items():
        text = f"---\n{yaml}\n---\n{body}"
        yield Case(CHECK, sent(name, lambda text=text: entries.checked(text)), told)
        if any("\ud800" <= sign <= "\udfff" for sign in text):
            continue  # no browser can send it
        yield Case(EDITOR, sent(name, lambda text=text: entries.edited(text)), told)


class _Hostile(BaseHTTPRequestHandler):
    told: ClassVar = {
        "zipped": "answer_too_big",
        "zipped-twice": "unreachable",
        "without-end": "answer_too_big",
        "larger-than-said": "jwks_not_json",
        "many-fields": "unreachable",
        "long-field": "unreachable",
        "another-coding": "answer_encoded",
    }
    _zipped = gzip.compress(b"[" * 300_000_000)

    def do_GET(self) -> None:
        path = self.path.strip("/")
        self.send_response(200)
        match path:
            case "zipped":
                self.send_header("Content-Encoding", "gzip")
            case "zipped-twice":
                self.send_header("Content-Encoding", "gzip")
            case "another-coding":
                self.send_header("Content-Encoding", "br")
            case "many-fields":
                for number in range(100_000):
                    self.send_header(f"X-{number}", "x")
            case "long-field":
                self.send_header("X", "x" * 10_000_000)
            case "larger-than-said":
                self.send_header("Content-Length", "10")
        try:
            self.end_headers()
            self._send(path)
        except OSError:
            pass  # the tool has heard enough

    def _send(self, path: str) -> None:
        if path == "zipped":
            self.wfile.write(self._zipped)
        elif path == "zipped-twice":
            self.wfile.write(b"\x1f\x8b" + self._zipped)
        elif path == "without-end":
            for _ in range(1_000):
                self.wfile.write(b"[" * 1_000_000)
        else:
            self.wfile.write(b"[" * 1_000_000)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def _hostile_server() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hostile)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def as_line(case: Case) -> str:
    cost, said = case.cost, case.cost.said
    return json.dumps(
        {
            "entry": case.entry,
            "name": cost.name,
            "seconds": round(cost.seconds, 3),
            "megabytes": round(cost.megabytes, 1),
            "status": None if said is None else said.status,
            "faults": case.faults(),
        }
    )
