"""ENTERED: payloads in every field, every word of a query and every word of an address.

The forms are those that the pages hold; which other words a view reads, it is asked by noting them.
On SQLite only: what is judged here is said back by the same request. What goes through a database
first is test_stored's, which runs on both.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from tests.factories.tool import BASE_URL
from tests.whole.test_routes import BY_TOKEN, ROUTES, opens
from tests.xss.forms import TOKEN, Form, forms_of, hostile_file, note_words, words_asked_for
from tests.xss.judge import marks_in, texts_of, wrong_in
from tests.xss.payloads import IS_WHOLE, payloads
from tests.xss.product import Payloads, Product
from tests.xss.test_stored import everybody_who_differs
from tests.xss.walk import AS, filled_in, places, walk
from tracks.web import limits

# 308: of two slashes one is meant.
STATUSES = {200, 303, 308, 400, 401, 403, 404, 405, 409, 413, 422, 429, 502, 503}
TURNS = 12 if IS_WHOLE else 1
# How many there were at the least, so that nobody believes an empty sieve.
FORMS, FIELDS_SAID_BACK = 140, 200
WORDS_ASKED, WORDS_SAID_BACK = 900, 160
# Who opens a page, if they may: a name that stands further on may less of what is said back.
MOST_FIRST = ("administrator", "author", "leader", "teacher", "privacy_officer", "nobody")


class Kept:
    """The product as it is now, to go back to after each form."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self.folder = product.tool.settings.authors_folder
        self.copy = self.folder.with_name("kept")
        shutil.copytree(self.folder, self.copy)
        self.rows = sqlite3.connect(":memory:")
        with product.tool.database.engine.connect() as connection:
            connection.connection.driver_connection.backup(self.rows)

    def back(self, path: str) -> None:
        with self.product.tool.database.engine.connect() as connection:
            self.rows.backup(connection.connection.driver_connection)
        if path.startswith("/authoring"):
            shutil.rmtree(self.folder)
            shutil.copytree(self.copy, self.folder)


class Attack:
    def __init__(self, product: Product) -> None:
        self.product = product
        self.given = Payloads(payloads())
        self.kept = Kept(product)
        self.wrong: dict[str, list[str]] = {}
        self.said_back: set[str] = set()
        self.statuses: dict[int, int] = {}
        self.requests = 0

    def text(self, where: str, longest: int = 200) -> str:
        return self.given.take(where, max(longest, 12))

    def judge(self, client: FlaskClient, answer: TestResponse, path: str) -> None:
        """The answer, and where it leads."""
        for turn in range(2):
            self.requests += 1
            self.statuses[answer.status_code] = self.statuses.get(answer.status_code, 0) + 1
            assert answer.status_code in STATUSES, (path, answer.status_code)
            if found := wrong_in(answer):
                self.wrong[path] = found
            said = marks_in(texts_of(answer))
            self.said_back |= {self.given.where[n] for n in said if n in self.given.where}
            to = answer.headers.get("Location", "").replace(BASE_URL, "", 1)
            assert re.match(r"(https://lms\.example|/(?!/)|$)", to), (path, to)
            if turn or answer.status_code != 303 or not to.startswith("/"):
                return
            answer = self.product.tool.get(client, to)

    def open(self, client: FlaskClient, method: str, path: str, words: dict[str, str]) -> None:
        how: dict[str, Any] = {"query_string": words} if method == "GET" else {"data": words}
        if method != "GET" and client is not self.product.clients["nobody"]:
            words = {**words, TOKEN: self.product.tool.form_token(client)}
            how = {"data": words, "headers": {"Origin": BASE_URL}}
        answer = client.open(path, method=method, base_url=BASE_URL, **how)
        self.judge(client, answer, path)
        if method == "POST" and answer.status_code in (200, 303):
            self.kept.back(path)

    def send(
        self,
        client: FlaskClient,
        form: Form,
        values: list[tuple[str, Any]],
        button: tuple[str, str],
    ) -> None:
        data: MultiDict[str, Any] = MultiDict(values)
        if button[0]:
            data.setdefault(*button)
        if form.method == "GET":
            answer = client.get(form.action, query_string=data, base_url=BASE_URL)
        else:
            for name, takes in form.files:
                data[name] = hostile_file(takes, self.text(f"{form.kind[0]} file"))
            origin = {"Origin": BASE_URL}
            answer = client.post(form.action, data=data, base_url=BASE_URL, headers=origin)
        self.judge(client, answer, form.action)
        if form.method == "POST" and answer.status_code in (200, 303):
            self.kept.back(form.action)

    def fill(self, client: FlaskClient, form: Form) -> None:
        where = form.kind[0]

        def hostile(name: str) -> str:
            return self.text(f"{where} {name}", form.longest.get(name, 200))

        for button in form.buttons:
            values = [(n, hostile(n) if n in form.typed else v) for n, v in form.values]
            self.send(client, form, values, button)
        for name in dict.fromkeys(n for n, _ in [*form.values, *form.buttons] if n):
            if name != TOKEN:
                rest = [(n, v) for n, v in form.values if n != name]
                self.send(client, form, [*rest, (name, hostile(name))], form.buttons[0])


