"""One launch, one sign-in, whatever comes at once or again (T16, T17, T19, F6, check 4)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from tests.factories.threads import at_once
from tests.factories.tool import Tool
from tests.fakes.forge import PREFIX
from tracks.lms.actions import forget_used_nonces
from tracks.lms.models import resource_link, score
from tracks.people.models import account, person, sign_in

AT_ONCE = 50
ROUNDS = 10  # of each of two people: twenty on each database


@pytest.mark.parametrize("sub", ["newcomer", "teacher-1"])
def test_of_fifty_posts_of_one_launch_one_signs_in(tool: Tool, sub: str):
    tool.launch(sub="teacher-1")
    for _ in range(ROUNDS):
        before = tool.count(sign_in)
        prepared = tool.prepare({"sub": sub})

        answers = at_once(AT_ONCE, lambda _, again=prepared: tool.click(again))

        assert sorted(a.status_code for a in answers) == [303] + [401] * (AT_ONCE - 1)
        assert all("nonce_reused" in a.text for a in answers if a.status_code == 401)
        assert tool.count(sign_in) == before + 1


def test_fifty_launches_of_one_new_person_make_one_person(tool: Tool):
    prepared = [tool.prepare({"sub": "newcomer"}) for _ in range(AT_ONCE)]

    answers = at_once(AT_ONCE, lambda number: tool.click(prepared[number]))

    assert [a.status_code for a in answers] == [303] * AT_ONCE
    assert (tool.count(person), tool.count(account), tool.count(sign_in)) == (1, 1, AT_ONCE)
    assert (tool.count(resource_link), tool.count(score)) == (1, 1)


@pytest.mark.parametrize(
    ("later", "reason"),
    [
        (timedelta(seconds=1), "nonce_reused"),
        (timedelta(seconds=30), "nonce_reused"),
        (timedelta(minutes=5), "nonce_reused"),
        (timedelta(minutes=11), "state_expired"),
        (timedelta(days=2), "state_expired"),
    ],
)
def test_a_used_launch_is_refused_ever_after(tool: Tool, later: timedelta, reason: str):
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        prepared = tool.prepare()
        assert tool.click(prepared).status_code == 303
        clock.shift(later)
        # The purge of old nonces opens no gap either.
        with tool.database.writing() as session:
            forget_used_nonces(session, datetime.now(UTC))

        answer = tool.click(prepared)

    assert (answer.status_code, reason in answer.text) == (401, True)
    assert tool.count(sign_in) == 1


def test_a_refused_launch_uses_its_state_up(tool: Tool):
    prepared = tool.prepare({PREFIX + "version": "1.4"})
    assert tool.click(prepared).status_code == 400

    again = tool.click(prepared)

    assert (again.status_code, "nonce_reused" in again.text) == (401, True)


def test_every_launch_of_one_person_is_a_sign_in_of_its_own(tool: Tool):
    first, second = tool.launch(), tool.launch()

    assert tool.count(sign_in) == 2
    hashes = [row[0] for row in tool.rows(select(sign_in.c.token_hash))]
    cookies = {c.get_cookie("__Host-tracks", "tracks.example").value for c in (first, second)}
    assert len(cookies) == 2
    assert not cookies & set(hashes)  # the database holds what opens nothing
