"""The audit log: it cannot be changed, it shows when it was, and it holds no words of people's."""

import json
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from msgspec import Struct
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from tests.factories.threads import at_once
from tests.factories.tool import Tool
from tracks.app import DATA_MAP
from tracks.audit.actions import as_entry
from tracks.audit.models import audit_entry
from tracks.audit.queries import chain, entries, has_hash
from tracks.audit.rules import BEGINNING, NotACode, checked
from tracks.events import Noted
from tracks.people.actions import add_municipality, grant_role
from tracks.people.rules import Role

NOW = datetime(2026, 11, 20, 8, 0, 0, 123456, tzinfo=UTC)


def note(tool: Tool, code: str = "role_granted", **said: object) -> None:
    with tool.database.writing() as session:
        session.emit(Noted(code, tool.municipality_id, NOW, parameters=said))


def verdict(tool: Tool, municipality_id: int | None = None):
    with tool.database.reading() as session:
        return chain(session, municipality_id or tool.municipality_id)


@pytest.fixture
def logged(tool: Tool) -> Tool:
    """The first entry is of the LMS that the tool comes with."""
    for number in range(1, 5):
        note(tool, number=number)
    return tool


def unlocked(tool: Tool):
    """As somebody who has the database, and knows how to get past its triggers."""
    if tool.database.engine.dialect.name == "sqlite":
        return ("DROP TRIGGER audit_entry_no_update", "DROP TRIGGER audit_entry_no_delete")
    return ("SET LOCAL session_replication_role = replica",)


def forge(tool: Tool, statement: object) -> None:
    with tool.database.writing() as session:
        for line in unlocked(tool):
            session.execute(text(line))
        session.execute(statement)  # type: ignore[call-overload]
        if tool.database.engine.dialect.name == "sqlite":
            for act in ("UPDATE", "DELETE"):
                session.execute(
                    text(
                        f"CREATE TRIGGER audit_entry_no_{act.lower()} BEFORE {act} ON audit_entry "
                        "BEGIN SELECT RAISE(ABORT, 'no'); END"
                    )
                )


def test_entries_are_numbered_and_chained(logged: Tool):
    with logged.database.reading() as session:
        found = list(entries(session, logged.municipality_id))

    assert [entry.number for entry in found] == [1, 2, 3, 4, 5]
    assert found[0].code == "lms_registered"
    assert [entry.parameters for entry in found[1:]] == [{"number": n} for n in range(1, 5)]
    assert len({entry.hash for entry in found}) == 5
    assert (verdict(logged).entries, verdict(logged).broken_at) == (5, None)
    assert verdict(logged).head == found[-1].hash


@pytest.mark.parametrize(
    "statement",
    [
        update(audit_entry).values(code="other"),
        delete(audit_entry),
        text("UPDATE audit_entry SET parameters = '{}' WHERE number = 2"),
        text("DELETE FROM audit_entry WHERE number = 2"),
    ],
    ids=["update", "delete", "update one", "delete one"],
)
def test_the_database_refuses_to_change_or_remove_an_entry(logged: Tool, statement: object):
    with pytest.raises(DBAPIError, match="never changed"), logged.database.writing() as session:
        session.execute(statement)  # type: ignore[call-overload]

    assert (verdict(logged).entries, verdict(logged).broken_at) == (5, None)


def test_postgresql_refuses_to_empty_it(logged: Tool):
    if logged.database.engine.dialect.name == "sqlite":
        return  # it has no TRUNCATE
    with pytest.raises(DBAPIError, match="never changed"), logged.database.writing() as session:
        session.execute(text("TRUNCATE audit_entry"))


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("code", "role_ended"),
        ("at", NOW + timedelta(microseconds=1)),
        ("parameters", {"number": 9}),
        ("number", 77),
        ("person_id", 1),
        ("actor_id", 1),
        ("hash", "0" * 63 + "1"),
    ],
)
def test_one_value_that_was_changed_past_the_triggers_is_found(
    logged: Tool, column: str, value: object
):
    logged.launch(sub="somebody")
    changed = update(audit_entry).where(audit_entry.c.number == 3).values({column: value})

    forge(logged, changed)

    assert verdict(logged).broken_at == 3


def test_one_that_was_removed_or_put_in_is_found(logged: Tool):
    with logged.database.reading() as session:
        last = list(entries(session, logged.municipality_id))[-1]
    forge(logged, delete(audit_entry).where(audit_entry.c.number == 2))
    assert verdict(logged).broken_at == 2

    forge(logged, delete(audit_entry))
    assert verdict(logged).entries == 0  # a log cut off: the hash noted elsewhere shows it
    with logged.database.reading() as session:
        assert not has_hash(session, last.hash)

    row = {"municipality_id": logged.municipality_id, "number": 1, "at": NOW, "code": "x"}
    forge(logged, insert(audit_entry).values(**row, parameters={}, hash=BEGINNING))
    assert verdict(logged).broken_at == 1


def test_each_municipality_has_a_chain_of_its_own(logged: Tool):
    with logged.database.writing() as session:
        other = add_municipality(session, "Another", country="SE")
        session.emit(Noted("role_granted", other, NOW))

    assert (verdict(logged, other).entries, verdict(logged, other).broken_at) == (1, None)
    assert verdict(logged).entries == 5


