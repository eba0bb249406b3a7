"""The LMS's part of a launch, played by the harness: log in, sign, post, follow."""

import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

from tests.bench.browser import Answer, Browser
from tests.bench.library import TRACK
from tests.bench.world import CLIENT_ID, DEPLOYMENT_ID, ISSUER
from tests.fakes.forge import MEMBERSHIP, PREFIX, Setting, resource_claims, token

_TOKEN = re.compile(rb'name="form_token" value="([0-9a-f]{64})"')
_COURSE_SIZE = 25
REDIRECTS = (302, 303)


def launch(
    browser: Browser,
    port: int,
    person: int,
    changes: Mapping[str, Any] | None = None,
    more: Mapping[str, str] | None = None,
) -> Answer:
    """Login, with `more` in its query, and post; the tool's answer to the post."""
    base = f"http://localhost:{port}"
    target = f"{base}/lti/launch"
    query = {
        "iss": ISSUER,
        "client_id": CLIENT_ID,
        "login_hint": f"hint-{person}",
        "lti_message_hint": "17",
        "target_link_uri": target,
        **(more or {}),
    }
    words = "&".join(f"{name}={quote(value, safe='')}" for name, value in query.items())
    answer = browser.get(f"/lti/login?{words}")
    _expect(answer, *REDIRECTS)
    sent = dict(parse_qsl(urlsplit(answer.location).query))
    setting = Setting(
        issuer=ISSUER,
        client_id=CLIENT_ID,
        deployment_id=DEPLOYMENT_ID,
        target_link_uri=target,
        nonce=sent["nonce"],
        now=int(time.time()),
    )
    form = {"id_token": _id_token(setting, person, changes), "state": sent["state"]}
    return browser.post("/lti/launch", form)


def _id_token(setting: Setting, person: int, changes: Mapping[str, Any] | None) -> str:
    course = person // _COURSE_SIZE
    return token(
        {
            **resource_claims(setting, teacher=False),
            "sub": f"person-{person}",
            "name": f"Person {person}",
            PREFIX + "roles": [MEMBERSHIP + "Learner"],
            PREFIX + "resource_link": {"id": f"link-{course}", "title": "Track"},
            PREFIX + "context": {"id": f"course-{course}", "label": "C", "title": "Course"},
            PREFIX + "custom": {"resource": TRACK},
            **(changes or {}),
        }
    )


def sign_in(
    browser: Browser,
    port: int,
    school_id: int,
    person: int,
    changes: Mapping[str, Any] | None = None,
) -> Browser:
    """A person with a school and a form token, ready to work."""
    answer = launch(browser, port, person, changes)
    _expect(answer, *REDIRECTS)
    browser.form_token = _form_token(browser)
    if answer.location.startswith("/school"):
        then = parse_qs(urlsplit(answer.location).query)["then"][0]
        form = {"form_token": browser.form_token, "school": str(school_id), "then": then}
        _expect(browser.post("/school", form), 303)
    return browser


def _form_token(browser: Browser) -> str:
    found = _TOKEN.search(browser.get("/help").body)
    if not found:
        raise RuntimeError("the help page has no form token")
    return found[1].decode()


def _expect(answer: Answer, *statuses: int) -> None:
    if answer.status not in statuses:
        raise RuntimeError(f"{answer.status}: {answer.body.decode()[:400]}")


def follow(browser: Browser, answer: Answer) -> int:
    """Requests made until a page is there."""
    count = 0
    while answer.status in REDIRECTS:
        place = urlsplit(answer.location)
        answer = browser.get(f"{place.path}?{place.query}" if place.query else place.path)
        count += 1
    _expect(answer, 200)
    return count
