"""All that a municipality has here, as a zip for programs (docs/municipalities/leaving.md).

What goes in follows from the data map: each table that knows a municipality, but for what says why
it is left out. Read a page at a time, with no transaction open while it is written.
"""

import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import func, literal, select, tuple_

from tracks.db import Database, Session
from tracks.db.data_map import DataMap, Tagged
from tracks.db.whose import is_of
from tracks.i18n import N_
from tracks.people.models import municipality
from tracks.privacy.exporting import Pipe, Say, body_of, file_name, labelled, plain

FORMAT: Final = "learning-tracks-municipality"
VERSION: Final = 1
A_PAGE: Final = 1000


class Extent(Struct, frozen=True):
    """What is asked for."""

    number: int  # of the municipality
    language: str
    # Also what the pages promise that nobody but its writer sees.
    has_own: bool = False


def tables(data_map: DataMap) -> list[Tagged]:
    """Those that go in, in the order in which rows point to others."""
    order = list(municipality.metadata.sorted_tables)
    inside = [tagged for tagged in data_map.tagged if not tagged.left_out]
    return sorted(inside, key=lambda tagged: order.index(tagged.table))


def rows_expected(session: Session, data_map: DataMap, number: int) -> dict[str, int]:
    """By table; of those with at least one row."""
    found = {}
    for tagged in tables(data_map):
        theirs = is_of(data_map, tagged.table, number)
        assert theirs is not None, f"{tagged.table.name} knows no municipality"
        count = select(func.count()).select_from(tagged.table).where(theirs)
        found[tagged.table.name] = session.execute(count).scalar_one()
    return {name: count for name, count in found.items() if count}


def take_out(
    database: Database,
    data_map: DataMap,
    extent: Extent,
    say: Say,
    now: datetime,
    read: Callable[[int], None] = lambda _rows: None,
) -> Iterator[bytes]:
    """The zip in pieces. `say` translates; `read` is told of each page how many rows it had."""
    pipe = Pipe()
    files: list[tuple[Tagged, tuple[Any, ...], str]] = []
    counts: dict[str, int] = {}
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for tagged in tables(data_map):
            name = tagged.table.name
            counts[name] = 0
            with archive.open(f"tables/{name}.jsonl", "w", force_zip64=True) as out:
                for page in _pages(database, data_map, tagged, extent):
                    for key, row in page:
                        if tagged.file is not None and extent.has_own:
                            path = f"files/{name}/{len(files) + 1}-{file_name(row[tagged.file[0]])}"
                            files.append((tagged, key, path))
                            row["file"] = path
                        out.write((json.dumps(row, ensure_ascii=False) + "\n").encode())
                    counts[name] += len(page)
                    read(len(page))
                    yield pipe.taken()
        for tagged, key, path in files:
            with database.reading() as session:
                archive.writestr(path, body_of(session, tagged, key))
            yield pipe.taken()
        with database.reading() as session:
            head = _head(session, data_map, extent, counts, say, now)
        archive.writestr("export.json", json.dumps(head, ensure_ascii=False, indent=1))
        archive.writestr("README.md", _read_me(data_map, head, say))
    yield pipe.taken()


Page = list[tuple[tuple[Any, ...], dict[str, Any]]]


def _pages(database: Database, data_map: DataMap, tagged: Tagged, extent: Extent) -> Iterator[Page]:
    """Rows with their keys."""
    last: tuple[Any, ...] | None = None
    while True:
        with database.reading() as session:
            page = _page(session, data_map, tagged, extent, last)
        if page:
            yield page
        if len(page) < A_PAGE:
            return
        last = page[-1][0]


def _page(
    session: Session,
    data_map: DataMap,
    tagged: Tagged,
    extent: Extent,
    last: tuple[Any, ...] | None,
) -> Page:
    table = tagged.table
    theirs = is_of(data_map, table, extent.number)
    assert theirs is not None, f"{table.name} knows no municipality"
    key = list(table.primary_key.columns)
    columns: list[Any] = [table.c[name] for name in _shown(tagged, extent)]
    source: Any = table
    for column in columns.copy():
        target = labelled(data_map, column, table)
        if target is not None:
            other, label = target
            source = source.outerjoin(other, other.c.id == column)
            columns.append(label.label(f"{column.name}: {label.name}"))
    columns += [column.label(f"key {place}") for place, column in enumerate(key)]
    wanted = select(*columns).select_from(source).where(theirs).order_by(*key).limit(A_PAGE)
    if last is not None:
        after = [literal(value, type_=column.type) for value, column in zip(last, key, strict=True)]
        wanted = wanted.where(tuple_(*key) > tuple_(*after))
    rows = [tuple(row) for row in session.execute(wanted)]
    names = [column.name for column in columns[: len(columns) - len(key)]]
    return [
        (
            row[len(names) :],
            {name: plain(value) for name, value in zip(names, row, strict=False)},
        )
        for row in rows
    ]


