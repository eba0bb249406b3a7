"""Engines, pragmas and the two ways to open a transaction: reading and writing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    DisconnectionError,
    InterfaceError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, QueuePool

from tracks.db.session import Reaction, Reactions, Session

__all__ = ["Database", "DatabaseBusy", "Reaction", "make_engine"]

BUSY_TIMEOUT_S = 5.0
RESTED_S = 1.0
_RESTS_SINCE = "tracks_rests_since"


class DatabaseBusy(Exception):
    """The database is locked, full, or cannot be reached. Nothing of the transaction was kept."""


def _tune_sqlite(connection: Any, _record: object) -> None:
    # WAL and busy_timeout hold per connection. FULL: an acknowledged write survives power loss.
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    # What is deleted inside a page is overwritten, as far as that costs no further write.
    cursor.execute("PRAGMA secure_delete=FAST")
    cursor.execute(f"PRAGMA busy_timeout={int(BUSY_TIMEOUT_S * 1000)}")
    cursor.close()


_ONLY_READS = "tracks_only_reads"  # in a pooled connection's info: of its next transaction


def _begin_sqlite(connection: PoolProxiedConnection) -> None:
    # IMMEDIATE takes the write lock at once: a transaction that reads first and writes later
    # could otherwise meet SQLITE_BUSY without any waiting.
    only_reads = connection.info.pop(_ONLY_READS, False)
    connection.execute("BEGIN" if only_reads else "BEGIN IMMEDIATE")


def _tell_sqlite(connection: PoolProxiedConnection, *, only_reads: bool) -> None:
    connection.info[_ONLY_READS] = only_reads


def _tell_postgres(connection: PoolProxiedConnection, *, only_reads: bool) -> None:
    """BEGIN and COMMIT are a turn each, and give reading nothing: there every statement sees what
    was committed before it (READ COMMITTED), inside a transaction or outside. Laid down, a
    connection is as others expect it.
    """
    if only_reads:
        _set_autocommit(connection.dbapi_connection, is_on=True)


def _set_autocommit(driver: Any, *, is_on: bool) -> None:
    # One that cannot is dead, and says so at its next statement.
    with suppress(driver.Error):
        driver.autocommit = is_on


def _make_private(file: Path) -> None:
    """The database and what SQLite puts beside it are for the account that runs us only."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not file.exists():
        file.touch(mode=0o600)


def make_engine(url: str, *, pool_size: int = 12) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database:
            _make_private(Path(parsed.database))
        engine = create_engine(
            parsed,
            poolclass=QueuePool,
            pool_size=pool_size,
            max_overflow=4,
            # isolation_level None: BEGIN is ours (above), the driver adds none of its own.
            connect_args={
                "timeout": BUSY_TIMEOUT_S,
                "check_same_thread": False,
                "isolation_level": None,
            },
        )
        event.listen(engine, "connect", _tune_sqlite)
        # Not as an event: with a listener for "begin" every statement looks for listeners.
        engine.dialect.do_begin = _begin_sqlite  # type: ignore[method-assign, assignment]  # for this engine only
        return engine
    engine = create_engine(
        parsed,
        pool_size=pool_size,
        max_overflow=4,
        pool_timeout=5,
        connect_args={
            "connect_timeout": 5,
            "options": "-c lock_timeout=5000 -c statement_timeout=30000 -c timezone=UTC",
        },
    )
    _ping_after_rest(engine)
    return engine


def _ping_after_rest(engine: Engine) -> None:
    """Ask a connection whether it lives when it has lain still; one just used is believed.

    `pool_pre_ping` asks each time, which is one more turn for every page.
    """

    def lay_down(connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
        record.info[_RESTS_SINCE] = monotonic()
        driver: Any = connection
        if driver is not None and driver.autocommit:
            _set_autocommit(driver, is_on=False)

    def take_up(connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object) -> None:
        if monotonic() - record.info.get(_RESTS_SINCE, monotonic()) < RESTED_S:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as exc:
            raise DisconnectionError from exc  # the pool takes another one

    event.listen(engine, "checkin", lay_down)
    event.listen(engine, "checkout", take_up)


def _is_outage(exc: DBAPIError) -> bool:
    if isinstance(exc, OperationalError | InterfaceError) or exc.connection_invalidated:
        return True
    return isinstance(exc, DatabaseError) and "file is not a database" in str(exc.orig)


class Database:
    """Opens sessions. `on_jobs` is called after a commit that left jobs in the outbox."""

    def __init__(self, engine: Engine, reactions: Reactions | None = None) -> None:
        self.engine = engine
        self.on_jobs: Callable[[], None] = lambda: None
        self._reactions: Reactions = reactions or {}
        is_sqlite = engine.dialect.name == "sqlite"
        self._say = _tell_sqlite if is_sqlite else _tell_postgres

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Nothing may be written: on PostgreSQL no transaction would hold it together."""
        with self._session(only_reads=True) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Commit at the end, roll back on any exception. Raises DatabaseBusy on an outage."""
        with self._session(only_reads=False) as session:
            yield session
        if session.has_jobs:
            self.on_jobs()

    @contextmanager
    def _session(self, *, only_reads: bool) -> Iterator[Session]:
        try:
            with self.engine.connect() as connection:
                self._say(connection.connection, only_reads=only_reads)
                with connection.begin():
                    yield Session(connection, self._reactions)
        except DBAPIError as exc:
            if _is_outage(exc):
                raise DatabaseBusy(type(exc.orig).__name__) from exc
            raise
        except PoolTimeout as exc:
            raise DatabaseBusy("no free connection") from exc
