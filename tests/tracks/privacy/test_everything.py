"""All data of the municipality, as an administrator has it: a copy in the background, its end."""

import io
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from tests.factories.tool import Tool
from tests.tracks.audit.test_log import officer
from tests.tracks.privacy.test_my_data import STEP, TEXT, run_chores
from tracks.app import DATA_MAP, create_worker, erased_list
from tracks.audit.models import audit_entry
from tracks.jobs.actions import hand_out
from tracks.jobs.rules import Job
from tracks.people.models import municipality, person, sign_in
from tracks.people.rules import Role
from tracks.privacy.jobs import A_PIECE, MOST_TRIES, write_copy
from tracks.privacy.models import ended_municipality, municipality_copy, municipality_copy_piece

PATH = "/municipality/privacy/everything"
NAME = "Sample municipality"


@pytest.fixture
def teacher(tool: Tool) -> FlaskClient:
    browser = tool.launch(sub="teacher", changes={"name": "Kim Example"})
    tool.post(browser, STEP, text=TEXT, revision="0", go="save")
    return browser


@pytest.fixture
def admin(tool: Tool, teacher: FlaskClient) -> FlaskClient:
    return officer(tool, Role.ADMINISTRATOR, "admin")


def work(tool: Tool) -> None:
    """As the worker does it."""
    worker = create_worker(tool.settings, tool.database)
    with tool.database.writing() as session:
        handed = hand_out(session, datetime.now(UTC))
    for each in handed:
        worker.run(each.job_id, each.lease, each.lane)


def codes(tool: Tool) -> list[tuple[str, int | None]]:
    rows = tool.rows(select(audit_entry).order_by(audit_entry.c.id))
    return [(r.code, r.actor_id) for r in rows if r.code.startswith(("everything", "end_"))]


def test_a_copy_is_made_in_the_background_downloaded_and_told_to_everybody(
    tool: Tool, admin: FlaskClient, teacher: FlaskClient
):
    me = tool.person_id("admin")
    assert "Make a copy of everything" in tool.get(admin, f"{PATH}?lang=en").text
    asked = tool.post(admin, f"{PATH}/copy")
    assert asked.headers["Location"] == f"{PATH}#copy"
    waiting = tool.get(admin, f"{PATH}?lang=en").text
    assert "The copy is being made" in waiting
    assert "data-working" in waiting
    assert tool.post(admin, f"{PATH}/download").status_code == 404
    tool.post(admin, f"{PATH}/copy")  # pressed twice
    assert tool.count(municipality_copy) == 1

    work(tool)

    ready = tool.get(admin, f"{PATH}?lang=en").text
    assert "It is ready: 1 MB" in ready
    answer = tool.post(admin, f"{PATH}/download")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Cache-Control"] == "no-store"
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        people = archive.read("tables/person.jsonl").decode()
        everything = "".join(archive.read(name).decode() for name in archive.namelist())
    assert "Kim Example" in people
    assert TEXT not in everything
    assert codes(tool) == [("everything_asked", me), ("everything_taken", me)]
    seen = tool.get(teacher, "/privacy?lang=en").text
    assert "Took a copy of all data of the municipality" in seen


