"""A school system that calls when something has changed, and what of it is not believed."""

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import delete, select, update

from lti.http import GuardedHttp
from tests.factories.tool import BASE_URL
from tests.fakes.school_system import SECRET, Reply, duty, unit
from tests.tracks.organisation.people import with_role
from tests.tracks.rosters.test_school_system import Connected, connected
from tracks.jobs.models import outbox
from tracks.jobs.rules import Job
from tracks.jobs.worker import Done, Outcome, TryLater
from tracks.people.actions import token_hash
from tracks.people.rules import Role
from tracks.rosters.connection import (
    FETCH_JOB,
    SUBSCRIBE_JOB,
    UNSUBSCRIBE_JOB,
    Outward,
    Wanted,
    set_up,
)
from tracks.rosters.models import roster_service, roster_subscription
from tracks.rosters.service_views import OPEN_TO_SCHOOL_SYSTEMS
from tracks.rosters.subscribing import (
    keep_subscribed,
    unsubscribe,
    wish_for_subscriptions,
)
from tracks.rosters.workflow import State

__all__ = ["connected"]
assert OPEN_TO_SCHOOL_SYSTEMS


def run(
    connected: Connected, job: Any, payload: dict[str, Any], tries: int = 1, *, notes: bool = True
) -> Outcome:
    http = GuardedHttp(allow_loopback=True, total_seconds=10.0)
    outward = Outward(http, connected.sealer, connected.waited.append, BASE_URL)
    outcome: Outcome = job(
        outward, connected.tool.database, Job(0, "", "", payload, 1, "", tries, "")
    )
    http.close()
    assert isinstance(outcome, Done | TryLater)
    if notes:
        with connected.tool.database.writing() as session:
            outcome.write(session)
    return outcome


def subscribe(connected: Connected, tries: int = 1) -> Outcome:
    home = {"municipality_id": connected.tool.municipality_id}
    return run(connected, keep_subscribed, home, tries)


def row(connected: Connected) -> Any:
    rows = connected.tool.rows(select(roster_subscription))
    return rows[0] if rows else None


def the_one(connected: Connected) -> dict[str, Any]:
    (made,) = connected.system.subscriptions.values()
    return made


def wished(connected: Connected, kind: str = FETCH_JOB) -> list[Any]:
    return connected.tool.rows(select(outbox).where(outbox.c.kind == kind))


def forget_wishes(connected: Connected) -> None:
    with connected.tool.database.writing() as session:
        session.execute(delete(outbox))


def tells(connected: Connected, path: str = "", body: bytes = b"{}", **more: Any) -> int:
    target = path or the_one(connected)["target"].removeprefix(BASE_URL)
    answer = connected.tool.client().post(target, data=body, base_url=BASE_URL, **more)
    return answer.status_code


@pytest.fixture
def approved(connected: Connected) -> Connected:
    connected.connect()
    connected.fetch()
    connected.approve()
    return connected


@pytest.fixture
def subscribed(approved: Connected) -> Connected:
    subscribe(approved)
    forget_wishes(approved)
    return approved


def test_nothing_is_asked_for_before_somebody_has_looked_at_the_first_list(connected: Connected):
    connected.connect()
    connected.fetch()
    assert wished(connected, SUBSCRIBE_JOB) == []
    subscribe(connected)
    assert connected.system.subscriptions == {}
    connected.approve()
    assert len(wished(connected, SUBSCRIBE_JOB)) == 1


def test_what_is_made_has_a_secret_that_only_the_other_side_has(subscribed: Connected):
    made, kept = the_one(subscribed), row(subscribed)
    token = made["target"].rpartition("/")[2]
    assert made["target"] == f"{BASE_URL}/imports/notices/{token}"
    assert len(token) == 43
    assert (kept.notice_hash, kept.name, kept.fault) == (token_hash(token), made["id"], None)
    assert token not in str(subscribed.tool.rows(select(roster_subscription)))
    assert abs(kept.until - datetime.now(UTC) - timedelta(days=10)) < timedelta(minutes=1)


def test_a_call_is_one_fetch_after_a_while_however_often_it_comes(subscribed: Connected):
    with subscribed.tool.database.writing() as session:
        hour_ago = datetime.now(UTC) - timedelta(hours=1)
        session.execute(update(roster_service).values(asked_at=hour_ago))
    before = datetime.now(UTC)

    for _ in range(20):
        assert tells(subscribed, body=b'{"modifiedEntities": ["Person"]}') == 200

    (wish,) = wished(subscribed)
    assert wish.payload == {"municipality_id": subscribed.tool.municipality_id}
    assert timedelta(minutes=2) <= wish.due_at - before < timedelta(minutes=3)
    assert wish.edition == 1  # the others wrote nothing
    assert row(subscribed).told_at >= before


