"""Checklists and tables as spreadsheets: what is saved is in them, and no cell is a formula."""

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import update
from werkzeug.test import TestResponse

from content.export.xlsx import KIND, Sheet, tables_in, workbook
from content.loader import load_library
from tests.content.cases import MODULE, MODULE_HEAD, PHASES_B_D, write
from tests.factories.tool import Tool
from tests.tracks.progress.test_answer_forms import LIBRARY, OPEN_TRACK
from tracks.catalogue.models import step_version
from tracks.cli.content import publish_library

STEPS = """
### Kravliste {#krav .resource}

Spør om alt.

| Krav | Be om | Svar |
| --- | --- | --- |
| **LTI 1.3** & mer | =SUM(1) | |
| WCAG $x^2$ | [rapport](https://example.org) | |

### Uten tabell {#uten .resource}

Les.

### Gjør dette

::: sjekkliste {#liste .resource}
- [ ] Bestill **hodetelefoner**
- [ ] Prøv nettet
:::

### Skal være klart

::: sjekkliste {#mer}
- [ ] Noe
:::
"""
PLACE = "forms/et-spor/case"


@pytest.fixture
def forms(tool: Tool, tmp_path: Path) -> Tool:
    module = f"{MODULE_HEAD}## A Forarbeid {{phase=A}}\n{STEPS}{PHASES_B_D}"
    write(tmp_path, {"library.yaml": LIBRARY})
    write(tmp_path / "et-spor", {"track.nb.md": OPEN_TRACK, MODULE: module})
    library = load_library(tmp_path).value
    assert library is not None
    publish_library(tool.database, tmp_path, library)
    return tool


def opened(body: bytes) -> list[Worksheet]:
    return load_workbook(io.BytesIO(body)).worksheets


def cells(sheet: Worksheet) -> list[list[Any]]:
    return [[cell.value or "" for cell in row] for row in sheet.iter_rows()]


def sheet_of(answer: TestResponse) -> list[list[Any]]:
    assert answer.status_code == 200
    assert answer.content_type == KIND
    (sheet,) = opened(answer.data)
    return cells(sheet)


@pytest.mark.parametrize("before", ["/t", "/r"])
def test_a_checklist_comes_out_as_it_is_saved(forms: Tool, before: str):
    browser, path = forms.launch(), f"{before}/{PLACE}/liste"
    form = {"done-0": "1", "who-0": "=HYPERLINK(1)", "day-0": "2026-12-01", "who-1": " @rektor"}
    assert forms.post(browser, path, go="save", revision="0", **form).status_code == 303

    answer = forms.get(browser, f"{path}/sheet.xlsx?lang=en")

    assert sheet_of(answer) == [
        ["What", "Done", "Who sees to it", "By when"],
        ["Bestill hodetelefoner", "yes", "=HYPERLINK(1)", "2026-12-01"],
        ["Prøv nettet", "", " @rektor", ""],
    ]
    assert answer.headers["Content-Disposition"] == "attachment; filename=liste.xlsx"
    other = forms.get(forms.launch(sub="other"), f"{path}/sheet.xlsx?lang=nb")
    assert sheet_of(other) == [
        ["Hva", "Gjort", "Hvem ordner det", "Innen når"],
        ["Bestill hodetelefoner", "", "", ""],
        ["Prøv nettet", "", "", ""],
    ]


def test_a_table_comes_out_to_be_filled_in(forms: Tool):
    answer = forms.get(forms.client(), f"/r/{PLACE}/krav/sheet.xlsx")

    assert sheet_of(answer) == [
        ["Krav", "Be om", "Svar"],
        ["LTI 1.3 & mer", "=SUM(1)", ""],
        ["WCAG \\(x^2\\)", "rapport", ""],
    ]
    (sheet,) = opened(answer.data)
    assert sheet.title == "Kravliste"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} <= {"s"}


def test_the_page_leads_to_it_where_there_is_something(forms: Tool):
    browser = forms.launch()
    leads = {
        path: f'href="{path}/sheet.xlsx"' in forms.get(browser, path).text
        for path in (f"{before}/{PLACE}/{slug}" for before in ["/t", "/r"] for slug in SLUGS)
    }

    assert leads == {path: not path.endswith("uten") for path in leads}
    anybody = forms.get(forms.client(), f"/r/{PLACE}/liste?lang=en").text
    assert "sheet.xlsx" in anybody
    assert "It holds what you have saved." not in anybody


SLUGS = ("krav", "uten", "liste")


def test_what_is_closed_is_for_those_who_are_signed_in(forms: Tool):
    with forms.database.writing() as session:
        session.execute(update(step_version).values(free_until=date(2026, 1, 1)))
    path = f"/r/{PLACE}/krav/sheet.xlsx"

    assert forms.get(forms.client(), path).status_code == 404
    assert forms.get(forms.launch(), path).status_code == 200


def test_what_is_not_there_is_not_found(forms: Tool):
    browser = forms.launch()
    wanted = {
        f"/t/{PLACE}/uten/sheet.xlsx": 404,
        f"/r/{PLACE}/uten/sheet.xlsx": 404,
        f"/r/{PLACE}/mer/sheet.xlsx": 404,  # no life of its own
        f"/t/{PLACE}/mer/sheet.xlsx": 200,
        f"/t/{PLACE}/nothing/sheet.xlsx": 404,
        "/r/nobody/nothing/at/all/sheet.xlsx": 404,
    }

    assert {path: forms.get(browser, path).status_code for path in wanted} == wanted
    assert forms.get(forms.client(), f"/t/{PLACE}/liste/sheet.xlsx").status_code == 401


# What no XML can say is left out; how lines end, XML decides.
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))


@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), min_size=1, max_size=4), TEXT)
def test_whatever_is_typed_is_a_text_and_comes_back(rows: list[list[str]], name: str):
    body = workbook([Sheet(name, rows), Sheet(name, rows)])

    for sheet in opened(body):
        assert cells(sheet) == rows
        kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value}
        assert kinds <= {"s"}
    assert body == workbook([Sheet(name, rows), Sheet(name, rows)])


@given(st.text())
def test_no_text_breaks_it(text: str):
    assert len(opened(workbook([Sheet(text, [[text]])]))) == 1


def test_tables_inside_others_text_are_found():
    html = "<p>a</p><div><table><tr><th>x<br>y</th></tr><tr><td> 1\n2 </td></tr></table></div>"
    assert tables_in(html) == [[["xy"], ["1 2"]]]
    assert tables_in("<p>a</p>") == []
