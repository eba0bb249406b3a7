"""A teacher's browser, small: cookies by hand, since ours are Secure and this is plain http."""

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.crash.lms import FakeLms
from tests.fakes.forge import MEMBERSHIP, PREFIX, Setting, changed, resource_claims, token

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
_SCOPES = ("score", "result.readonly")
COOKIE = "__Host-tracks"
TRACK = "sample/maaling"
# Link of the LMS -> what it leads to.
LINKS = {"track": TRACK, "module": f"{TRACK}/enheter"}
PATIENCE_S = 60.0


class NoAnswer(Exception):
    """Nobody knows whether the request was carried out: the server died, or was not there."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    location: str
    body: str


class Strange(Exception):
    """An answer that no honest use of the tool should get."""


class Browser:
    def __init__(self, base_url: str, lms: FakeLms) -> None:
        self._base_url = base_url
        self._address = urlsplit(base_url).netloc
        self._lms = lms
        self.cookies: dict[str, str] = {}
        self._form_token = ""

    @property
    def sign_in(self) -> str | None:
        """The value of the sign-in cookie."""
        return self.cookies.get(COOKIE)

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None)

    def post(self, path: str, *fields: tuple[str, str]) -> Answer:
        """A form of ours, with its token from a page."""
        if not self._form_token:
            page = self.get("/help").body
            found = re.search(r'name="form_token" value="([0-9a-f]{64})"', page)
            if found is None:
                raise Strange("a page for somebody signed in has no form token")
            self._form_token = found[1]
        return self._ask("POST", path, [("form_token", self._form_token), *fields])

    def launch(self, link: str, sub: str) -> Answer:
        """A click in the LMS; 303 and a new sign-in when all is well."""
        target = f"{self._base_url}/lti/launch"
        query = {
            "iss": self._lms.url,
            "client_id": self._lms.client_id,
            "login_hint": "hint",
            "target_link_uri": target,
            "lti_deployment_id": self._lms.deployment_id,
        }
        login = self.get("/lti/login?" + urlencode(query))
        if login.status != 303:
            return login
        sent = dict(parse_qsl(urlsplit(login.location).query))
        setting = Setting(
            issuer=self._lms.url,
            client_id=self._lms.client_id,
            deployment_id=self._lms.deployment_id,
            target_link_uri=target,
            nonce=sent["nonce"],
            now=int(datetime.now(UTC).timestamp()),
        )
        form = [("id_token", token(self._claims(setting, link, sub))), ("state", sent["state"])]
        answer = self._ask("POST", "/lti/launch", form)
        self._form_token = ""
        return answer

    def _claims(self, setting: Setting, link: str, sub: str) -> dict[str, object]:
        return changed(
            resource_claims(setting, teacher=False),
            {
                "sub": sub,
                "name": f"Sample {sub}",
                PREFIX + "roles": [MEMBERSHIP + "Learner"],
                PREFIX + "custom": {"resource": LINKS[link]},
                PREFIX + "resource_link": {"id": link},
                AGS: {
                    "scope": [
                        f"https://purl.imsglobal.org/spec/lti-ags/scope/{s}" for s in _SCOPES
                    ],
                    "lineitem": self._lms.line_item(link),
                },
            },
        )

    def _ask(self, method: str, path: str, fields: list[tuple[str, str]] | None) -> Answer:
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        if fields is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": self._base_url,
            }
        # A connection for each request: no idle one can be closed under our hands.
        connection = HTTPConnection(self._address, timeout=PATIENCE_S)
        try:
            connection.request(method, path, urlencode(fields) if fields else None, headers)
            response = connection.getresponse()
            self._take_cookies(response.headers.get_all("Set-Cookie", []))
            location = response.headers.get("Location", "")
            try:
                body = response.read().decode()
            except (OSError, HTTPException):
                if method == "GET":
                    raise
                body = ""  # of a write the status line is the promise, whatever came of the rest
            return Answer(response.status, location, body)
        except (OSError, HTTPException) as exc:
            raise NoAnswer(type(exc).__name__) from None
        finally:
            connection.close()

    def _take_cookies(self, lines: list[str]) -> None:
        for line in lines:
            pair, _, attributes = line.partition(";")
            name, _, value = pair.strip().partition("=")
            if "max-age=0" in attributes.lower():
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value


def revision_on(page: str) -> int | None:
    """The revision that the page's form starts from; None: the page came without its form."""
    found = re.search(r'name="revision" value="(\d+)"', page)
    return int(found[1]) if found else None


def text_on(page: str) -> str | None:
    """What stands in the page's text field."""
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.DOTALL)
    # The first line break after the tag belongs to the markup (HTML 13.1.2.5).
    return html.unescape(found[1]).removeprefix("\n") if found else None
