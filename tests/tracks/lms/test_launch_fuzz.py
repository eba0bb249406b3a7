"""Launches with claims that nobody should send, over HTTP (check 7; the long run is a command)."""

from tests.conformance.fuzz import LONG_RUN, LONGEST_P99, changes, run
from tests.conformance.naughty import OTHERS, STRINGS, paths
from tests.factories.tool import Tool
from tests.fakes.forge import Setting, resource_claims

LAUNCHES = 250  # on each database, and not the same ones


def test_every_launch_gets_a_page_and_soon(tool: Tool):
    is_sqlite = tool.settings.database_url.startswith("sqlite")

    outcome = run(tool, 0 if is_sqlite else LAUNCHES, LAUNCHES)

    assert outcome.accidents == []
    assert sum(outcome.statuses.values()) == LAUNCHES
    # Some get in, some do not: the changes reach behind the first check.
    assert min(outcome.statuses[303], outcome.statuses[400] + outcome.statuses[403]) > 20
    assert outcome.p99 < LONGEST_P99


def test_long_run_puts_every_text_into_every_claim():
    claims = resource_claims(Setting("https://lms.example", "client-1", "1", "https://t", "n", 1))
    every = {(path, repr(value)) for path in paths(claims) for value in (*STRINGS, *OTHERS)}

    made = changes(claims, 0, len(every))

    seen = {(path, repr(value)) for chosen in made for path, value in chosen.items()}
    assert seen == every
    assert len(every) <= LONG_RUN
