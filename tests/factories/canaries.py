"""A person who has something of their own in every personal column, as the data map knows them.

Each value is found again as it is: in an export, in a dump of the database, in a log.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count, cycle
from string import ascii_lowercase
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    Integer,
    LargeBinary,
    String,
    Table,
    func,
    insert,
    select,
)

from tests.factories.tool import Tool
from tracks.app import DATA_MAP
from tracks.db import Json, Session, UtcDateTime, metadata
from tracks.db.data_map import Kept, Kind
from tracks.db.whose import is_of
from tracks.lms.actions import SCORE_JOB
from tracks.people.models import account, municipality, person

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
_numbers = count(1)
_letters = cycle(ascii_lowercase)  # never the same one twice running, however few fit
# Not about anybody in particular, or made by the code that is tested.
NOT_PLANTED = {"archived_item", "accessibility_feedback"}


@dataclass
class Planted:
    """Somebody, with "table.column" -> what stands there."""

    id: int
    values: dict[str, str] = field(default_factory=dict)

    def hidden(self) -> set[str]:
        """What opens something to whoever has it: in no export."""
        return {
            f"{each.table.name}.{name}" for each in DATA_MAP.tagged for name in each.hidden.split()
        }


def _canary(column: Column[Any]) -> Any:
    """Unique, and as long as the column is wide; None for what cannot be: yes or no."""
    number = next(_numbers)
    kind = column.type
    if isinstance(kind, LargeBinary):
        return f"canary{number:04d}bytes".encode()
    if isinstance(kind, Json):
        return {"text": f"canary{number:04d}json"}
    if isinstance(kind, String):
        long = f"canary{number:04d}{column.name}"
        return long if (kind.length or 999) >= len(long) else f"{'Qz'}{number:03d}"[: kind.length]
    if isinstance(kind, Float):
        return 7000.0625 + number
    return None


def _said(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode()
    return str(value["text"] if isinstance(value, dict) else value)


def _filler(session: Session, column: Column[Any]) -> Any:
    """Something that fits and says nothing."""
    for foreign in column.foreign_keys:
        found = session.execute(select(func.min(foreign.column))).scalar()
        if found is None:
            row = plant(session, foreign.column.table, {})
            found = row[foreign.column.name]
        return found
    kind = column.type
    if isinstance(kind, UtcDateTime):
        return NOW
    if isinstance(kind, Date):
        return date(2026, 11, 20)
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, Json):
        return []
    if isinstance(kind, LargeBinary):
        return b""
    if isinstance(kind, Integer | Float) or kind.python_type is int:
        return next(_numbers)
    length = kind.length if isinstance(kind, String) else None
    return next(_letters) if length == 1 else f"f{next(_numbers)}"[-(length or 99) :]


def plant(session: Session, table: Table, given: dict[str, Any]) -> dict[str, Any]:
    """A row with these values, and the row as it is."""
    values = dict(given)
    for column in table.c:
        own_id = column.primary_key and column.name == "id" and column.type.python_type is int
        if column.name in values or own_id or (column.nullable and not column.foreign_keys):
            continue
        if column.server_default is not None or column.nullable:
            continue
        values[column.name] = _filler(session, column)
    made = session.execute(insert(table).values(values).returning(*table.c)).one()
    return dict(made._mapping)


def plant_person(tool: Tool) -> Planted:
    with tool.database.writing() as session:
        if session.execute(select(func.min(person.c.id))).scalar() is None:
            # The first one is everybody else: whoever a row of somebody's names besides.
            plant(session, person, {"municipality_id": tool.municipality_id})
        who = plant(session, person, {"municipality_id": tool.municipality_id})
        planted = Planted(who["id"])
        sub = f"canary{next(_numbers):04d}sub"
        for kept in DATA_MAP.kept:
            if kept.table.name not in NOT_PLANTED:
                _plant_kind(session, tool, kept, planted, sub)
        link = f"{planted.id}:1"
        plant(session, metadata.tables["outbox"], {"kind": SCORE_JOB, "key": link, "payload": {}})
    return planted


def _plant_kind(session: Session, tool: Tool, kept: Kept, planted: Planted, sub: str) -> None:
    table = kept.table
    tagged = DATA_MAP.of(table)
    assert tagged is not None
    given: dict[str, Any] = (
        {"municipality_id": tool.municipality_id} if "municipality_id" in table.c else {}
    )
    for name in tagged.names(Kind.PERSONAL, Kind.SPECIAL):
        if not table.c[name].foreign_keys:
            value = sub if name == "sub" and table.name != "identity" else _canary(table.c[name])
            if value is not None:
                given[name] = value
                planted.values[f"{table.name}.{name}"] = _said(value)
    if table is person:
        session.execute(
            person.update()
            .where(person.c.id == planted.id)
            .values(**given, school_id=tool.school_id)
        )
        return
    if kept.among is None:
        given[kept.owner.name] = planted.id
    if "registration_id" in table.c and table is account:
        given["registration_id"] = tool.registration_id
    # One row for each municipality, or for each of its LMSs: every person has another.
    if table.name == "roster_service":
        given["municipality_id"] = plant(session, municipality, {})["id"]
    if table.name == "roster_trust":
        lms = metadata.tables["registration"]
        of_lms = {"municipality_id": tool.municipality_id, "issuer": f"i{planted.id}"}
        given["registration_id"] = plant(session, lms, of_lms)["id"]
    if table.name == "course_group_member":
        group = plant(
            session, metadata.tables["course_group"], {"course_id": _course(session, tool)}
        )
        given["course_group_id"] = group["id"]
    if table.name == "course_member":
        given["course_id"] = _course(session, tool)
    plant(session, table, given)


def _course(session: Session, tool: Tool) -> int:
    found: int | None = session.execute(select(func.min(metadata.tables["course"].c.id))).scalar()
    if found is not None:
        return found
    deployment = metadata.tables["deployment"]
    of_lms = select(deployment.c.id).where(deployment.c.registration_id == tool.registration_id)
    given = {
        "municipality_id": tool.municipality_id,
        "deployment_id": session.execute(of_lms).scalar_one(),
    }
    return int(plant(session, metadata.tables["course"], given)["id"])


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, bytes):
        yield value.decode("latin-1")
    elif isinstance(value, dict | list):
        yield json.dumps(value, ensure_ascii=False)
    elif value is not None:
        yield str(value)


def dump(tool: Tool, *, leave_out: frozenset[str] = frozenset()) -> str:
    """Everything that any table holds."""
    said: list[str] = []
    with tool.database.reading() as session:
        for table in metadata.sorted_tables:
            if table.name not in leave_out:
                for row in session.execute(select(table)):
                    said += [text for value in row for text in texts(value)]
    return "\n".join(said)


def unzipped(pieces: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(pieces)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode("utf-8") for name in archive.namelist()}


def plant_municipality(tool: Tool) -> Planted:
    """Another municipality, with a row in every table that knows one: something of its own in
    every column that holds words or bytes. Shared tables have nothing of it."""
    rows: dict[str, dict[str, Any]] = {}
    with tool.database.writing() as session:
        planted = Planted(0)
        for table in _parents_first():
            tagged = DATA_MAP.of(table)
            assert tagged is not None
            if is_of(DATA_MAP, table, 0) is None:
                continue
            given: dict[str, Any] = {}
            ways = [(k.parent, k.column) for k in table.foreign_keys]
            for column, target in [*ways, *([tagged.leads] if tagged.leads else [])]:
                if target.table.name in rows:
                    given[column.name] = rows[target.table.name][target.name]
            for column in table.c:
                if column.name not in given and not column.foreign_keys:
                    value = _canary(column)
                    if isinstance(value, str | bytes | dict) and "canary" in _said(value):
                        given[column.name] = value  # what is too short would be found elsewhere
                        planted.values[f"{table.name}.{column.name}"] = _said(value)
            rows[table.name] = plant(session, table, given)
        planted.id = rows["municipality"]["id"]
        lms = rows["registration"]["id"]
        job = {"kind": SCORE_JOB, "key": f"of {planted.id}", "lane": f"scores:{lms}"}
        plant(session, metadata.tables["outbox"], {**job, "payload": {}})
    return planted


def _parents_first() -> list[Table]:
    """What leads to others without a foreign key after all that have one."""
    led = [each.table for each in DATA_MAP.tagged if each.leads is not None]
    return [*(t for t in metadata.sorted_tables if t not in led), *led]
