"""Bars 2 and 3: the full launch, against the libraries that others build their tools on."""

from collections.abc import Iterator
from itertools import count

from tests.bench.bench import CACHE, Bench
from tests.bench.browser import Browser
from tests.bench.key_server import key_server
from tests.bench.lms import follow, launch
from tests.bench.measuring import in_turn
from tests.bench.peers import Missing
from tests.bench.peers.launchers import Launcher, django_lti, ltijs, pylti1p3next
from tests.bench.result import Comparison, Limit, NotMeasured, Result
from tests.bench.servers import Server, tool_server
from tests.bench.world import World

LAUNCHES = 40  # a round: half newcomers, half persons that have been here
# What PyLTI1p3's page for blocked cookies would add by itself: the peers are spared that page.
STRAIGHT_ON = {"lti1p3_new_window": "1"}
FAVOURS = "the peers skip their cookie check page, and show a page that says hello"


def measure(bench: Bench) -> list[Result]:
    """django-lti on SQLite, ltijs on PostgreSQL, pylti1p3next in memory (ours: on SQLite). Each as
    it is run: ours by waitress, as `tracks serve`, Django and Flask by gunicorn, ltijs by node."""
    sqlite, postgres = bench.sqlite, bench.postgres
    return [
        _measure(world(server="waitress"), bench.pairs, name, launcher, limit)
        for world, name, launcher, limit in (
            (sqlite, "2 full launch, django-lti, SQLite", django_lti, _2B),
            (postgres, "2 full launch, ltijs, PostgreSQL", ltijs, _2A),
            (sqlite, "3 full launch, pylti1p3next, in memory", pylti1p3next, _3),
        )
    ]


_2A = Limit(floor=3, goal=5, at_most=False)
_2B = Limit(floor=5, goal=8, at_most=False)
_3 = Limit(floor=0.9, goal=1.3, at_most=False)


def _measure(world: World, pairs: int, name: str, launcher: Launcher, limit: Limit) -> Result:
    try:
        with (
            key_server(world.jwks_file.read_bytes()) as keys,
            tool_server(world) as ours,
            launcher(CACHE, world, keys.url) as theirs,
        ):
            mine, others = _people(ours), _people(theirs)
            taken = in_turn(
                lambda: ours.cost(lambda: _launches(ours, *mine)),
                lambda: theirs.cost(lambda: _launches(theirs, *others)),
                pairs,
            )
    except Missing as missing:
        return NotMeasured(name, str(missing))
    return Comparison(
        name=name,
        ours="login, launch and the redirects to the first page; nonce consumed, all of it kept",
        theirs="login, launch and the redirects to its page",
        how=f"{LAUNCHES} launches a round, half newcomers; {FAVOURS}; launches per CPU second of "
        "server and database backends, ours to theirs",
        limit=limit,
        pairs=taken,
    )


def _people(server: Server) -> tuple[list[Browser], Iterator[int]]:
    """Browsers that have been here once, and the numbers of those that have not."""
    known = [Browser(server.connection) for _ in range(LAUNCHES // 2)]
    for person, browser in enumerate(known):
        follow(browser, launch(browser, server.port, person, more=STRAIGHT_ON))
    return known, count(LAUNCHES)


def _launches(server: Server, known: list[Browser], newcomers: Iterator[int]) -> int:
    for person, browser in enumerate(known):
        follow(browser, launch(browser, server.port, person, more=STRAIGHT_ON))
        fresh = Browser(server.connection)
        follow(fresh, launch(fresh, server.port, next(newcomers), more=STRAIGHT_ON))
    return LAUNCHES
