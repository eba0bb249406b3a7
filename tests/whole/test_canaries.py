"""Canaries in every personal column: an export has all, an erasure leaves none, a log has none.

Section 4, no. 3, 4 and 10; checks 38 and 39. What is planted follows from the data map, so a new
column is in here as soon as it has its kind.
"""

import json
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from tests.factories.canaries import NOW, Planted, dump, plant, plant_person, unzipped
from tests.factories.tool import Tool
from tests.fakes.forge import private_pem, signing_key
from tests.tracks.audit.test_log import officer
from tracks.app import DATA_MAP
from tracks.db import metadata
from tracks.db.data_map import Kind
from tracks.jobs.models import outbox
from tracks.lms.actions import SCORE_JOB
from tracks.people.models import person
from tracks.people.rules import Actor, Role
from tracks.privacy.actions import erase, set_terms
from tracks.privacy.exporting import export
from tracks.privacy.models import archived_item
from tracks.privacy.queries import subject
from tracks.privacy.rules import Terms
from tracks.progress.models import attachment

COUNTERS = ("school_track", "school_resource")


@pytest.fixture
def planted(tool: Tool) -> Planted:
    return plant_person(tool)


@pytest.fixture
def bystander(tool: Tool, planted: Planted) -> Planted:
    return plant_person(tool)


def exported(tool: Tool, who: int) -> dict[str, str]:
    return unzipped(b"".join(export(tool.database, DATA_MAP, who, str, "en", NOW)))


def erased(tool: Tool, who: int) -> bool:
    with tool.database.writing() as session:
        return erase(session, DATA_MAP, who, NOW)


def found_in(said: str, planted: Planted) -> set[str]:
    return {where for where, value in planted.values.items() if value in said}


def counters(tool: Tool) -> Iterator[tuple[object, ...]]:
    for name in COUNTERS:
        for row in tool.rows(select(metadata.tables[name]).order_by("school_id")):
            yield (name, *row)


def test_canaries_stand_in_every_personal_column_that_can_hold_one(planted: Planted):
    kept = {each.table.name for each in DATA_MAP.kept} - {"archived_item"}
    personal = {
        f"{each.table.name}.{name}"
        for each in DATA_MAP.tagged
        if each.table.name in kept
        for name in each.names(Kind.PERSONAL, Kind.SPECIAL)
    }

    # Which school, and yes or no, are the same for many.
    assert personal - set(planted.values) == {
        "person.school_id",
        "person.former_school_id",
        "role_grant.school_id",
        "role_grant.team_id",
        "role_grant.percent",
        "roster_entry.school_id",
        "track_work.school_id",
        "sign_in.leads_here",
        "score.leads",
        "course_member.is_active",
    }
    assert (
        len(set(planted.values.values())) >= len(planted.values) - 3
    )  # the same `sub`, four times


def test_an_export_holds_every_canary_to_read_and_for_programs(tool: Tool, planted: Planted):
    files = exported(tool, planted.id)

    said = {name: found_in(body, planted) for name, body in files.items()}
    in_files = {where for where in planted.values if where == "attachment.body"}
    wanted = set(planted.values) - planted.hidden()
    assert said["data.json"] == said["index.html"] == wanted - in_files
    attached = [name for name in files if name.startswith("files/")]
    assert len(attached) == 1
    assert said[attached[0]] == in_files


def test_an_export_holds_nothing_that_opens_something(tool: Tool, planted: Planted):
    said = json.loads(exported(tool, planted.id)["data.json"])

    rows = {kind["table"]: kind["rows"] for kind in said["kinds"]}
    hidden = {each.table.name: each.hidden.split() for each in DATA_MAP.tagged if each.hidden}
    assert set(hidden) & set(rows) >= {"sign_in", "deep_link_selection", "invitation"}
    for table in set(hidden) & set(rows):
        names = hidden[table]
        assert rows[table], table
        assert [name for row in rows[table] for name in names if name in row] == []


def test_an_export_holds_nothing_of_anybody_else(tool: Tool, planted: Planted, bystander: Planted):
    said = "\n".join(exported(tool, planted.id).values())

    assert found_in(said, bystander) == set()


