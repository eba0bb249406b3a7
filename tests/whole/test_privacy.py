"""Whatever is kept about a person is on the page that says what is kept."""

from sqlalchemy import Column

from tracks.app import KEPT
from tracks.migrations import target_metadata


def owners() -> set[str]:
    """Every column that names a person."""
    found: set[str] = set()
    for table in target_metadata().sorted_tables:
        columns: list[Column] = list(table.columns)
        for column in columns:
            if any(key.column.table.name == "person" for key in column.foreign_keys):
                found.add(f"{table.name}.{column.name}")
    return found


def test_every_table_about_a_person_is_counted():
    shown = {f"{kind.owner.table.name}.{kind.owner.name}" for kind in KEPT}

    assert owners() | {"person.id"} == shown


def test_no_kind_is_shown_twice():
    assert len({kind.what for kind in KEPT}) == len(KEPT)
