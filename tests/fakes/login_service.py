"""A login service on loopback: real HTTP, real signatures; and whatever can be wrong with one."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from joserfc import jws
from joserfc.jwk import RSAKey

Claims = dict[str, Any]
CLIENT_ID, SECRET = "tracks-client", "canary-client-secret"


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@dataclass
class LoginService:
    """`start()` serves it. Tests set faults on it; each token is made when it is asked for."""

    sub: str = "sub-1"
    keys: list[RSAKey] = field(default_factory=lambda: [_key("k1")])
    change: Callable[[Claims], Claims] = lambda claims: claims
    sign: Callable[["LoginService", Claims], str] | None = None
    token_status: int = 200
    token_body: bytes | None = None
    announced: Claims = field(default_factory=dict)  # besides what it says of itself
    answer: dict[str, str] = field(default_factory=dict)  # besides code and state
    has_auth_time: bool = True
    asked: list[tuple[str, str, str]] = field(default_factory=list)  # method, path, body
    approved: dict[str, dict[str, str]] = field(default_factory=dict)
    url: str = ""
    # Feide's groups API, at /groups
    access_token: str = "canary-access"
    groups: list[Claims] = field(default_factory=list)
    groups_status: int = 200
    groups_body: bytes | None = None
    groups_wait: float = 0.0

    def start(self) -> Callable[[], None]:
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                service._get(self)

            def do_POST(self) -> None:
                service._post(self)

            def log_message(self, *_args: Any) -> None:
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()

        def stop() -> None:
            server.shutdown()
            server.server_close()
            thread.join()

        return stop

    def _say(self, to: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
        to.send_response(status)
        for name, value in headers.items():
            to.send_header(name, value)
        to.send_header("Content-Length", str(len(body)))
        to.end_headers()
        to.wfile.write(body)

    def _get(self, to: BaseHTTPRequestHandler) -> None:
        asked = urlsplit(to.path)
        self.asked.append(("GET", asked.path, asked.query))
        if asked.path == "/.well-known/openid-configuration":
            self._say(to, 200, json.dumps(self.about()).encode())
        elif asked.path == "/jwks":
            listed = [{**key.as_dict(private=False), "use": "sig"} for key in self.keys]
            self._say(to, 200, json.dumps({"keys": listed}).encode())
        elif asked.path == "/groups":
            time.sleep(self.groups_wait)
            is_theirs = to.headers.get("Authorization") == "Bearer canary-access"
            body = (
                json.dumps(self.groups).encode() if self.groups_body is None else self.groups_body
            )
            self._say(to, self.groups_status if is_theirs else 401, body)
        elif asked.path == "/auth":
            self._say(to, 303, b"", Location=self.approve(dict(parse_qsl(asked.query))))
        else:
            self._say(to, 404, b"")

    def about(self) -> Claims:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/auth",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/jwks",
            **self.announced,
        }

    def approve(self, asked: dict[str, str]) -> str:
        """The person has signed in; where their browser goes back to."""
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT_ID)
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.approved[code] = asked
        answer = {"code": code, "state": asked["state"], **self.answer}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def _post(self, to: BaseHTTPRequestHandler) -> None:
        body = to.rfile.read(int(to.headers["Content-Length"])).decode()
        self.asked.append(("POST", to.path, body))
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.approved.pop(sent.get("code", ""), None)
        if self.token_status != 200 or self.token_body is not None:
            self._say(to, self.token_status, self.token_body or b"<h1>down</h1>")
            return
        basic = "Basic " + base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        is_right = (
            asked is not None
            and to.headers.get("Authorization") == basic
            and sent.get("grant_type") == "authorization_code"
            and sent.get("redirect_uri") == asked["redirect_uri"]
            and _b64(digest) == asked["code_challenge"]
        )
        if not is_right:
            self._say(to, 400, b'{"error": "invalid_grant"}')
            return
        assert asked is not None
        token = self.id_token(asked)
        said = {"access_token": self.access_token, "token_type": "Bearer", "id_token": token}
        self._say(to, 200, json.dumps(said).encode())

    def id_token(self, asked: dict[str, str]) -> str:
        now = int(datetime.now(UTC).timestamp())
        claims: Claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": self.sub,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
        }
        if self.has_auth_time:
            claims["auth_time"] = now
        claims = self.change(claims)
        return self.sign(self, claims) if self.sign else signed(self.keys[0], claims)

    def logout_token(self, **changes: Any) -> str:
        """Back-Channel Logout 1.0 section 2.4; None takes a claim away."""
        now = int(datetime.now(UTC).timestamp())
        claims: Claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": self.sub,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_urlsafe(16),
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            **changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.sign:
            return self.sign(self, claims)
        return signed(self.keys[0], claims, typ="logout+jwt")


def _key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid})


def signed(key: RSAKey, claims: Claims, **header: Any) -> str:
    said = {"alg": "RS256", "kid": key.kid, **header}
    return jws.serialize_compact(said, json.dumps(claims).encode(), key, algorithms=[said["alg"]])


def with_alg_none(service: LoginService, claims: Claims) -> str:
    header = _b64(json.dumps({"alg": "none", "kid": service.keys[0].kid}).encode())
    return f"{header}.{_b64(json.dumps(claims).encode())}."


def by_public_key_as_secret(service: LoginService, claims: Claims) -> str:
    """The classic confusion: HS256 with the public key as the shared secret."""
    key = service.keys[0]
    header = _b64(json.dumps({"alg": "HS256", "kid": key.kid}).encode())
    said = f"{header}.{_b64(json.dumps(claims).encode())}"
    return f"{said}.{_b64(hmac.digest(key.as_pem(private=False), said.encode(), 'sha256'))}"


def by_key_of_nobody(service: LoginService, claims: Claims) -> str:
    return signed(_key("k-unknown"), claims)


def by_other_key_of_that_name(service: LoginService, claims: Claims) -> str:
    return signed(_key(service.keys[0].kid or ""), claims)
