"""A municipality takes all it has with it, and is deleted: every canary in the copy, none left.

S-07 and section 4, no. 3 and 4, for a whole municipality. What is planted follows from the schema,
so a new table is in here as soon as it exists.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import DBAPIError

from tests.factories.canaries import NOW, Planted, dump, plant, plant_municipality
from tests.factories.tool import Tool
from tracks.adoption.former import former_uses
from tracks.adoption.models import former_use, school_resource
from tracks.app import DATA_MAP, end_again, erased_list
from tracks.audit.models import audit_entry
from tracks.audit.queries import chain
from tracks.authoring.models import co_author, library_change
from tracks.db import metadata
from tracks.events import Noted
from tracks.jobs.models import outbox
from tracks.people.models import municipality, person
from tracks.privacy.actions import announce_end, end_municipality, stop_end
from tracks.privacy.actions import ending as ending_actions
from tracks.privacy.models import ended_municipality
from tracks.privacy.queries import receipts
from tracks.privacy.taking_out import Extent, take_out
from tracks.progress.events import Way

# It is in the library of all authors, by nobody and of nobody from then on.
STAYS = {"library_change.path", "library_change.text", "library_change.note"}


@pytest.fixture
def leaver(tool: Tool) -> Planted:
    return plant_municipality(tool)


@pytest.fixture
def bystander(tool: Tool, leaver: Planted) -> Planted:
    return plant_municipality(tool)


def found_in(said: str, planted: Planted) -> set[str]:
    return {where for where, value in planted.values.items() if value in said}


def taken_out(tool: Tool, number: int, *, has_own: bool = False) -> dict[str, bytes]:
    pieces = take_out(tool.database, DATA_MAP, Extent(number, "en", has_own), str, NOW)
    with zipfile.ZipFile(io.BytesIO(b"".join(pieces))) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def columns_of(kind: str) -> set[str]:
    return {f"{t.table.name}.{name}" for t in DATA_MAP.tagged for name in getattr(t, kind).split()}


def left_out() -> set[str]:
    names = {t.table.name for t in DATA_MAP.tagged if t.left_out}
    return {f"{c.table.name}.{c.name}" for name in names for c in metadata.tables[name].c}


def ended(tool: Tool, number: int, **how: object) -> bool:
    with tool.database.writing() as session:
        announce_end(session, number, NOW, actor_id=None, at_once=True)
    return end_municipality(tool.database, DATA_MAP, number, NOW, small_number=5, **how)  # type: ignore[arg-type]


def counts(tool: Tool) -> dict[str, int]:
    return {t.name: tool.count(t) for t in metadata.sorted_tables}


def test_something_is_planted_in_every_table_of_a_municipality(leaver: Planted):
    tables = {where.partition(".")[0] for where in leaver.values}
    assert {"person", "step_work", "attachment", "course_group_member", "roster_row"} <= tables
    assert len(leaver.values) > 150
    assert len(set(leaver.values.values())) == len(leaver.values)


def test_the_copy_holds_every_canary_but_what_opens_something_or_was_promised(
    tool: Tool, leaver: Planted, bystander: Planted
):
    files = taken_out(tool, leaver.id)

    said = "\n".join(body.decode() for body in files.values())
    away = columns_of("hidden") | columns_of("own") | left_out()
    assert found_in(said, leaver) == set(leaver.values) - away
    assert found_in(said, bystander) == set()


def test_with_what_people_keep_for_themselves_it_holds_that_too(
    tool: Tool, leaver: Planted, bystander: Planted
):
    files = taken_out(tool, leaver.id, has_own=True)

    said = "\n".join(body.decode() for body in files.values())
    away = columns_of("hidden") | left_out()
    assert found_in(said, leaver) == set(leaver.values) - away
    assert found_in(said, bystander) == set()
    (file,) = [name for name in files if name.startswith("files/")]
    assert files[file].decode() == leaver.values["attachment.body"]
    (row,) = files["tables/attachment.jsonl"].splitlines()
    assert json.loads(row)["file"] == file


def test_what_the_pages_promise_that_nobody_else_sees_is_known():
    """ "Only you see this", "Only you can fetch it", what is shared with one, and drafts."""
    assert columns_of("own") == {
        "step_work.answer",
        "step_work.points",
        "attachment.name",
        "attachment.body",
        "shared_answer.text",
        "remark.text",
        "remark.answer",
        "draft.path",
        "draft.text",
        "draft.base",
    }


def test_the_copy_says_what_is_in_it_and_what_is_not(tool: Tool, leaver: Planted):
    files = taken_out(tool, leaver.id)

    head = json.loads(files["export.json"])
    assert head["format"] == "learning-tracks-municipality"
    assert head["municipality"]["name"] == leaver.values["municipality.name"]
    inside, outside = {t["table"] for t in head["tables"]}, {t["table"] for t in head["not_here"]}
    assert inside | outside == {table.name for table in metadata.sorted_tables}
    assert inside & outside == set()
    for table in head["tables"]:
        rows = [json.loads(line) for line in files[table["file"]].splitlines()]
        assert len(rows) == table["rows"] == 1, table["table"]
        named = {column["name"] for column in table["columns"]}
        assert named == {name for name in rows[0] if ":" not in name}
        assert named & set(table["columns_not_here"]) == set()
    readme = files["README.md"].decode()
    assert all(f"`{table.name}`" in readme for table in metadata.sorted_tables)


def test_a_table_of_many_pages_comes_whole(
    tool: Tool, leaver: Planted, monkeypatch: pytest.MonkeyPatch
):
    """Also where the key has several columns, and days or moments among them."""
    monkeypatch.setattr("tracks.privacy.taking_out.A_PAGE", 2)
    with tool.database.writing() as session:
        for _ in range(6):
            plant(session, person, {"municipality_id": leaver.id})
        who = session.execute(select(person.c.id).where(person.c.municipality_id == leaver.id))
        for person_id in who.scalars().all():
            given = {"person_id": person_id, "municipality_id": leaver.id}
            plant(session, metadata.tables["recovery_code"], given)

    files = taken_out(tool, leaver.id)

    ids = [json.loads(line)["id"] for line in files["tables/person.jsonl"].splitlines()]
    assert (len(ids), ids) == (7, sorted(set(ids)))
    assert len(files["tables/recovery_code.jsonl"].splitlines()) == 8


def test_after_the_end_no_canary_is_left_and_nobody_else_has_lost_one(
    tool: Tool, leaver: Planted, bystander: Planted
):
    before = counts(tool)
    assert found_in(dump(tool), leaver) == set(leaver.values)

    assert ended(tool, leaver.id)

    receipt = frozenset({"ended_municipality"})
    left = dump(tool, leave_out=receipt)
    assert found_in(left, leaver) == STAYS
    assert found_in(left, bystander) == set(bystander.values)
    after = counts(tool)
    shared = {t.table.name for t in DATA_MAP.tagged if t.left_out} - {
        "outbox",
        "municipality_copy",
        "municipality_copy_piece",
        "roster_piece",
        "ended_municipality",
    }
    assert {n: after[n] - before[n] for n in shared} == dict.fromkeys(shared, 0)
    gone = {n: before[n] - after[n] for n in before.keys() - shared - receipt}
    assert gone == dict.fromkeys(gone, 1) | {"library_change": 0}
    (change,) = tool.rows(
        select(library_change.c.municipality_id, library_change.c.person_id).where(
            library_change.c.path == leaver.values["library_change.path"]
        )
    )
    assert change == (None, None)
    jobs = {row.key for row in tool.rows(select(outbox.c.key))}
    assert jobs == {f"of {bystander.id}"}


def test_the_receipt_says_how_much_it_was_and_the_last_hash(tool: Tool, leaver: Planted):
    with tool.database.writing() as session:
        session.execute(delete_log(session, leaver.id))
        session.emit(Noted("role_granted", leaver.id, NOW))
    rows = dict(counts_of(tool, leaver.id))

    ended(tool, leaver.id)

    with tool.database.reading() as session:
        (receipt,) = receipts(session)
    assert (receipt.number, receipt.name) == (leaver.id, leaver.values["municipality.name"])
    assert (receipt.began_at, receipt.ended_at) == (NOW, NOW)
    assert receipt.rows == rows | {"audit_entry": 2}
    assert receipt.entries == 2
    assert len(receipt.last_hash) == 64
    assert receipt.last_hash not in dump(tool, leave_out=frozenset({"ended_municipality"}))


def delete_log(session: object, number: int):
    """Its planted entry was not written by the log: with it no chain is whole."""
    if session.connection.dialect.name == "sqlite":  # type: ignore[attr-defined]
        session.connection.exec_driver_sql("DROP TRIGGER audit_entry_no_delete")  # type: ignore[attr-defined]
    else:
        session.connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # type: ignore[attr-defined]
    return delete(audit_entry).where(audit_entry.c.municipality_id == number)


def counts_of(tool: Tool, number: int) -> Iterator[tuple[str, int]]:
    head = json.loads(taken_out(tool, number)["export.json"])
    return ((t["table"], t["rows"]) for t in head["tables"])


def is_refused(tool: Tool, number: int) -> None:
    theirs = delete(audit_entry).where(audit_entry.c.municipality_id == number)
    with pytest.raises(DBAPIError, match="never changed"), tool.database.writing() as session:
        session.execute(theirs)


def test_the_log_of_others_still_cannot_be_deleted_and_theirs_is_whole(
    tool: Tool, leaver: Planted, bystander: Planted
):
    ended(tool, leaver.id)

    is_refused(tool, tool.municipality_id)
    is_refused(tool, bystander.id)
    with tool.database.reading() as session:
        assert chain(session, tool.municipality_id).broken_at is None


def test_an_end_that_was_interrupted_goes_on_and_the_receipt_is_of_the_beginning(
    tool: Tool, leaver: Planted, bystander: Planted, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(ending_actions, "A_BATCH", 1)
    rows = dict(counts_of(tool, leaver.id))
    beats = iter(range(20))

    def killed() -> None:
        if next(beats) == 19:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ended(tool, leaver.id, beat=killed)
    assert 0 < len(found_in(dump(tool), leaver)) < len(leaver.values)
    is_refused(tool, bystander.id)
    with tool.database.writing() as session:
        assert not stop_end(session, leaver.id, NOW, actor_id=None)  # it has begun
    assert end_municipality(tool.database, DATA_MAP, leaver.id, NOW, small_number=5)

    left = dump(tool, leave_out=frozenset({"ended_municipality"}))
    assert found_in(left, leaver) == STAYS
    assert found_in(left, bystander) == set(bystander.values)
    ((said,),) = tool.rows(select(ended_municipality.c.rows))
    assert said == rows | {"audit_entry": rows["audit_entry"] + 1}


def test_what_was_not_announced_or_is_not_due_is_left_alone(tool: Tool, leaver: Planted):
    def end(when: object) -> bool:
        return end_municipality(tool.database, DATA_MAP, leaver.id, when, small_number=5)  # type: ignore[arg-type]

    assert not end(NOW)
    with tool.database.writing() as session:
        ends_at = announce_end(session, leaver.id, NOW, actor_id=None)
        assert ends_at == NOW + timedelta(days=30)
        assert announce_end(session, leaver.id, NOW, actor_id=None) is None  # no new 30 days
    assert not end(NOW + timedelta(days=29))
    with tool.database.writing() as session:
        assert stop_end(session, leaver.id, NOW, actor_id=None)
        assert not stop_end(session, leaver.id, NOW, actor_id=None)
    assert not end(NOW + timedelta(days=31))
    assert found_in(dump(tool), leaver) == set(leaver.values)
    assert tool.count(ended_municipality) == 0


def test_who_writes_in_its_tracks_from_elsewhere_stays_and_writes_in_a_track_of_nobodys(
    tool: Tool, leaver: Planted
):
    tool.launch(sub="elsewhere")
    who = tool.person_id("elsewhere")
    with tool.database.writing() as session:
        session.execute(
            insert(co_author).values(
                track=leaver.values["track_owner.track"],
                person_id=who,
                municipality_id=tool.municipality_id,
                since=NOW,
            )
        )

    assert ended(tool, leaver.id)

    assert tool.count(co_author) == 0
    assert tool.count(person, person.c.id == who) == 1


def test_what_all_municipalities_have_used_together_stays_and_small_numbers_do_not(
    tool: Tool, leaver: Planted
):
    (step_id,) = next(iter(tool.rows(select(school_resource.c.step_id))))
    with tool.database.writing() as session:
        session.execute(
            school_resource.update()
            .where(school_resource.c.municipality_id == leaver.id)
            .values(programme=3, independent=12)
        )
        session.execute(
            metadata.tables["school"]
            .update()
            .where(metadata.tables["school"].c.municipality_id == leaver.id)
            .values(teachers=40, teachers_as_of=NOW.date())
        )

    ended(tool, leaver.id)

    with tool.database.reading() as session:
        (found,) = former_uses(session).values()
    assert {way: seen.at_least for way, seen in found.items()} == {
        Way.PROGRAMME: None,
        Way.INDEPENDENT: 12,
    }
    other = plant_municipality(tool)
    with tool.database.writing() as session:
        session.execute(
            school_resource.update()
            .where(school_resource.c.municipality_id == other.id)
            .values(step_id=step_id, programme=0, independent=7)
        )
        session.execute(
            metadata.tables["school"]
            .update()
            .where(metadata.tables["school"].c.municipality_id == other.id)
            .values(teachers=40, teachers_as_of=NOW.date())
        )
    ended(tool, other.id)
    assert tool.rows(select(former_use.c.independent)) == [(19,)]


def test_a_restore_brings_nothing_back_and_nobody_else_is_taken_for_it(
    tool: Tool, leaver: Planted, bystander: Planted
):
    listed = erased_list(tool.settings)
    ((mark,),) = tool.rows(select(municipality.c.mark).where(municipality.c.id == leaver.id))
    # As a backup has it in which the end has not happened, beside the list of after it.
    tool.settings.data_dir.mkdir(exist_ok=True)
    with listed.file.open("a") as out:
        out.write(json.dumps({"municipality": leaver.id, "mark": mark}) + "\n")
        out.write(json.dumps({"municipality": bystander.id, "mark": "of another one"}) + "\n")

    assert end_again(tool.database, DATA_MAP, listed, NOW, 5) == 1

    left = dump(tool, leave_out=frozenset({"ended_municipality"}))
    assert found_in(left, leaver) == STAYS
    assert found_in(left, bystander) == set(bystander.values)
    with tool.database.reading() as session:
        assert listed.bring_up_to_date(session) == 0
    assert end_again(tool.database, DATA_MAP, listed, NOW, 5) == 0


def test_who_has_ended_is_on_the_list_once(tool: Tool, leaver: Planted):
    ended(tool, leaver.id)
    listed = erased_list(tool.settings)
    for _ in range(2):
        with tool.database.reading() as session:
            listed.bring_up_to_date(session)

    assert {number for number, _ in listed.municipalities()} == {leaver.id}
    assert len(listed.file.read_text().splitlines()) == 1
    assert tool.rows(select(func.count()).select_from(municipality)) == [(1,)]
