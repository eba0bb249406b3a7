"""One's own page: see, copy, correct, leave, come back; and who has looked."""

import html
import json
import re
import time
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import insert, select

from tests.factories.canaries import unzipped
from tests.factories.tool import BASE_URL, Tool
from tests.fakes.forge import INSTITUTION
from tests.tracks.lms.test_privacy import ask
from tests.tracks.organisation.people import with_role
from tracks.adoption.models import school_track
from tracks.app import DATA_MAP, erased_list
from tracks.audit.models import audit_entry
from tracks.events import Noted
from tracks.people.models import account, person, sign_in
from tracks.people.queries import staff
from tracks.people.rules import Role
from tracks.privacy.actions import erase
from tracks.privacy.erased import ErasedList, erase_who_left, replay
from tracks.privacy.jobs import chores
from tracks.progress.models import attachment, step_work

TEXT = "a thought that is mine"
STEP = "/t/sample/maaling/enheter/tanker"


@pytest.fixture
def teacher(tool: Tool) -> FlaskClient:
    browser = tool.launch(changes={"name": "Kim Example"})
    tool.post(browser, STEP, text=TEXT, revision="0", go="save")
    tool.post(browser, "/t/sample/maaling/enheter/les", go="done")
    return browser


def run_chores(tool: Tool, now: datetime) -> None:
    for chore in chores(DATA_MAP, erased_list(tool.settings)):
        with tool.database.writing() as session:
            chore(session, now)


def later(**by: int) -> datetime:
    return datetime.now(UTC) + timedelta(**by)


def test_a_copy_is_a_zip_to_read_and_for_programs_in_ones_language(
    tool: Tool, teacher: FlaskClient
):
    tool.post(teacher, "/language", language="sv")
    answer = tool.post(teacher, "/privacy/export")

    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Cache-Control"] == "no-store"
    files = unzipped(answer.data)
    assert sorted(files) == ["data.json", "index.html"]
    said = json.loads(files["data.json"])
    assert (said["format"], said["version"], said["language"]) == (
        "learning-tracks-person",
        1,
        "sv",
    )
    (steps,) = [kind for kind in said["kinds"] if kind["table"] == "step_work"]
    assert {row["step"]: row["answer"] for row in steps["rows"]}["tanker"] == {"text": TEXT}
    assert '<html lang="sv">' in files["index.html"]
    assert TEXT in files["index.html"]
    assert "Namn</dt><dd>Kim Example" in files["index.html"]


def test_a_copy_is_refused_after_the_fifth_in_an_hour(tool: Tool, teacher: FlaskClient):
    statuses = [tool.post(teacher, "/privacy/export").status_code for _ in range(6)]
    refused = tool.post(teacher, "/privacy/export")

    assert statuses == [200] * 5 + [429]
    assert refused.headers["Retry-After"] == "3600"
    other = tool.launch(sub="another")
    assert tool.post(other, "/privacy/export").status_code == 200


def test_a_copy_of_a_heavy_user_comes_in_pieces_and_in_time(tool: Tool, teacher: FlaskClient):
    """Not even their files are in memory together."""
    who, now = tool.person_id("teacher-1"), datetime.now(UTC)
    tasks = tool.rows(select(step_work).where(step_work.c.person_id == who))[0]
    body = bytes(range(256)) * 4096  # a megabyte
    with tool.database.writing() as session:
        for number in range(40):
            session.execute(
                insert(attachment).values(
                    id=f"{number:032d}",
                    municipality_id=tool.municipality_id,
                    person_id=who,
                    step_id=tasks.step_id,
                    name=f"../../fil {number}.pdf",
                    body=body,
                    added_at=now,
                )
            )
    begun = time.monotonic()
    form = {"form_token": tool.form_token(teacher)}
    answer = teacher.post(
        "/privacy/export",
        data=form,
        base_url=BASE_URL,
        headers={"Origin": BASE_URL},
        buffered=False,
    )
    pieces = [len(piece) for piece in answer.response if piece]

    assert time.monotonic() - begun < 60
    assert len(pieces) > 40
    assert max(pieces) < 2 * len(body)
    assert not answer.is_streamed or "Content-Length" not in answer.headers


