"""Pages that are open to everybody: no cookie, no sender, four languages (no. 2, 9, 12)."""

import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from tests.factories.tool import BASE_URL, Tool
from tracks.i18n import LANGUAGES, local_day
from tracks.people.actions import add_municipality
from tracks.privacy.models import feedback
from tracks.privacy.views.statement import ASSESSED_ON, AUTHORITIES, GAPS, UPDATED_ON

OPEN = ("/privacy/notice", "/accessibility", "/accessibility/feedback")
FORM = "/accessibility/feedback"


def send(tool: Tool, **form: str):
    return tool.client().post(f"{FORM}?lang=en", data=form, base_url=BASE_URL)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", OPEN)
def test_open_pages_need_nobody_and_set_no_cookie(tool: Tool, path: str, language: str):
    answer = tool.get(tool.client(), f"{path}?lang={language}")

    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert f'<html lang="{language}">' in answer.text


def test_the_notice_tells_of_all_that_a_browser_keeps(tool: Tool):
    page = tool.get(tool.client(), "/privacy/notice?lang=en").text
    said = page.split("Cookies</h2>")[1]

    assert "nothing else is stored" not in said
    for kept in ("a few more", "two random values", "what you type", "the device you have chosen"):
        assert kept in said


def test_every_page_leads_there(tool: Tool):
    browser = tool.launch()
    for client, path in (
        (tool.client(), "/catalogue"),
        (tool.client(), "/nothing-here"),
        (browser, "/"),
        (browser, "/t/sample/maaling/enheter/les"),
    ):
        page = tool.get(client, path).text
        assert 'href="/privacy/notice"' in page, path
        assert 'href="/accessibility"' in page, path
    assert 'href="/privacy"' in tool.get(browser, "/").text


def test_the_statement_holds_what_both_laws_ask_for(tool: Tool):
    """digg.se and uustatus.no: who, which service, how far, what is missing and why, when it was
    assessed and changed, how, a way to tell us, and where to complain."""
    page = tool.get(tool.client(), "/accessibility?lang=en").text

    assert "Sample municipality" in page
    assert "Learning Tracks" in page
    assert "Partly compliant" in page
    for what, why in GAPS:
        assert what in page
        assert why in page
    for day in (ASSESSED_ON, UPDATED_ON):
        assert f'<time datetime="{day.isoformat()}">' in page
    assert UPDATED_ON >= ASSESSED_ON
    assert "disproportionate burden" in page
    assert "the law does not cover it" in page
    assert f'href="{FORM}"' in page
    assert all(f'href="{address}"' in page for address in AUTHORITIES.values())


def test_feedback_is_kept_without_a_sender(tool: Tool):
    browser = tool.launch(changes={"name": "Kim Example"})
    page = tool.get(browser, FORM).text
    form = re.search(rf'<form method="post" action="{FORM}".*?</form>', page, re.S)
    assert form
    assert "form_token" not in form[0]

    answer = browser.post(f"{FORM}?lang=en", data={"text": "Too small"}, base_url=BASE_URL)

    assert answer.headers["Location"] == f"{FORM}?then=sent&lang=en"
    (row,) = tool.rows(select(feedback))
    assert dict(row._mapping) == {
        "id": row.id,
        "municipality_id": tool.municipality_id,
        "text": "Too small",
        "contact": "",
        "language": "en",
        "sent_on": local_day(datetime.now(UTC)),
    }
    assert set(row._mapping) == {"id", "municipality_id", "text", "contact", "language", "sent_on"}
    assert type(row.sent_on) is date
    assert "Thank you." in tool.get(tool.client(), answer.headers["Location"]).text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"text": "  "}, "Write what was difficult"),
        ({}, "Write what was difficult"),
        ({"text": "x" * 4001}, "That is too long."),
        ({"text": "x", "contact": "y" * 201}, "That is too long."),
    ],
)
def test_what_cannot_be_sent_is_on_the_page_still(tool: Tool, form: dict[str, str], said: str):
    answer = send(tool, **form)

    assert (answer.status_code, said in answer.text) == (400, True)
    assert form.get("text", "") in answer.text
    assert tool.count(feedback) == 0


def test_of_several_municipalities_one_is_chosen(tool: Tool):
    with tool.database.writing() as session:
        other = add_municipality(session, "Another", country="SE")

    assert "Choose whom it is for." in send(tool, text="x").text
    assert "Choose whom it is for." in send(tool, text="x", municipality="999").text
    assert send(tool, text="x", municipality=str(other)).status_code == 303
    assert tool.rows(select(feedback.c.municipality_id)) == [(other,)]
    page = tool.get(tool.client(), f"/privacy/notice?lang=en&municipality={other}").text
    assert "Data protection officer" in page
    assert "Data protection officer" not in tool.get(tool.client(), "/privacy/notice?lang=en").text


def test_a_flood_is_held_up(tool: Tool):
    statuses = [send(tool, text="x").status_code for _ in range(12)]

    assert statuses == [303] * 10 + [429] * 2
    assert tool.count(feedback) == 10


def test_nul_and_markup_do_no_harm(tool: Tool):
    assert send(tool, text="a\x00<script>b</script>", contact="c\x00 d").status_code == 303
    assert tool.rows(select(feedback.c.text, feedback.c.contact)) == [
        ("a<script>b</script>", "c d")
    ]
