"""Statements that go straight to the driver: compiled once, with what each value needs.

SQLAlchemy writes the SQL and converts the values, as for any other statement; its way from there
to the driver and back costs several times what SQLite needs itself, on every page.
"""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

from sqlalchemy import BindParameter, Connection, Dialect, PoolProxiedConnection
from sqlalchemy.exc import DBAPIError, MultipleResultsFound, NoResultFound
from sqlalchemy.sql.selectable import ExecutableReturnsRows
from sqlalchemy.types import TypeEngine

Convert = Callable[[Any], Any]
_CURSOR = "tracks_cursor"  # in a pooled connection's info


class Rows:
    """What a prepared statement found: SQLAlchemy's names, as far as we use them."""

    __slots__ = ("_found", "rowcount")

    def __init__(self, found: list[Any], rowcount: int) -> None:
        self._found = found
        self.rowcount = rowcount

    def __iter__(self) -> Iterator[Any]:
        return iter(self._found)

    def all(self) -> list[Any]:
        return self._found

    def first(self) -> Any:
        return self._found[0] if self._found else None

    def one_or_none(self) -> Any:
        if len(self._found) > 1:
            raise MultipleResultsFound
        return self.first()

    def one(self) -> Any:
        if not self._found:
            raise NoResultFound
        return self.one_or_none()

    def scalar(self) -> Any:
        return self._found[0][0] if self._found else None

    def scalar_one(self) -> Any:
        return self.one()[0]

    def scalar_one_or_none(self) -> Any:
        row = self.one_or_none()
        return None if row is None else row[0]


class Prepared:
    """A statement without anything that depends on its values, such as a list for IN."""

    def __init__(self, statement: ExecutableReturnsRows) -> None:
        self.statement = statement
        # By database, and by what is given: an INSERT without values() names what it is given.
        self._plans: dict[tuple[str, ...], _Plan] = {}

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Rows:
        """Raises what SQLAlchemy would: DBAPIError and its kinds, KeyError for a missing value."""
        dialect = connection.dialect
        key = (dialect.name, *values)
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = _Plan(self.statement, dialect, list(values))
        pooled = connection.connection
        # It lives as long as what the driver calls a connection, and whoever holds that has read
        # all before they ask again.
        cursor: Any = pooled.info.get(_CURSOR)
        try:
            if cursor is None:
                cursor = pooled.info[_CURSOR] = _open_cursor(pooled, dialect)
            return plan.run(cursor, values)
        except dialect.loaded_dbapi.Error as exc:
            is_gone = dialect.is_disconnect(exc, connection.connection, None)
            if is_gone:
                connection.invalidate(exc)
                connection.engine.dispose()  # those that lie in the pool are no better
            raise DBAPIError.instance(
                plan.sql,
                None,
                exc,
                dialect.loaded_dbapi.Error,
                hide_parameters=True,
                connection_invalidated=is_gone,
                dialect=dialect,
            ) from exc


class _Cursor(Protocol):
    """sqlite3's, and ours for PostgreSQL."""

    @property
    def rowcount(self) -> int: ...

    def execute(self, sql: str, values: Sequence[Any]) -> Any: ...

    def fetchall(self) -> list[Any]: ...


def _open_cursor(pooled: PoolProxiedConnection, dialect: Dialect) -> Any:
    if dialect.name != "postgresql":
        return pooled.cursor()
    from tracks.db.libpq import LibpqCursor  # takes the driver with it

    driver: Any = pooled.dbapi_connection
    return LibpqCursor(driver)


def _as_written(dialect: Dialect) -> Dialect:
    """How a statement is written: `?` for SQLite, `$1` for PostgreSQL itself."""
    if dialect.name != "postgresql":
        return dialect
    kind: Any = type(dialect)
    written: Dialect = kind(paramstyle="numeric_dollar")
    return written


class _Plan:
    """The statement for one database."""

    def __init__(
        self, statement: ExecutableReturnsRows, dialect: Dialect, given: list[str]
    ) -> None:
        compiled: Any = statement.compile(dialect=_as_written(dialect), column_keys=given)
        self.sql = str(compiled)
        if "POSTCOMPILE" in self.sql:
            raise TypeError("a statement with an expanding value cannot be prepared")
        # What the statement says itself, such as a LIMIT, ready for the driver.
        self._fixed = {
            name: _fixed(name, bind, dialect)
            for name, bind in compiled.binds.items()
            if name not in given
        }
        self._binds = [
            (name, None if name in self._fixed else _into(compiled.binds[name].type, dialect))
            for name in compiled.positiontup
        ]
        columns = list(statement.exported_columns)
        new_row: Any = namedtuple
        row_class = new_row("Row", [c.key for c in columns], rename=True)
        # As its _make, without counting the columns of every row.
        self._make = partial(tuple.__new__, row_class)
        self._types = [c.type.dialect_impl(dialect) for c in columns]
        self._dialect = dialect
        # How to convert what is found; None: nobody knows yet, () : nothing to convert.
        self._out: Sequence[Convert | None] | None = None if columns else ()

    def run(self, cursor: _Cursor, values: Mapping[str, Any]) -> Rows:
        if self._fixed:
            values = {**self._fixed, **values}
        bound = [
            values[name] if convert is None else convert(values[name])
            for name, convert in self._binds
        ]
        cursor.execute(self.sql, bound)
        if not self._types:
            return Rows([], cursor.rowcount)
        make, found = self._make, cursor.fetchall()
        if self._out is None:
            self._out = self._converters(cursor)
        if out := self._out:
            found = [
                [v if convert is None else convert(v) for convert, v in zip(out, row, strict=True)]
                for row in found
            ]
        return Rows([make(row) for row in found], cursor.rowcount)

    def _converters(self, cursor: Any) -> Sequence[Convert | None]:
        # PostgreSQL's own type of a column decides, for numbers.
        is_sqlite = self._dialect.name == "sqlite"
        theirs = [None] * len(self._types) if is_sqlite else cursor.types()
        found = [
            kind.result_processor(self._dialect, column)
            for kind, column in zip(self._types, theirs, strict=True)
        ]
        return found if any(found) else ()


def _fixed(name: str, bind: BindParameter[Any], dialect: Dialect) -> Any:
    if bind.required:
        raise KeyError(name)
    convert = _into(bind.type, dialect)
    return bind.effective_value if convert is None else convert(bind.effective_value)


def _into(kind: TypeEngine[Any], dialect: Dialect) -> Convert | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)
