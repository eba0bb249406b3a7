"""Bar 8: the step page, what a teacher sees most."""

from typing import Any
from unittest.mock import patch

from markdown_it import MarkdownIt
from sqlalchemy import event

from tests.bench.apps import tool
from tests.bench.bench import Bench
from tests.bench.browser import Browser
from tests.bench.library import TRACK, module_slug, reading_slug
from tests.bench.lms import sign_in
from tests.bench.measuring import in_turn
from tests.bench.result import Comparison, Figure, Limit, Result
from tests.bench.servers import bare_server, tool_server

REQUESTS = 200
PATH = f"/t/{TRACK}/{module_slug(1)}/{reading_slug(1)}"


def measure(bench: Bench) -> list[Result]:
    world = bench.sqlite()
    with tool_server(world) as ours, bare_server(world) as theirs:
        person = sign_in(Browser(ours.connection), ours.port, world.school_id, 1)
        cookies = dict(person.cookies)

        def rounds(browser: Browser) -> int:
            for _ in range(REQUESTS):
                answer = browser.get(PATH)
                assert answer.status == 200
            return REQUESTS

        pairs = in_turn(
            lambda: ours.cost(lambda: rounds(person)),
            lambda: theirs.cost(lambda: rounds(Browser(theirs.connection, cookies))),
            bench.pairs,
        )
    return [
        Comparison(
            name="8 step page, SQLite",
            ours="GET of a reading step by a signed-in teacher",
            theirs="GET of an empty Flask route, same server, same request",
            how=f"{REQUESTS} requests a round on one kept-alive connection",
            limit=Limit(floor=6, goal=4, at_most=True),
            pairs=pairs,
        ),
        *_counts(bench),
    ]


def _counts(bench: Bench) -> list[Result]:
    """The same page in this process, where statements and renderings can be watched."""
    world = bench.sqlite()
    with tool_server(world) as server:
        person = sign_in(Browser(server.connection), server.port, world.school_id, 1)
        app = tool(world.database_url, world.folder, server.port)
    statements: list[str] = []
    cookie = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    client = app.test_client(use_cookies=False)

    def get() -> None:
        answer = client.get(PATH, headers={"Cookie": cookie})
        assert answer.status_code == 200, answer.text

    def watch(connection: Any, _record: object, _proxy: object) -> None:
        # By the driver: it sees also what is not executed by way of SQLAlchemy.
        connection.set_trace_callback(statements.append)

    with patch.object(MarkdownIt, "parse", side_effect=AssertionError) as parse:
        get()
        engine = app.extensions["tracks"].database.engine
        event.listen(engine, "checkout", watch)
        get()
        engine.dispose()
    asked = [each for each in statements if each not in {"BEGIN", "COMMIT"}]
    return [
        Figure(
            name="8 SQL statements of a warm step page",
            value=len(asked),
            limit=Limit(floor=4, goal=3, at_most=True),
            how="the second request in a row; BEGIN and COMMIT are not counted",
        ),
        Figure(
            name="8 Markdown renderings of a step page",
            value=parse.call_count,
            limit=Limit(floor=0, goal=0, at_most=True),
            how="calls of markdown-it's parse in two requests, the first with nothing read yet",
        ),
    ]
