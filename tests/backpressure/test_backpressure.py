"""A small backlog through half a day; the large one: `python -m tests.backpressure` (check 33)."""

import time_machine

from tests.backpressure.backlog import one_day
from tests.factories.tool import Tool
from tracks.jobs.models import outbox


def test_a_backlog_waits_without_a_stir_and_then_drains_at_the_pace(tool: Tool):
    with time_machine.travel("2026-11-21 08:00:00Z", tick=False) as clock:
        day = one_day(tool, clock, people=120, hours=3, look_every=30)

    assert (day.rows, day.waiting_after, day.shown, day.taken) == (120, 120, 120, 120)
    assert day.most_in_a_second <= 10
    assert 11 <= day.drained_in <= 10 * 60 + 45, (
        "the pause that is on, a slow start, then 10 a second"
    )
    assert day.asked_while_down <= 3 * 6 + 8, "first often, then every ten minutes"
    assert tool.count(outbox) == 0
