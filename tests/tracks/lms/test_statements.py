"""How often a launch asks the database: each time is a turn, on the way of every teacher."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import get_ident
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.factories.tool import BASE_URL, ISSUER, Tool
from tracks.catalogue import queries as shelves
from tracks.db import Database, Session
from tracks.lms import known
from tracks.people.models import person


class Counted:
    """Transactions and the statements in them, of this thread: a site that another test runs in
    this process has its worker ask, too.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.statements: list[str] = []
        self.transactions: list[str] = []
        execute, session, mine = Session.execute, Database._session, get_ident()

        def counting(at: Session, statement: Any, parameters: Any = None) -> Any:
            if get_ident() == mine:
                self.statements.append(str(getattr(statement, "statement", statement)))
            return execute(at, statement, parameters)

        @contextmanager
        def opening(database: Database, *, only_reads: bool) -> Iterator[Session]:
            if get_ident() == mine:
                self.transactions.append("reading" if only_reads else "writing")
            with session(database, only_reads=only_reads) as opened:
                yield opened

        patch.setattr(Session, "execute", counting)
        patch.setattr(Database, "_session", opening)

    def of(self, tool: Tool, form: dict[str, str], browser) -> list[tuple[int, list[str]]]:
        """In the last step of a launch, and on the page that it leads to."""
        found = []
        answer = browser.post("/lti/launch", data=form, base_url=BASE_URL)
        assert answer.status_code == 303, answer.text
        found.append(self.taken())
        assert tool.get(browser, answer.headers["Location"]).status_code == 200
        found.append(self.taken())
        return found

    def taken(self) -> tuple[int, list[str]]:
        asked = [s for s in self.statements if not s.startswith("PRAGMA")]  # the tests' own
        taken = (len(asked), self.transactions)
        self.statements, self.transactions = [], []
        return taken


@pytest.fixture
def counted(tool: Tool, monkeypatch: pytest.MonkeyPatch) -> Counted:
    """With what a process reads once, or every few seconds or minutes, behind it."""
    monkeypatch.setattr(known, "FRESH_S", 600)
    monkeypatch.setattr(shelves, "CURRENT_S", 600)
    browser = tool.launch()
    form = tool.form(tool.login(browser), {"sub": "teacher-1"})
    answer = browser.post("/lti/launch", data=form, base_url=BASE_URL)
    tool.get(browser, answer.headers["Location"])
    return Counted(monkeypatch)


def test_a_login_of_a_known_lms_asks_nothing(tool: Tool, counted: Counted):
    query = {"iss": ISSUER, "login_hint": "h", "target_link_uri": f"{BASE_URL}/lti/launch"}

    assert tool.client().get("/lti/login", query_string=query).status_code == 303
    asked_once = counted.taken()
    assert tool.client().get("/lti/login", query_string=query).status_code == 303

    assert asked_once == (1, ["reading"])  # without its client_id it had not come yet
    assert counted.taken() == (0, [])


def test_a_launch_of_somebody_known_takes_seven_statements(tool: Tool, counted: Counted):
    browser = tool.launch()
    counted.taken()
    form = tool.form(tool.login(browser), {"sub": "teacher-1"})

    # The nonce, the deployment, the person, the sign-in in place of the last, the link with the
    # score, the track and what is done in it; then who it is, the work, and how the scores stand.
    assert counted.of(tool, form, browser) == [(7, ["writing"]), (3, ["reading"])]


def test_a_launch_of_a_newcomer_takes_eleven_statements(tool: Tool, counted: Counted):
    browser = tool.client()
    form = tool.form(tool.login(browser), {"sub": "newcomer"})

    # The nonce, the deployment, nobody known, the person, the account, the course, the sign-in, the
    # link, the track, the score, a school to guess; then who it is, and the schools.
    assert counted.of(tool, form, browser) == [(11, ["writing"]), (2, ["reading"])]


def test_what_is_written_after_reading_is_taken_back_by_an_error(tool: Tool):
    """On PostgreSQL reading has no transaction: the next user of its connection has one again."""
    tool.launch()
    names = select(person.c.name)
    with tool.database.reading() as session:
        before = session.execute(names).all()

    with suppress(ZeroDivisionError), tool.database.writing() as session:
        session.execute(update(person).values(name="Somebody else"))
        raise ZeroDivisionError

    with tool.database.engine.connect() as connection:
        connection.execute(update(person).values(name="Nobody"))  # and never committed
    assert tool.rows(names) == before