def test_writers_at_the_same_time_make_one_chain(logged: Tool):
    at_once(8, lambda number: note(logged, writer=number))

    assert (verdict(logged).entries, verdict(logged).broken_at) == (13, None)


@pytest.mark.parametrize(
    "value", ["Kim Example", "kim@mail.example", "a b", "æ", "x" * 81, 1.5, ["a"], {"a": 1}, "A"]
)
def test_words_of_people_do_not_get_in(tool: Tool, value: object):
    with pytest.raises(NotACode):
        note(tool, said=value)

    assert verdict(tool).entries == 1


def test_codes_numbers_and_yes_or_no_get_in():
    said = {"b": True, "a": 7, "c": None, "d": "course_progress/x", "e": "2026-11-20"}

    assert list(checked(said)) == ["a", "b", "c", "d", "e"]


class _Ended(Struct, frozen=True, kw_only=True):
    municipality_id: int
    person_id: int
    role: str
    until: datetime
    team_id: int | None
    by: int | None
    at: datetime


def test_an_event_of_an_area_becomes_an_entry(tool: Tool):
    tool.launch(sub="somebody")
    who = tool.person_id("somebody")
    event = _Ended(
        municipality_id=tool.municipality_id,
        person_id=who,
        role="leader",
        until=NOW,
        team_id=None,
        by=who,
        at=NOW,
    )
    with tool.database.writing() as session:
        as_entry("role_ended")(session, event)
        last = list(entries(session, tool.municipality_id))[-1]

    assert (last.code, last.at, last.actor_id, last.person_id) == ("role_ended", NOW, who, who)
    assert last.parameters == {"role": "leader", "until": "2026-11-20"}


def test_what_is_not_committed_is_not_logged(tool: Tool):
    class Planted(Exception):
        pass

    with suppress(Planted), tool.database.writing() as session:
        session.emit(Noted("role_granted", tool.municipality_id, NOW))
        raise Planted

    assert verdict(tool).entries == 1


def officer(tool: Tool, role: Role = Role.PRIVACY_OFFICER, sub: str = "officer"):
    browser = tool.launch(sub=sub)
    with tool.database.writing() as session:
        grant_role(
            session,
            person_id=tool.person_id(sub),
            municipality_id=tool.municipality_id,
            role=role,
            school_id=None,
            now=NOW,
        )
    return tool.logs_in(browser, sub)


@pytest.mark.parametrize("role", [Role.PRIVACY_OFFICER, Role.ADMINISTRATOR])
def test_the_right_people_read_check_and_take_it_along(logged: Tool, role: Role):
    browser = officer(logged, role)

    page = logged.get(browser, "/audit?lang=en&verify=1").text
    assert "Gave a role" in page
    assert "Every entry is as it was written: 6." in page
    copy = logged.post(browser, "/audit/export")
    lines = [json.loads(line) for line in copy.text.splitlines()]
    assert [line["number"] for line in lines] == [1, 2, 3, 4, 5, 6, 7]
    assert lines[-1]["code"] == "audit_exported"
    assert lines[-1]["actor"] == logged.person_id("officer")
    assert copy.headers["Content-Disposition"].startswith("attachment")


def test_a_broken_log_says_so_on_its_page(logged: Tool):
    browser = officer(logged)
    forge(logged, update(audit_entry).where(audit_entry.c.number == 3).values(code="other"))

    page = logged.get(browser, "/audit?lang=en&verify=1").text

    assert "Entry 3 is not as it was written." in page


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.SCHOOL_LEADER, Role.LEADER, Role.AUTHOR])
def test_nobody_else_reads_it(logged: Tool, role: Role):
    browser = officer(logged, role)

    assert logged.get(browser, "/audit").status_code == 403
    assert logged.post(browser, "/audit/export").status_code == 403


def test_another_municipalitys_log_is_not_shown(logged: Tool):
    with logged.database.writing() as session:
        other = add_municipality(session, "Another", country="SE")
        session.emit(Noted("lms_invited", other, NOW, parameters={"secret": 471147114711}))
    browser = officer(logged)

    assert "471147114711" not in logged.get(browser, "/audit").text
    assert "471147114711" not in logged.post(browser, "/audit/export").text


def test_every_code_that_is_written_has_words():
    """The codes stand in the sources as what is noted."""
    from tests.whole.test_jobs import TRACKS

    acts = [path for path in TRACKS.rglob("*.py") if path.name != "data_map.py"]
    said = "\n".join(path.read_text("utf-8") for path in acts)
    assert {code for code in DATA_MAP.audited if f'"{code}"' not in said} == set()
    noted = set(re.findall(r'Noted\(\s*"([a-z_]+)"', said))
    assert noted - set(DATA_MAP.audited) == set()
    assert len(noted) > 8
    assert DATA_MAP.looks <= set(DATA_MAP.audited)


def test_the_rows_say_who_did_it(tool: Tool):
    browser = officer(tool, Role.ADMINISTRATOR, "admin")
    tool.post(browser, "/lms/invitations")

    row = tool.rows(select(audit_entry).order_by(audit_entry.c.number.desc()).limit(1))[0]
    assert (row.code, row.actor_id) == ("lms_invited", tool.person_id("admin"))
