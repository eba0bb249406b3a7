"""Puts the parts together: one place where everything is made and joined."""

import logging
import secrets
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import ModuleType

from flask import Flask, Response, jsonify
from jinja2 import ChoiceLoader, PackageLoader
from whitenoise import WhiteNoise

from lti.http import GuardedHttp
from lti.platform_keys import CachedPlatformKeys
from lti.ports import SigningKeys
from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens
from lti.tool.grades import Grades
from lti.tool.groups import CourseGroups
from lti.tool.roster import Rosters
from lti.tool.service_calls import ServiceCalls
from lti.tool.state import StateSigner
from tracks.adoption import data_map as adoption_map
from tracks.adoption import queries as adoption_queries
from tracks.adoption import use_views
from tracks.adoption import views as adoption_views
from tracks.audit import data_map as audit_map
from tracks.audit import queries as audit_queries
from tracks.audit import views as audit_views
from tracks.authoring import data_map as authoring_map
from tracks.authoring import outside
from tracks.authoring import queries as authoring_queries
from tracks.authoring import views as authoring_views
from tracks.catalogue import data_map as catalogue_map
from tracks.catalogue import redirects, tokens
from tracks.catalogue import views as catalogue_views
from tracks.catalogue.differences import Comparisons
from tracks.catalogue.expiry import views as expiry_views
from tracks.catalogue.expiry.actions import tell_of_endings
from tracks.catalogue.histories import Histories
from tracks.catalogue.public.page_views import PageViews
from tracks.catalogue.queries import Shelf
from tracks.catalogue.teaching import queries as teaching_queries
from tracks.db import Database
from tracks.db.data_map import DataMap
from tracks.db.engine import make_engine
from tracks.feedback import data_map as feedback_map
from tracks.feedback import queries as feedback_queries
from tracks.feedback import views as feedback_views
from tracks.jobs import data_map as jobs_map
from tracks.jobs.actions import try_quarantined
from tracks.jobs.worker import Worker
from tracks.lms import data_map as lms_map
from tracks.lms import jobs as lms_jobs
from tracks.lms import queries as lms_queries
from tracks.lms import self_test
from tracks.lms import views as lms_views
from tracks.lms.actions import forget_selections, forget_used_nonces
from tracks.lms.actions.keys import look_after_keys
from tracks.lms.actions.life_cycle import forget_notices
from tracks.lms.actions.refusals import forget_refusals
from tracks.lms.actions.switches import end_sign_ins_of_what_is_off, resume_what_is_on
from tracks.lms.key_files import open_sealer, private_file, tool_keys_of
from tracks.lms.sealing import Sealer
from tracks.lms.stores import DatabaseKeySets, LtiSide, SystemClock
from tracks.mapping import data_map as mapping_map
from tracks.mapping import queries as mapping_queries
from tracks.mapping import views as mapping_views
from tracks.organisation import data_map as organisation_map
from tracks.organisation import queries as organisation_queries
from tracks.organisation import views as organisation_views
from tracks.organisation.actions.codes import forget_codes
from tracks.people import data_map as people_map
from tracks.people import queries as people_queries
from tracks.people import views as people_views
from tracks.people.actions import end_old_sign_ins
from tracks.privacy import data_map as privacy_map
from tracks.privacy import jobs as privacy_jobs
from tracks.privacy import queries as privacy_queries
from tracks.privacy import views as privacy_views
from tracks.privacy.erased import ErasedList, end_again, replay
from tracks.privacy.views.open_pages import LETTERS, MOST_LETTERS
from tracks.progress import data_map as progress_map
from tracks.progress import queries as progress_queries
from tracks.progress import views as progress_views
from tracks.rosters import data_map as rosters_map
from tracks.rosters import jobs as rosters_jobs
from tracks.rosters import queries as rosters_queries
from tracks.rosters import service_views as rosters_service_views
from tracks.rosters import views as rosters_views
from tracks.rosters.connection import Outward
from tracks.settings import Settings
from tracks.signin import data_map as signin_map
from tracks.signin import queries as signin_queries
from tracks.signin import views as signin_views
from tracks.signin.actions.tries import forget_tries
from tracks.signin.tickets import Tickets
from tracks.subscriptions import reactions
from tracks.support import data_map as support_map
from tracks.support import queries as support_queries
from tracks.support import views as support_views
from tracks.web import errors, headers, limits, pages, requests
from tracks.web.answers import Application
from tracks.web.compressed import CompressedFiles
from tracks.web.limits import Window
from tracks.web.requests import EXTENSION, Parts