def test_who_has_just_been_asked_is_not_asked_again_at_once(subscribed: Connected):
    asked = subscribed.service.asked_at
    tells(subscribed)
    (wish,) = wished(subscribed)
    assert wish.due_at == asked + timedelta(minutes=15)
    # and a later call does not push it further away
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=5), tick=True):
        tells(subscribed)
        assert [w.due_at for w in wished(subscribed)] == [wish.due_at]


def test_what_is_true_is_what_we_fetch_and_not_what_the_call_says(subscribed: Connected):
    tells(subscribed, body=b'{"deletedEntities": true, "persons": ["p1"], "municipality_id": 99}')
    subscribed.fetch()
    assert subscribed.keys() == {f"p{n}" for n in range(1, 8)}
    subscribed.system.delete(subscribed.system.duties[0])
    tells(subscribed)
    subscribed.fetch()
    assert subscribed.keys() == {f"p{n}" for n in range(2, 8)}


@pytest.mark.parametrize(
    "path",
    [
        "/imports/notices/none",
        "/imports/notices/" + "a" * 43,
        "/imports/notices/" + "a" * 3000,
        "/imports/notices/%00",
        "/imports/notices/..%2f..",
    ],
)
def test_an_address_that_nobody_was_given_is_nowhere(subscribed: Connected, path: str):
    assert tells(subscribed, path) == 404
    assert wished(subscribed) == []
    assert row(subscribed).told_at is None


def test_a_body_too_large_is_refused_and_any_other_is_not_looked_at(subscribed: Connected):
    assert tells(subscribed, body=b"x" * 70_000) == 413
    assert wished(subscribed) == []
    for body in (b"", b"<html>", b"\xff\xfe", b"[" * 5_000):
        assert tells(subscribed, body=body) == 200
    path = the_one(subscribed)["target"].removeprefix(BASE_URL)
    assert subscribed.tool.get(subscribed.tool.client(), path).status_code == 405


def test_a_flood_from_one_address_is_held_up(subscribed: Connected, monkeypatch):
    most = subscribed.tool.app.extensions["tracks"].settings.launches_per_minute
    seen = {tells(subscribed, "/imports/notices/none") for _ in range(most + 5)}
    assert seen == {404, 429}


def test_it_is_prolonged_before_it_ends(subscribed: Connected):
    first = the_one(subscribed)["id"]
    # A day later it is only looked at.
    with time_machine.travel(datetime.now(UTC) + timedelta(days=1, minutes=1), tick=True):
        with subscribed.tool.database.writing() as session:
            assert wish_for_subscriptions(session, datetime.now(UTC)) == 1
            assert wish_for_subscriptions(session, datetime.now(UTC)) == 0
        subscribed.system.asked.clear()
        subscribe(subscribed)
        assert subscribed.system.resources() == [first]
    with time_machine.travel(datetime.now(UTC) + timedelta(days=8), tick=True):
        subscribe(subscribed)
        assert the_one(subscribed)["id"] == first
        left = row(subscribed).until - datetime.now(UTC)
        assert timedelta(days=29) < left < timedelta(days=31)


def test_where_it_cannot_be_prolonged_a_new_one_takes_its_place(subscribed: Connected):
    before, old_target = the_one(subscribed)["id"], the_one(subscribed)["target"]
    subscribed.system.prolongs = False
    with time_machine.travel(datetime.now(UTC) + timedelta(days=8), tick=True):
        subscribe(subscribed)
        assert the_one(subscribed)["id"] != before
        assert row(subscribed).name == the_one(subscribed)["id"]
        assert tells(subscribed, old_target.removeprefix(BASE_URL)) == 404
        assert tells(subscribed) == 200


def test_one_that_the_system_has_lost_is_made_anew(subscribed: Connected):
    subscribed.system.subscriptions.clear()
    subscribe(subscribed)
    assert row(subscribed).name == the_one(subscribed)["id"]


def test_one_without_an_end_is_looked_at_once_a_day(approved: Connected):
    approved.system.names_an_end = None
    subscribe(approved)
    assert row(approved).until is None
    browser = with_role(approved.tool, Role.COORDINATOR)
    page = approved.tool.get(browser, "/imports/service?lang=en").text
    assert "Yes, until further notice" in page


