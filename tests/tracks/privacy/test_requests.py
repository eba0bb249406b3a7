"""A person's written request, done by an officer: found by the code, told of, to be regretted."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.factories.canaries import unzipped
from tests.factories.tool import Tool
from tests.tracks.audit.test_log import officer
from tests.tracks.privacy.test_my_data import STEP, TEXT, run_chores
from tracks.audit.models import audit_entry
from tracks.i18n import local_day
from tracks.people.actions import add_municipality
from tracks.people.models import person, sign_in
from tracks.people.rules import Role
from tracks.privacy.rules import is_reference, number_in, reference_of

PATH = "/municipality/privacy/request"
TODAY = local_day(datetime.now(UTC)).isoformat()


@pytest.fixture
def teacher(tool: Tool) -> FlaskClient:
    browser = tool.launch(sub="teacher", changes={"name": "Kim Example"})
    tool.post(browser, STEP, text=TEXT, revision="0", go="save")
    return browser


def code_of(tool: Tool, browser: FlaskClient) -> str:
    found = re.search(
        r'class="code-shown">([0-9]+-\w{4}-\w{4})<', tool.get(browser, "/privacy").text
    )
    assert found
    return found[1]


def ask(tool: Tool, browser: FlaskClient, code: str, go: str = "find", **form: str):
    said = {"code": code, "came_on": TODAY, "go": go, **form}
    return tool.post(browser, f"{PATH}?lang=en", **said)


def noted(tool: Tool, *codes: str) -> list[tuple[str, int | None, int | None]]:
    rows = tool.rows(select(audit_entry).order_by(audit_entry.c.id))
    return [(r.code, r.actor_id, r.person_id) for r in rows if r.code in codes]


def test_found_by_the_code_copied_erased_and_told(tool: Tool, teacher: FlaskClient):
    who, code = tool.person_id("teacher"), code_of(tool, teacher)
    browser = officer(tool)
    me = tool.person_id("officer")

    page = ask(tool, browser, code.lower().replace("-", " ", 1).replace("-", ""))
    assert page.status_code == 200, page.text
    assert "Kim Example" in page.text
    assert TEXT not in page.text
    copy = ask(tool, browser, code, "copy")
    assert copy.mimetype == "application/zip"
    assert TEXT in str(unzipped(copy.data))
    assert f"learning-tracks-{who}.zip" in copy.headers["Content-Disposition"]
    unsure = ask(tool, browser, code, "erase")
    assert (unsure.status_code, "Tick that it is right" in unsure.text) == (422, True)
    done = ask(tool, browser, code, "erase", sure="1")
    assert "they are erased." in done.text

    assert noted(tool, "request_found", "data_exported", "erasure_requested") == [
        ("request_found", me, who),
        ("data_exported", me, who),
        ("erasure_requested", me, who),
    ]
    (entry,) = tool.rows(
        select(audit_entry.c.parameters).where(audit_entry.c.code == "request_found")
    )
    assert entry.parameters == {"letter_of": TODAY}
    assert tool.rows(select(sign_in).where(sign_in.c.person_id == who)) == []
    # Who comes back stays, and reads who has done what.
    back = tool.launch(sub="teacher")
    seen = tool.get(back, "/privacy?lang=en").text
    assert "Found a person by the code of a written request" in seen
    assert tool.rows(select(person.c.leaving_at).where(person.c.id == who)) == [(None,)]


def test_after_30_days_nothing_is_left_and_the_code_is_nobodys(tool: Tool, teacher: FlaskClient):
    who, code = tool.person_id("teacher"), code_of(tool, teacher)
    ask(tool, officer(tool), code, "erase", sure="1")
    later = datetime.now(UTC) + timedelta(days=30, minutes=1)
    run_chores(tool, later - timedelta(minutes=2))
    assert tool.rows(select(person.c.erased_at).where(person.c.id == who)) == [(None,)]
    with time_machine.travel(later, tick=True):
        run_chores(tool, later)
        browser = officer(tool, sub="officer-2")
        assert ask(tool, browser, code).status_code == 422
    assert tool.rows(select(person.c.name).where(person.c.id == who)) == [(None,)]


def test_a_second_letter_lets_them_stay(tool: Tool, teacher: FlaskClient):
    who, code = tool.person_id("teacher"), code_of(tool, teacher)
    browser = officer(tool)
    ask(tool, browser, code, "erase", sure="1")
    (first,) = tool.rows(select(person.c.leaving_at).where(person.c.id == who))
    # The same again does not begin the 30 days anew.
    ask(tool, browser, code, "erase", sure="1")
    assert tool.rows(select(person.c.leaving_at).where(person.c.id == who)) == [first]
    assert "They stay." in ask(tool, browser, code, "stay").text
    assert tool.rows(select(person.c.leaving_at).where(person.c.id == who)) == [(None,)]
    ask(tool, browser, code, "stay")
    assert noted(tool, "erasure_requested", "erasure_undone") == [
        ("erasure_requested", tool.person_id("officer"), who),
        ("erasure_undone", tool.person_id("officer"), who),
    ]


def test_nothing_but_the_right_code_finds_anybody(tool: Tool, teacher: FlaskClient):
    who, code = tool.person_id("teacher"), code_of(tool, teacher)
    browser = officer(tool)
    with tool.database.writing() as session:
        home = add_municipality(session, "Other municipality", country="NO")
        now = datetime.now(UTC)
        foreign: int = session.execute(
            person.insert()
            .values(municipality_id=home, created_at=now, name="Foreign")
            .returning(person.c.id)
        ).scalar_one()
    theirs = reference_of(tool.app.extensions["tracks"].secret, foreign, now)
    other = reference_of(b"another secret" * 3, who, now)
    answers = []
    for typed in (theirs, other, str(who), f"{who}-2222-2222", "Kim Example", "kim@example.org"):
        answer = ask(tool, browser, typed)
        answers.append(answer.status_code)
        assert "Kim Example" not in answer.text.replace(f'value="{typed}"', "")
    assert answers == [422] * 6
    assert len(noted(tool, "reference_wrong")) == 6
    # Nothing can be done with it either.
    for go in ("copy", "erase", "stay"):
        assert ask(tool, browser, theirs, go, sure="1").status_code == 422
    # Ten in an hour, then not even the right one.
    ask(tool, browser, theirs)
    assert ask(tool, browser, code).status_code == 429
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=61), tick=True):
        again = officer(tool, sub="officer")
        assert ask(tool, again, code).status_code == 200


@pytest.mark.parametrize("day", ["", "yesterday", "2999-01-01", "2026-13-01"])
def test_without_the_day_of_a_letter_nothing_is_done(tool: Tool, teacher: FlaskClient, day: str):
    who, code = tool.person_id("teacher"), code_of(tool, teacher)
    browser = officer(tool)
    for go in ("find", "copy", "erase", "stay"):
        answer = ask(tool, browser, code, go, came_on=day, sure="1")
        assert (answer.status_code, 'id="came_on-problem"' in answer.text) == (422, True)
        assert "Kim Example" not in answer.text
    assert noted(tool, "request_found", "data_exported", "erasure_requested") == []
    assert tool.rows(select(person.c.leaving_at).where(person.c.id == who)) == [(None,)]
    assert ask(tool, browser, code, "else").status_code == 400


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.SCHOOL_LEADER, Role.TEACHER])
def test_for_officers_and_administrators_only(tool: Tool, teacher: FlaskClient, role: Role):
    browser = teacher if role is Role.TEACHER else tool.launch(sub="x")
    if role is not Role.TEACHER:
        browser = officer(tool, role, "x") if role is Role.COORDINATOR else browser
    assert tool.get(browser, PATH).status_code == 403


def test_who_came_by_an_lms_or_long_ago_shows_first_who_they_are(tool: Tool, teacher: FlaskClient):
    code = code_of(tool, teacher)
    officer(tool)
    assert ask(tool, tool.launch(sub="officer"), code).status_code == 403
    browser = officer(tool, sub="officer-3")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=20), tick=True):
        answer = ask(tool, browser, code, "copy")
    assert answer.mimetype == "text/html"
    assert noted(tool, "data_exported") == []


@given(
    number=st.integers(1, 10**9),
    secret=st.binary(min_size=32, max_size=32),
    made=st.datetimes(timezones=st.just(UTC)),
    typed=st.text(max_size=40),
)
def test_a_reference_is_read_however_it_is_grouped_and_text_never_breaks_it(
    number: int, secret: bytes, made: datetime, typed: str
):
    right = reference_of(secret, number, made)
    for written in (right, right.lower(), right.replace("-", " "), f" {right} "):
        assert number_in(written) == number
        assert is_reference(written, right)
    found = number_in(typed)
    assert found is None or found >= 0
    if typed:
        assert not is_reference(typed, right) or number_in(right) == number
    assert (
        right != reference_of(secret, number, made + timedelta(microseconds=1)) or made.year > 9998
    )
