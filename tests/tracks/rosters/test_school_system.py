"""A school system asked over real HTTP on loopback: what goes well, and each way it fails."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, text, update

from lti.http import GuardedHttp
from tests.factories.lists import Lists
from tests.factories.tool import Tool
from tests.fakes.school_system import (
    CLIENT,
    SECRET,
    FakeSchoolSystem,
    Reply,
    duty,
    person,
    school_system,
)
from tests.tracks.organisation.people import with_role
from tracks.db import metadata
from tracks.jobs.models import outbox
from tracks.jobs.rules import Job
from tracks.jobs.worker import Done, TryLater
from tracks.lms.sealing import EncryptionKey, Sealer
from tracks.people.models import municipality
from tracks.people.models import person as person_table
from tracks.people.rules import Role
from tracks.rosters.connection import (
    Outward,
    Wanted,
    access_of,
    reseal,
    service_of,
    set_up,
    wish_for_fetches,
)
from tracks.rosters.faults import BadFile
from tracks.rosters.jobs import MOST_TRIES, apply_list, fetch_list
from tracks.rosters.models import roster_entry, roster_import, roster_row, roster_service
from tracks.rosters.staging import move
from tracks.rosters.workflow import State


@dataclass
class Connected:
    tool: Tool
    lists: Lists
    system: FakeSchoolSystem
    sealer: Sealer
    waited: list[float]

    def connect(self, *, client: bool = False, url: str = "") -> None:
        address = url or self.system.url
        wanted = Wanted(address, SECRET)
        if client:
            self.system.tokens = set()
            wanted = Wanted(address, SECRET, f"{address}/token", CLIENT)
        with self.tool.database.writing() as session:
            assert set_up(
                session,
                self.sealer,
                self.tool.municipality_id,
                self.lists.person_id,
                wanted,
                datetime.now(UTC),
            )

    def fetch(self, tries: int = 1, seconds: float = 10.0) -> Done | TryLater:
        """One run of the job, with what it wants written; then what it wished for."""
        http = GuardedHttp(allow_loopback=True, total_seconds=seconds)
        job = Job(0, "", "", {"municipality_id": self.tool.municipality_id}, 1, "", tries, "")
        outcome = fetch_list(
            Outward(http, self.sealer, self.waited.append), self.tool.database, job
        )
        http.close()
        assert isinstance(outcome, Done | TryLater)
        with self.tool.database.writing() as session:
            outcome.write(session)
        if self.last is not None and self.last.state == State.APPLYING:
            self.lists.run(apply_list, self.last.id)
        return outcome

    @property
    def last(self) -> Any:
        rows = self.tool.rows(select(roster_import).order_by(roster_import.c.id.desc()).limit(1))
        return rows[0] if rows else None

    @property
    def service(self) -> Any:
        (row,) = self.tool.rows(select(roster_service))
        return row

    def approve(self) -> None:
        assert self.last.state == State.READY
        gone = self.lists.would_change(self.last.id).people_gone
        assert self.lists.apply(self.last.id, gone=gone) == State.APPLIED

    def keys(self) -> set[str]:
        return {key for key, *_ in self.lists.working()}


@pytest.fixture
def connected(tool: Tool, tmp_path) -> Iterator[Connected]:
    with tool.database.writing() as session:
        session.execute(
            update(municipality)
            .where(municipality.c.id == tool.municipality_id)
            .values(country="SE")
        )
    with school_system() as system:
        system.has_staff(7, units=2)
        sealer = Sealer([EncryptionKey(b"k" * 32)])
        yield Connected(tool, Lists(tool, tmp_path), system, sealer, [])


def test_the_first_list_waits_for_a_person_and_the_next_goes_by_itself(connected: Connected):
    connected.connect()
    connected.fetch()
    assert (connected.last.state, connected.last.rows_read) == (State.READY, 9)
    assert connected.keys() == set()
    connected.approve()
    assert connected.keys() == {f"p{n}" for n in range(1, 8)}
    assert connected.service.is_approved

    connected.system.persons.append(person(8))
    connected.system.duties.append(duty(8))
    connected.system.changed(connected.system.duties[-1])
    connected.system.delete(connected.system.duties[0])
    connected.fetch()
    assert connected.last.state == State.APPLIED
    assert connected.keys() == {f"p{n}" for n in range(2, 9)}


def test_a_quiet_night_is_four_questions_and_no_list(connected: Connected):
    connected.connect()
    connected.fetch()
    connected.approve()
    before = connected.last.id
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1), tick=True):
        connected.system.asked.clear()
        connected.fetch()
        assert connected.system.resources() == [
            "organisations",
            "persons",
            "duties",
            "deletedEntities",
        ]
        assert connected.last.id == before
        assert connected.service.asked_at > datetime.now(UTC) - timedelta(minutes=1)


def test_a_duty_that_ends_by_itself_is_seen_though_nothing_was_changed(connected: Connected):
    ends = datetime.now(UTC).date() + timedelta(days=3)
    connected.system.duties[0]["endDate"] = ends.isoformat()
    connected.connect()
    connected.fetch()
    connected.approve()
    assert connected.service.turns_on == ends + timedelta(days=1)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=4), tick=True):
        connected.fetch()
        assert connected.keys() == {f"p{n}" for n in range(2, 8)}


def test_a_shrunken_list_waits_for_a_person(connected: Connected):
    connected.connect()
    connected.fetch()
    connected.approve()
    for each in connected.system.duties[:4]:
        connected.system.delete(each)
    connected.fetch()
    assert connected.last.state == State.READY
    assert len(connected.keys()) == 7
    # An empty one too, which says nothing at all of staff.
    connected.system.duties.clear()
    connected.fetch()
    assert (connected.last.state, len(connected.keys())) == (State.READY, 7)
    # Of those that wait only the newest stays.
    waiting = select(roster_import.c.id).where(roster_import.c.state == State.READY)
    assert len(connected.tool.rows(waiting)) == 1


def tasks_of(connected: Connected) -> dict[str, str]:
    return {key: task for key, _, task, _ in connected.lists.working()}


def test_a_list_that_would_end_many_roles_waits_and_says_why(connected: Connected):
    connected.system.has_staff(40)
    for each in connected.system.duties[:3]:
        each["dutyRole"] = "Rektor"
    connected.connect()
    connected.fetch()
    connected.approve()
    before = tasks_of(connected)
    for each in connected.system.duties[:3]:
        connected.system.changed(each, dutyRole="Skolledare")
    connected.fetch()

    assert connected.lists.would_change(connected.last.id).people_gone == 0
    assert connected.last.state == State.READY
    assert tasks_of(connected) == before
    browser = with_role(connected.tool, Role.COORDINATOR)
    page = connected.tool.get(browser, f"/imports/{connected.last.id}?lang=en").text
    assert "Unusually many roles would end" in page
    assert "School leader: 3 of 3" in page
    connected.approve()
    assert "school_leader" not in tasks_of(connected).values()


def test_one_who_takes_over_from_another_does_so_by_itself(connected: Connected):
    connected.system.duties[0]["dutyRole"] = "Rektor"
    connected.connect()
    connected.fetch()
    connected.approve()
    connected.system.changed(connected.system.duties[0], dutyRole="Lärare")
    connected.system.changed(connected.system.duties[1], dutyRole="Rektor")
    connected.fetch()
    assert connected.last.state == State.APPLIED
    assert [key for key, task in tasks_of(connected).items() if task == "school_leader"] == ["p2"]


def test_a_list_with_a_wrong_row_waits(connected: Connected):
    connected.connect()
    connected.fetch()
    connected.approve()
    connected.system.changed(connected.system.organisations[1], schoolUnitCode="12")
    connected.fetch()
    assert connected.last.state == State.READY
    assert len(connected.keys()) == 7


def test_a_client_gets_a_token_and_another_when_it_has_grown_old(connected: Connected):
    connected.connect(client=True)

    def grown_old(resource: str, _query: dict[str, str]) -> Reply | None:
        if resource == "persons" and len(connected.system.tokens) == 1:
            connected.system.fault = lambda *_: None
            connected.system.tokens = set()
        return None

    connected.system.fault = grown_old
    connected.fetch()
    assert connected.last.state == State.READY
    assert connected.system.resources().count("token") == 2
    assert SECRET not in connected.system.seen_bearers


@pytest.mark.parametrize("status", [401, 403])
def test_who_is_not_let_in_does_not_go_on_knocking(connected: Connected, status: int):
    connected.connect()
    connected.system.fault = lambda *_: Reply(status)
    assert isinstance(connected.fetch(), Done)
    assert len(connected.system.asked) == 1
    assert (connected.service.fault, connected.last.state) == ("service-refused", State.REFUSED)
    # and is not taken for quiet afterwards
    connected.system.fault = lambda *_: None
    connected.fetch()
    assert (connected.service.fault, connected.last.state) == (None, State.READY)


def test_a_client_that_is_not_known(connected: Connected):
    connected.connect(client=True)
    connected.system.fault = lambda resource, _: Reply(401) if resource == "token" else None
    connected.fetch()
    assert connected.service.fault == "service-refused"


def once(connected: Connected, reply: Reply, resource: str = "persons", page: int = 2) -> None:
    """The nth page of a resource fails once."""
    counted: list[str] = []

    def fault(asked: str, _query: dict[str, str]) -> Reply | None:
        if asked == resource:
            counted.append(asked)
            if len(counted) == page:
                return reply
        return None

    connected.system.fault = fault


@pytest.mark.parametrize(
    ("reply", "waited"),
    [
        (Reply(429, headers={"retry-after": "7"}), 7.0),
        (Reply(503, headers={"retry-after": "30"}), 30.0),
        (Reply(500), 2.0),
        (Reply(502, b"<html>"), 2.0),
    ],
)
def test_in_the_middle_of_a_list_it_waits_and_goes_on(
    connected: Connected, reply: Reply, waited: float
):
    connected.connect()
    once(connected, reply)
    connected.fetch()
    assert connected.last.state == State.READY
    assert sum(connected.waited) == waited
    assert connected.lists.would_change(connected.last.id).people_new == 7


def test_who_asks_for_an_hour_gets_it(connected: Connected):
    connected.connect()
    once(connected, Reply(429, headers={"retry-after": "3600"}))
    outcome = connected.fetch()
    assert isinstance(outcome, TryLater)
    assert (outcome.after, connected.waited) == (3600.0, [])
    assert connected.tool.count(roster_row) == 0  # half a list is none


def test_a_service_that_always_fails_is_told_and_changes_nothing(connected: Connected):
    connected.connect()
    connected.fetch()
    connected.approve()
    connected.system.changed(connected.system.persons[0], givenName="Annan")
    connected.system.fault = lambda *_: Reply(500)
    assert isinstance(connected.fetch(), TryLater)
    assert isinstance(connected.fetch(tries=MOST_TRIES), Done)
    assert connected.service.fault == "service-failed"
    assert len(connected.keys()) == 7
    assert len(connected.waited) == 2 * 3


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"<html>sign in</html>",
        b'{"data": null}',
        b'{"data": [], "data": []}',
        b'{"data": [' + b"[" * 5000 + b"]" * 5000 + b"]}",
        b"\xff\xfe",
    ],
)
def test_an_answer_that_is_none(connected: Connected, body: bytes):
    connected.connect()
    once(connected, Reply(200, body), page=1)
    connected.fetch()
    assert (connected.service.fault, connected.last.state) == ("service-failed", State.REFUSED)
    assert connected.tool.count(roster_row) == 0


def test_a_page_that_drips_ends(connected: Connected):
    connected.connect()
    connected.system.fault = lambda *_: Reply(200, b'{"data": []}' * 100, drip=0.2)
    began = datetime.now(UTC)
    outcome = connected.fetch(seconds=0.5)
    assert isinstance(outcome, TryLater)
    assert datetime.now(UTC) - began < timedelta(seconds=10)


def test_a_page_without_end_ends(connected: Connected, monkeypatch):
    monkeypatch.setattr("tracks.rosters.school_system.MOST_BYTES", 10_000)
    connected.connect()
    big = json.dumps({"data": [{"x": "y" * 20_000}]}).encode()
    connected.system.fault = lambda *_: Reply(200, big)
    outcome = connected.fetch()
    assert isinstance(outcome, TryLater)
    assert outcome.reason == "answer_too_big"


def test_a_list_that_goes_in_a_circle(connected: Connected):
    connected.connect()
    page = json.dumps({"data": [person(1)], "pageToken": "again"}).encode()
    connected.system.fault = lambda resource, _: Reply(200, page) if resource == "persons" else None
    connected.fetch()
    assert (connected.service.fault, connected.service.fault_detail) == (
        "service-failed",
        "persons: pageToken",
    )
    assert connected.system.resources().count("persons") == 2


def test_a_redirect_is_not_followed(connected: Connected):
    connected.connect()
    elsewhere = connected.system.url.replace("v2.0", "other")
    connected.system.fault = lambda *_: Reply(302, headers={"location": elsewhere})
    connected.fetch()
    assert connected.service.fault == "service-failed"
    assert len(connected.system.asked) == 1


@pytest.mark.parametrize(
    "address",
    [
        "https://10.0.0.1/v2.0",
        "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]/v2.0",
        "https://[64:ff9b::a00:1]/v2.0",
        "http://192.0.2.1/v2.0",
        "https://0x7f000001/v2.0",
    ],
)
def test_no_way_into_the_house(connected: Connected, address: str):
    connected.connect(url=address)
    connected.fetch()
    assert connected.service.fault in {"service-address", "service-failed"}
    assert connected.system.asked == []


def test_after_a_failure_it_is_read_whole_whatever_has_changed(connected: Connected):
    connected.connect()
    connected.fetch()
    connected.approve()
    before = connected.last.id
    connected.system.fault = lambda *_: Reply(401)
    connected.fetch()
    connected.system.fault = lambda *_: None
    connected.fetch()
    assert connected.last.id > before
    assert (connected.last.state, connected.service.fault) == (State.APPLIED, None)


# --- protected persons and pupils


def everything(tool: Tool) -> str:
    found = []
    with tool.database.reading() as session:
        for table in metadata.tables.values():
            found += [str(tuple(row)) for row in session.execute(text(f'SELECT * FROM "{table}"'))]
    return "\n".join(found)


def test_protected_persons_and_pupils_leave_nothing(connected: Connected, caplog):
    caplog.set_level(logging.DEBUG)
    system = connected.system
    system.persons += [
        person(21, id="canary-protected", familyName="CanaryName", securityMarking="Sekretess"),
        person(22, id="canary-pupil", familyName="CanaryPupil"),
    ]
    system.duties += [
        duty(21, person={"id": "canary-protected"}),
        duty(21, "Rektor", person={"id": "canary-protected"}),
    ]
    connected.connect()
    connected.fetch()
    assert connected.last.state == State.READY
    assert connected.lists.would_change(connected.last.id).people_protected == 1
    assert "anary" not in everything(connected.tool)
    connected.approve()
    assert "anary" not in everything(connected.tool)
    assert "anary" not in caplog.text


def test_whoever_becomes_protected_loses_name_and_task(connected: Connected):
    connected.connect()
    connected.fetch()
    connected.approve()
    connected.system.changed(connected.system.persons[0], securityMarking="Sekretessmarkering")
    connected.fetch()
    assert connected.last.state == State.APPLIED
    assert connected.keys() == {f"p{n}" for n in range(2, 8)}
    names = connected.tool.rows(
        select(person_table.c.name)
        .join(roster_entry, roster_entry.c.person_id == person_table.c.id)
        .where(roster_entry.c.key == "p1")
    )
    assert [tuple(row) for row in names] == [(None,)]


# --- the secret


def test_the_secret_is_sealed_and_nowhere_else(connected: Connected, caplog):
    caplog.set_level(logging.DEBUG)
    connected.connect()
    connected.system.fault = lambda *_: Reply(401)
    connected.fetch()
    assert SECRET not in everything(connected.tool)
    assert SECRET not in caplog.text
    assert SECRET not in str(connected.tool.rows(select(outbox)))


def test_a_secret_does_not_follow_to_another_address(connected: Connected):
    connected.connect()
    with connected.tool.database.writing() as session:
        session.execute(update(roster_service).values(address="https://elsewhere.example/v2.0"))
    connected.fetch()
    assert connected.service.fault == "secret-lost"
    with connected.tool.database.writing() as session:
        asked = Wanted("https://third.example", "")
        assert not set_up(
            session,
            connected.sealer,
            connected.tool.municipality_id,
            connected.lists.person_id,
            asked,
            datetime.now(UTC),
        )


def test_another_address_is_looked_at_first(connected: Connected):
    connected.connect()
    connected.fetch()
    connected.approve()
    with school_system() as other:
        other.has_staff(7)
        connected.connect(url=other.url)
        connected.fetch()
    assert connected.last.state == State.READY


def test_an_address_changed_while_it_was_read_is_looked_at_first(connected: Connected):
    connected.connect()
    connected.fetch()
    connected.approve()
    connected.system.changed(connected.system.persons[0], givenName="Annan")

    def meanwhile(resource: str, query: dict[str, str]) -> Reply | None:
        if resource == "persons" and "meta.modified.after" not in query:
            connected.system.fault = lambda *_: None
            with connected.tool.database.writing() as session:
                session.execute(update(roster_service).values(is_approved=False))
        return None

    connected.system.fault = meanwhile
    connected.fetch()
    assert connected.last.state == State.READY


def test_sealed_anew_with_another_key(connected: Connected):
    connected.connect()
    new = Sealer([EncryptionKey(b"n" * 32), EncryptionKey(b"k" * 32)])
    with connected.tool.database.writing() as session:
        assert reseal(session, new) == 1
        assert reseal(session, new) == 0
        found = service_of(session, connected.tool.municipality_id)
    assert found is not None
    assert access_of(Sealer([EncryptionKey(b"n" * 32)]), found).secret == SECRET
    with pytest.raises(BadFile):
        access_of(connected.sealer, found)


# --- when


def test_once_a_day(connected: Connected):
    connected.connect()
    now = datetime.now(UTC)
    with connected.tool.database.writing() as session:
        assert wish_for_fetches(session, now) == 0
        assert wish_for_fetches(session, now + timedelta(days=1, minutes=1)) == 1
        assert wish_for_fetches(session, now + timedelta(days=1, minutes=1)) == 0
    assert connected.service.due_at.date() == date.today() + timedelta(days=2)


def test_removed_means_not_asked(connected: Connected):
    connected.connect()
    with connected.tool.database.writing() as session:
        session.execute(roster_service.delete())
    connected.fetch()
    assert connected.system.asked == []


def test_two_in_one_week_of_which_one_is_being_taken_in(connected: Connected):
    """A list that a person is taking in is not thrown away under their hands."""
    connected.connect()
    connected.fetch()
    first = connected.last.id
    with connected.tool.database.writing() as session:
        assert move(session, first, State.APPLYING, datetime.now(UTC), confirmed_gone=0)
    connected.fetch()
    assert connected.lists.state(first) == State.APPLYING