@pytest.mark.parametrize(
    ("reply", "fault", "words"),
    [
        (Reply(404), "not-offered", "does not offer it"),
        (Reply(501), "not-offered", "does not offer it"),
        (Reply(403), "refused", "did not let us subscribe"),
        (Reply(422), "failed", "did not answer as it should"),
        (Reply(201, b"{}"), "failed", "did not answer as it should"),
        (Reply(201, b'{"id": 7}'), "failed", "did not answer as it should"),
        (Reply(201, b"<html>"), "failed", "did not answer as it should"),
        (Reply(302, headers={"location": "/x"}), "failed", "did not answer as it should"),
    ],
)
def test_a_system_that_does_not_do_it_is_told_and_fetched_at_night(
    approved: Connected, reply: Reply, fault: str, words: str
):
    approved.system.fault = lambda resource, _: reply if resource == "subscriptions" else None
    assert isinstance(subscribe(approved), Done)
    kept = row(approved)
    assert (kept.fault, kept.name) == (fault, None)
    assert kept.due_at > datetime.now(UTC) + timedelta(hours=23)
    browser = with_role(approved.tool, Role.COORDINATOR)
    assert words in approved.tool.get(browser, "/imports/service?lang=en").text
    approved.system.fault = lambda *_: None
    subscribe(approved)
    assert (row(approved).fault, row(approved).name) == (None, the_one(approved)["id"])


def test_a_system_that_is_down_is_tried_again_and_then_told(approved: Connected):
    approved.system.fault = lambda *_: Reply(503)
    assert isinstance(subscribe(approved), TryLater)
    assert isinstance(subscribe(approved, tries=6), Done)
    assert row(approved).fault == "failed"


def test_removed_here_it_is_ended_there(subscribed: Connected):
    target = the_one(subscribed)["target"].removeprefix(BASE_URL)
    browser = with_role(subscribed.tool, Role.COORDINATOR)
    assert subscribed.tool.post(browser, "/imports/service/remove").status_code == 303
    assert row(subscribed) is None
    assert tells(subscribed, target) == 404

    (wish,) = wished(subscribed, UNSUBSCRIBE_JOB)
    assert SECRET not in str(wish.payload)
    run(subscribed, unsubscribe, wish.payload)
    assert subscribed.system.subscriptions == {}
    # Twice, or with a system that is gone: nothing to mind.
    assert isinstance(run(subscribed, unsubscribe, wish.payload), Done)
    subscribed.system.fault = lambda *_: Reply(500)
    assert isinstance(run(subscribed, unsubscribe, wish.payload), TryLater)
    assert isinstance(run(subscribed, unsubscribe, wish.payload, tries=6), Done)


def test_another_address_ends_the_one_at_the_old(subscribed: Connected):
    browser = with_role(subscribed.tool, Role.COORDINATOR)
    moved = {"address": "https://other.example/v2", "way": "token", "secret": SECRET}
    assert subscribed.tool.post(browser, "/imports/service", **moved).status_code == 303
    assert row(subscribed) is None
    (wish,) = wished(subscribed, UNSUBSCRIBE_JOB)
    assert wish.payload["address"] == subscribed.system.url
    # The same address again keeps it.
    again = Wanted("https://other.example/v2", SECRET)
    with subscribed.tool.database.writing() as session:
        home, who = subscribed.tool.municipality_id, subscribed.lists.person_id
        set_up(session, subscribed.sealer, home, who, again, datetime.now(UTC))
    assert len(wished(subscribed, UNSUBSCRIBE_JOB)) == 1


def test_the_page_says_until_when_and_when_it_last_called(subscribed: Connected):
    browser = with_role(subscribed.tool, Role.COORDINATOR)
    page = subscribed.tool.get(browser, "/imports/service?lang=en").text
    assert "and it is prolonged by itself" in page
    assert "Last told of a change" in page
    tells(subscribed)
    told = subscribed.tool.get(browser, "/imports/service?lang=en").text
    assert told.count("Not yet") == page.count("Not yet") - 1


# --- a worker that dies on the way


def subscribe_and_die(connected: Connected) -> None:
    """A worker of its own, killed when the subscription is made there and not noted here."""
    words = [connected.tool.settings.sqlalchemy_url, str(connected.tool.municipality_id)]
    worker = subprocess.Popen([sys.executable, "-m", "tests.tracks.rosters.dying_worker", *words])
    connected.system.made = worker.kill
    assert worker.wait(timeout=60) == -signal.SIGKILL
    connected.system.made = lambda: None


