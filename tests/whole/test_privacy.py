"""Whatever is kept about a person is on the page that says what is kept."""

from pathlib import Path
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.sql import visitors

from tracks.app import KEPT
from tracks.lms.views.cookieless import PROBE
from tracks.migrations import target_metadata
from tracks.organisation.codes import INVITATION_LIFE, INVITATIONS_SHOWN
from tracks.organisation.models import link_code
from tracks.web.cookies import NAME, OWN, WAY_OUT

ROOT = Path(__file__).parents[2]


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


def test_a_code_of_two_weeks_is_not_told_as_one_of_minutes():
    (code,) = [kind for kind in KEPT if kind.owner is link_code.c.person_id]
    manual = (ROOT / "docs/privacy.md").read_text()

    assert f"{INVITATION_LIFE.days} days" in code.how_long
    assert f"somebody's first visit | {INVITATION_LIFE.days} days" in manual
    assert f"its row is deleted {INVITATIONS_SHOWN.days} days after" in manual


def test_the_manual_names_the_cookies():
    manual = (ROOT / "docs/privacy.md").read_text()

    assert [name for name in (NAME, OWN, WAY_OUT, PROBE) if f"`{name}`" not in manual] == []


def test_no_kind_is_shown_twice():
    assert len({kind.what for kind in KEPT}) == len(KEPT)


def test_lists_that_know_people_only_by_their_id_in_the_lms_are_counted_too():
    by_sub = {
        table.name
        for table in target_metadata().sorted_tables
        if "sub" in table.c and not any(f"{table.name}." in owner for owner in owners())
    }
    counted = {
        table.name for kind in KEPT if kind.among is not None for table in _tables(kind.among)
    }

    assert by_sub == {"course_member", "course_group_member"}
    assert by_sub <= counted


def _tables(join: Any) -> set[Any]:
    return {each for each in visitors.iterate(join) if isinstance(each, Table)}
