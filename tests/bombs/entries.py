"""Where JSON and YAML of others comes in, each taken the whole way: through the page, the command
or the service that reads it."""

import json
import logging
import shutil
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from click.testing import CliRunner
from joserfc.jws import JWSRegistry
from msgspec import Struct
from msgspec.structs import replace
from pytest_httpserver import HTTPServer
from werkzeug.test import TestResponse

from lti import platform_keys
from lti.errors import ServiceError
from lti.http import GuardedHttp
from lti.platform import ToolKeySetCache, endpoints
from lti.platform_keys import CachedPlatformKeys
from lti.ports import HttpAnswer
from lti.tool import access_tokens, launch, notices, platform_configuration, service_calls
from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens
from lti.tool.grades import SCOPE_LINEITEM, LineItem
from lti.tool.groups import CourseGroups
from lti.tool.line_items import LINEITEM_TYPE
from lti.tool.roster import Rosters
from tests.bombs.measured import Act, Said
from tests.conformance.world import REGISTRATION
from tests.demo_lms.school import world
from tests.demo_lms.test_tools import begin, opened
from tests.demo_lms.tiny_tool import LMS as DEMO
from tests.demo_lms.tiny_tool import TOOL_KEYS, TinyTool
from tests.factories.databases import LIBRARY
from tests.factories.platform import CONFIGURATION_URL, REGISTRATION_URL, Platform
from tests.factories.tool import BASE_URL, ISSUER, JWKS_URL, TRACK, Tool
from tests.fakes.course_list import CourseList
from tests.fakes.forge import (
    PREFIX,
    changed,
    deep_linking_claims,
    resource_claims,
    signing_key,
    token,
)
from tests.fakes.lti_ports import FixedClock, RecordingHttp
from tests.lti.tool.gradebook import ITEMS, KEYS, TOKEN_URL, Book, granted
from tests.tracks.authoring.conftest import become_author
from tests.tracks.authoring.pages import follow, send
from tests.tracks.lms.test_registering import connect, invited, register
from tests.tracks.signin.people import begins, sends
from tracks.cli import cli
from tracks.demo_lms import create_demo_lms
from tracks.lms.stores import LtiSide, SystemClock
from tracks.rosters import feide, school_system
from tracks.rosters.faults import BadFile
from tracks.rosters.school_system import Access, SchoolSystem
from tracks.signin import logout_tokens, oidc, passkeys
from tracks.signin.actions.identities import Wanted, keep_service
from tracks.signin.views import EXTENSION, SignInSide

TEXT = "maaling/track.nb.md"
_WHY = ("not_json", "not_object", "name_repeated", "too_deep", "too_many", "not_storable")
SERVICE = "https://login.example"
_LARGEST_TOKEN = (launch.MAX_BODY - 4_096) * 3 // 4  # bytes before base64, beside the rest
_LARGEST_SIGNED = JWSRegistry.max_payload_length * 3 // 4  # what joserfc looks at

_ABOUT = {
    "issuer": SERVICE,
    "authorization_endpoint": f"{SERVICE}/auth",
    "token_endpoint": f"{SERVICE}/token",
    "jwks_uri": f"{SERVICE}/keys",
}


class Entry(Struct, frozen=True):
    """`refusals` has what may be told of what is no strict JSON: one of these words."""

    name: str
    most: int  # bytes that are read
    prepare: Callable[[bytes], Act]
    refusals: tuple[str, ...]
    accepted: bytes
    takes: str  # what is told of that
    is_array: bool = False
    is_form: bool = False  # a field of a form: what is no UTF-8 is made some before we see it
    status: int = 499  # at most. 502: it is another server's fault that we cannot answer


class _NothingKept:
    """ToolKeySetStore."""

    def load(self) -> str | None:
        return None

    def save(self, document: str) -> None:
        pass


