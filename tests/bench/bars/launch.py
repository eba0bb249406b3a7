"""Bar 1: the full launch, against the least that can call itself one."""

from collections.abc import Iterator
from itertools import count

from tests.bench.bench import Bench
from tests.bench.browser import Browser
from tests.bench.lms import follow, launch, sign_in
from tests.bench.measuring import in_turn
from tests.bench.result import Comparison, Limit, Result
from tests.bench.servers import Server, bare_server, tool_server
from tests.bench.world import World

LAUNCHES = 60  # a round: half newcomers, half persons that have a school
PAGE = "/t/any/track/first/step"
LIMITS = {
    "SQLite": Limit(floor=0.40, goal=0.60, at_most=False),
    "PostgreSQL": Limit(floor=0.25, goal=0.40, at_most=False),
}


def measure(bench: Bench) -> list[Result]:
    return [
        _measure(bench, "SQLite", bench.sqlite()),
        _measure(bench, "PostgreSQL", bench.postgres()),
    ]


def _measure(bench: Bench, engine: str, world: World) -> Comparison:
    with tool_server(world) as ours, bare_server(world) as theirs:
        known = [
            sign_in(Browser(ours.connection), ours.port, world.school_id, person)
            for person in range(LAUNCHES // 2)
        ]
        newcomers = count(LAUNCHES)
        followed: list[int] = []
        pairs = in_turn(
            lambda: ours.cost(lambda: _launches(ours, known, newcomers, followed)),
            lambda: theirs.cost(lambda: _bare_launches(theirs, followed)),
            bench.pairs,
        )
    return Comparison(
        name=f"1 full launch, {engine}",
        ours="login, launch and the redirects to the first page; half newcomers, half known",
        theirs="a Flask app that checks a state cookie and RS256: the same number of requests",
        how=f"{LAUNCHES} launches a round on one kept-alive connection, server and database "
        "backends together; launches per CPU second, ours to theirs",
        limit=LIMITS[engine],
        pairs=pairs,
    )


def _launches(
    server: Server, known: list[Browser], newcomers: Iterator[int], followed: list[int]
) -> int:
    """`followed` is told how many pages each launch led over."""
    followed.clear()
    for person, browser in enumerate(known):
        followed.append(follow(browser, launch(browser, server.port, person)))
        fresh = Browser(server.connection)
        followed.append(follow(fresh, launch(fresh, server.port, next(newcomers))))
    return len(followed)


def _bare_launches(server: Server, followed: list[int]) -> int:
    for pages in followed:
        browser = Browser(server.connection)
        answer = launch(browser, server.port, 1)
        assert answer.status == 200
        for _ in range(pages):
            assert browser.get(PAGE).status == 200
    return len(followed)
