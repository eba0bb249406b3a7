"""The tool with one LMS: launches, pages and what is in the database, without any network."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import CodeType, MethodType
from typing import Any, ClassVar
from urllib.parse import parse_qs, parse_qsl, urlsplit

from flask.testing import FlaskClient
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from msgspec.structs import replace
from sqlalchemy import Column, Select, Table, func, select
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from lti.platform_keys import CachedPlatformKeys
from lti.ports import HttpAnswer
from lti.tool.state import StateSigner
from tests.factories.databases import open_database
from tests.factories.keys import store_tool_key
from tests.fakes.forge import (
    PREFIX,
    Setting,
    changed,
    jwks,
    resource_claims,
    signing_key,
    token,
)
from tests.fakes.lti_ports import RecordingHttp
from tracks.app import create_app
from tracks.catalogue.queries import Edition, Shelf
from tracks.db import metadata
from tracks.lms.actions import register
from tracks.lms.stores import LtiSide, SystemClock
from tracks.people.actions import (
    add_municipality,
    add_school,
    known_person,
    start_own_sign_in,
)
from tracks.people.models import account
from tracks.people.rules import SchoolKind, Way
from tracks.settings import Settings
from tracks.web import compressed as compressed_files
from tracks.web.answers import Application
from tracks.web.cookies import OWN

BASE_URL = "https://tracks.example"
ISSUER = "https://lms.example"
JWKS_URL = f"{ISSUER}/jwks"
TRACK = "sample/maaling"
_THIS_MONTH = datetime.now(UTC).date().replace(day=1)
LATELY = (_THIS_MONTH - timedelta(days=1)).replace(day=1)  # when teachers were counted


@dataclass(frozen=True)
class Prepared:
    """A launch that a browser is about to post, and the cookie it will send along."""

    form: dict[str, str]
    cookie: str


class _CompiledPages(BytecodeCache):
    """Every test has a tool of its own; their templates are the same."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType | None] = {}

    def get_bucket(
        self, environment: Environment, name: str, filename: str | None, source: str
    ) -> Bucket:
        # A template has a compiled form for each language (ADR 0007).
        key = f"{environment.globals['lang']}:{name}"
        bucket = Bucket(environment, key, self.get_source_checksum(source))
        self.load_bytecode(bucket)
        return bucket

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._codes[bucket.key, bucket.checksum] = bucket.code


_COMPILED_PAGES = _CompiledPages()


class _KnownRule(Rule):
    """Every test has a tool of its own; their addresses are the same, and what werkzeug compiles
    of each, to find it and to build links, took two thirds of the start."""

    _known: ClassVar[dict[tuple[Any, ...], dict[str, Any]]] = {}

    def compile(self) -> None:
        key = (self.rule, self.subdomain, self.host, self.merge_slashes, repr(self.defaults))
        made = self._known.get(key)
        if made is None:
            super().compile()
            names = ("_parts", "_trace", "_converters", "arguments", "_build", "_build_unknown")
            self._known[key] = {name: getattr(self, name) for name in names}
            return
        for name, value in made.items():
            # The builders are given the rule that they are asked through.
            bound = MethodType(value.__func__, self) if "_build" in name else value
            setattr(self, name, bound)


Application.url_rule_class = _KnownRule
compressed_files.compressed = cache(compressed_files.compressed)  # style sheets, scripts: the same


def as_written(statement: Any) -> Any:
    """The same question, in the order of ids; one that counts, joins or has an order stays.

    PostgreSQL gives rows as they lie: in a database that others have used, by chance.
    """
    if not isinstance(statement, Select) or statement._order_by_clauses:
        return statement
    if statement._group_by_clauses or statement._distinct:
        return statement
    froms, asked = statement.get_final_froms(), list(statement.selected_columns)
    if len(froms) != 1 or not isinstance(froms[0], Table) or "id" not in froms[0].c:
        return statement
    plain = all(isinstance(c, Column) for c in asked)
    return statement.order_by(froms[0].c.id) if plain else statement


