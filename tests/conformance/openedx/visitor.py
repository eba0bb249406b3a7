"""A person with a browser that runs no script: cookies, redirects, forms."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from tests.conformance.openedx.platform import Block, OpenEdx
from tests.fakes.forge import unb64

# A list is a field that is sent several times.
Fields = Mapping[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Form:
    action: str
    fields: dict[str, str]


@dataclass(frozen=True, slots=True)
class Page:
    url: str
    status: int
    text: str

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def form(self, holding: str) -> Form:
        """The form that has a field of this name."""
        reader = _FormReader()
        reader.feed(self.text)
        found = next((form for form in reader.forms if holding in form.fields), None)
        assert found, f"no form with {holding} at {self.url}: {self.text[:3000]}"
        return Form(urljoin(self.url, found.action), found.fields)


class _FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(found.get("action", ""), {}))
        elif tag == "input" and "name" in found and self.forms:
            self.forms[-1].fields[found["name"]] = found.get("value", "")


class Visitor:
    """Cookies are kept by hand: ours are Secure, and all is plain http on loopback here."""

    def __init__(self) -> None:
        self._http = httpx.Client(trust_env=False, timeout=30, follow_redirects=False)
        self._cookies: dict[str, dict[str, str]] = {}
        self.went: list[str] = []  # every address, in order

    def close(self) -> None:
        self._http.close()

    def get(self, url: str) -> Page:
        return self._follow("GET", url, None)

    def post(self, url: str, fields: Fields) -> Page:
        return self._follow("POST", url, fields)

    def submit(self, form: Form) -> Page:
        return self.post(form.action, form.fields)

    def launch_form(self, openedx: OpenEdx, block: Block) -> Form:
        """A click on the block, up to the form that its script would post by itself."""
        page = self.get(f"{openedx.url}/start/{block.name}")
        assert page.status == 200, f"{page.status} at {page.url}: {page.text[:2000]}"
        return page.form("id_token")

    def launch(self, openedx: OpenEdx, block: Block) -> Page:
        return self.submit(self.launch_form(openedx, block))

    def do(self, step_url: str, **fields: str) -> Page:
        """Press Next on the page of a step, or what `fields` says instead."""
        token = self.get(step_url).form("form_token").fields["form_token"]
        page = self.post(step_url, {"form_token": token, "go": "done", **fields})
        assert page.status == 200, f"{page.status} at {page.url}: {page.text[:2000]}"
        return page

    def _follow(self, method: str, url: str, fields: Fields | None) -> Page:
        for _ in range(10):
            answer = self._ask(method, url, fields)
            if answer.status_code not in (302, 303):
                return Page(url, answer.status_code, answer.text)
            method, url, fields = "GET", urljoin(url, answer.headers["location"]), None
        raise AssertionError(f"redirected in a circle: {self.went[-10:]}")

    def _ask(self, method: str, url: str, fields: Fields | None) -> httpx.Response:
        self.went.append(url)
        parts = urlsplit(url)
        cookies = self._cookies.setdefault(parts.netloc, {})
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
        if fields is not None:
            headers["Origin"] = f"{parts.scheme}://{parts.netloc}"
        answer = self._http.request(method, url, data=fields, headers=headers)
        for line in answer.headers.get_list("set-cookie"):
            _take(cookies, line)
        return answer


def claims_of(token: str) -> dict[str, Any]:
    """What an id_token says."""
    return dict(json.loads(unb64(token.split(".")[1])))


def _take(cookies: dict[str, str], line: str) -> None:
    pair, _, attributes = line.partition(";")
    name, _, value = pair.strip().partition("=")
    if "max-age=0" in attributes.lower():
        cookies.pop(name, None)
    else:
        cookies[name] = value
