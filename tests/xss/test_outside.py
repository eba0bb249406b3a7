"""From OUTSIDE: what an LMS sends in a launch or about itself, and files that people upload."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import Workbook
from werkzeug.test import TestResponse

from tests.factories.platform import PLATFORM, Platform
from tests.factories.tool import BASE_URL, Tool
from tests.fakes.forge import PREFIX
from tests.tracks.authoring.test_git import Desk
from tests.tracks.authoring.test_zips import take_in
from tests.tracks.lms.test_registering import connect, invited, register
from tests.xss.judge import marks_in, texts_of, wrong_in
from tests.xss.payloads import payloads
from tests.xss.product import Payloads, Product
from tests.xss.walk import walk
from tracks.catalogue.histories import Histories
from tracks.catalogue.queries import Shelf
from tracks.subscriptions import reactions

pytestmark = pytest.mark.parametrize("turn", range(3))


@pytest.fixture
def product(tmp_path: Path, sqlite_template: Path) -> Iterator[Product]:
    copy = tmp_path / "tracks.sqlite"
    copy.write_bytes(sqlite_template.read_bytes())
    made = Product(f"sqlite:///{copy}", tmp_path)
    yield made
    made.close()


@pytest.fixture
def given(turn: int) -> Payloads:
    return Payloads(payloads(), turn * 40)


def judged(answer: TestResponse) -> str:
    assert answer.status_code in (200, 303, 400, 401, 403, 409, 413, 422), answer.status_code
    assert wrong_in(answer) == []
    return texts_of(answer)


def test_claims_of_a_launch(product: Product, given: Payloads) -> None:
    tool = product.tool
    name, title, back = (given.take(what, 200) for what in ("name", "title", "back"))
    claims = {
        "name": name,
        "given_name": name,
        "family_name": name,
        PREFIX + "context": {"id": title[:200], "title": title, "label": title},
        PREFIX + "resource_link": {"id": "of-an-attacker", "title": title, "description": title},
        PREFIX + "tool_platform": {"guid": "x", "name": title, "product_family_code": title},
        PREFIX + "launch_presentation": {
            "return_url": f"https://lms.example/back?lti_msg={back}&lti_errormsg={back}",
            "locale": title,
        },
    }
    browser = tool.launch(sub="attacker", leads=True, changes=claims)
    said = "".join(judged(tool.get(browser, path)) for path in (tool.landed, "/", "/privacy"))
    assert {given.where[n] for n in marks_in(said)} >= {"name", "title"}
    for form in ({"error": back, "error_description": name, "state": title}, {"id_token": back}):
        judged(tool.client().post("/lti/launch", data=form, base_url=BASE_URL))


def test_what_an_lms_says_of_itself(product: Product, given: Payloads) -> None:
    tool = product.tool
    token = invited(tool)
    text = given.take("product", 100)
    platform = Platform(
        **{PLATFORM: {"product_family_code": text, "version": text, "messages_supported": [text]}},
        scopes_supported=[text],
        claims_supported=[text],
    )
    connect(tool, platform)
    judged(register(tool, token))
    judged(tool.client().get(f"/connect/{token}", base_url=BASE_URL))
    said = judged(tool.get(product.clients["administrator"], "/lms"))
    assert marks_in(said)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_cells_headings_and_sheets_of_a_list(product: Product, given: Payloads, kind: str) -> None:
    tool, browser = product.tool, product.clients["coordinator"]
    heads = [" ".join(given.take(f"heading {n}", 70).split()) for n in range(3)]
    cells = [" ".join(given.take(f"cell {n}", 70).split()) for n in range(3)]
    if kind == "csv":
        rows = (";".join(c.replace(";", ",").replace('"', "'") for c in r) for r in (heads, cells))
        body = "\n".join(rows).encode()
    else:
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = "<script>alert(1)"
        for row in (heads, cells):
            sheet.append(["".join(c for c in text if c.isprintable()) for text in row])
        packed = io.BytesIO()
        book.save(packed)
        body = packed.getvalue()
    sent = tool.post(
        browser, "/imports", what="staff", file=(io.BytesIO(body), f"<svg onload=alert(1)>.{kind}")
    )
    judged(sent)
    path = sent.headers.get("Location", "/imports")
    columns = judged(tool.get(browser, path))
    assert len(marks_in(columns)) >= 3
    columns_of = path.removesuffix("/columns") + "/columns"
    answer = tool.post(browser, columns_of, key="0", name="1", unit_code="2", task="2")
    judged(answer)
    judged(tool.get(browser, answer.headers.get("Location", "/imports")))


def test_names_in_a_zip(product: Product, given: Payloads) -> None:
    tool: Tool = product.tool
    name = given.take("entry", 120).replace("/", "").replace("\n", " ")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(f"maaling/{name}.nb.md", f"# {name}")
        archive.writestr(f"{name}/track.nb.md", f"---\ntitle: {name}\n---\n")
    author = product.clients["author"]
    answer = take_in(tool, author, made.getvalue())
    judged(answer)
    judged(tool.get(author, answer.headers.get("Location", "/authoring")))


@pytest.mark.server
def test_who_pushes_what_by_git(product: Product, given: Payloads, tmp_path: Path) -> None:
    tool = product.tool
    tool.database._reactions = reactions(Shelf(), Histories(tool.settings.data_dir))
    name, said, words = (
        " ".join("".join(c for c in given.take(what, 200) if c.isprintable() or c == " ").split())
        for what in ("name", "said", "words")
    )
    for desk in Desk(tool, tmp_path).serve():
        desk.clone()
        desk.change("Fortell kort.", f"Fortell lenge.\n\n{words}")
        assert desk.git("add", "-A").returncode == 0
        assert desk.git("-c", f"user.name={name}", "commit", "-q", "-m", said).returncode == 0
        refused = desk.push()
        mended = desk.git("commit", "-q", "--amend", "--reset-author", "--no-edit")
        assert mended.returncode == 0
        pushed = desk.push()
    assert "has another writer" in refused.stderr
    # Taken, or told by file and line what the checks say of such a text.
    assert pushed.returncode == 0 or "remote: maaling/01-enheter.nb.md:" in pushed.stderr

    def see(path: str, answer: TestResponse) -> None:
        assert wrong_in(answer) == [], path

    assert walk(product, "author", see) > 50