class Tool:
    """One instance: `client()` is a browser, `launch()` is a click in the LMS."""

    def __init__(self, database_url: str, data_dir: Path, **settings: Any) -> None:
        self.settings = Settings(
            base_url=BASE_URL, database_url=database_url, data_dir=data_dir, **settings
        )
        self.database = open_database(database_url)
        store_tool_key(self.database, data_dir)
        self.app = create_app(self.settings, self.database)
        self.app.jinja_env.bytecode_cache = _COMPILED_PAGES
        self.http = RecordingHttp({JWKS_URL: HttpAnswer(200, {}, jwks(signing_key().jwk()))})
        side: LtiSide = self.app.extensions["tracks.lti"]
        clock = SystemClock()
        self.app.extensions["tracks.lti"] = LtiSide(
            signer=StateSigner(b"s" * 32),
            platform_keys=CachedPlatformKeys(self.http, clock),
            tool_keys=side.tool_keys,
            clock=clock,
        )
        with self.database.writing() as session:
            self.municipality_id = add_municipality(session, "Sample municipality", country="NO")
            self.school_id = self.add_school(session, "Sample school 1", teachers=20)
            self.registration_id = register(
                session,
                municipality_id=self.municipality_id,
                issuer=ISSUER,
                client_id="client-1",
                auth_url=f"{ISSUER}/auth",
                token_url=f"{ISSUER}/token",
                jwks_url=JWKS_URL,
                deployment_ids=["1"],
                now=datetime.now(UTC),
            )
            self.edition: Edition = Shelf().current(session, *TRACK.split("/"))  # type: ignore[assignment]  # published by the fixture

    def add_school(self, session: Any, name: str, *, teachers: int | None = None) -> int:
        return add_school(
            session,
            self.municipality_id,
            code=name,
            name=name,
            kind=SchoolKind.LOWER_SECONDARY,
            teachers=teachers,
            teachers_as_of=LATELY if teachers else None,
        )

    def close(self) -> None:
        self.database.engine.dispose()

    def publish_keys(self, *keys: Mapping[str, Any]) -> None:
        """What the LMS publishes from now on; what was fetched before is forgotten."""
        self.http.answers[JWKS_URL] = HttpAnswer(200, {}, jwks(*keys))
        side: LtiSide = self.app.extensions["tracks.lti"]
        self.app.extensions["tracks.lti"] = replace(
            side, platform_keys=CachedPlatformKeys(self.http, side.clock)
        )

    def a_moment_later(self) -> None:
        """What was read of an LMS a moment ago is read anew."""
        side: LtiSide = self.app.extensions["tracks.lti"]
        side.known.forget()

    def client(self) -> FlaskClient:
        client = self.app.test_client()
        client.environ_base["HTTP_HOST"] = "tracks.example"
        client.environ_base["wsgi.url_scheme"] = "https"
        return client

    def login(self, client: FlaskClient, **params: str) -> Setting:
        """Begin a launch; what the LMS then knows."""
        query = {
            "iss": ISSUER,
            "client_id": "client-1",
            "login_hint": "hint",
            "target_link_uri": f"{BASE_URL}/lti/launch",
            **params,
        }
        answer = client.get("/lti/login", query_string=query, base_url=BASE_URL)
        assert answer.status_code == 303, answer.text
        sent = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))
        self.state = sent["state"]
        return Setting(
            issuer=ISSUER,
            client_id="client-1",
            deployment_id="1",
            target_link_uri=query["target_link_uri"],
            nonce=sent["nonce"],
            now=int(datetime.now(UTC).timestamp()),
        )

    def form(
        self, setting: Setting, changes: Mapping[str, Any] | None = None, **claims: Any
    ) -> dict[str, str]:
        """The form that the LMS makes the browser post."""
        base = resource_claims(setting, teacher=False)
        base[PREFIX + "custom"] = {"resource": TRACK}
        return {
            "id_token": token(changed(base, {**(changes or {}), **claims})),
            "state": self.state,
        }

    def launch(
        self,
        client: FlaskClient | None = None,
        *,
        sub: str = "teacher-1",
        resource: str | None = TRACK,
        school: bool = True,
        leads: bool = False,
        changes: Mapping[str, Any] | None = None,
        **login: str,
    ) -> FlaskClient:
        """A signed-in browser, its school chosen unless told otherwise."""
        client = client or self.client()
        setting = self.login(client, **login)
        role = "Instructor" if leads else "Learner"
        claims: dict[str, Any] = {
            "sub": sub,
            PREFIX + "roles": [f"http://purl.imsglobal.org/vocab/lis/v2/membership#{role}"],
            PREFIX + "custom": {"resource": resource} if resource else {},
            **(changes or {}),
        }
        answer = client.post("/lti/launch", data=self.form(setting, claims), base_url=BASE_URL)
        assert answer.status_code == 303, answer.text
        self.landed = answer.headers["Location"]
        if school and self.landed.startswith("/school"):
            then = parse_qs(urlsplit(self.landed).query)["then"][0]
            self.post(client, "/school", school=str(self.school_id), then=then)
            self.landed = then
        return client

    def logs_in(self, client: FlaskClient, sub: str) -> FlaskClient:
        """The person whom an LMS calls so, now by a login of their own, in the same browser."""
        moment = datetime.now(UTC)
        with self.database.writing() as session:
            who = known_person(session, self.person_id(sub), self.municipality_id, moment)
            token = start_own_sign_in(session, who, Way.PASSKEY, proved_at=moment, now=moment)
        client.set_cookie(OWN, token, domain="tracks.example", secure=True)
        return client

    def prepare(self, changes: Mapping[str, Any] | None = None, **login: str) -> Prepared:
        """A launch up to its last step, in a browser of its own."""
        client = self.client()
        form = self.form(self.login(client, **login), changes)
        held = [c for c in client._cookies.values() if c.key.startswith("__Host-lti_")]
        return Prepared(form, "; ".join(f"{c.key}={c.value}" for c in held))

    def click(self, prepared: Prepared, *, cookie: str | None = None) -> TestResponse:
        """The last step, in any browser: `cookie` is all that it sends."""
        client = self.app.test_client(use_cookies=False)
        headers = {"Cookie": prepared.cookie if cookie is None else cookie}
        return client.post("/lti/launch", data=prepared.form, base_url=BASE_URL, headers=headers)

    def get(self, client: FlaskClient, path: str, **headers: str) -> TestResponse:
        return client.get(path, base_url=BASE_URL, headers=headers)

    def post(self, client: FlaskClient, path: str, **fields: Any) -> TestResponse:
        """A form of ours, sent from the page that holds it."""
        data = {"form_token": self.form_token(client), **fields}
        return client.post(path, data=data, base_url=BASE_URL, headers={"Origin": BASE_URL})

    def form_token(self, client: FlaskClient) -> str:
        page = self.get(client, "/help").text
        found = re.search(r'name="form_token" value="([0-9a-f]{64})"', page)
        assert found, page
        return found[1]

    def count(self, table: Any, *conditions: Any) -> int:
        with self.database.reading() as session:
            return int(
                session.execute(
                    select(func.count()).select_from(table).where(*conditions)
                ).scalar_one()
            )

    def counts(self) -> dict[str, int]:
        """Rows by table, of every table."""
        tables = metadata.sorted_tables
        each = [select(func.count()).select_from(t).scalar_subquery().label(t.name) for t in tables]
        with self.database.reading() as session:
            return dict(session.execute(select(*each)).one()._mapping)

    def person_id(self, sub: str) -> int:
        return int(self.rows(select(account.c.person_id).where(account.c.sub == sub))[0][0])

    def rows(self, statement: Any) -> list[Any]:
        """What is there; of one table, and without an order of its own, as it was written."""
        statement = as_written(statement)
        with self.database.reading() as session:
            return list(session.execute(statement).all())