def test_a_file_of_the_zip_stays_in_the_folder_it_is_unpacked_in(tool: Tool, teacher: FlaskClient):
    who = tool.person_id("teacher-1")
    with tool.database.writing() as session:
        session.execute(
            insert(attachment).values(
                id="0" * 32,
                municipality_id=tool.municipality_id,
                person_id=who,
                step_id=1,
                name="../../.ssh/key æ.pdf",
                body=b"PDF",
                added_at=datetime.now(UTC),
            )
        )
    files = unzipped(tool.post(teacher, "/privacy/export").data)

    assert [name for name in files if name.startswith("files/")] == ["files/1-_.._.ssh_key_æ.pdf"]


def test_the_name_is_corrected_and_may_be_taken_away(tool: Tool, teacher: FlaskClient):
    assert tool.post(teacher, "/privacy/correct", name="  Kim   Eksempel ").status_code == 303
    assert tool.rows(select(person.c.name)) == [("Kim Eksempel",)]
    assert 'value="Kim Eksempel"' in tool.get(teacher, "/privacy").text
    tool.post(teacher, "/privacy/correct", name="")
    assert tool.rows(select(person.c.name)) == [(None,)]


@pytest.mark.parametrize("name", ["x" * 201, "a\x00b", "a\u202eb"])
def test_a_name_that_cannot_be_kept_is_refused(tool: Tool, teacher: FlaskClient, name: str):
    assert tool.post(teacher, "/privacy/correct", name=name).status_code == 400
    assert tool.rows(select(person.c.name)) == [("Kim Example",)]


def test_what_goes_and_what_stays_is_said_before(tool: Tool, teacher: FlaskClient):
    page = tool.get(teacher, "/privacy/delete?lang=en").text

    goes, stays = html.unescape(page).split("What stays")
    assert "Steps opened or done, with answers, texts and points: 2" in goes
    assert (
        "Name, school, language, the pupils' device, and in which month you were last here: 1"
        in goes
    )
    assert "The numbers of your school" in stays


def test_nobody_leaves_by_a_slip(tool: Tool, teacher: FlaskClient):
    answer = tool.post(teacher, "/privacy/delete")

    assert answer.status_code == 400
    assert tool.rows(select(person.c.leaving_at)) == [(None,)]
    assert tool.get(teacher, "/privacy").status_code == 200


def test_who_leaves_is_signed_out_everywhere_and_gone_in_thirty_days(
    tool: Tool, teacher: FlaskClient
):
    elsewhere = tool.launch()
    who = tool.person_id("teacher-1")

    answer = tool.post(teacher, "/privacy/delete", sure="1")

    assert answer.status_code == 200
    assert tool.count(sign_in) == 0
    assert [tool.get(b, "/privacy").status_code for b in (teacher, elsewhere)] == [401, 401]
    with tool.database.reading() as session:
        assert staff(session, tool.municipality_id, tool.school_id) == []
    run_chores(tool, later(days=29, hours=23))
    assert tool.count(step_work) == 2
    run_chores(tool, later(days=30, minutes=1))
    assert (tool.count(step_work), tool.count(account)) == (0, 0)
    assert tool.rows(select(person.c.name, person.c.erased_at.is_not(None))) == [(None, True)]
    assert erased_list(tool.settings).persons() == {
        (who, made) for (made,) in tool.rows(select(person.c.created_at))
    }


def test_both_ways_back_are_told(tool: Tool, teacher: FlaskClient):
    before = tool.get(teacher, "/privacy/delete?lang=en").text
    after = tool.post(teacher, "/privacy/delete?lang=en", sure="1").text

    assert "a link from your LMS before then, or sign in with a login of your own" in before
    assert "from your LMS before then, or sign in if you have a login of your own" in after