class _Logged(logging.Handler):
    """What operators are told."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def _asked(ask: Callable[[], TestResponse]) -> Act:
    logged = _Logged()
    for name in ("tracks", "lti"):
        logging.getLogger(name).setLevel(logging.INFO)
        logging.getLogger(name).addHandler(logged)

    def act() -> Said:
        answer = ask()
        where = answer.headers.get("Location", "")
        return Said(answer.status_code, " ".join([*logged.lines, where, answer.text]))

    return act


def _served(ask: Callable[[], object]) -> Act:
    def act() -> Said:
        try:
            return Said(0, f"taken: {str(ask())[:200]}")
        except ServiceError as failed:
            return Said(0, f"{failed.reason} {failed.detail}")
        except BadFile as failed:
            return Said(0, f"{failed.code} {failed.detail}")

    return act


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


class Entries:
    """On a tool and a demo LMS of their own; each input is sent from a fork of the process that has
    them, so none meets what another has left."""

    def __init__(self, tool: Tool, folder: Path) -> None:
        self.tool = tool
        self.folder = folder
        self.invitation = invited(tool)
        self.author = become_author(tool, "author")
        self.page = tool.get(self.author, f"/authoring/{TEXT}")
        self.client = tool.client()
        self.setting = tool.login(self.client)
        custom = {PREFIX + "custom": {"resource": TRACK}}
        self.good = changed(resource_claims(self.setting, teacher=False), custom)
        side: SignInSide = tool.app.extensions[EXTENSION]
        wanted = Wanted("Sample login", SERVICE, "client", "secret", "openid")
        with tool.database.writing() as session:
            keep_service(
                session, side.sealer, tool.municipality_id, wanted, None, datetime.now(UTC)
            )
        with HTTPServer() as server:
            document = TOOL_KEYS.jwks(SystemClock().now())
            server.expect_request("/lti/jwks.json").respond_with_json(document)
            self._start_demo(server.url_for("").rstrip("/"))

    def _start_demo(self, tool_url: str) -> None:
        self.demo = create_demo_lms(
            world(tool_url),
            base_url=DEMO,
            tool_base_url=tool_url,
            state_file=self.folder / "demo.sqlite3",
        )
        page = begin(self.demo.test_client(), f"{tool_url}/lti/register")
        self.demo_token = opened(page)["registration_token"]
        tiny = TinyTool(self.demo, tool_url)
        self.demo_bearer = tiny.tokens.token(tiny.registration, "demo-deployment", [SCOPE_LINEITEM])

    def all(self) -> Iterator[Entry]:
        good = self.good
        key_set = _json({"keys": [signing_key().jwk()]})
        yield Entry(
            "the header of a launch's token",
            _LARGEST_TOKEN - len(_json(good)),
            self.header,
            ("header_not_json_object", "header_name_repeated", "form_too_large"),
            _json({"alg": "RS256", "typ": "JWT", "kid": "platform-1"}),
            "/school",
        )
        yield Entry(
            "the claims of a launch",
            _LARGEST_TOKEN,
            self.launched,
            (
                "payload_not_json_object",
                "payload_name_repeated",
                "payload_too_deep",
                "payload_text_not_storable",
            ),
            _json(good),
            "/school",
        )
        yield Entry(
            "a platform's keys",
            platform_keys.MAX_BYTES,
            self.keys,
            ("jwks_not_json",),
            key_set,
            "/school",
        )
        configuration = json.loads(Platform().http.answers[CONFIGURATION_URL].body)  # type: ignore[union-attr]  # as made there
        yield Entry(
            "what an LMS says of itself",
            platform_configuration.MAX_BYTES,
            self.configuration,
            ("configuration_not_json",),
            _json(configuration),
            "registration.asked",
            status=502,
        )
        yield Entry(
            "what an LMS answers to our registration",
            platform_configuration.MAX_BYTES,
            self.registered,
            ("registration_answer_not_json",),
            _json({"client_id": "made-by-the-lms"}),
            "registration.asked",
            status=502,
        )
        yield Entry(
            "notices",
            notices.MAX_BODY,
            self.notices,
            ("notices_not_json",),
            _json({"notices": [{"jwt": "a"}]}),
            "token_not_three_parts",
        )
        yield Entry(
            "the claims of a notice",
            _LARGEST_SIGNED,
            self.noticed,
            (
                "payload_not_json_object",
                "payload_name_repeated",
                "payload_too_deep",
                "payload_text_not_storable",
            ),
            _json({"iss": "nobody"}),
            "issuer",
        )
        yield Entry(
            "an access token",
            access_tokens.MAX_BYTES,
            self.access_token,
            ("token_answer_not_json",),
            granted().body,
            "status_404",
        )
        yield Entry(
            "a course list",
            service_calls.MAX_BYTES,
            self.members,
            ("answer_not_json",),
            _json({"members": [{"user_id": "u", "roles": ["Learner"]}]}),
            "taken",
        )
        yield Entry(
            "the groups of a course",
            service_calls.MAX_BYTES,
            self.groups,
            ("answer_not_json",),
            _json({"groups": [{"id": "1", "name": "a"}]}),
            "taken",
        )
        yield Entry(
            "columns of a gradebook",
            service_calls.MAX_BYTES,
            self.line_items,
            ("answer_not_json",),
            _json([{"id": f"{ISSUER}/1", "scoreMaximum": 1, "resourceId": "r", "tag": "t"}]),
            "taken",
            is_array=True,
        )
        yield Entry(
            "Feide's groups",
            feide.MOST_BYTES,
            self.feide,
            ("answer_not_json",),
            b"[]",
            "taken",
            is_array=True,
        )
        yield Entry(
            "a page of a school system",
            school_system.MOST_BYTES,
            self.school_system,
            ("service-failed",),
            _json({"data": []}),
            "taken",
        )
        yield Entry(
            "a passkey's answer",
            passkeys.MAX_ANSWER,
            self.passkey,
            ("answer_not_json",),
            _json({"id": "a"}),
            "answer_not_accepted",
            is_form=True,
        )
        yield Entry(
            "what a login service says of itself",
            oidc.MAX_BYTES,
            self.discovery,
            ("discovery_not_json",),
            _json(_ABOUT),
            "response_type=code",
            status=502,
        )
        yield Entry(
            "what a login service answers to a code",
            oidc.MAX_BYTES,
            self.exchanged,
            ("token_refused",),
            _json({"access_token": "a", "token_type": "Bearer"}),
            "reason=id_token_missing",
            status=502,
        )
        yield Entry(
            "a sign-out elsewhere",
            (logout_tokens.MAX_TOKEN - 512) * 3 // 4,
            self.signed_out,
            ("payload_not_json_object",),
            _json({"iss": SERVICE, "aud": "client"}),
            "no_logout",
        )
        yield Entry(
            "a place in what is harvested",
            1_500,
            self.resumed,
            ("badResumptionToken",),
            _json({"verb": "ListIdentifiers"}),
            "badResumptionToken",
        )
        yield Entry(
            "a tool that registers with the demo LMS",
            self.demo.config["MAX_CONTENT_LENGTH"],
            self.demo_registration,
            _WHY,
            _json({"client_name": "A tool"}),
            "token_endpoint_auth_method",
        )
        yield Entry(
            "a tool's word for itself to the demo LMS",
            _LARGEST_SIGNED,
            self.demo_assertion,
            ("invalid_client", "client_assertion_too_long"),
            _json({"iss": "demo-client"}),
            "invalid_client",
        )
        yield Entry(
            "a column that a tool makes in the demo LMS",
            endpoints.MAX_BODY,
            self.demo_column,
            _WHY,
            _json({"label": "a", "scoreMaximum": 1}),
            "scoreMaximum",
        )
        yield Entry(
            "a tool's keys for the demo LMS",
            256 * 1024,
            self.demo_keys,
            ("taken: None",),
            _json({"keys": [signing_key().jwk()]}),
            "ToolKey",
        )

    # --- launches

    def _form(self, id_token: str) -> dict[str, str]:
        return {"id_token": id_token, "state": self.tool.state}

    def _launch(self, id_token: str) -> Act:
        form = self._form(id_token)
        return _asked(lambda: self.client.post("/lti/launch", data=form, base_url=BASE_URL))

    def header(self, body: bytes) -> Act:
        return self._launch(token(self.good, header=body))

    def launched(self, body: bytes) -> Act:
        return self._launch(token(body))

    def keys(self, body: bytes) -> Act:
        http = RecordingHttp({JWKS_URL: HttpAnswer(200, {}, body)})
        side: LtiSide = self.tool.app.extensions["tracks.lti"]
        fresh = CachedPlatformKeys(http, SystemClock())
        self.tool.app.extensions["tracks.lti"] = replace(side, platform_keys=fresh)
        return self._launch(token(self.good))

    def claims(self) -> Iterator[tuple[str, bytes]]:
        """Each claim of a launch, and of one to choose content, as nobody expects it."""
        values: dict[str, Any] = {
            "many names": {f"n{number}": "" for number in range(2_500)},
            "many words": ["Learner"] * 3_000,
            "many lists": [[]] * 8_000,
            "a long text": "x" * 35_000,
            "digits": 10**4_000,
            "deep": json.loads("[" * 30 + "]" * 30),
        }
        for kind, message in (("launch", resource_claims), ("choosing", deep_linking_claims)):
            good = message(self.setting)
            for claim in good:
                if kind == "choosing" and claim in resource_claims(self.setting):
                    continue
                inside = good[claim] if isinstance(good[claim], dict) else {}
                for name, value in values.items():
                    told = f"{claim.rpartition('/')[2]}, {name}"
                    yield f"{kind}: {told}", _json(changed(good, {claim: value}))
                    for part in inside if name in ("many words", "a long text") else ():
                        yield (
                            f"{kind}: {told} as {part}",
                            _json(changed(good, {claim: {**inside, part: value}})),
                        )

    # --- what an LMS is asked, and what it tells

    def _registering(self, url: str, body: bytes) -> Act:
        platform = Platform()
        platform.http.answers[url] = HttpAnswer(200, {"content-type": "application/json"}, body)
        connect(self.tool, platform)
        return _asked(lambda: register(self.tool, self.invitation))

    def configuration(self, body: bytes) -> Act:
        return self._registering(CONFIGURATION_URL, body)

    def registered(self, body: bytes) -> Act:
        return self._registering(REGISTRATION_URL, body)

    def notices(self, body: bytes) -> Act:
        path = f"/lti/notices/{self.tool.registration_id}"
        client = self.tool.app.test_client(use_cookies=False)
        return _asked(
            lambda: client.post(path, data=body, base_url=BASE_URL, content_type="application/json")
        )

    def noticed(self, body: bytes) -> Act:
        return self.notices(_json({"notices": [{"jwt": token(body)}]}))

    def access_token(self, body: bytes) -> Act:
        http = RecordingHttp({TOKEN_URL: HttpAnswer(200, {}, body)})
        tokens = AccessTokenSource(http, KEYS, FixedClock(), MemoryAccessTokens())
        rosters = Rosters(http, tokens, FixedClock())
        return _served(lambda: rosters.members(REGISTRATION, "1", "https://platform.example/m"))

    def _listed(self, body: bytes) -> tuple[CourseList, AccessTokenSource]:
        http = RecordingHttp()
        listed = CourseList(http, "https://platform.example", "course-1")
        listed.faults.append(HttpAnswer(200, {}, body))
        return listed, AccessTokenSource(http, KEYS, FixedClock(), MemoryAccessTokens())

    def members(self, body: bytes) -> Act:
        listed, tokens = self._listed(body)
        rosters = Rosters(listed.http, tokens, FixedClock())
        return _served(lambda: rosters.members(REGISTRATION, "1", listed.url))

    def groups(self, body: bytes) -> Act:
        listed, tokens = self._listed(body)
        service = CourseGroups(listed.http, tokens, FixedClock())
        return _served(lambda: service.groups(REGISTRATION, "1", f"{listed.origin}/groups"))

    def line_items(self, body: bytes) -> Act:
        book = Book()
        book.http.answers[f"{ITEMS}&resource_id=r"] = HttpAnswer(200, {}, body)
        wanted = LineItem("a", 1.0, resource_id="r", tag="t")
        return _served(
            lambda: book.grades.find_or_create_line_item(REGISTRATION, "1", ITEMS, wanted)
        )

    # --- other services

    def feide(self, body: bytes) -> Act:
        http = RecordingHttp({feide.GROUPS_URL: HttpAnswer(200, {}, body)})
        return _served(lambda: feide.units_of(http, "token", datetime.now(UTC)))

    def school_system(self, body: bytes) -> Act:
        http = RecordingHttp({f"{SERVICE}/persons": HttpAnswer(200, {}, body)})
        system = SchoolSystem(http, Access(SERVICE, "secret"), wait=lambda _: None)
        return _served(lambda: len(system("persons", {})))

    def passkey(self, body: bytes) -> Act:
        client, answer = self.tool.client(), body.decode()
        return _asked(lambda: sends(client, "/sign-in/passkey", answer=answer, ticket="x"))

    def discovery(self, body: bytes) -> Act:
        self._login_service(body)
        client = self.tool.client()
        return _asked(lambda: client.get("/sign-in/with/1", base_url=BASE_URL))

    def _login_service(self, about: bytes, tokens: bytes = b"") -> None:
        side: SignInSide = self.tool.app.extensions[EXTENSION]
        side.http = RecordingHttp(
            {
                f"{SERVICE}/.well-known/openid-configuration": HttpAnswer(200, {}, about),
                _ABOUT["token_endpoint"]: HttpAnswer(200, {}, tokens),
            }
        )
        side.__dict__.pop("services", None)

    def exchanged(self, body: bytes) -> Act:
        self._login_service(_json(_ABOUT), body)
        client = self.tool.client()
        asked = dict(parse_qsl(urlsplit(begins(self.tool, client)).query))
        back = f"{urlsplit(asked['redirect_uri']).path}?code=x&state={asked['state']}"
        return _asked(lambda: client.get(back, base_url=BASE_URL))

    def signed_out(self, body: bytes) -> Act:
        said, client = token(body), self.tool.client()
        return _asked(
            lambda: client.post("/sign-in/ended", data={"logout_token": said}, base_url=BASE_URL)
        )

    def resumed(self, body: bytes) -> Act:
        text = urlsafe_b64encode(body).decode().rstrip("=")
        path = f"/oai?verb=ListIdentifiers&resumptionToken={quote(text)}"
        client = self.tool.client()
        return _asked(lambda: client.get(path, base_url=BASE_URL))

    def demo_registration(self, body: bytes) -> Act:
        client = self.demo.test_client(use_cookies=False)
        headers = {"Authorization": f"Bearer {self.demo_token}"}
        return _asked(
            lambda: client.post("/lti/registrations", base_url=DEMO, data=body, headers=headers)
        )

    def demo_assertion(self, body: bytes) -> Act:
        client = self.demo.test_client(use_cookies=False)
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": token(body),
            "scope": SCOPE_LINEITEM,
        }
        return _asked(lambda: client.post("/lti/token", base_url=DEMO, data=form))

    def demo_column(self, body: bytes) -> Act:
        client = self.demo.test_client(use_cookies=False)
        headers = {"Authorization": f"Bearer {self.demo_bearer}", "Content-Type": LINEITEM_TYPE}
        path = "/lti/courses/science/lineitems"
        return _asked(lambda: client.post(path, base_url=DEMO, data=body, headers=headers))

    def demo_keys(self, body: bytes) -> Act:
        kept = _NothingKept()
        return _served(
            lambda: ToolKeySetCache(lambda: body, kept, SystemClock()).find("platform-1")
        )

    # --- over a wire

    def fetched(self, url: str) -> Act:
        """A key set by the client that asks on the internet."""
        http = GuardedHttp(allow_loopback=True)
        return _served(lambda: platform_keys.read_key_set(platform_keys.fetch_key_set(http, url)))

    # --- front matter

    def checked(self, text: str) -> Act:
        """`tracks content check`, with its second process."""
        folder = self.folder / "library"
        shutil.copytree(LIBRARY, folder)
        (folder / TEXT).write_bytes(text.encode("utf-8", "surrogatepass"))

        def act() -> Said:
            told = CliRunner().invoke(cli, ["content", "check", str(folder), "--json"])
            assert told.exception is None or isinstance(told.exception, SystemExit), told.exception
            return Said(told.exit_code, told.output)

        return act

    def edited(self, text: str) -> Act:
        return _asked(
            lambda: follow(self.tool, self.author, send(self.tool, self.author, self.page, text))
        )