def test_it_comes_in_pieces_and_is_the_same(
    tool: Tool, admin: FlaskClient, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tracks.privacy.jobs.A_PIECE", 700)
    tool.post(admin, f"{PATH}/copy")
    work(tool)

    assert tool.count(municipality_copy_piece) > 3
    with zipfile.ZipFile(io.BytesIO(tool.post(admin, f"{PATH}/download").data)) as archive:
        assert archive.testzip() is None
        head = json.loads(archive.read("export.json"))
    ((read, expected),) = tool.rows(
        select(municipality_copy.c.rows_read, municipality_copy.c.rows_expected)
    )
    assert read == expected == sum(table["rows"] for table in head["tables"])
    assert A_PIECE > 700


def test_nobody_can_fetch_it_after_three_days_and_it_is_gone(tool: Tool, admin: FlaskClient):
    tool.post(admin, f"{PATH}/copy")
    work(tool)
    later = datetime.now(UTC) + timedelta(days=3, minutes=1)
    with time_machine.travel(later, tick=False):
        again = officer(tool, Role.ADMINISTRATOR, "admin2")
        assert tool.post(again, f"{PATH}/download").status_code == 404
        assert "It is ready" not in tool.get(again, f"{PATH}?lang=en").text

    run_chores(tool, later)

    assert (tool.count(municipality_copy), tool.count(municipality_copy_piece)) == (0, 0)


def test_a_new_copy_takes_the_place_of_the_old_one(tool: Tool, admin: FlaskClient):
    for _ in range(2):
        tool.post(admin, f"{PATH}/copy")
        work(tool)

    assert tool.count(municipality_copy) == 1
    with zipfile.ZipFile(io.BytesIO(tool.post(admin, f"{PATH}/download").data)) as archive:
        said = b"".join(archive.read(name) for name in archive.namelist())
    assert b"municipality_copy_piece" in said  # named as left out
    with zipfile.ZipFile(io.BytesIO(tool.post(admin, f"{PATH}/download").data)) as archive:
        assert "tables/municipality_copy.jsonl" not in archive.namelist()


def test_a_copy_that_cannot_be_made_says_so_and_may_be_asked_for_again(
    tool: Tool, admin: FlaskClient
):
    tool.post(admin, f"{PATH}/copy")
    ((copy_id,),) = tool.rows(select(municipality_copy.c.id))
    job = Job(
        1, "municipality.copy", str(copy_id), {"copy_id": copy_id}, 1, "x", MOST_TRIES + 1, ""
    )
    outcome = write_copy(DATA_MAP, tool.database, job)
    with tool.database.writing() as session:
        outcome.write(session)  # type: ignore[union-attr]

    page = tool.get(admin, f"{PATH}?lang=en").text
    assert "The copy could not be made" in page
    assert "Make a copy of everything" in page


def test_only_an_administrator_who_has_just_shown_who_they_are(tool: Tool, admin: FlaskClient):
    data_officer = officer(tool)
    assert tool.get(data_officer, PATH).status_code == 403
    assert PATH not in tool.get(data_officer, "/municipality/privacy").text
    assert PATH in tool.get(admin, "/municipality/privacy").text
    for path in ("copy", "download", "end", "stop"):
        assert tool.post(data_officer, f"{PATH}/{path}", name=NAME).status_code == 403
    with tool.database.writing() as session:
        session.execute(update(sign_in).values(proved_at=datetime.now(UTC) - timedelta(hours=1)))
    assert tool.get(admin, PATH).status_code == 200
    for path in ("copy", "download", "end", "stop"):
        refused = tool.post(admin, f"{PATH}/{path}", name=NAME)
        assert (refused.status_code, "/sign-in?" in refused.text) == (403, True), path
    assert codes(tool) == []


def test_the_end_wants_the_name_and_keeps_what_was_typed(tool: Tool, admin: FlaskClient):
    wrong = tool.post(admin, f"{PATH}/end?lang=en", name="Sample municipalety")

    assert wrong.status_code == 422
    assert 'value="Sample municipalety"' in wrong.text
    assert re.search(r'id="name-problem">[^<]*as it stands above', wrong.text)
    assert tool.rows(select(municipality.c.ends_at)) == [(None,)]
    assert codes(tool) == []


def test_announced_told_and_stopped(tool: Tool, admin: FlaskClient, teacher: FlaskClient):
    me = tool.person_id("admin")
    tool.post(admin, f"{PATH}/end", name="  sample MUNICIPALITY ")

    page = tool.get(admin, f"{PATH}?lang=en").text
    assert "all data of Sample municipality is deleted." in page
    assert "Name of the municipality" not in page
    for path in ("/?lang=en", "/privacy?lang=en"):
        told = tool.get(teacher, path).text
        assert "Your municipality stops using Learning Tracks." in told, path
    tool.post(admin, f"{PATH}/stop")
    assert "Stopped. Everything stays." in tool.get(admin, f"{PATH}?then=stopped&lang=en").text
    assert "stops using" not in tool.get(teacher, "/privacy?lang=en").text
    later = datetime.now(UTC) + timedelta(days=31)
    run_chores(tool, later)
    with time_machine.travel(later, tick=False):
        work(tool)

    assert tool.count(person) == 2
    assert codes(tool) == [("end_announced", me), ("end_stopped", me)]
    seen = tool.get(teacher, "/privacy?lang=en").text
    assert "Stopped it: the data of the municipality stays" in seen


def test_after_thirty_days_the_worker_deletes_all_of_it(
    tool: Tool, admin: FlaskClient, teacher: FlaskClient
):
    tool.post(admin, f"{PATH}/copy")
    tool.post(admin, f"{PATH}/end", name=NAME)
    for days, left in ((29, 2), (31, 0)):
        later = datetime.now(UTC) + timedelta(days=days)
        run_chores(tool, later)
        with time_machine.travel(later, tick=False):
            work(tool)
        assert tool.count(person) == left

    assert tool.rows(select(func.count()).select_from(municipality)) == [(0,)]
    assert tool.rows(select(ended_municipality.c.name)) == [(NAME,)]
    assert len(erased_list(tool.settings).municipalities()) == 1
    assert tool.get(teacher, "/privacy").status_code == 401
