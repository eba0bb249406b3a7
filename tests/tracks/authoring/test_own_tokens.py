"""An author's own token for git: shown once, for a time, theirs only, and as long as they write."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from werkzeug.test import TestResponse

from tests.factories.tool import BASE_URL, Tool
from tracks.audit.models import audit_entry
from tracks.authoring.own_tokens import LIFE, MOST
from tracks.catalogue.models import push_token
from tracks.catalogue.tokens import make_token
from tracks.people.actions import add_municipality, suspend_person
from tracks.people.models import municipality, role_grant
from tracks.web.requests import now

PAGE = "/authoring/-/git"


def make(tool: Tool, client: FlaskClient, name: str = "Laptop") -> str:
    made = tool.post(client, f"{PAGE}?lang=en", go="make", name=name)
    assert made.status_code == 200, made.text
    found = re.search(r'id="token" value="(ltgit_[\w-]+)"', made.text)
    assert found
    return found[1]


def page(tool: Tool, client: FlaskClient) -> str:
    return tool.get(client, f"{PAGE}?lang=en").text


def opened(tool: Tool, token: str) -> int:
    answer: TestResponse = tool.client().get(
        "/git/sample.git/info/refs?service=git-upload-pack",
        base_url=BASE_URL,
        auth=("any", token),
    )
    return answer.status_code


def number(tool: Tool) -> int:
    (row,) = tool.rows(select(push_token.c.id))
    found: int = row.id
    return found


def test_it_is_shown_once_and_opens_what_the_municipalitys_does(tool: Tool, author: FlaskClient):
    token = make(tool, author, "Laptop <b>at</b>\n work")

    later = page(tool, author)
    assert token not in later
    assert "Laptop &lt;b&gt;at&lt;/b&gt; work" in later
    assert "never used" in later
    assert opened(tool, token) == 200
    assert "used last" in page(tool, author)
    (row,) = tool.rows(select(push_token))
    assert row.municipality_id == tool.municipality_id
    assert row.person_id == tool.person_id("author-1")
    assert row.expires_at - row.made_at == LIFE == timedelta(days=90)
    assert token not in repr(row)


def test_it_ends_by_itself(tool: Tool, author: FlaskClient):
    token = make(tool, author)
    with time_machine.travel(now() + LIFE + timedelta(seconds=1), tick=False):
        assert opened(tool, token) == 401


def test_whoever_made_it_withdraws_it_with_one_click(tool: Tool, author: FlaskClient):
    token = make(tool, author)

    done = tool.post(author, PAGE, go="withdraw", token=str(number(tool)))

    assert done.status_code == 303
    assert opened(tool, token) == 401
    assert "You have no token." in page(tool, author)
    assert tool.post(author, PAGE, go="withdraw", token=str(number(tool))).status_code == 404


def test_nobody_sees_or_withdraws_what_another_has_made(
    tool: Tool, author: FlaskClient, other: FlaskClient
):
    token = make(tool, author, "Laptop")
    with tool.database.writing() as session:
        make_token(session, "sample", "Office", now(), municipality_id=tool.municipality_id)
    first, second = (row.id for row in tool.rows(select(push_token.c.id)))

    for each in (first, second, 9_999):
        assert tool.post(other, PAGE, go="withdraw", token=str(each)).status_code == 404
    assert tool.post(author, PAGE, go="withdraw", token=str(second)).status_code == 404

    assert "You have no token." in page(tool, other)
    assert "Office" not in page(tool, author)
    assert opened(tool, token) == 200


def _no_author(tool: Tool) -> None:
    with tool.database.writing() as session:
        session.execute(delete(role_grant))


def _no_author_any_more(tool: Tool) -> None:
    with tool.database.writing() as session:
        session.execute(update(role_grant).values(until=now()))


def _another_role(tool: Tool) -> None:
    with tool.database.writing() as session:
        session.execute(update(role_grant).values(role="spreader"))


def _suspended(tool: Tool) -> None:
    with tool.database.writing() as session:
        suspend_person(session, tool.person_id("author-1"), tool.municipality_id, on=True)


def _municipality_off(tool: Tool) -> None:
    with tool.database.writing() as session:
        session.execute(update(municipality).values(is_active=False))


def _author_elsewhere(tool: Tool) -> None:
    with tool.database.writing() as session:
        elsewhere = add_municipality(session, "Elsewhere", country="NO")
        session.execute(update(role_grant).values(municipality_id=elsewhere))


@pytest.mark.parametrize(
    "change",
    [
        _no_author,
        _no_author_any_more,
        _another_role,
        _suspended,
        _municipality_off,
        _author_elsewhere,
    ],
)
def test_it_opens_nothing_when_its_maker_may_not_write_there_any_more(
    tool: Tool, author: FlaskClient, change: Callable[[Tool], None]
):
    token = make(tool, author)
    assert opened(tool, token) == 200

    change(tool)

    assert opened(tool, token) == 401


def test_there_is_a_most_and_a_name_is_needed(tool: Tool, author: FlaskClient):
    for name in ("", " \n", "\x00"):
        assert tool.post(author, PAGE, go="make", name=name).status_code == 422
    for _ in range(MOST):
        make(tool, author)

    refused = tool.post(author, f"{PAGE}?lang=en", go="make", name="One more")

    assert refused.status_code == 422
    assert f"You have {MOST} tokens, which is the most." in refused.text
    assert tool.count(push_token) == MOST


def test_both_are_in_the_audit_log_without_name_or_token(tool: Tool, author: FlaskClient):
    token = make(tool, author, "Laptop")
    tool.post(author, PAGE, go="withdraw", token=str(number(tool)))

    rows = tool.rows(
        select(audit_entry).where(audit_entry.c.code.startswith("git_token")).order_by("id")
    )
    assert [row.code for row in rows] == ["git_token_made", "git_token_withdrawn"]
    assert {row.actor_id for row in rows} == {tool.person_id("author-1")}
    assert "Laptop" not in repr(rows)
    assert token not in repr(rows)


def test_the_page_says_where_the_repository_is_and_is_for_authors(tool: Tool, author: FlaskClient):
    assert f'value="{BASE_URL}/git/sample.git"' in html.unescape(page(tool, author))
    assert tool.get(tool.launch(sub="teacher"), PAGE).status_code == 403
    assert (
        f"{BASE_URL}{PAGE}"
        in tool.client()
        .get("/git/sample.git/info/refs?service=git-upload-pack", base_url=BASE_URL)
        .text
    )
