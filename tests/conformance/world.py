"""One platform, one tool, no network: from a login to an accepted or refused launch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from lti.platform_keys import CachedPlatformKeys
from lti.ports import Deployment, HttpAnswer, Registration
from lti.tool.launch import Launch, accept_launch
from lti.tool.login import LoginAnswer, begin_login
from lti.tool.state import StateSigner
from tests.fakes.forge import Setting, jwks, signing_key
from tests.fakes.lti_ports import FixedClock, MemoryNonces, MemoryRegistrations, RecordingHttp

BASE_URL = "https://tool.example"
LAUNCH_URL = BASE_URL + "/lti/launch"
TARGET = BASE_URL + "/r/asker/track/m1"
JWKS_URL = "https://platform.example/jwks"
REGISTRATION = Registration(
    id=7,
    issuer="https://platform.example",
    client_id="client-1",
    auth_url="https://platform.example/auth",
    token_url="https://platform.example/token",
    jwks_url=JWKS_URL,
)
DEPLOYMENT = Deployment(id=3, registration_id=7, deployment_id="1", is_enabled=True)


@dataclass(frozen=True)
class Login:
    answer: LoginAnswer
    sent: Mapping[str, str]  # the query of the redirect
    target: str

    @property
    def cookies(self) -> dict[str, str]:
        return {self.answer.cookie.name: self.answer.cookie.value}


class World:
    def __init__(self) -> None:
        self.clock = FixedClock()
        self.registrations = MemoryRegistrations([REGISTRATION], [DEPLOYMENT])
        self.nonces = MemoryNonces()
        self.http = RecordingHttp()
        self.publish(signing_key().jwk())
        self.keys = CachedPlatformKeys(self.http, self.clock)
        self.signer = StateSigner(b"0123456789abcdef0123456789abcdef")

    def publish(self, *keys: Mapping[str, object]) -> None:
        self.http.answers[JWKS_URL] = HttpAnswer(200, {}, jwks(*keys))

    def login(self, registration: Registration = REGISTRATION, **changes: str) -> Login:
        params = {
            "iss": registration.issuer,
            "client_id": registration.client_id,
            "login_hint": "hint-1",
            "target_link_uri": TARGET,
            **changes,
        }
        answer = begin_login(
            list(params.items()),
            registrations=self.registrations,
            signer=self.signer,
            clock=self.clock,
            launch_url=LAUNCH_URL,
            base_url=BASE_URL,
        )
        query = dict(parse_qsl(urlsplit(answer.redirect_url).query))
        return Login(answer, query, params["target_link_uri"])

    def setting(self, login: Login, registration: Registration = REGISTRATION) -> Setting:
        return Setting(
            issuer=registration.issuer,
            client_id=registration.client_id,
            deployment_id=DEPLOYMENT.deployment_id,
            target_link_uri=login.target,
            nonce=login.sent["nonce"],
            now=int(self.clock.now().timestamp()),
        )

    def post(
        self,
        login: Login,
        token: str,
        *,
        cookies: Mapping[str, str] | None = None,
        form: Sequence[tuple[str, str]] | None = None,
        body_size: int | None = None,
    ) -> Launch:
        if form is None:
            form = [("id_token", token), ("state", login.sent["state"])]
        return accept_launch(
            form,
            cookies=login.cookies if cookies is None else cookies,
            body_size=sum(len(name) + len(value) for name, value in form)
            if body_size is None
            else body_size,
            registrations=self.registrations,
            nonces=self.nonces,
            keys=self.keys,
            signer=self.signer,
            clock=self.clock,
            base_url=BASE_URL,
        )
