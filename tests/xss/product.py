"""The whole product with a row in every table, and payloads in every text that somebody else
writes. Which columns that are follows from the metadata: a new one is attacked by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import JSON, Column, String, select, update

from tests.factories.choosing import choosing
from tests.factories.databases import LIBRARY
from tests.factories.lists import Lists
from tests.factories.tool import Tool
from tests.fakes.forge import PREFIX
from tests.tracks.lms.test_review import review, write
from tests.whole.test_routes import everybody
from tests.xss.columns import ALIKE, PRINTABLE, TEXTS_IN, attacked
from tests.xss.judge import mark
from tests.xss.rows import Rows, several
from tracks.catalogue.queries import Shelf
from tracks.db import Json, Session, metadata

BEGINNINGS = ("", "javascript:alert(1)//", "=")


@dataclass
class Payloads:
    """Hands them out in turn, each beginning with a mark of its own."""

    texts: tuple[str, ...]
    at: int = 0
    numbers: Iterator[int] = field(default_factory=count)
    where: dict[int, str] = field(default_factory=dict)  # by mark: "table.column"
    turns: dict[str, int] = field(default_factory=dict)  # by column: how many it has got
    put: set[str] = field(default_factory=set)  # which payloads were handed out whole

    def take(self, where: str, longest: int | None) -> str:
        number = next(self.numbers)
        self.where[number] = where
        # In a table for spreadsheets, and where a link leads to, the beginning counts.
        turn = self.turns[where] = self.turns.get(where, -1) + 1
        text = BEGINNINGS[turn % len(BEGINNINGS)] + mark(number)
        room = (longest or 2000) - len(text)
        taken = 0
        while taken < 40:
            payload = self.texts[self.at % len(self.texts)]
            payload = payload.replace("\x00", "").encode("utf-8", "ignore").decode()
            if len(payload) > room and taken:
                break
            self.at += 1
            taken += 1
            if len(payload) <= room:
                self.put.add(payload)
            text += payload[:room]
            room -= len(payload)
            if room < 12:
                break
        return text


class Product:
    """`clients`: a browser for each role. `pages` can be opened by any of them."""

    def __init__(self, url: str, folder: Path) -> None:
        self.tool = tool = Tool(url, folder / "data", library=LIBRARY)
        self.clients: dict[str, FlaskClient] = everybody(tool)
        tool.get(self.clients["author"], "/authoring")
        write(tool, self.clients["teacher"], "x", share="1")
        context = {
            PREFIX + "context": {"id": "c", "title": "x"},
            PREFIX + "resource_link": {"id": "of-the-leader"},
        }
        tool.launch(self.clients["leader"], sub="leader", leads=True, changes=context)
        # Pages that are opened by their address only.
        self.clients["chooser"], self.selection = choosing(tool)
        self.clients["reviewer"], _ = review(tool, "teacher")
        self.reviewed = tool.landed
        with tool.database.writing() as session:
            given = several(tool, session)
        lists = Lists(tool, tool.settings.data_dir)
        lists.staff(["1;Sample one;974760673;Lærer;", "2;Sample two;none;none;"])
        lists.units(["974760673;Sample unit;1-7;10;2026-10-01", "x;y;z;a;b"])
        with tool.database.writing() as session:
            self._fill(session, given)

    def close(self) -> None:
        self.tool.close()

    def _fill(self, session: Session, given: Mapping[str, list[dict[str, Any]]]) -> None:
        rows = Rows(session, self.tool)
        tables = {column.table.name for column in attacked()} | set(given)
        for table in metadata.sorted_tables:
            if table.name in tables:
                for values in given.get(table.name, [{}]):
                    rows.add(table, values)

    def attack(self, payloads: Payloads) -> dict[str, int]:
        """New text in every row of every attacked column that says something; how many by
        column."""
        found: dict[str, int] = {}
        known: dict[tuple[str, str], str] = {}

        def new(column: Column[Any], old: str) -> str:
            where = f"{column.table.name}.{column.name}"
            key = (column.name if column.name in ALIKE else where, old)
            if key not in known:
                longest = column.type.length if isinstance(column.type, String) else 200
                text = payloads.take(where, longest)
                if where in PRINTABLE:
                    text = "".join(each for each in text if each.isprintable())
                # An address of mail is shown where it has its sign only.
                is_mail = column.name == "contact"
                known[key] = f"{text[:150]}@a.no" if is_mail else text
            found[where] = found.get(where, 0) + 1
            return known[key]

        with self.tool.database.writing() as session:
            by_table: dict[str, list[Column[Any]]] = {}
            for column in attacked():
                by_table.setdefault(column.table.name, []).append(column)
            for name, columns in by_table.items():
                table = metadata.tables[name]
                keys = list(table.primary_key.columns)
                for row in session.execute(select(table)).all():
                    old = row._mapping
                    values = {}
                    for column in columns:
                        if old[column.name] is not None:
                            made = changed(column, old[column.name], new)
                            if made != old[column.name]:
                                values[column.name] = made
                    if values:
                        at = [key == old[key.name] for key in keys]
                        session.execute(update(table).where(*at).values(values))
        # Versions never change once they are published: what is known of them is forgotten.
        self.tool.app.extensions["tracks.shelf"] = Shelf()
        self.tool.a_moment_later()
        return found


def changed(column: Column[Any], value: Any, new: Callable[[Column[Any], str], str]) -> Any:
    names = TEXTS_IN.get(f"{column.table.name}.{column.name}")

    def inside(value: Any, name: str | None) -> Any:
        if isinstance(value, Mapping):
            return {key: inside(each, str(key)) for key, each in value.items()}
        if isinstance(value, list):
            return [inside(each, name) for each in value]
        is_markup = name is not None and (name == "html" or name.endswith("_html"))
        if not isinstance(value, str) or is_markup or (names is not None and name not in names):
            return value
        return new(column, value)

    if isinstance(column.type, Json | JSON):
        return inside(value, None)
    if isinstance(value, bytes):
        return new(column, value.decode("latin-1")).encode()
    return new(column, value) if value else value