KEPT = (
    *people_queries.KEPT,
    *organisation_queries.KEPT,
    *rosters_queries.KEPT,
    *teaching_queries.KEPT,
    *tokens.KEPT,
    *feedback_queries.KEPT,
    *progress_queries.KEPT,
    *lms_queries.KEPT,
    *signin_queries.KEPT,
    *mapping_queries.KEPT,
    *support_queries.KEPT,
    *adoption_queries.KEPT,
    *authoring_queries.KEPT,
    *audit_queries.KEPT,
    *privacy_queries.KEPT,
)
_MAPS: tuple[ModuleType, ...] = (
    people_map,
    audit_map,
    privacy_map,
    organisation_map,
    rosters_map,
    catalogue_map,
    feedback_map,
    progress_map,
    lms_map,
    signin_map,
    authoring_map,
    mapping_map,
    support_map,
    adoption_map,
    jobs_map,
)
DATA_MAP = DataMap(
    tagged=[tagged for area in _MAPS for tagged in area.TAGGED],
    kept=KEPT,
    audited={code: said for area in _MAPS for code, said in getattr(area, "AUDITED", {}).items()},
    looks=frozenset().union(*(getattr(area, "LOOKS", ()) for area in _MAPS)),
    of_all=frozenset().union(*(getattr(area, "OF_ALL", ()) for area in _MAPS)),
)
AREAS = (
    "adoption",
    "audit",
    "authoring",
    "catalogue",
    "feedback",
    "lms",
    "mapping",
    "organisation",
    "people",
    "privacy",
    "progress",
    "rosters",
    "signin",
    "support",
)
BLUEPRINTS = (
    people_views.pages,
    audit_views.pages,
    privacy_views.pages,
    organisation_views.pages,
    rosters_views.pages,
    rosters_service_views.pages,
    catalogue_views.pages,
    feedback_views.pages,
    progress_views.pages,
    lms_views.pages,
    lms_views.choice,
    lms_views.course_pages,
    lms_views.connections,
    lms_views.reviews,
    lms_views.gradebooks,
    signin_views.pages,
    mapping_views.pages,
    support_views.pages,
    adoption_views.pages,
    authoring_views.pages,
)
# Others send browsers there: a school may share an address.
OPEN_TO_OTHERS = (
    *lms_views.OPEN_TO_LMSS,
    *signin_views.OPEN_TO_SERVICES,
    *rosters_service_views.OPEN_TO_SCHOOL_SYSTEMS,
)
MAX_REQUEST = 6 * 1024 * 1024  # a try-out's file and its form


def open_database(settings: Settings) -> Database:
    engine = make_engine(settings.sqlalchemy_url, pool_size=settings.threads + 4)
    return Database(engine, reactions(Shelf(), Histories(settings.data_dir)))


def erased_list(settings: Settings) -> ErasedList:
    """Beside the database, and not in it: a restore brings nobody back (ADR 0032)."""
    return ErasedList(settings.data_dir / "erased.jsonl")


def erase_again(settings: Settings, database: Database) -> int:
    """At every start: whoever a restore has brought back. How many persons and municipalities."""
    listed, moment = erased_list(settings), datetime.now(UTC)
    ended = end_again(database, DATA_MAP, listed, moment, settings.small_number)
    back = replay(database, DATA_MAP, listed, moment)
    if back or ended:
        message = "erased.again persons=%d municipalities=%d"
        logging.getLogger(__name__).warning(message, back, ended)
    return back + ended


def create_app(settings: Settings, database: Database) -> Flask:
    """The tool as a WSGI application. Starts no thread: see create_worker."""
    app = Application("tracks", static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=MAX_REQUEST, MAX_FORM_MEMORY_SIZE=512 * 1024)
    secret = private_file(settings.data_dir / "secret", lambda: secrets.token_bytes(32))
    app.extensions[EXTENSION] = Parts(
        settings=settings,
        database=database,
        secret=secret,
        notices=(lms_views.transfer_notices,),
        about_work=(signin_views.groups_told,),
        doors=(
            support_views.doors,
            organisation_views.doors,
            rosters_views.doors,
            lms_views.course_doors,
            signin_views.doors,
            expiry_views.door,
            use_views.door,
        ),
    )
    app.extensions["tracks.shelf"] = Shelf()
    app.extensions["tracks.comparisons"] = Comparisons()
    app.extensions["tracks.page_views"] = PageViews()
    app.extensions["tracks.kept"] = KEPT
    app.extensions["tracks.data_map"] = DATA_MAP
    app.extensions["tracks.lti"] = side = _lti_side(settings, database, secret)
    app.extensions[self_test.EXTENSION] = self_test_of(settings, side.tool_keys)
    app.extensions[LETTERS] = Window(MOST_LETTERS)
    app.extensions["tracks.sealer"] = sealer = open_sealer(settings)
    # R2: somebody waits for these answers.
    outbound = GuardedHttp(allow_loopback=settings.is_loopback, total_seconds=10.0)
    app.extensions["tracks.outbound"] = outbound
    app.extensions[signin_views.EXTENSION] = _signin_side(settings, secret, sealer, outbound)
    app.jinja_loader = ChoiceLoader(
        [PackageLoader("tracks.web"), *(PackageLoader(f"tracks.{area}") for area in AREAS)]
    )
    requests.install(app)
    errors.install(app)
    redirects.install(app)
    pages.install(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    limits.install(app, settings, per_address=OPEN_TO_OTHERS)
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
    # Asked for by browsers on a page that names no icon, such as a feed.
    served.add_file_to_dictionary("/favicon.ico", str(folder / "icon.svg"))
    files = {f"/static/{p.relative_to(folder)}": p for p in folder.rglob("*") if p.is_file()}
    app.wsgi_app = CompressedFiles(served, files)  # type: ignore[method-assign]  # Flask's way
    if settings.proxies:
        from werkzeug.middleware.proxy_fix import ProxyFix

        n = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]


