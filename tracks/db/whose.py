"""Which rows of a table are a municipality's: by a column of their own, or by what they hang on."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, or_, select

from tracks.db.data_map import DataMap

TENANT = "municipality_id"
_TENANTS = "municipality"


def is_of(data_map: DataMap, table: Table, number: int) -> ColumnElement[bool] | None:
    """The rows of the municipality with this number; None: the table knows no municipality."""
    if table.name == _TENANTS:
        return table.c.id == number
    if TENANT in table.c:
        return table.c[TENANT] == number
    found = list(_on_others(data_map, table, number))
    return or_(*found) if found else None


def hangs_on(data_map: DataMap, table: Table, number: int) -> ColumnElement[bool] | None:
    """These rows, and those of others that cannot be without one of the municipality's rows."""
    if table.name == _TENANTS:
        return table.c.id == number
    found = list(_on_others(data_map, table, number))
    if TENANT in table.c:
        found.append(table.c[TENANT] == number)
    return or_(*found) if found else None


def _on_others(data_map: DataMap, table: Table, number: int) -> Iterator[ColumnElement[bool]]:
    for column, target in _ways(data_map, table):
        if target.table.name != _TENANTS:
            theirs = is_of(data_map, target.table, number)
            if theirs is not None:
                yield column.in_(select(target).where(theirs))


def _ways(data_map: DataMap, table: Table) -> Iterator[tuple[Column[Any], Column[Any]]]:
    """Columns that are never empty, and what each points to."""
    for key in table.foreign_keys:
        if not key.parent.nullable:
            yield key.parent, key.column
    tagged = data_map.of(table)
    if tagged is not None and tagged.leads is not None:
        yield tagged.leads