def test_one_that_a_dead_worker_has_made_is_found_again(approved: Connected):
    approved.system.subscriptions = {f"x{n}": {"target": f"https://x/{n}"} for n in range(5)}
    others = set(approved.system.subscriptions)
    subscribe_and_die(approved)
    (made,) = set(approved.system.subscriptions) - others
    assert row(approved).name is None

    subscribe(approved)

    assert set(approved.system.subscriptions) == {*others, made}
    kept = row(approved)
    assert (kept.name, kept.fault) == (made, None)
    assert abs(kept.until - datetime.now(UTC) - timedelta(days=10)) < timedelta(minutes=1)
    target = approved.system.subscriptions[made]["target"]
    assert tells(approved, target.removeprefix(BASE_URL)) == 200


def test_one_of_another_with_the_same_access_is_left_alone(approved: Connected):
    """Its address is one of ours, too: of another municipality at the same school system."""
    approved.system.subscriptions = {
        "theirs": {"id": "theirs", "target": f"{BASE_URL}/imports/notices/{'a' * 43}"}
    }
    subscribe_and_die(approved)
    subscribe(approved)
    assert len(approved.system.subscriptions) == 2
    assert "theirs" in approved.system.subscriptions
    assert row(approved).name != "theirs"


def test_dying_while_one_takes_the_place_of_another_leaves_one(subscribed: Connected):
    first = the_one(subscribed)["id"]
    subscribed.system.prolongs = False
    with subscribed.tool.database.writing() as session:
        soon = datetime.now(UTC) + timedelta(days=1)
        session.execute(update(roster_subscription).values(until=soon))
    subscribe_and_die(subscribed)
    assert the_one(subscribed)["id"] != first
    subscribe(subscribed)
    assert row(subscribed).name == the_one(subscribed)["id"]


def test_removed_before_it_was_noted_it_is_ended_there_all_the_same(approved: Connected):
    subscribe_and_die(approved)
    browser = with_role(approved.tool, Role.COORDINATOR)
    assert approved.tool.post(browser, "/imports/service/remove").status_code == 303
    (wish,) = wished(approved, UNSUBSCRIBE_JOB)
    run(approved, unsubscribe, wish.payload)
    assert approved.system.subscriptions == {}


@pytest.mark.parametrize(
    "reply",
    [
        Reply(405),
        Reply(403),
        Reply(200, b"{}"),
        Reply(200, b'{"data": 7}'),
        Reply(200, b'{"data": [7, {"id": 7}, {}], "pageToken": 7}'),
        Reply(200, b'{"data": [{"id": "", "target": null}], "pageToken": "again"}'),
        Reply(200, b"<html>"),
        Reply(404),
    ],
)
def test_without_a_list_that_can_be_read_there_is_a_new_one(approved: Connected, reply: Reply):
    home = {"municipality_id": approved.tool.municipality_id}
    run(approved, keep_subscribed, home, notes=False)
    left = the_one(approved)["id"]
    asked = []

    def only_the_list(resource: str, _query: dict[str, str]) -> Reply | None:
        asked.append(resource)
        return reply if resource == "subscriptions" and approved.system.is_asked_for_all else None

    approved.system.fault = only_the_list
    subscribe(approved)
    assert len(asked) <= 21
    assert row(approved).name not in (None, left)
    assert row(approved).name in approved.system.subscriptions


# --- units without a code


def test_units_without_a_code_are_told_by_name_and_what_to_do(connected: Connected):
    system = connected.system
    for n, code in ((8, None), (9, ""), (10, "  ")):
        system.organisations.append(unit(n, displayName=f"Sample preschool {n}"))
        system.organisations[-1]["schoolUnitCode"] = code
    system.duties.append(duty(1, at=9, id="d50"))
    system.organisations.append(
        unit(11, displayName="An office", organisationType="Förvaltning", schoolUnitCode=None)
    )
    connected.connect()
    connected.fetch()
    browser = with_role(connected.tool, Role.COORDINATOR)

    page = connected.tool.get(browser, f"/imports/{connected.last.id}?lang=en").text
    assert "3 units have no school unit code" in page
    assert "Sample preschool 8" in page
    assert "Sample preschool 9: 1 task of staff" in page
    assert "register of school units" in page
    assert "An office" not in page
    # They hold nothing up, and stand in the report afterwards.
    connected.approve()
    assert len(connected.keys()) == 7
    for path in (f"/imports/{connected.last.id}", "/imports/service"):
        assert "Sample preschool 10" in connected.tool.get(browser, f"{path}?lang=en").text
    # With a code it comes in, and is told of no more.
    for each in system.organisations[2:5]:
        system.changed(each, schoolUnitCode="1111111" + each["id"][-1])
    connected.fetch()
    assert (connected.service.fault, connected.last.state) == (None, State.APPLIED)
    assert "no school unit code" not in connected.tool.get(browser, "/imports/service?lang=en").text
