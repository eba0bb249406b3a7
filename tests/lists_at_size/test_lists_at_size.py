"""A smaller municipality in each form; the whole one: `python -m tests.lists_at_size`."""

from pathlib import Path

import pytest
from sqlalchemy import text

from tests.factories.tool import Tool
from tests.lists_at_size.run import FORMS, take_in
from tracks.rosters.rules import Counts


@pytest.mark.parametrize("form", FORMS)
def test_all_of_them_work_there_and_the_same_list_again_changes_nothing(
    tool: Tool, tmp_path: Path, form: str
):
    taken = take_in(form, tool, tmp_path, units=30, staff=1_200)

    assert taken.working == 1_200
    assert taken.rows >= 1_200
    assert taken.changed_again == Counts()


def test_postgresql_counts_what_a_list_brings_before_it_plans_with_it(tool: Tool, tmp_path: Path):
    """Without it the time grows with the square: 13 s for 12,000 of staff instead of 3."""
    take_in("csv", tool, tmp_path, units=30, staff=1_200)

    with tool.database.reading() as session:
        if session.connection.dialect.name == "sqlite":
            return  # plans by its indexes
        counted = session.execute(
            text("SELECT relname, reltuples FROM pg_class WHERE relname LIKE 'roster_%'")
        )
        rows = {each.relname: each.reltuples for each in counted}
    # A list's own rows go when it is true; what they were was counted before.
    assert rows["roster_row"] >= 1_200
    assert rows["roster_entry"] >= 1_200
