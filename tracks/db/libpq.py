"""Prepared statements on PostgreSQL, straight from libpq.

The driver's own cursor asks its socket, its adapters and its cache anew at every statement, in
Python. What it decides stays decided here: the values' text is the driver's, and so is what becomes
of a row.
"""

from collections.abc import Sequence
from typing import Any, Final

from psycopg import Connection
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg.pq.abc import PGresult

# As the driver does: what is rare is not worth a turn of its own and a place in the server.
_PREPARE_AFTER: Final = 5
_MOST_PREPARED: Final = 100
_GOOD: Final = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)


class LibpqCursor:
    """As much of a cursor as tracks.db.prepared asks for. Lives as long as the connection.

    Statements say `$1` for a value, and of what type it is. Whoever waits here holds no other
    thread up: psycopg lets go of the interpreter meanwhile.
    """

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._values = Transformer(connection)
        self._uses: dict[str, int] = {}
        self._names: dict[str, bytes] = {}
        self._result: PGresult | None = None

    def execute(self, sql: str, values: Sequence[Any]) -> None:
        """Raises the driver's errors."""
        pgconn = self._pgconn
        if not self._connection.autocommit and pgconn.transaction_status == TransactionStatus.IDLE:
            self._checked(pgconn.exec_(b"BEGIN"))
        # Of psycopg's types: a value may be NULL, in whatever way it is sent.
        sent: Any = self._values.dump_sequence(values, [PyFormat.TEXT] * len(values))
        name = self._names.get(sql) or self._name(sql)
        if name is None:
            result = pgconn.exec_params(sql.encode(), sent)
        else:
            result = pgconn.exec_prepared(name, sent)
        self._result = self._checked(result)

    def _name(self, sql: str) -> bytes | None:
        """Of the statement in the server, from its sixth use on."""
        count = self._uses[sql] = self._uses.get(sql, 0) + 1
        if count <= _PREPARE_AFTER or len(self._names) >= _MOST_PREPARED:
            return None
        name = b"tracks_%d" % len(self._names)
        self._checked(self._pgconn.prepare(name, sql.encode()))
        self._names[sql] = name
        return name

    def _checked(self, result: PGresult) -> PGresult:
        if result.status in _GOOD:
            return result
        raise error_from_result(result)

    @property
    def rowcount(self) -> int:
        changed = None if self._result is None else self._result.command_tuples
        return -1 if changed is None else changed

    def types(self) -> list[int]:
        """PostgreSQL's own type of each column that was found."""
        result = self._result
        return [] if result is None else [result.ftype(n) for n in range(result.nfields)]

    def fetchall(self) -> list[Any]:
        result = self._result
        if result is None:
            return []
        self._values.set_pgresult(result)
        return self._values.load_rows(0, result.ntuples, tuple)
