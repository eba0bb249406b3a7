import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

_TABLES = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS used_assertion (
    client_id TEXT NOT NULL, jti TEXT NOT NULL, expires_at REAL NOT NULL,
    PRIMARY KEY (client_id, jti)
);
CREATE TABLE IF NOT EXISTS line_item (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    course_id TEXT NOT NULL,
    label TEXT NOT NULL,
    maximum NUMERIC NOT NULL,
    resource_id TEXT, tag TEXT, resource_link_id TEXT,
    is_declared INTEGER NOT NULL DEFAULT 0,
    is_deleted INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS one_declared_line_item_a_link
    ON line_item (course_id, resource_link_id) WHERE is_declared;
CREATE TABLE IF NOT EXISTS score (
    line_item_id INTEGER NOT NULL REFERENCES line_item,
    user_id TEXT NOT NULL,
    given NUMERIC, maximum NUMERIC,
    activity TEXT NOT NULL, grading TEXT NOT NULL, comment TEXT,
    sent_at TEXT NOT NULL, received_at TEXT NOT NULL,
    PRIMARY KEY (line_item_id, user_id)
);
CREATE TABLE IF NOT EXISTS content_request (
    data TEXT PRIMARY KEY, course_id TEXT NOT NULL, sub TEXT NOT NULL, sent_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS added_link (
    id TEXT PRIMARY KEY, course_id TEXT NOT NULL,
    title TEXT NOT NULL, text TEXT NOT NULL, url TEXT NOT NULL, custom TEXT NOT NULL,
    maximum NUMERIC
);
"""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class State:
    """What the demo LMS remembers, in one SQLite file: a restart keeps the gradebook.

    Each use opens its own connection: the server's threads share nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # it holds the LMS's private key
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.executescript(_TABLES)

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        with closing(self._connect()) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; nobody else writes until it ends."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def setting(self, name: str, make: Callable[[], str]) -> str:
        """The kept value, made and kept at the first use."""
        with self.writing() as connection:
            row = connection.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
            if row is not None:
                return str(row["value"])
            value = make()
            connection.execute("INSERT INTO setting VALUES (?, ?)", (name, value))
            return value


class UsedAssertionsInState:
    def __init__(self, state: State) -> None:
        self._state = state

    def consume(self, client_id: str, jti: str, expires_at: datetime) -> bool:
        now = datetime.now(UTC).timestamp()
        with self._state.writing() as connection:
            connection.execute("DELETE FROM used_assertion WHERE expires_at < ?", (now,))
            added = connection.execute(
                "INSERT OR IGNORE INTO used_assertion VALUES (?, ?, ?)",
                (client_id, jti, expires_at.timestamp()),
            )
            return added.rowcount == 1


class ToolKeySetInState:
    def __init__(self, state: State) -> None:
        self._state = state

    def load(self) -> str | None:
        with self._state.reading() as connection:
            row = connection.execute(
                "SELECT value FROM setting WHERE name = 'tool_key_set'"
            ).fetchone()
        return None if row is None else str(row["value"])

    def save(self, document: str) -> None:
        with self._state.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO setting VALUES ('tool_key_set', ?)", (document,)
            )
