"""Files of a try-out: which are taken, who gets them back, and how."""

from io import BytesIO

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.http import parse_options_header
from werkzeug.test import encode_multipart

from tests.factories.tool import BASE_URL, Tool
from tracks.progress.forms import FileForm, read_file
from tracks.progress.models import attachment, step_work
from tracks.progress.rules import LARGEST_FILE

TRY_OUT = "/t/sample/maaling/enheter/provd"
STORED = select(attachment.c.name, attachment.c.body)
PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20


def upload(tool: Tool, browser, name: str, body: bytes, text: str = "Det gikk bra."):
    fields = {"form_token": tool.form_token(browser), "text": text, "revision": "0"}
    # Encoded here: the test client leaves large bodies behind as open files.
    boundary, data = encode_multipart({**fields, "file": FileStorage(BytesIO(body), name)})
    return browser.post(
        f"{TRY_OUT}?lang=en",
        data=data,
        content_type=f"multipart/form-data; boundary={boundary}",
        base_url=BASE_URL,
    )


def test_a_file_is_kept_with_the_text(tool: Tool):
    browser = tool.launch()

    answer = upload(tool, browser, "Tavla æøå.PNG", PNG)

    assert answer.status_code == 303
    assert tool.rows(STORED) == [("Tavla æøå.PNG", PNG)]
    assert tool.rows(select(step_work.c.answer)) == [({"text": "Det gikk bra."},)]
    assert "Tavla æøå.PNG" in tool.get(browser, TRY_OUT).text


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("a.svg", b"<svg onload=alert(1)>", "We cannot take this kind of file"),
        ("a.html", b"<script>alert(1)</script>", "We cannot take this kind of file"),
        ("a.png", b"<script>alert(1)</script>", "We cannot take this kind of file"),
        ("a.png.exe", PNG, "We cannot take this kind of file"),
        ("png", PNG, "We cannot take this kind of file"),
        ("a.pdf", PNG, "We cannot take this kind of file"),
        ("a.png", b"", "The file is empty"),
        ("a.png", PNG + b"x" * LARGEST_FILE, "The file is larger than 5 MB"),
    ],
)
def test_a_file_that_is_not_taken_takes_no_text_with_it(
    tool: Tool, name: str, body: bytes, said: str
):
    browser = tool.launch()

    answer = upload(tool, browser, name, body)

    assert (answer.status_code, said in answer.text) == (422, True)
    assert "Det gikk bra." in answer.text
    assert (tool.count(attachment), tool.count(step_work)) == (0, 0)


def test_a_request_beyond_all_limits_is_refused_whole(tool: Tool):
    browser = tool.launch()

    answer = upload(tool, browser, "a.png", PNG + b"x" * (7 * 1024 * 1024))

    assert (answer.status_code, answer.mimetype) == (413, "text/html")
    assert (tool.count(attachment), tool.count(step_work)) == (0, 0)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("../../etc/passwd.png", "passwd.png"), ("x" * 300 + ".png", "x" * 116 + ".png")],
)
def test_only_the_end_of_a_name_is_kept(tool: Tool, sent: str, kept: str):
    upload(tool, tool.launch(), sent, PNG)

    assert tool.rows(STORED) == [(kept, PNG)]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("C:\\Users\\kim\\bilde.png", "bilde.png"),
        ("a\x00\r\nSet-Cookie: x=1;.png", "aSet-Cookie: x=1;.png"),
        ("a\u202egnp.exe.png", "agnp.exe.png"),
    ],
)
def test_a_name_holds_nothing_that_is_not_seen(sent: str, kept: str):
    assert read_file(FileStorage(BytesIO(PNG), sent)) == FileForm(kept, PNG, None)


def test_a_name_of_any_letters_comes_back_in_the_download(tool: Tool):
    browser = tool.launch()
    upload(tool, browser, "Blåbær; filename=x.png", PNG)
    (file_id,) = tool.rows(select(attachment.c.id))[0]

    disposition = tool.get(browser, f"/files/{file_id}").headers["Content-Disposition"]

    assert parse_options_header(disposition) == (
        "attachment",
        {"filename": "Blåbær; filename=x.png"},
    )


def test_a_file_comes_back_as_a_download_that_no_browser_runs(tool: Tool):
    browser = tool.launch()
    upload(tool, browser, "plan.pdf", b"%PDF-1.7 <script>")
    (file_id,) = tool.rows(select(attachment.c.id))[0]

    answer = tool.get(browser, f"/files/{file_id}")

    assert answer.content_type == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=plan.pdf")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_another_persons_file_is_like_one_that_does_not_exist(tool: Tool):
    upload(tool, tool.launch(sub="owner"), "plan.pdf", b"%PDF-1.7")
    (file_id,) = tool.rows(select(attachment.c.id))[0]

    for sub, leads in (("colleague", False), ("leader", True)):
        other = tool.launch(sub=sub, leads=leads)
        assert tool.get(other, f"/files/{file_id}").status_code == 404
        assert tool.get(other, "/files/0" * 1).status_code == 404
        tool.post(other, f"/files/{file_id}/remove")
    assert tool.count(attachment) == 1
    assert tool.get(tool.client(), f"/files/{file_id}").status_code == 401


def test_the_owner_takes_a_file_away(tool: Tool):
    browser = tool.launch()
    upload(tool, browser, "plan.pdf", b"%PDF-1.7")
    (file_id,) = tool.rows(select(attachment.c.id))[0]

    answer = tool.post(browser, f"/files/{file_id}/remove", then=TRY_OUT)

    assert (answer.status_code, answer.headers["Location"]) == (303, TRY_OUT)
    assert tool.count(attachment) == 0