def _lti_side(settings: Settings, database: Database, secret: bytes) -> LtiSide:
    clock = SystemClock()
    http = GuardedHttp(allow_loopback=settings.is_loopback)
    return LtiSide(
        signer=StateSigner(secret),
        platform_keys=CachedPlatformKeys(http, clock, kept=DatabaseKeySets(database)),
        tool_keys=tool_keys_of(settings, database),
        clock=clock,
    )


def _signin_side(
    settings: Settings, secret: bytes, sealer: Sealer, http: GuardedHttp
) -> signin_views.SignInSide:
    """The keys it keeps are its own: they are not those of LMSs."""
    clock = SystemClock()
    return signin_views.SignInSide(
        base_url=settings.base_url,
        tickets=Tickets(secret),
        sealer=sealer,
        http=http,
        keys=CachedPlatformKeys(http, clock),
        clock=clock,
        # Somebody waits to come in, and comes in without an answer too.
        feide=signin_views.Feide(
            GuardedHttp(allow_loopback=settings.is_loopback, connect_seconds=2.0, total_seconds=4.0)
        ),
    )


def self_test_of(settings: Settings, keys: SigningKeys) -> self_test.SelfTest:
    http = GuardedHttp(
        allow_loopback=settings.is_loopback,
        connect_seconds=self_test.CONNECT_SECONDS,
        total_seconds=self_test.TOTAL_SECONDS,
    )
    return self_test.SelfTest(http, keys, SystemClock())


def _askers(settings: Settings) -> tuple[GuardedHttp, GuardedHttp]:
    """For addresses that tracks link to; the second also by http."""
    asked = partial(
        GuardedHttp,
        allow_loopback=settings.is_loopback,
        connect_seconds=outside.SECONDS,
        total_seconds=outside.SECONDS,
    )
    return asked(), asked(allow_plain=True)


def create_worker(settings: Settings, database: Database) -> Worker:
    """The worker of this database; the caller starts and stops it."""
    clock = SystemClock()
    http = GuardedHttp(allow_loopback=settings.is_loopback)
    tokens = AccessTokenSource(http, tool_keys_of(settings, database), clock, MemoryAccessTokens())
    longest = timedelta(hours=settings.session_hours)
    sealer, rotate_after = open_sealer(settings), timedelta(days=settings.rotate_keys_days)
    worker = Worker(
        database,
        {
            **privacy_jobs.handlers(
                DATA_MAP, erased_list(settings), small_number=settings.small_number
            ),
            **rosters_jobs.handlers(Outward(http, sealer, base_url=settings.base_url)),
            **lms_jobs.handlers(Grades(http, tokens, clock)),
            **outside.handlers(*_askers(settings)),
            **lms_jobs.notice_handlers(ServiceCalls(http, tokens, clock), settings.base_url),
            **lms_jobs.roster_handlers(
                Rosters(http, tokens, clock), CourseGroups(http, tokens, clock)
            ),
        },
        settings.broker_url,
        chores=(
            forget_used_nonces,
            forget_selections,
            forget_notices,
            forget_refusals,
            try_quarantined,
            tell_of_endings,
            forget_codes,
            outside.forget_answers,
            *rosters_jobs.chores(),
            forget_tries,
            lambda session, moment: end_old_sign_ins(session, moment, longest),
            lambda session, moment: look_after_keys(session, sealer, moment, rotate_after),
            *privacy_jobs.chores(DATA_MAP, erased_list(settings)),
        ),
        watches=(end_sign_ins_of_what_is_off, resume_what_is_on),
        pace=lms_jobs.calls_per_second,
    )
    database.on_jobs = worker.wake
    return worker


def configure_logging(settings: Settings) -> None:
    logging.basicConfig(
        level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    # Their lines hold addresses with people's tokens in them.
    for name in ("httpcore", "fido2", "waitress.queue", "celery", "kombu"):
        logging.getLogger(name).setLevel(logging.WARNING)
