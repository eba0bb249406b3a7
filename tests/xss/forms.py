"""Every form of every page, and every word that a view reads from what a browser sends."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import urlsplit

from flask import Flask, Request
from lxml import html as lxml_html
from werkzeug.datastructures import ImmutableMultiDict

TYPED = {"text", "search", "email", "url", "tel", "number", "date", "time", "password", "month"}
TOKEN = "form_token"  # its name: another value is refused before anything is read


@dataclass(frozen=True)
class Form:
    action: str
    method: str
    # The fields as the page has them, in order; buttons apart: one of them is pressed.
    values: tuple[tuple[str, str], ...]
    typed: frozenset[str]
    longest: dict[str, int] = field(hash=False, compare=False)
    files: tuple[tuple[str, str], ...] = ()  # name, and which endings it takes
    buttons: tuple[tuple[str, str], ...] = ()

    @property
    def kind(self) -> tuple[Any, ...]:
        """The same form about another row is the same."""
        names = tuple(sorted({name for name, _ in self.values}))
        return re.sub(r"\d+|[0-9a-f]{32,}", "0", self.action), self.method, names, self.buttons


def forms_of(page: str, path: str) -> list[Form]:
    return [_form(each, path) for each in lxml_html.document_fromstring(page).iter("form")]


def _form(element: Any, path: str) -> Form:
    values: list[tuple[str, str]] = []
    files: list[tuple[str, str]] = []
    buttons: list[tuple[str, str]] = []
    typed, longest = set(), {}
    for each in element.iter("input", "textarea", "select", "button"):
        name, kind = each.get("name"), each.get("type", "text").lower()
        if not name:
            continue
        if each.tag == "button" or kind in ("submit", "image"):
            buttons.append((name, each.get("value", "")))
        elif each.tag == "input" and kind == "file":
            files.append((name, each.get("accept", "")))
        elif each.tag == "input" and kind in ("checkbox", "radio"):
            if "checked" in each.attrib or name not in dict(values):
                values.append((name, each.get("value", "on")))
        elif each.tag == "select":
            chosen = each.xpath(".//option[@selected]") or each.xpath(".//option")
            values.append((name, chosen[0].get("value", chosen[0].text or "") if chosen else ""))
        else:
            values.append(
                (name, each.text or "" if each.tag == "textarea" else each.get("value", ""))
            )
            if each.tag == "textarea" or kind in TYPED:
                typed.add(name)
                if each.get("maxlength"):
                    longest[name] = int(each.get("maxlength"))
    action = urlsplit(element.get("action") or path)
    return Form(
        action.path + (f"?{action.query}" if action.query else ""),
        (element.get("method") or "get").upper(),
        tuple(values),
        frozenset(typed),
        longest,
        tuple(files),
        tuple(buttons) or (("", ""),),
    )


class Noted(ImmutableMultiDict[str, Any]):
    """Remembers which words a view has asked for."""

    names: ClassVar[set[str]] = set()

    def get(self, key: str, *args: Any, **how: Any) -> Any:
        Noted.names.add(key)
        return super().get(key, *args, **how)

    def getlist(self, key: str, *args: Any, **how: Any) -> Any:
        Noted.names.add(key)
        return super().getlist(key, *args, **how)

    def __getitem__(self, key: str) -> Any:
        Noted.names.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        Noted.names.add(str(key))
        return super().__contains__(key)


class NotingRequest(Request):
    parameter_storage_class = Noted


def note_words(app: Flask) -> None:
    app.request_class = NotingRequest


def words_asked_for() -> set[str]:
    """Since this was asked the last time."""
    found, Noted.names = Noted.names, set()
    return {name for name in found if name.isprintable() and len(name) < 60}


def hostile_file(takes: str, text: str) -> tuple[io.BytesIO, str]:
    """Of a kind that the field takes; its name and what is in it are attacks."""
    name = " ".join(text.split())[:90].replace("/", "")
    cell = text.replace('"', "'").replace(";", ",").replace("\n", " ")[:70]
    rows = f"{cell};Orgnr;Navn\n1;974760673;{cell}\n{cell};{cell};{cell}\n"
    ending = next((each for each in (".csv", ".png", ".pdf", ".zip") if each in takes), ".csv")
    begin = {".png": b"\x89PNG\r\n\x1a\n", ".pdf": b"%PDF-", ".zip": b"PK\x03\x04"}
    body = begin.get(ending, rows.encode("utf-8", "ignore"))
    return io.BytesIO(body), f"{name}{ending}"