@pytest.fixture
def attack(
    tmp_path: Path, sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Attack]:
    # More is sent here in a minute than anybody may.
    monkeypatch.setattr(limits.Window, "wait_of", lambda *_: 0)
    copy = tmp_path / "tracks.sqlite"
    copy.write_bytes(sqlite_template.read_bytes())
    product = Product(f"sqlite:///{copy}", tmp_path)
    note_words(product.tool.app)
    yield Attack(product)
    product.close()


def test_every_form_says_back_only_text(attack: Attack) -> None:
    product = attack.product
    done: set[Any] = set()
    for who in everybody_who_differs(product):
        found: dict[Any, Form] = {}

        def see(path: str, answer: TestResponse) -> None:
            if answer.mimetype == "text/html" and answer.get_data():
                for form in forms_of(answer.text, path):
                    found.setdefault(form.kind, form)  # noqa: B023

        walk(product, who, see)
        for kind, form in found.items():
            if kind not in done or IS_WHOLE:
                done.add(kind)
                for _ in range(TURNS):
                    attack.fill(product.clients[who], form)
    assert attack.wrong == {}
    assert len(done) >= FORMS
    assert len(attack.said_back) >= FIELDS_SAID_BACK


def test_every_word_of_an_address_and_of_a_query_says_back_only_text(attack: Attack) -> None:
    """Also words that no form of ours sends."""
    product = attack.product
    values = places(product.tool)
    asked = 0
    for (path, methods), permission in ROUTES.items():
        if path.startswith(BY_TOKEN) or path == "/sign-out":
            continue
        who = next(each for each in MOST_FIRST if permission in opens(AS.get(each, each)))
        client = product.clients[who]
        here = next(filled_in(path, values))
        for method in methods.split():
            words_asked_for()
            attack.open(client, method, here, {})
            for _ in range(TURNS):
                # A word that is read only where another one stands comes in the second round.
                names = words_asked_for()
                for _ in range(2):
                    sent = {n: attack.text(f"{path} {n}") for n in sorted(names) if n != TOKEN}
                    for part in ([sent] if sent else []) + [{n: v} for n, v in sent.items()]:
                        attack.open(client, method, here, part)
                        asked += 1
                    names = words_asked_for() - names
            for place in re.findall(r"<(?:\w+:)?(\w+)>", path):
                for _ in range(2 * TURNS):
                    word = quote(attack.text(f"{path} <{place}>", 120), safe="")
                    attack.open(
                        client, method, next(filled_in(path, {**values, place: [word]})), {}
                    )
                    asked += 1
    assert attack.wrong == {}
    assert asked > WORDS_ASKED
    assert len(attack.said_back) >= WORDS_SAID_BACK