def test_after_an_erasure_no_canary_is_left_anywhere(
    tool: Tool, planted: Planted, bystander: Planted, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    before = list(counters(tool))
    # Of somebody whose number begins with theirs.
    alike = {"kind": SCORE_JOB, "key": f"{planted.id}0:1", "payload": {}}
    with tool.database.writing() as session:
        plant(session, outbox, alike)
    assert found_in(dump(tool), planted) == set(planted.values)

    assert erased(tool, planted.id)

    left = dump(tool)
    assert found_in(left, planted) == set()
    assert found_in(left, bystander) == set(bystander.values)
    assert list(counters(tool)) == before
    keys = {row.key for row in tool.rows(select(outbox.c.key))}
    assert keys == {f"{bystander.id}:1", f"{planted.id}0:1"}
    assert found_in(caplog.text, planted) == set()


def test_the_files_of_sqlite_hold_no_canary_either(tool: Tool, planted: Planted):
    engine = tool.database.engine
    if engine.dialect.name != "sqlite":
        return
    # As long a file as fills pages of its own, with the canary in the last of them.
    planted.values["attachment.body"] = "canary-deep-down"
    with tool.database.writing() as session:
        body = b"x" * 50_000 + b"canary-deep-down"
        session.execute(
            update(attachment).where(attachment.c.person_id == planted.id).values(body=body)
        )
    with engine.connect() as connection:
        connection.execute(text("COMMIT"))
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    assert engine.url.database is not None
    paths = [engine.url.database, f"{engine.url.database}-wal"]

    def on_the_disk() -> str:
        return "".join(Path(path).read_bytes().decode("latin-1") for path in paths)

    texts = {w: v for w, v in planted.values.items() if v.startswith(("canary", "Qz"))}
    assert {w for w, v in texts.items() if v in on_the_disk()} == set(texts)

    assert erased(tool, planted.id)
    with engine.connect() as connection:
        connection.execute(text("COMMIT"))
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))

    assert {w for w, v in texts.items() if v in on_the_disk()} == set()


def test_erasing_twice_is_erasing_once(tool: Tool, planted: Planted):
    assert [erased(tool, planted.id), erased(tool, planted.id), erased(tool, 10**9)] == [
        True,
        False,
        False,
    ]
    assert exported_is_empty(tool, planted.id)


def exported_is_empty(tool: Tool, who: int) -> bool:
    return b"".join(export(tool.database, DATA_MAP, who, str, "en", NOW)) == b""


def test_the_row_that_is_left_is_empty_and_its_number_is_never_given_again(
    tool: Tool, planted: Planted
):
    made = tool.rows(select(person.c.created_at).where(person.c.id == planted.id))[0][0]
    erased(tool, planted.id)

    (row,) = tool.rows(select(person).where(person.c.id == planted.id))
    assert dict(row._mapping) == {
        "id": planted.id,
        "municipality_id": tool.municipality_id,
        "school_id": None,
        "former_school_id": None,
        "name": None,
        "protected_by": None,
        "language": None,
        "device": None,
        "is_suspended": False,
        "is_joined": False,
        "created_at": made,
        "last_here": None,
        "leaving_at": None,
        "erased_at": NOW,
    }
    assert plant_person(tool).id > planted.id


def test_the_archive_keeps_what_it_must_by_name_and_no_more(tool: Tool, planted: Planted):
    who = Actor(planted.id, tool.municipality_id, None, frozenset())
    with tool.database.writing() as session:
        set_terms(session, who, Terms(archived=("phase_work",)), NOW)

    erased(tool, planted.id)

    (item,) = tool.rows(select(archived_item))
    assert (item.kind, item.name, item.person_id) == (
        "phase_work",
        planted.values["person.name"],
        planted.id,
    )
    assert item.item["person_id"] == planted.id
    everywhere_else = dump(tool, leave_out=frozenset({"archived_item"}))
    assert found_in(everywhere_else, planted) == set()
    assert found_in(dump(tool), planted) == {"person.name"}


def test_the_database_holds_nothing_that_opens_something(tool: Tool):
    """Check 38: cookies, links of invitations and private keys are not in it as they are."""
    admin = officer(tool, Role.ADMINISTRATOR, "admin")
    page = tool.post(admin, "/lms/invitations").text
    cookie = admin.get_cookie("__Host-tracks", "tracks.example").value
    (link,) = set(re.findall(r"/connect/([\w-]{20,})", page))
    pem = private_pem(signing_key("tool"))
    private = [line for line in pem.decode().splitlines() if not line.startswith("-")]

    said = dump(tool)

    secrets = [cookie, link, tool.form_token(admin), *private]
    assert len(secrets) > 10
    assert [secret for secret in secrets if secret in said] == []
    assert "PRIVATE KEY" not in said
    assert re.search(r'"d":', said) is None


def test_who_is_leaving_is_still_whole(tool: Tool, planted: Planted):
    with tool.database.writing() as session:
        session.execute(
            update(person)
            .where(person.c.id == planted.id)
            .values(leaving_at=NOW + timedelta(days=30))
        )
        found = subject(session, planted.id)

    assert found is not None
    assert found.leaving_at == NOW + timedelta(days=30)
    assert found_in(dump(tool), planted) == set(planted.values)
