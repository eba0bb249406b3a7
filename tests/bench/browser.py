"""A browser without a face: one kept-alive connection, cookies, nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPConnection
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    location: str
    body: bytes


class Connection:
    """To one server; used by one browser after the other."""

    def __init__(self, port: int) -> None:
        self._http = HTTPConnection("localhost", port, timeout=30)

    def close(self) -> None:
        self._http.close()

    def send(
        self,
        method: str,
        path: str,
        cookies: dict[str, str],
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        sent = dict(headers or {})
        if cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        body = None
        if form is not None:
            body = urlencode(form).encode()
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        self._http.request(method, path, body, sent)
        answer = self._http.getresponse()
        content = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or ():
            _keep(cookies, line)
        return Answer(answer.status, answer.headers.get("Location", ""), content)


def _keep(cookies: dict[str, str], line: str) -> None:
    pair, _, attributes = line.partition(";")
    name, _, value = pair.partition("=")
    if "max-age=0" in attributes.lower():
        cookies.pop(name, None)
    else:
        cookies[name] = value


@dataclass(slots=True)
class Browser:
    """A person's, at one server."""

    connection: Connection
    cookies: dict[str, str] = field(default_factory=dict)
    form_token: str = ""

    def get(self, path: str) -> Answer:
        return self.connection.send("GET", path, self.cookies)

    def post(self, path: str, form: Mapping[str, str]) -> Answer:
        return self.connection.send("POST", path, self.cookies, form)
