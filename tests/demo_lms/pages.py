import re
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.demo_lms.tiny_tool import LMS


def get(browser: FlaskClient, path: str, **options: Any) -> TestResponse:
    return browser.get(path, base_url=LMS, **options)


def words(page: TestResponse) -> str:
    """What a person reads, in one line."""
    body = re.sub(r"<(script|style|head)\b.*?</\1>", " ", page.text, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def csrf(page: TestResponse) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found is not None
    return found[1]


def become(browser: FlaskClient, sub: str) -> TestResponse:
    token = csrf(get(browser, "/"))
    return browser.post("/sign-in", base_url=LMS, data={"csrf": token, "sub": sub})


def cell(page: TestResponse, sub: str, link_id: str) -> str:
    """One cell of the gradebook, as words."""
    found = re.search(rf'<td data-sub="{sub}" data-link="{link_id}">(.*?)</td>', page.text, re.S)
    assert found is not None, page.text
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())