def test_who_comes_back_before_stays_and_all_is_as_it_was(tool: Tool, teacher: FlaskClient):
    tool.post(teacher, "/privacy/delete", sure="1")

    back = tool.launch(changes={"name": "Kim Example"})
    run_chores(tool, later(days=31))

    assert TEXT in tool.get(back, STEP).text
    assert tool.rows(select(person.c.leaving_at, person.c.erased_at)) == [(None, None)]
    page = tool.get(back, "/privacy?lang=en").text
    assert "Came back before the 30 days were over, and stays" in page
    assert erased_list(tool.settings).persons() == set()


def test_who_comes_back_after_is_somebody_new(tool: Tool, teacher: FlaskClient):
    old = tool.person_id("teacher-1")
    counted = tool.rows(select(school_track.c.started))
    tool.post(teacher, "/privacy/delete", sure="1")
    run_chores(tool, later(days=31))

    back = tool.launch()

    assert tool.person_id("teacher-1") > old
    assert TEXT not in tool.get(back, STEP).text
    assert tool.rows(select(school_track.c.started)) == counted == [(1,)]


def test_a_restore_brings_nobody_back(tool: Tool, teacher: FlaskClient):
    """The rows come back as a backup has them; the list beside the database has outlived it."""
    who = tool.person_id("teacher-1")
    with tool.database.reading() as session:
        before = {
            table: [dict(r) for r in session.execute(select(table)).mappings()]
            for table in (person, account, step_work)
        }
    with tool.database.writing() as session:
        erase(session, DATA_MAP, who, datetime.now(UTC))
    run_chores(tool, datetime.now(UTC))
    with tool.database.writing() as session:
        session.execute(person.update().where(person.c.id == who).values(before[person][0]))
        for table in (account, step_work):
            session.execute(insert(table), before[table])
    listed = erased_list(tool.settings)

    assert replay(tool.database, DATA_MAP, listed, datetime.now(UTC)) == 1
    assert replay(tool.database, DATA_MAP, listed, datetime.now(UTC)) == 0
    assert (tool.count(step_work), tool.count(account)) == (0, 0)


def test_a_number_given_anew_after_a_restore_is_not_mistaken(tool: Tool, teacher: FlaskClient):
    who = tool.person_id("teacher-1")
    listed = erased_list(tool.settings)
    made = datetime(2026, 1, 1, tzinfo=UTC)
    listed.file.write_text(f'{{"person": {who}, "made": "{made.isoformat()}"}}\n')

    assert replay(tool.database, DATA_MAP, listed, datetime.now(UTC)) == 0
    assert tool.count(step_work) == 2


def test_a_list_that_was_cut_off_is_mended(tool: Tool, teacher: FlaskClient):
    who = tool.person_id("teacher-1")
    listed = erased_list(tool.settings)
    with tool.database.writing() as session:
        erase(session, DATA_MAP, who, datetime.now(UTC))
    listed.file.write_text('{"person": 1, "ma')
    run_chores(tool, datetime.now(UTC))

    assert {number for number, _ in listed.persons()} == {who}
    assert listed.file.read_text().startswith('{"person": 1, "ma\n')


def test_the_list_says_nothing_about_anybody_and_is_ours_only(tool: Tool, teacher: FlaskClient):
    with tool.database.writing() as session:
        erase(session, DATA_MAP, tool.person_id("teacher-1"), datetime.now(UTC))
    run_chores(tool, datetime.now(UTC))
    listed: ErasedList = erased_list(tool.settings)

    assert listed.file.stat().st_mode & 0o777 == 0o600
    assert set(json.loads(listed.file.read_text())) == {"person", "made"}


def test_an_administrator_who_looks_is_seen(tool: Tool, teacher: FlaskClient):
    ask(tool, "teacher-1", INSTITUTION + "Administrator")

    page = tool.get(teacher, "/privacy?lang=en").text
    seen = page.split('id="seen"')[1].split("</ul>")[0]
    assert "Saw how much is kept about a person" in seen
    name = tool.rows(select(person.c.name).where(person.c.id == tool.person_id("admin")))[0][0]
    assert name in seen
    (row,) = tool.rows(select(audit_entry).where(audit_entry.c.code == "privacy_seen"))
    assert (row.actor_id, row.person_id) == (
        tool.person_id("admin"),
        tool.person_id("teacher-1"),
    )