def _shown(tagged: Tagged, extent: Extent) -> list[str]:
    away = {*tagged.hidden.split(), *(() if extent.has_own else tagged.own.split())}
    if tagged.file is not None:
        away.add(tagged.file[1])
    return [column.name for column in tagged.table.c if column.name not in away]


def _head(
    session: Session,
    data_map: DataMap,
    extent: Extent,
    counts: dict[str, int],
    say: Say,
    now: datetime,
) -> dict[str, Any]:
    of_it = session.execute(
        select(municipality.c.name, municipality.c.country, municipality.c.number).where(
            municipality.c.id == extent.number
        )
    ).one()
    return {
        "format": FORMAT,
        "version": VERSION,
        "made_at": now.isoformat(),
        "language": extent.language,
        "municipality": {"name": of_it.name, "country": of_it.country, "number": of_it.number},
        "with_own_words": extent.has_own,
        "tables": [_about(data_map, each, extent, counts, say) for each in tables(data_map)],
        "not_here": [
            {"table": each.table.name, "why": say(each.left_out)}
            for each in data_map.tagged
            if each.left_out
        ],
    }


def _about(
    data_map: DataMap, tagged: Tagged, extent: Extent, counts: dict[str, int], say: Say
) -> dict[str, Any]:
    kinds = dict(tagged.kinds())
    shown = _shown(tagged, extent)
    return {
        "table": tagged.table.name,
        "file": f"tables/{tagged.table.name}.jsonl",
        "rows": counts[tagged.table.name],
        "why": say(tagged.why),
        "columns": [
            {
                "name": column.name,
                "type": column.type.python_type.__name__,
                "kind": str(kinds[column.name]),
                "leads_to": sorted(f"{key.column}" for key in column.foreign_keys),
            }
            for column in tagged.table.c
            if column.name in shown
        ],
        "columns_not_here": [c.name for c in tagged.table.c if c.name not in shown],
    }


_TITLE = N_("All data of %(name)s in Learning Tracks")
_HERE, _NOT_HERE = N_("What is here"), N_("What is not here, and why")
_WHAT = N_(
    "Each file in tables/ is one table: a line of JSON for each row, in UTF-8. Times are UTC, as "
    "ISO 8601. export.json says what each table is for, how many rows it has, what each column "
    "holds, and to which column of which table it leads."
)
_NAMED = N_(
    "A column whose name has a colon in it says by which word people know what the column before "
    "the colon leads to."
)
_OPENS = N_("Hashes, keys and other things that open something are in no copy.")
_NOT_OWN = N_(
    "What people were promised that nobody else sees is not here: their answers, points, files and "
    "drafts of tracks, what they have shared with a leader or said of a session. They take a copy "
    "of their own under My data."
)
_WITH_OWN = N_("What people were promised that nobody else sees is here, too: keep it accordingly.")
_LOG = N_(
    "tables/audit_entry.jsonl is the whole audit log. Each entry has the hash of the one before in "
    "its own, so that it can still be checked when the log itself has been deleted."
)


def _read_me(data_map: DataMap, head: dict[str, Any], say: Say) -> str:
    own = _WITH_OWN if head["with_own_words"] else _NOT_OWN
    lines = [f"# {say(_TITLE) % {'name': head['municipality']['name']}}", "", head["made_at"]]
    for paragraph in (_WHAT, _NAMED, own, _OPENS, _LOG):
        lines += ["", say(paragraph)]
    lines += ["", f"## {say(_HERE)}", ""]
    for table in head["tables"]:
        lines.append(f"- `{table['table']}` ({table['rows']}): {table['why']}")
    lines += ["", f"## {say(_NOT_HERE)}", ""]
    for tagged in data_map.tagged:
        if tagged.left_out:
            lines.append(f"- `{tagged.table.name}`: {say(tagged.left_out)}")
    return "\n".join(lines) + "\n"
