"""Bar 5, first part: a step's form, sent by a teacher."""

from collections.abc import Sequence
from itertools import islice

from tests.bench.bench import Bench
from tests.bench.browser import Browser
from tests.bench.library import MODULES, READINGS, TRACK, module_slug, reading_slug
from tests.bench.measuring import in_turn, rounds_at_most
from tests.bench.people import signed_in
from tests.bench.result import Comparison, Limit, Result
from tests.bench.servers import bare_server, tool_server

PERSONS = 5  # a round; each does all the readings of the track
PATHS = [
    f"/t/{TRACK}/{module_slug(module)}/{reading_slug(reading)}"
    for module in range(1, MODULES + 1)
    for reading in range(READINGS)
]


def measure(bench: Bench) -> list[Result]:
    world = bench.sqlite()
    with tool_server(world) as ours, bare_server(world) as theirs:
        signed = signed_in(ours, world, range(PERSONS * rounds_at_most(bench.pairs)))
        fresh = iter(signed)
        alike = [
            Browser(theirs.connection, dict(each.cookies), each.form_token)
            for each in signed[:PERSONS]
        ]

        def ours_round() -> float:
            browsers = list(islice(fresh, PERSONS))
            return ours.cost(lambda: _post_all(browsers, status=303))

        pairs = in_turn(
            ours_round, lambda: theirs.cost(lambda: _post_all(alike, status=200)), bench.pairs
        )
    return [
        Comparison(
            name="5 progress POST, SQLite",
            ours="session, form token, step done once, counters, score in the outbox, in a commit",
            theirs="an empty Flask POST, same server, same form and cookies",
            how=f"{PERSONS} persons a round do the {len(PATHS)} readings of a track, every fourth "
            "a resource that is counted; each person's first counts as a start at the school",
            limit=Limit(floor=3.5, goal=2.5, at_most=True),
            pairs=pairs,
        )
    ]


def _post_all(browsers: Sequence[Browser], *, status: int) -> int:
    for browser in browsers:
        form = {"form_token": browser.form_token, "go": "done"}
        for path in PATHS:
            answer = browser.post(path, form)
            assert answer.status == status, answer.body
    return len(browsers) * len(PATHS)