def test_a_written_request_goes_to_the_officer_who_has_a_page(tool: Tool, teacher: FlaskClient):
    _, _, page = ask(tool, "teacher-1", INSTITUTION + "Administrator")

    assert "who has a page for it and finds them by the code on My data" in page


def test_what_one_did_to_others_is_not_a_look_at_oneself(tool: Tool, teacher: FlaskClient):
    admin, _, _ = ask(tool, "teacher-1", INSTITUTION + "Administrator")

    assert "Nothing has been noted." in tool.get(admin, "/privacy?lang=en").text


def test_what_is_not_noted_is_told(tool: Tool, teacher: FlaskClient):
    """Not "nobody has looked": a coordinator has opened the person's page."""
    who = tool.person_id("teacher-1")
    coordinator = with_role(tool, Role.COORDINATOR)
    assert "Kim Example" in tool.get(coordinator, f"/people/{who}").text
    assert tool.count(audit_entry, audit_entry.c.person_id == who) == 0

    seen = seen_of(tool.get(teacher, "/privacy?lang=en").text)

    assert "Nothing has been noted." in seen
    assert "Nobody" not in seen
    assert "other pages with your name, such as the one with your school and roles, is not" in seen


def test_looking_at_oneself_is_no_look(tool: Tool, teacher: FlaskClient):
    ask(tool, "teacher-1", sub="teacher-1")

    assert tool.count(audit_entry, audit_entry.c.code == "privacy_seen") == 0
    assert "Nothing has been noted." in tool.get(teacher, "/privacy?lang=en").text


def test_others_entries_are_not_on_ones_page(tool: Tool, teacher: FlaskClient):
    other = tool.launch(sub="another")
    tool.post(other, "/privacy/export")

    assert "Took a copy" not in tool.get(teacher, "/privacy?lang=en").text
    assert "Took a copy" in tool.get(other, "/privacy?lang=en").text


def test_everything_that_was_erased_by_the_job_is_in_the_log(tool: Tool, teacher: FlaskClient):
    who = tool.person_id("teacher-1")
    tool.post(teacher, "/privacy/delete", sure="1")
    with time_machine.travel(later(days=31), tick=False), tool.database.writing() as session:
        assert erase_who_left(session, DATA_MAP, datetime.now(UTC)) == 1

    rows = tool.rows(
        select(audit_entry.c.code, audit_entry.c.actor_id).where(audit_entry.c.person_id == who)
    )
    assert rows == [("erasure_asked", who), ("person_erased", None)]


def test_ones_own_acts_do_not_crowd_out_who_has_looked(tool: Tool):
    mine = with_role(tool, Role.COORDINATOR)
    me = tool.person_id("coordinator")
    tool.launch(sub="other")
    other = tool.person_id("other")
    at = datetime.now(UTC)
    with tool.database.writing() as session:
        session.emit(Noted("course_progress_seen", tool.municipality_id, at, other, me, {}))
        for number in range(60):
            moved = {"school_id": number}
            session.emit(Noted("person_moved", tool.municipality_id, at, me, other, moved))

    seen = seen_of(tool.get(mine, "/privacy?lang=en").text)

    assert "Saw how far a participant" in seen
    assert "person_moved" not in seen


def test_all_who_have_looked_are_shown_in_pages(tool: Tool, teacher: FlaskClient):
    me = tool.person_id("teacher-1")
    tool.launch(sub="other")
    other = tool.person_id("other")
    at = datetime.now(UTC)
    with tool.database.writing() as session:
        for _ in range(120):
            session.emit(Noted("course_progress_seen", tool.municipality_id, at, other, me, {}))

    found: list[int] = []
    address = "/privacy"
    while address:
        seen = seen_of(tool.get(teacher, f"{address}{'&' if '?' in address else '?'}lang=en").text)
        assert "Nothing has been noted." not in seen
        found.append(seen.count("Saw how far a participant"))
        more = re.search(r'href="([^"#]+)#seen">After', seen)
        address = more[1] if more else ""

    assert found == [50, 50, 20]


def seen_of(page: str) -> str:
    return page.split('id="seen"')[1].split("<h2")[0]
