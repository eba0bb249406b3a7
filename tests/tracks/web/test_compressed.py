"""Style sheets and scripts go out compressed to those who take it; pages never do."""

import gzip

import pytest
from werkzeug.test import TestResponse

from tests.factories.tool import Tool


def fetch(tool: Tool, path: str, **headers: str) -> TestResponse:
    """Read to its end; files of the disk are closed."""
    answer = tool.get(tool.client(), path, **headers)
    assert isinstance(answer.data, bytes)
    answer.close()
    return answer


FILES = ["/static/app.css", "/static/frame.js", "/static/vendor/designsystemet/components.css"]


@pytest.mark.parametrize("path", FILES)
def test_the_same_bytes_compressed_or_not(tool: Tool, path: str):
    plain = fetch(tool, path)
    small = fetch(tool, path, **{"Accept-Encoding": "br, GZIP;q=0.5"})

    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(small.data) == plain.data
    assert small.content_length == len(small.data) < len(plain.data)
    for answer in (plain, small):
        assert answer.status_code == 200
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "max-age=3600, public"


def test_who_takes_none_gets_none(tool: Tool):
    for taken in ("", "identity", "br", "gzip;q=0", "gzip; q=0.0", "x-gzipped"):
        answer = fetch(tool, FILES[0], **{"Accept-Encoding": taken})
        assert "Content-Encoding" not in answer.headers, taken


def test_what_the_browser_has_already_is_not_sent_again(tool: Tool):
    first = fetch(tool, FILES[0], **{"Accept-Encoding": "gzip"})

    again = fetch(
        tool, FILES[0], **{"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]}
    )

    assert (again.status_code, again.data) == (304, b"")
    assert "Content-Encoding" not in again.headers


def test_a_part_and_a_head_and_a_post(tool: Tool):
    client = tool.client()
    asked = {"Accept-Encoding": "gzip"}
    whole = fetch(tool, FILES[0], **asked)

    part = fetch(tool, FILES[0], Range="bytes=0-9", **asked)
    head = client.head(FILES[0], headers=asked)
    post = client.post(FILES[0], headers=asked)

    assert (part.status_code, len(part.data)) == (206, 10)
    assert "Content-Encoding" not in part.headers
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]
    assert post.status_code == 405
    assert "Content-Encoding" not in post.headers


def test_a_page_is_sent_as_it_is(tool: Tool):
    answer = fetch(tool, "/catalogue", **{"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in answer.headers
    assert answer.text.startswith("<!")
