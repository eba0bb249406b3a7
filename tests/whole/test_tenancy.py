"""The hook that asks every statement for its tenant (tests/tenancy.py) sees what it should see."""

from importlib import import_module

import pytest
from sqlalchemy import Table, and_, bindparam, delete, exists, func, or_, select, update

from tests.factories.tool import Tool
from tests.tenancy import EXCEPTIONS, KEYS, OWN_KEYS, Hook, loose_tables, tenant_tables
from tracks.catalogue.models import track
from tracks.db import Prepared, metadata
from tracks.lms.models import deployment, registration
from tracks.organisation.models import role_invitation
from tracks.people.models import account, person, role_grant, school, team_school
from tracks.progress.models import track_work

M = bindparam("municipality_id")
_other = school.alias("other")

CARRIES = {
    "the tenant": select(school).where(school.c.municipality_id == M),
    "the tenant among others": select(school).where(
        school.c.id == 1, school.c.municipality_id == M
    ),
    "a list of tenants": select(school).where(school.c.municipality_id.in_([1, 2])),
    "each side of an or": select(school).where(
        or_(
            and_(school.c.municipality_id == M, school.c.id == 1),
            and_(school.c.municipality_id == M, school.c.id == 2),
        )
    ),
    "the person": select(track_work).where(track_work.c.person_id == 1),
    "a join to one that is tied": select(role_grant)
    .join(person, person.c.id == role_grant.c.person_id)
    .where(role_grant.c.municipality_id == M),
    "an outer join": select(school)
    .outerjoin(team_school, team_school.c.school_id == school.c.id)
    .where(school.c.municipality_id == M),
    "a subquery that looks outside": select(person)
    .where(person.c.municipality_id == M)
    .where(exists().where(account.c.person_id == person.c.id)),
    "one of those that a tied subquery finds": select(school).where(
        school.c.id.in_(select(person.c.school_id).where(person.c.municipality_id == M))
    ),
    "in an update": update(school).where(school.c.id == 1, school.c.municipality_id == M),
    "no tenant table": select(track).where(track.c.id == 1),
    "a child of one that is tied": select(deployment)
    .join(registration, registration.c.id == deployment.c.registration_id)
    .where(registration.c.municipality_id == M),
}
LACKS = {
    "an id alone": (select(school).where(school.c.id == 1), {"school"}),
    "nothing": (select(school), {"school"}),
    "the tenant under an or": (
        select(school).where(or_(school.c.municipality_id == M, school.c.id == 1)),
        {"school"},
    ),
    "not this tenant": (select(school).where(school.c.municipality_id != M), {"school"}),
    "a greater one": (select(school).where(school.c.municipality_id > M), {"school"}),
    "a school's id": (
        select(role_invitation).where(role_invitation.c.school_id == 1),
        {"role_invitation"},
    ),
    "another alias of the same table": (
        select(school)
        .join(_other, _other.c.name == school.c.name)
        .where(_other.c.municipality_id == M),
        {"school"},
    ),
    "a join along no key": (
        select(school)
        .join(person, person.c.name == school.c.name)
        .where(person.c.municipality_id == M),
        {"school"},
    ),
    "inside a subquery": (
        select(person.c.name)
        .where(person.c.municipality_id == M)
        .where(person.c.school_id.in_(select(school.c.id).where(school.c.name == "x"))),
        {"school"},
    ),
    "inside a counted column": (
        select(person.c.id, select(func.count()).select_from(school).scalar_subquery()).where(
            person.c.municipality_id == M
        ),
        {"school"},
    ),
    "one of those that any subquery finds": (
        select(school).where(
            school.c.id.in_(select(person.c.school_id).where(person.c.name == "x"))
        ),
        {"school", "person"},
    ),
    "one half of a union": (
        select(school.c.id)
        .where(school.c.municipality_id == M)
        .union_all(select(school.c.id).where(school.c.id == 1)),
        {"school"},
    ),
    "an update": (update(school).where(school.c.id == 1).values(name="x"), {"school"}),
    "a deletion": (delete(role_grant).where(role_grant.c.id == 1), {"role_grant"}),
    "a child by its own id": (select(deployment).where(deployment.c.id == 1), {"deployment"}),
}


@pytest.mark.parametrize("how", CARRIES)
def test_what_carries_its_tenant_passes(how: str):
    assert loose_tables(CARRIES[how]) == set()


@pytest.mark.parametrize("how", LACKS)
def test_what_lacks_it_is_seen(how: str):
    statement, tables = LACKS[how]
    assert loose_tables(statement) == tables


def test_it_watches_what_the_application_runs(tool: Tool, monkeypatch: pytest.MonkeyPatch):
    """Prepared statements too, and also when the page comes out all the same."""
    hook = Hook()
    prepared = Prepared(select(school.c.id).where(school.c.id == bindparam("id")))
    with tool.database.reading() as session:
        assert session.execute(prepared, {"id": tool.school_id}).scalar_one() == tool.school_id
    hook.look_at(prepared)
    assert hook.taken() == []  # a test asks what it likes

    namespace = {"__name__": "tracks.planted", "look": hook.look_at, "statement": prepared}
    exec("def page():\n    def ask(): look(statement)\n    ask()\n", namespace)
    namespace["page"]()

    assert hook.taken() == [("tracks.planted:page.<locals>.ask", "school")]


def test_every_exception_and_every_key_is_still_there():
    for name in EXCEPTIONS:
        module, _, path = name.partition(":")
        found = import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
        assert callable(found), name
    columns = {column.name for each in metadata.sorted_tables for column in each.columns}
    assert set(KEYS) <= columns
    for table, own in OWN_KEYS.items():
        assert set(own) <= set(metadata.tables[table].c.keys())
    assert all({**EXCEPTIONS, **KEYS}.values())


def test_tenant_tables_are_all_that_hang_on_a_municipality():
    found = tenant_tables()
    assert {"municipality", "school", "account", "course_member", "score"} <= found
    free = {table.name for table in metadata.sorted_tables} - found
    assert all(_knows_no_tenant(metadata.tables[name]) for name in free)


def _knows_no_tenant(table: Table) -> bool:
    pointed = {key.column.table.name for key in table.foreign_keys}
    return not pointed & tenant_tables() and "municipality_id" not in table.c
