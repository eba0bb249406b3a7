"""OpenID Connect Core 1.0, as whoever relies on a login service: discovery, the code flow with
PKCE, the ID token.

Authlib writes the two requests, our guarded client sends them, and the ID token is checked by what
checks a launch: RS256 and no other algorithm, a key by its id, claims of the right types.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.client import OAuth2Client
from msgspec import Struct

from lti.claims import is_identifier
from lti.errors import LtiRejected, ServiceError
from lti.jose import peek_header, verify
from lti.origins import is_secure_for, origin_of
from lti.platform_keys import CachedPlatformKeys
from lti.ports import Clock, Http, HttpAnswer, Registration
from lti.strict_json import StrictJsonError, parse_object
from lti.tool.claim_checks import check_parties, check_times
from tracks.signin.logout_tokens import (
    ALGORITHMS,
    MAX_TOKEN,
    Left,
    read_left,
    visit_hash_of,
)
from tracks.signin.rules import LoginFailed, Service

KNOWN_FOR: Final = timedelta(hours=1)
MAX_BYTES: Final = 256 * 1024
_LEEWAY_S: Final = 60


class Endpoints(Struct, frozen=True):
    authorization: str
    token: str
    jwks: str
    auth_method: str  # at the token endpoint
    names_itself: bool  # RFC 9207: every answer has `iss`
    end_session: str | None  # RP-Initiated Logout 1.0; None: it has none that we would use


class Round(Struct, frozen=True):
    """One way to the login service and back."""

    state: str
    nonce: str
    verifier: str
    redirect_uri: str
    again: bool  # they shall show anew who they are


@dataclass(frozen=True, slots=True)
class Came:
    sub: str
    name: str | None
    proved_at: datetime | None  # when they showed it there; None: it does not say
    access_token: str | None = field(default=None, repr=False)
    id_token: str = field(default="", repr=False)
    visit_hash: str | None = None  # of what the service calls this visit
    end_session: str | None = None


class LoginServices:
    """Thread-safe; what a service says about itself is kept for an hour."""

    def __init__(self, http: Http, keys: CachedPlatformKeys, clock: Clock, base_url: str) -> None:
        self._http = http
        self._keys = keys
        self._clock = clock
        self._base_url = base_url
        self._lock = threading.Lock()
        self._known: dict[str, tuple[datetime, Endpoints]] = {}

    def endpoints(self, issuer: str) -> Endpoints:
        """OpenID Connect Discovery 1.0 section 4. Raises LoginFailed."""
        known = self._at_hand(issuer)
        if known is not None:
            return known
        now = self._clock.now()
        found = self._discover(issuer)
        with self._lock:
            self._known[issuer] = (now, found)
        return found

    def _at_hand(self, issuer: str) -> Endpoints | None:
        with self._lock:
            known = self._known.get(issuer)
        if known is None or not timedelta() <= self._clock.now() - known[0] < KNOWN_FOR:
            return None
        return known[1]

    def _discover(self, issuer: str) -> Endpoints:
        url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
        try:
            answer = self._http.request(
                "GET", url, headers={"accept": "application/json"}, body=None, max_bytes=MAX_BYTES
            )
            said = parse_object(answer.body) if answer.status == 200 else {}
        except ServiceError as failed:
            raise LoginFailed(f"discovery_{failed.reason}", is_theirs=True) from None
        except StrictJsonError:
            raise LoginFailed("discovery_not_json", is_theirs=True) from None
        if answer.status != 200:
            raise LoginFailed("discovery_status", is_theirs=True)
        return read_endpoints(said, issuer, self._base_url)

    def way_there(self, service: Service, round_: Round) -> str:
        """Where the browser goes. Raises LoginFailed."""
        ends = self.endpoints(service.issuer)
        more = {"prompt": "login", "max_age": "0"} if round_.again else {}
        url, _ = self._client(service, ends, round_).create_authorization_url(
            ends.authorization,
            state=round_.state,
            code_verifier=round_.verifier,
            nonce=round_.nonce,
            **more,
        )
        return str(url)

    def who_came(self, service: Service, round_: Round, code: str, issuer: str | None) -> Came:
        """`issuer`: what the answer says of itself, RFC 9207. Raises LoginFailed."""
        ends = self.endpoints(service.issuer)
        if issuer != service.issuer and (issuer is not None or ends.names_itself):
            raise LoginFailed("answer_of_another_issuer")
        said = self._tokens(service, ends, round_, code)
        try:
            claims = self._verified(_registration(service, ends), said["id_token"])
        except LtiRejected as rejected:
            raise LoginFailed(rejected.reason) from None
        if claims.get("nonce") != round_.nonce:
            raise LoginFailed("nonce_differs")
        if not is_identifier(claims.get("sub")):
            raise LoginFailed("sub_malformed")
        return Came(
            claims["sub"],
            _name(claims),
            self._proved_at(claims, round_),
            access_token=_header_word(said.get("access_token")),
            id_token=said["id_token"],
            visit_hash=visit_hash_of(claims.get("sid")),
            end_session=ends.end_session,
        )

    def who_left(self, service: Service, token: str, *, may_ask: bool) -> Left:
        """Back-Channel Logout 2.6, with what checks an ID token. Raises LoginFailed.

        `may_ask`: the service, for what it takes to check the token; else what is here must do.
        """
        ends = self.endpoints(service.issuer) if may_ask else self._at_hand(service.issuer)
        if ends is None:
            raise LoginFailed("not_at_hand")
        registration = _registration(service, ends)
        try:
            kid = peek_header(token, ALGORITHMS).kid
            if not may_ask and self._keys.at_hand(registration, kid) is None:
                raise LoginFailed("not_at_hand")
            return read_left(self._verified(registration, token))
        except LtiRejected as rejected:
            raise LoginFailed(rejected.reason) from None

    def _client(self, service: Service, ends: Endpoints, round_: Round) -> Any:
        return OAuth2Client(
            _Sender(self._http),
            client_id=service.client_id,
            client_secret=service.secret,
            token_endpoint_auth_method=ends.auth_method if service.secret else "none",
            scope=service.scopes,
            redirect_uri=round_.redirect_uri,
            code_challenge_method="S256",
        )

    def _tokens(
        self, service: Service, ends: Endpoints, round_: Round, code: str
    ) -> Mapping[str, Any]:
        """With an id_token of a size that is read."""
        try:
            said: Mapping[str, Any] = self._client(service, ends, round_).fetch_token(
                ends.token,
                grant_type="authorization_code",
                code=code,
                code_verifier=round_.verifier,
            )
        except ServiceError as failed:
            raise LoginFailed(f"token_{failed.reason}", is_theirs=True) from None
        except (OAuth2Error, _NotTaken, ValueError):
            # Not its text: that may hold what was sent.
            raise LoginFailed("token_refused", is_theirs=True) from None
        token = said.get("id_token")
        if not isinstance(token, str) or len(token) > MAX_TOKEN:
            raise LoginFailed("id_token_missing", is_theirs=True)
        return said

    def _verified(self, registration: Registration, token: str) -> dict[str, Any]:
        header = peek_header(token, ALGORITHMS)
        try:
            key = self._keys.key(registration, header.kid)
        except ServiceError as failed:
            raise LoginFailed(f"keys_{failed.reason}", is_theirs=True) from None
        if key is None:
            raise LoginFailed("kid_unknown")
        claims = verify(token, key, ALGORITHMS)
        check_parties(claims, registration)
        check_times(claims, self._clock.now().timestamp())
        return claims

    def _proved_at(self, claims: Mapping[str, Any], round_: Round) -> datetime | None:
        """Core 2: auth_time is required where max_age was asked for."""
        said: Any = claims.get("auth_time")
        now = self._clock.now()
        is_time = isinstance(said, int) and not isinstance(said, bool)
        if not is_time or not 0 <= said <= now.timestamp() + _LEEWAY_S:
            if round_.again:
                raise LoginFailed("auth_time_missing", is_theirs=True)
            return None
        moment = min(now, datetime.fromtimestamp(said, now.tzinfo))
        if round_.again and now - moment > timedelta(minutes=10):
            raise LoginFailed("auth_time_old")
        return moment


def _registration(service: Service, ends: Endpoints) -> Registration:
    return Registration(
        id=service.id,
        issuer=service.issuer,
        client_id=service.client_id,
        auth_url=ends.authorization,
        token_url=ends.token,
        jwks_url=ends.jwks,
        algorithms=ALGORITHMS,
    )


def read_endpoints(said: Mapping[str, Any], issuer: str, base_url: str) -> Endpoints:
    """Discovery 4.3: the issuer must be the very one that was asked. Raises LoginFailed."""
    if said.get("issuer") != issuer:
        raise LoginFailed("discovery_of_another_issuer", is_theirs=True)
    urls = [said.get(name) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
    for url in urls:
        if not isinstance(url, str) or origin_of(url) is None or not is_secure_for(url, base_url):
            raise LoginFailed("discovery_endpoint", is_theirs=True)
    methods = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    basic = not isinstance(methods, list) or "client_secret_post" not in methods
    return Endpoints(
        authorization=str(urls[0]),
        token=str(urls[1]),
        jwks=str(urls[2]),
        auth_method="client_secret_basic"
        if basic or "client_secret_basic" in methods
        else "client_secret_post",
        names_itself=said.get("authorization_response_iss_parameter_supported") is True,
        end_session=_end_session(said.get("end_session_endpoint"), base_url),
    )


def _end_session(url: object, base_url: str) -> str | None:
    """One that is odd is none: nobody needs it to come in."""
    is_good = (
        isinstance(url, str)
        and len(url) <= 300
        and origin_of(url) is not None
        and is_secure_for(url, base_url)
        and "#" not in url
    )
    return str(url) if is_good else None


def _header_word(token: object) -> str | None:
    """What goes into a header must be one word of it."""
    if not isinstance(token, str) or not 0 < len(token) <= MAX_TOKEN:
        return None
    return token if token.isascii() and token.isprintable() and " " not in token else None


def _name(claims: Mapping[str, Any]) -> str | None:
    """Only where somebody has chosen a scope that brings it."""
    name = claims.get("name")
    return name.strip()[:200] or None if isinstance(name, str) else None


class _NotTaken(Exception):
    """The token endpoint has answered, and not with a token."""


class _Answer(Struct, frozen=True):
    """What Authlib asks of an answer."""

    answer: HttpAnswer

    @property
    def status_code(self) -> int:
        return self.answer.status

    def json(self) -> dict[str, Any]:
        return parse_object(self.answer.body)

    def raise_for_status(self) -> None:
        if self.answer.status >= 400:
            raise _NotTaken


class _Sender:
    """The session that Authlib sends with: our guarded client (no redirects, public addresses)."""

    def __init__(self, http: Http) -> None:
        self._http = http

    def request(
        self,
        method: str,
        url: str,
        *,
        data: Mapping[str, str] | Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        auth: Any = None,
        **_rest: Any,
    ) -> _Answer:
        sent, body = dict(headers or {}), urlencode(data)
        if auth is not None:
            url, sent, body = auth.prepare(method, url, sent, body)
        answer = self._http.request(
            method,
            url,
            headers={name.lower(): value for name, value in sent.items()},
            body=body.encode(),
            max_bytes=MAX_BYTES,
        )
        return _Answer(answer)

    def post(self, url: str, **rest: Any) -> _Answer:
        return self.request("POST", url, **rest)
