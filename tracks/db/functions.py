"""What SQLite and PostgreSQL can both do, and call by different names."""

from typing import Any

from sqlalchemy import BigInteger, BindParameter, ColumnElement, Table, bindparam, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from tracks.db.columns import Json
from tracks.db.session import Session


class _Listed(FunctionElement[int]):
    type = BigInteger()
    inherit_cache = True


@compiles(_Listed)
def _of_json(element: _Listed, compiler: SQLCompiler, **kw: Any) -> str:
    value = compiler.process(element.clauses, **kw)
    return f"(SELECT value::bigint FROM json_array_elements_text({value}::json) AS listed(value))"  # noqa: S608  # a bind, never a value


@compiles(_Listed, "sqlite")
def _of_json_in_sqlite(element: _Listed, compiler: SQLCompiler, **kw: Any) -> str:
    value = compiler.process(element.clauses, **kw)
    return f"(SELECT value FROM json_each({value}))"  # noqa: S608  # a bind, never a value


def is_listed(column: ColumnElement[int], name: str) -> ColumnElement[bool]:
    """`column IN (…)` with all the numbers in one value, so that the statement stays the same."""
    numbers: BindParameter[Any] = bindparam(name, type_=Json())
    return column.bool_op("IN")(_Listed(numbers))


def count_anew(session: Session, table: Table) -> None:
    """After thousands of rows: PostgreSQL plans by what it last counted, and with nothing counted
    it looks at every row for every row. SQLite plans by its indexes."""
    if session.connection.dialect.name == "postgresql":
        session.execute(text(f"ANALYZE {table.name}"))
