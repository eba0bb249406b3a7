"""Prepared statements on PostgreSQL: as the driver's own cursor, at a fraction of its cost."""

import os
import socket
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, insert, select, text
from sqlalchemy.exc import DataError, IntegrityError

from tracks.db import Database, DatabaseBusy, Prepared, Session
from tracks.people.models import municipality

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.parametrize("database_url", ["postgresql"], indirect=True),
]
OFTEN = 12  # a statement is prepared in the server from its sixth use on
_ADD = Prepared(insert(municipality).returning(municipality.c.id))
_NAMES = Prepared(select(municipality.c.name).where(municipality.c.country == bindparam("country")))
_DROP = Prepared(delete(municipality).where(municipality.c.country == bindparam("country")))


def add(database: Database, name: str) -> None:
    with database.writing() as session:
        session.execute(_ADD, {"name": name, "country": "SE"})


def names(database: Database) -> list[str]:
    with database.reading() as session:
        return sorted(row.name for row in session.execute(_NAMES, {"country": "SE"}))


def test_what_is_written_often_is_read_as_it_was_written(database: Database):
    wanted = [f"Ås 100% ${n} 'sør' \\" for n in range(OFTEN)]
    for count, name in enumerate(wanted, 1):
        add(database, name)
        assert len(names(database)) == count

    assert names(database) == sorted(wanted)


def lose(database: Database, number: int) -> None:
    with database.writing() as session:
        session.execute(_ADD, {"name": f"lost {number}", "country": "SE"})
        for _ in range(OFTEN):  # would the driver prepare some, too, it would forget all
            session.execute(text("SELECT 1"))
        raise ZeroDivisionError


def test_a_statement_outlives_a_transaction_that_was_taken_back(database: Database):
    for number in range(OFTEN):
        with pytest.raises(ZeroDivisionError):
            lose(database, number)
        add(database, f"kept {number:02}")

    assert names(database) == [f"kept {number:02}" for number in range(OFTEN)]


def add_half(database: Database, name: str | None) -> None:
    with database.writing() as session:
        session.execute(_ADD, {"name": "half", "country": "SE"})
        session.execute(_ADD, {"name": name, "country": "SE"})


def test_a_refused_row_raises_what_sqlalchemy_would_and_keeps_nothing(database: Database):
    for _ in range(OFTEN):
        with pytest.raises(IntegrityError):
            add_half(database, None)

    assert names(database) == []


def test_a_text_that_postgresql_cannot_hold_is_refused_and_not_cut(database: Database):
    for _ in range(OFTEN):
        with pytest.raises(DataError):
            add_half(database, "before\x00after")

    assert names(database) == []


def test_rows_that_are_changed_are_counted(database: Database):
    for number in range(OFTEN):
        add(database, "a")
        add(database, "b")
        with database.writing() as session:
            assert session.execute(_DROP, {"country": "SE"}).rowcount == 2, number
            assert session.execute(_DROP, {"country": "SE"}).rowcount == 0, number


def read_over(database: Database, cut: Callable[[Session], None]) -> None:
    with database.writing() as session:
        session.execute(_NAMES, {"country": "SE"})
        cut(session)
        session.execute(_NAMES, {"country": "SE"})


def test_a_connection_that_the_server_ends_is_an_outage_and_the_next_works(database: Database):
    def end(session: Session) -> None:
        own = session.execute(text("SELECT pg_backend_pid()")).scalar_one()
        with database.writing() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": own})

    with pytest.raises(DatabaseBusy):
        read_over(database, end)

    add(database, "after")
    assert names(database) == ["after"]


def test_a_connection_that_is_cut_in_silence_is_an_outage_too(database: Database):
    def cut(session: Session) -> None:
        driver: Any = session.connection.connection.dbapi_connection
        with socket.socket(fileno=os.dup(driver.fileno())) as wire:
            wire.shutdown(socket.SHUT_RDWR)

    with pytest.raises(DatabaseBusy):
        read_over(database, cut)

    add(database, "after")
    assert names(database) == ["after"]
