"""Everything that is kept about a person, as a zip: to read (HTML), and for programs (JSON).

What goes in follows from the data map. Written while it is sent: neither the zip nor a file of it
is ever whole in memory, but for one attachment at a time.
"""

import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime
from html import escape
from typing import Any, Final

from msgspec import Struct, field
from sqlalchemy import Column, Table, select

from tracks.db import Database, Session
from tracks.db.data_map import DataMap, Kept, Tagged
from tracks.privacy.queries import Subject, subject
from tracks.privacy.words import COLUMN_NAMES, STANDING_TIME

FORMAT: Final = "learning-tracks-person"
VERSION: Final = 1
Say = Callable[[str], str]
_STYLE = (
    "body{font:1rem/1.5 sans-serif;max-width:50rem;margin:2rem auto;padding:0 1rem}"
    "dl{border-top:1px solid #767676;padding:.5rem 0;margin:0}"
    "dt{font-weight:bold}dd{margin:0 0 .5rem;overflow-wrap:anywhere;white-space:pre-wrap}"
)


class Pipe:
    """A file that zipfile writes to and that gives away what it has got."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        return None

    def close(self) -> None:
        return None

    def taken(self) -> bytes:
        found, self._parts = b"".join(self._parts), []
        return found


class Section(Struct, frozen=True):
    """One kind of thing that is kept, with its rows."""

    kept: Kept
    tagged: Tagged
    rows: list[dict[str, Any]] = field(default_factory=list)
    files: list[tuple[tuple[Any, ...], str]] = field(default_factory=list)  # key, path in the zip


def sections(session: Session, data_map: DataMap, person_id: int) -> Iterator[Section]:
    for kept in data_map.kept:
        tagged = data_map.of(kept.table)
        assert tagged is not None, f"{kept.table.name} is not in the data map"
        yield _section(session, data_map, kept, tagged, person_id)


def _section(
    session: Session, data_map: DataMap, kept: Kept, tagged: Tagged, person_id: int
) -> Section:
    table = kept.table
    found = Section(kept, tagged)
    left_out = {*tagged.hidden.split(), *([tagged.file[1]] if tagged.file else ())}
    columns: list[Any] = [c for c in table.c if c.name not in left_out]
    key = list(table.primary_key.columns)
    source: Any = table if kept.among is None else kept.among
    for column in columns.copy():
        target = labelled(data_map, column, table)
        if target is not None:
            other, label = target
            source = source.outerjoin(other, other.c.id == column)
            columns.append(label.label(f"{column.name.removesuffix('_id')}: "))
    rows = session.execute(
        select(*columns).select_from(source).where(kept.owner == person_id).order_by(*key)
    )
    for row in rows.mappings():
        said = {name.removesuffix(": "): plain(value) for name, value in row.items()}
        if tagged.file is not None:
            path = f"files/{len(found.files) + 1}-{file_name(said[tagged.file[0]])}"
            found.files.append((tuple(row[c.name] for c in key), path))
            said["file"] = path
        found.rows.append(said)
    return found


def labelled(data_map: DataMap, column: Column[Any], table: Table) -> tuple[Any, Any] | None:
    """The row that a column points to, and by which column people know it."""
    for foreign in column.foreign_keys:
        tagged = data_map.of(foreign.column.table)
        if tagged is not None and tagged.label and foreign.column.name == "id":
            other = tagged.table.alias(f"of_{column.name}")
            return other, other.c[tagged.label]
    return None


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value


def file_name(name: str) -> str:
    """Nothing that leaves the folder it is unpacked in."""
    kept = "".join(c if c.isalnum() or c in "._-" else "_" for c in name)
    return kept.lstrip(".")[-100:] or "file"


def export(
    database: Database, data_map: DataMap, person_id: int, say: Say, language: str, now: datetime
) -> Iterator[bytes]:
    """The zip in pieces. `say` translates. Nothing for somebody who is not here."""
    pipe = Pipe()
    with database.reading() as session:
        who = subject(session, person_id)
        if who is None or who.erased_at is not None:
            return
        with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in (("data.json", _as_json), ("index.html", _as_html)):
                with archive.open(name, "w") as out:
                    for piece in text(session, data_map, who, say, language, now):
                        out.write(piece.encode())
                        yield pipe.taken()
            for kept in sections(session, data_map, person_id):
                for key, path in kept.files:
                    archive.writestr(path, body_of(session, kept.tagged, key))
                    yield pipe.taken()
    yield pipe.taken()


def body_of(session: Session, tagged: Tagged, key: tuple[Any, ...]) -> bytes:
    assert tagged.file is not None
    columns = tagged.table.primary_key.columns
    wanted = [column == value for column, value in zip(columns, key, strict=True)]
    # Removed since: an empty file says so, and the list has its name.
    found = session.execute(select(tagged.table.c[tagged.file[1]]).where(*wanted)).scalar()
    return found or b""


def _as_json(
    session: Session, data_map: DataMap, who: Subject, say: Say, language: str, now: datetime
) -> Iterator[str]:
    head = {
        "format": FORMAT,
        "version": VERSION,
        "made_at": now.isoformat(),
        "language": language,
        "person": who.id,
        "municipality": who.municipality,
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "kinds": ['
    joint = ""
    for section in sections(session, data_map, who.id):
        kept = section.kept
        said = {
            "table": kept.table.name,
            "by": kept.owner.name,
            "what": say(kept.what),
            "why": say(kept.why),
            "how_long": say(kept.how_long or STANDING_TIME),
            "rows": section.rows,
        }
        yield joint + "\n" + json.dumps(said, ensure_ascii=False)
        joint = ","
    yield "\n]}\n"


def _as_html(
    session: Session, data_map: DataMap, who: Subject, say: Say, language: str, _now: datetime
) -> Iterator[str]:
    title = escape(say("What is kept about you"))
    yield (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n<body><main><h1>{title}</h1>\n"
        f"<p>{escape(who.name or '')} · {escape(who.municipality)}</p>\n"
    )
    for section in sections(session, data_map, who.id):
        if not section.rows:
            continue
        kept = section.kept
        yield f"<h2>{escape(say(kept.what))}</h2>\n<p>{escape(say(kept.why))}. "
        yield f"{escape(say(kept.how_long or STANDING_TIME))}.</p>\n"
        for row in section.rows:
            yield (
                "<dl>" + "".join(_line(name, value, say) for name, value in row.items()) + "</dl>\n"
            )
    yield "</main></body></html>\n"


def _line(name: str, value: Any, say: Say) -> str:
    if value is None or value == "":
        return ""
    shown = say(COLUMN_NAMES[name]) if name in COLUMN_NAMES else name.replace("_", " ")
    if name == "file":
        path = escape(str(value))
        return f'<dt>{escape(shown)}</dt><dd><a href="{path}">{path}</a></dd>'
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"<dt>{escape(shown)}</dt><dd>{escape(said)}</dd>"
