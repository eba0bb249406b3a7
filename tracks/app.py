"""Puts the parts together: one place where everything is made and joined."""

import logging
import os
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask, Response, jsonify
from jinja2 import ChoiceLoader, PackageLoader
from whitenoise import WhiteNoise

from lti.http import GuardedHttp
from lti.keys import CachedPlatformKeys, ToolKey, ToolKeys
from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens
from lti.tool.grades import Grades
from lti.tool.state import StateSigner
from tracks.adoption import views as adoption_views
from tracks.catalogue import views as catalogue_views
from tracks.catalogue.queries import Shelf
from tracks.db import Database
from tracks.db.engine import make_engine
from tracks.jobs.actions import try_quarantined
from tracks.jobs.worker import Worker
from tracks.lms import jobs as lms_jobs
from tracks.lms import views as lms_views
from tracks.lms.actions import forget_used_nonces
from tracks.lms.stores import LtiSide, SystemClock
from tracks.people import views as people_views
from tracks.people.actions import end_old_sign_ins
from tracks.progress import views as progress_views
from tracks.settings import Settings
from tracks.subscriptions import reactions
from tracks.web import errors, headers, limits, pages, requests
from tracks.web.requests import EXTENSION, Parts

AREAS = ("adoption", "catalogue", "lms", "people", "progress")
BLUEPRINTS = (
    people_views.pages,
    catalogue_views.pages,
    progress_views.pages,
    lms_views.pages,
    adoption_views.pages,
)
MAX_REQUEST = 6 * 1024 * 1024  # a try-out's file and its form


def private_file(path: Path, make: Callable[[], bytes]) -> bytes:
    """The file's content; made at the first start, readable by its owner only (0600)."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    content = make()
    # Written aside and linked into place: of two processes starting at once, one wins whole.
    aside = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    try:
        os.link(aside, path)
    except FileExistsError:
        return path.read_bytes()
    finally:
        aside.unlink()
    return content


def open_database(settings: Settings) -> Database:
    engine = make_engine(settings.sqlalchemy_url, pool_size=settings.threads + 4)
    return Database(engine, reactions(Shelf()))


def create_app(settings: Settings, database: Database) -> Flask:
    """The tool as a WSGI application. Starts no thread: see create_worker."""
    app = Flask("tracks", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MAX_REQUEST, MAX_FORM_MEMORY_SIZE=512 * 1024)
    secret = private_file(settings.data_dir / "secret", lambda: secrets.token_bytes(32))
    app.extensions[EXTENSION] = Parts(
        settings=settings,
        database=database,
        secret=secret,
        notices=(lms_views.transfer_notices,),
    )
    app.extensions["tracks.shelf"] = Shelf()
    app.extensions["tracks.lti"] = _lti_side(settings, secret)
    app.jinja_loader = ChoiceLoader(
        [PackageLoader("tracks.web"), *(PackageLoader(f"tracks.{area}") for area in AREAS)]
    )
    requests.install(app)
    headers.install(app)
    errors.install(app)
    pages.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    limits.install(app, settings, per_address=lms_views.OPEN_TO_LMSS)
    app.add_url_rule("/healthz", view_func=_health)
    _check_guards(app)
    _serve_static(app, settings)
    return app


def _health() -> Response:
    return jsonify(status="ok")


_health.requires = "public"  # type: ignore[attr-defined]  # nothing to guard: no data


def _check_guards(app: Flask) -> None:
    """A view without `@requires` does not start (tests/whole has the list of what each asks)."""
    for rule in app.url_map.iter_rules():
        if not hasattr(app.view_functions[rule.endpoint], "requires"):
            raise RuntimeError(f"{rule.endpoint} has no @requires")


def _serve_static(app: Flask, settings: Settings) -> None:
    folder = Path(__file__).parent / "web" / "static"
    served = WhiteNoise(
        app.wsgi_app,
        root=str(folder),
        prefix="static/",
        max_age=3600,
        allow_all_origins=False,
        add_headers_function=headers.add_to_file,
    )
    app.wsgi_app = served  # type: ignore[method-assign]  # Flask's documented way
    if settings.proxies:
        from werkzeug.middleware.proxy_fix import ProxyFix

        n = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]


def _tool_keys(settings: Settings) -> ToolKeys:
    now = datetime.now(UTC)
    pem = private_file(settings.data_dir / "tool-key.pem", lambda: ToolKey.generate(now).pem())
    return ToolKeys([ToolKey.from_pem(pem, now)])


def _lti_side(settings: Settings, secret: bytes) -> LtiSide:
    clock = SystemClock()
    http = GuardedHttp(allow_loopback=settings.is_loopback)
    return LtiSide(
        signer=StateSigner(secret),
        platform_keys=CachedPlatformKeys(http, clock),
        tool_keys=_tool_keys(settings),
        clock=clock,
    )


def create_worker(settings: Settings, database: Database) -> Worker:
    """The worker of this database; the caller starts and stops it."""
    clock = SystemClock()
    http = GuardedHttp(allow_loopback=settings.is_loopback)
    tokens = AccessTokenSource(http, _tool_keys(settings), clock, MemoryAccessTokens())
    longest = timedelta(hours=settings.session_hours)
    worker = Worker(
        database,
        lms_jobs.handlers(Grades(http, tokens, clock)),
        settings.broker_url,
        chores=(
            forget_used_nonces,
            try_quarantined,
            lambda session, moment: end_old_sign_ins(session, moment, longest),
        ),
    )
    database.on_jobs = worker.wake
    return worker


def configure_logging(settings: Settings) -> None:
    logging.basicConfig(
        level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    # Their lines hold addresses with people's tokens in them.
    for name in ("httpx", "httpcore", "waitress.queue", "celery", "kombu"):
        logging.getLogger(name).setLevel(logging.WARNING)
