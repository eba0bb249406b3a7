"""How answers leave: complete, of their length, and with the security headers."""

import inspect

import pytest
from flask import Response

from tests.factories.tool import BASE_URL, Tool
from tracks.web.answers import Answer

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "Cache-Control": "no-store",
}


@pytest.mark.parametrize(
    ("path", "status"), [("/help", 200), ("/", 303), ("/no-such", 404), ("/healthz", 200)]
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_answer_is_of_its_length_and_has_the_headers(
    tool: Tool, path: str, status: int, method: str
):
    answer = tool.client().open(path, method=method, base_url=BASE_URL)

    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS
    assert "frame-ancestors" in answer.headers["Content-Security-Policy"]
    assert answer.headers.getlist("Vary") == ["Cookie"]
    whole = len(tool.client().get(path, base_url=BASE_URL).data)  # an error's id is another one
    assert answer.headers["Content-Length"] == str(whole)
    assert len(answer.data) == (whole if method == "GET" else 0)


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_a_body_says_no_length(tool: Tool, status: int):
    with tool.app.test_request_context("/"):
        _, _, headers = Answer("x", status).get_wsgi_response({"REQUEST_METHOD": "GET"})

    names = [name for name, _ in headers]
    assert "Content-Length" not in names
    assert "Content-Security-Policy" in names


def test_an_error_on_the_way_out_loses_no_header(tool: Tool):
    @tool.app.after_request
    def breaks(_response: Response) -> Response:
        raise ZeroDivisionError

    answer = tool.client().get("/help", base_url=BASE_URL)

    assert answer.status_code == 500
    assert {name: answer.headers.get(name) for name in ALWAYS} == ALWAYS


def test_no_view_is_a_coroutine(tool: Tool):
    """The application does not look, at each request, whether one is (Application.ensure_sync)."""
    views = [inspect.unwrap(view) for view in tool.app.view_functions.values()]
    assert [view for view in views if inspect.iscoroutinefunction(view)] == []
