"""A tool whose cookies get lost in frames, as in Safari, and LMSs that keep values for it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.request import Request, urlopen

from sqlalchemy import func, select

from content.loader import load_library
from tests.journeys.running import Lms, first_resource, free_ports
from tracks.app import create_app, open_database
from tracks.cli.content import publish_library
from tracks.cli.sample import sample_track
from tracks.cli.serve import listen
from tracks.db import Database
from tracks.demo_lms import CLIENT_ID, DEPLOYMENT_ID
from tracks.lms.actions import register
from tracks.migrations import upgrade
from tracks.people.actions import add_municipality
from tracks.people.models import sign_in
from tracks.settings import Settings

NAMED_FRAME = "tools_storage"


class FrameCookies:
    """What a browser does with our cookies in a frame, done at the server: Chromium keeps
    partitioned ones whatever it is told."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app
        self.lost = "all"  # "all", "at login" or "none"

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        in_frame = environ.get("HTTP_SEC_FETCH_DEST") == "iframe"
        at_login = environ["PATH_INFO"] == "/lti/login"
        if not in_frame or self.lost == "none" or (self.lost == "at login" and not at_login):
            return self._app(environ, start)
        environ.pop("HTTP_COOKIE", None)

        def without_cookies(
            status: str, headers: list[tuple[str, str]], *more: Any
        ) -> Callable[[bytes], object]:
            kept = [(name, value) for name, value in headers if name.lower() != "set-cookie"]
            answer: Callable[[bytes], object] = start(status, kept, *more)
            return answer

        return self._app(environ, without_cookies)


class SignInHost:
    """Where an LMS signs people in and keeps values for tools: not where its courses are."""

    def __init__(self, lms_url: str, tool_url: str) -> None:
        self.lms_url = lms_url
        storage = (
            f'<!doctype html><script src="{lms_url}/static/storage.js" '
            f'data-tool-origin="{tool_url}"></script>'
        )

        class Pages(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = storage if self.path == "/storage" else self._of_the_lms()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page.encode())

            def _of_the_lms(self) -> str:
                asked = Request(lms_url + self.path, headers={"Cookie": self.headers["Cookie"]})
                with urlopen(asked, timeout=10) as answer:
                    found: str = answer.read().decode()
                return re.sub(r'(src|href)="/', rf'\1="{lms_url}/', found)

            def log_message(self, *_said: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@dataclass(frozen=True, slots=True)
class Safari:
    """`lms` keeps values in its page, `framed_lms` in a frame of its page, `bare_lms` nowhere.

    `far_lms` signs people in and keeps values on another host than its courses.
    """

    tool_url: str
    cookies: FrameCookies
    database: Database
    lms: Lms
    framed_lms: Lms
    bare_lms: Lms
    far_lms: Lms
    far_host: SignInHost
    stop_tool: Callable[[], None]

    def sign_ins(self) -> int:
        with self.database.reading() as session:
            count = session.execute(select(func.count()).select_from(sign_in))
            return int(count.scalar_one())

    def door(self, person: int = 1, *, lms: Lms | None = None) -> str:
        return f"{(lms or self.lms).url}/open/sample-13-{person:02}/school-13-track"

    def stop(self) -> None:
        for lms in (self.lms, self.framed_lms, self.bare_lms, self.far_lms):
            lms.stop()
        self.far_host.stop()
        self.stop_tool()
        self.database.engine.dispose()


def start(folder: Path) -> Safari:
    port, *lms_ports = free_ports(5)
    far_host = SignInHost(f"http://127.0.0.1:{lms_ports[-1]}", f"http://localhost:{port}")
    settings = Settings(base_url=f"http://localhost:{port}", port=port, data_dir=folder)
    library = load_library(settings.library).value
    assert library is not None
    track = sample_track(library)
    database = open_database(settings)
    upgrade(database.engine)
    publish_library(database, settings.library, library)
    lmss = []
    with database.writing() as session:
        municipality_id = add_municipality(session, "Sample", country="NO", is_sample=True)
        for lms_port, target in zip(
            lms_ports, ("_parent", NAMED_FRAME, "", NAMED_FRAME), strict=True
        ):
            url = f"http://127.0.0.1:{lms_port}"
            is_far = url == far_host.lms_url
            register(
                session,
                municipality_id=municipality_id,
                issuer=url,
                client_id=CLIENT_ID,
                auth_url=f"{far_host.url if is_far else url}/lti/auth",
                token_url=f"{url}/lti/token",
                jwks_url=f"{url}/lti/jwks.json",
                deployment_ids=[DEPLOYMENT_ID],
                now=datetime.now(UTC),
            )
            address = f"{library.publisher.id}/{track.id}"
            state = str(folder / f"lms-{lms_port}.sqlite")
            resource = first_resource(library, track)
            told = [target, *([far_host.url] if is_far else [])] if target else []
            lmss.append(Lms(url, settings.base_url, address, resource, state, *told))
    app = create_app(settings, database)
    cookies = FrameCookies(app.wsgi_app)
    app.wsgi_app = cookies  # type: ignore[method-assign]  # Flask's documented way
    stop_tool = listen(app, settings.host, settings.port, settings.threads)
    for lms in lmss:
        lms.start()
    lms, framed, bare, far = lmss
    return Safari(
        settings.base_url, cookies, database, lms, framed, bare, far, far_host, stop_tool=stop_tool
    )
