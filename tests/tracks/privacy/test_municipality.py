"""What a municipality sets and agrees on, and what leaders then see of persons (no. 6, 9)."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories.tool import Tool
from tests.tracks.audit.test_log import officer
from tracks.app import DATA_MAP
from tracks.audit.models import audit_entry
from tracks.db.data_map import Kind
from tracks.i18n import local_day
from tracks.people.actions import add_municipality
from tracks.people.rules import Role
from tracks.privacy.models import agreement, feedback, privacy_setting
from tracks.privacy.queries import agreed, agreed_sights, terms
from tracks.privacy.rules import Party, Sight, Terms

HOME = "/municipality/privacy"
TODAY = local_day(datetime.now(UTC))
AGREED = {
    "discussed_on": TODAY.isoformat(),
    "party": ["employer", "union"],
    "sight": ["course_progress"],
}
SETTINGS = {
    "controller": "Sample municipality, education office",
    "officer": "ombud@sample.example",
    "processors": "A host in Norway\nA backup in Sweden",
    "accessibility_contact": "post@sample.example",
    "months_away": "36",
    "archived": ["phase_work"],
}


@pytest.fixture
def admin(tool: Tool) -> FlaskClient:
    return officer(tool, Role.ADMINISTRATOR, "admin")


def test_what_is_set_stands_on_the_open_pages(tool: Tool, admin: FlaskClient):
    assert tool.post(admin, HOME, **SETTINGS).headers["Location"] == f"{HOME}?then=saved"

    nobody = tool.client()
    notice = tool.get(nobody, "/privacy/notice?lang=en").text
    statement = tool.get(nobody, "/accessibility?lang=en").text
    for said in ("Sample municipality, education office", "ombud@sample.example", "36 months"):
        assert said in notice
    assert "A host in Norway\nA backup in Sweden" in notice
    assert "post@sample.example" in statement
    assert "Sample municipality, education office" in statement
    with tool.database.reading() as session:
        assert terms(session, tool.municipality_id).archived == ("phase_work",)
    (row,) = tool.rows(select(audit_entry).where(audit_entry.c.code == "privacy_settings"))
    assert row.parameters == {"archived": 1, "months_away": 36, "months_before": 24}


@pytest.mark.parametrize(
    "wrong",
    [
        {"months_away": "5"},
        {"months_away": "121"},
        {"months_away": "x"},
        {"months_away": ""},
        {"controller": "x" * 301},
        {"archived": ["person"]},
        {"archived": ["phase_work", "nothing"]},
    ],
)
def test_what_cannot_be_set_is_refused_and_nothing_changed(
    tool: Tool, admin: FlaskClient, wrong: dict[str, object]
):
    answer = tool.post(admin, HOME, **{**SETTINGS, **wrong})

    assert answer.status_code == 400
    assert tool.count(privacy_setting) == 0


def test_without_an_agreement_it_is_numbers_only_and_said_so(tool: Tool, admin: FlaskClient):
    said = "So leaders see numbers only, and never who."

    assert said in tool.get(tool.launch(), "/privacy?lang=en").text
    assert said in tool.get(admin, f"{HOME}?lang=en").text
    with tool.database.reading() as session:
        assert agreed_sights(session, tool.municipality_id) == frozenset()


def test_what_was_agreed_is_on_every_teachers_page(tool: Tool, admin: FlaskClient):
    assert tool.post(admin, f"{HOME}/agreement", **AGREED).status_code == 303

    page = tool.get(tool.launch(), "/privacy?lang=en").text
    section = page.split('id="leaders"')[1].split('id="seen"')[0]
    assert "The employer; The employees' union representatives" in section
    assert "not begun, has begun, or has followed up" in section
    with tool.database.reading() as session:
        found = agreed(session, tool.municipality_id)
    assert found is not None
    assert (found.discussed_on, found.parties, found.sights) == (
        TODAY,
        (Party.EMPLOYER, Party.UNION),
        (Sight.COURSE_PROGRESS,),
    )


def test_after_midnight_the_day_is_the_one_where_they_live(tool: Tool):
    with time_machine.travel(datetime(2026, 7, 1, 22, 30, tzinfo=UTC), tick=False):
        browser = officer(tool, Role.ADMINISTRATOR, "admin")
        assert 'max="2026-07-02"' in tool.get(browser, HOME).text
        form = {**AGREED, "discussed_on": "2026-07-02"}
        assert tool.post(browser, f"{HOME}/agreement", **form).status_code == 303


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"discussed_on": ""}, "Write the date of the discussion"),
        ({"discussed_on": "20.11.2026"}, "Write the date of the discussion"),
        (
            # Not tomorrow: midnight may pass before the test runs.
            {"discussed_on": (TODAY + timedelta(days=2)).isoformat()},
            "The discussion cannot be in the future.",
        ),
        ({"party": ["employer", "school_leaders"]}, "Both the employer and a representative"),
        ({"party": ["union", "safety"]}, "Both the employer and a representative"),
        ({"party": []}, "Both the employer and a representative"),
    ],
)
def test_no_agreement_without_a_date_and_both_sides(
    tool: Tool, admin: FlaskClient, change: dict[str, object], said: str
):
    answer = tool.post(admin, f"{HOME}/agreement?lang=en", **{**AGREED, **change})

    assert (answer.status_code, said in answer.text) == (400, True)
    assert tool.count(agreement) == 0
    assert 'value="union" checked' in answer.text or "union" not in str({**AGREED, **change})


def test_an_end_holds_at_once_and_the_history_is_kept(tool: Tool, admin: FlaskClient):
    tool.post(admin, f"{HOME}/agreement", **AGREED)
    tool.post(admin, f"{HOME}/agreement/end")

    with tool.database.reading() as session:
        assert agreed(session, tool.municipality_id) is None
        assert agreed_sights(session, tool.municipality_id) == frozenset()
    assert tool.count(agreement) == 2
    codes = tool.rows(
        select(audit_entry.c.code)
        .where(audit_entry.c.code.startswith("agreement"))
        .order_by(audit_entry.c.number)
    )
    assert codes == [("agreement_recorded",), ("agreement_ended",)]
    assert "So leaders see numbers only" in tool.get(tool.launch(), "/privacy?lang=en").text


def test_another_municipalitys_agreement_opens_nothing_here(tool: Tool, admin: FlaskClient):
    tool.post(admin, f"{HOME}/agreement", **AGREED)
    with tool.database.writing() as session:
        other = add_municipality(session, "Another", country="SE")

    with tool.database.reading() as session:
        assert agreed_sights(session, other) == frozenset()
        assert terms(session, other) == Terms()


@pytest.mark.parametrize("which", ["record", "annex"])
@pytest.mark.parametrize("language", ["nb", "nn", "sv", "en"])
def test_documents_follow_from_the_data_map(
    tool: Tool, admin: FlaskClient, which: str, language: str
):
    tool.post(admin, HOME, **SETTINGS)
    page = tool.get(admin, f"{HOME}/{which}?lang={language}").text

    assert page.count("<tr>") > len(DATA_MAP.kept)
    assert "A host in Norway\nA backup in Sweden" in page
    if which == "record":
        personal = {
            (each.table.name, name)
            for each in DATA_MAP.tagged
            for name in each.names(Kind.PERSONAL, Kind.PSEUDONYMOUS, Kind.SPECIAL)
        }
        rows = set(re.findall(r'<th scope="row">(\w+)</th><td>(\w+)</td>', page))
        assert rows >= personal


def test_an_erasure_that_the_archive_stops_is_in_the_record(tool: Tool, admin: FlaskClient):
    before = tool.get(admin, f"{HOME}/record?lang=en").text
    tool.post(admin, HOME, **SETTINGS)
    after = tool.get(admin, f"{HOME}/record?lang=en").text

    assert "<td>deleted; may be kept by name for the archive</td>" in before
    assert "<td>kept by name for the archive</td>" in after


def test_feedback_is_read_by_those_who_answer_for_it(tool: Tool, admin: FlaskClient):
    form = {"text": "Ikke lesbart <b>her</b>", "contact": "ring 4711"}
    tool.client().post("/accessibility/feedback", data=form, base_url="https://tracks.example")

    page = tool.get(admin, f"{HOME}?lang=en").text
    assert "Ikke lesbart &lt;b&gt;her&lt;/b&gt;" in page
    assert "ring 4711" in page
    assert tool.count(feedback) == 1
    assert tool.get(tool.launch(), HOME).status_code == 403
