"""Views of public pages: counted without cookies, and without anything about persons."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from tests.factories.threads import at_once
from tests.factories.tool import Tool
from tests.tracks.catalogue.publishing import ADDRESS, RESOURCE
from tracks.adoption.models import resource_use
from tracks.catalogue.models import page_view
from tracks.catalogue.public.page_views import PAUSE_S, PageViews, views_since
from tracks.db import DatabaseBusy
from tracks.i18n import local_day

TRACK = "/catalogue/sample/maaling"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def counter(tool: Tool) -> PageViews:
    found: PageViews = tool.app.extensions["tracks.page_views"]
    return found


def written(tool: Tool) -> dict[str, int]:
    counter(tool).write(tool.database)
    with tool.database.reading() as session:
        return views_since(session, date(2000, 1, 1))


def visit(tool: Tool, path: str, **headers: str) -> None:
    sent = {"User-Agent": BROWSER, **{n.replace("_", "-"): v for n, v in headers.items()}}
    tool.client().get(path, base_url="https://tracks.example", headers=sent)


def test_each_visit_of_somebody_unknown_is_a_view_of_that_page(tool: Tool):
    for path in (TRACK, RESOURCE, RESOURCE, f"{TRACK}/enheter", "/catalogue", "/help"):
        visit(tool, path)

    assert written(tool) == {"sample/maaling": 1, ADDRESS: 2, "sample/maaling/enheter": 1}
    today = local_day(datetime.now(UTC))
    assert set(tool.rows(select(page_view.c.day))) == {(today,)}


def test_views_of_the_first_day_belong_to_it(tool: Tool):
    visit(tool, TRACK)
    counter(tool).write(tool.database)
    today = local_day(datetime.now(UTC))
    with tool.database.reading() as session:
        assert views_since(session, today) == {"sample/maaling": 1}


def test_what_is_kept_says_nothing_about_who_came():
    assert {column.name for column in page_view.columns} == {"address", "day", "views"}


@pytest.mark.parametrize(
    "headers",
    [
        {"User_Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"User_Agent": "curl/8.5"},
        {"User_Agent": ""},
        {"Sec_Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
    ],
)
def test_robots_and_what_is_fetched_ahead_are_no_views(tool: Tool, headers: dict[str, str]):
    visit(tool, RESOURCE, **headers)

    assert written(tool) == {}


def test_who_is_signed_in_is_no_view_and_a_view_is_no_use(tool: Tool):
    browser = tool.launch()
    tool.get(browser, RESOURCE, **{"User-Agent": BROWSER})
    assert written(tool) == {}

    visit(tool, RESOURCE)
    assert written(tool) == {ADDRESS: 1}
    assert tool.count(resource_use) == 0


def test_what_does_not_exist_has_no_views(tool: Tool):
    visit(tool, f"{TRACK}/none")
    visit(tool, "/r/sample/maaling/enheter/tanker")

    assert written(tool) == {}


def test_views_are_written_together_after_a_while(tool: Tool, monkeypatch: pytest.MonkeyPatch):
    visit(tool, RESOURCE)
    visit(tool, RESOURCE)
    assert tool.count(page_view) == 0

    counter(tool)._written_at -= PAUSE_S + 1
    visit(tool, RESOURCE)

    assert tool.rows(select(page_view.c.views)) == [(3,)]


def test_a_database_that_does_not_answer_loses_no_view(tool: Tool, monkeypatch: pytest.MonkeyPatch):
    def busy() -> None:
        raise DatabaseBusy

    visit(tool, RESOURCE)
    with monkeypatch.context() as patched:
        patched.setattr(tool.database, "writing", busy)
        counter(tool).write(tool.database)
        counter(tool)._written_at -= PAUSE_S + 1
        visit(tool, RESOURCE)

    assert written(tool) == {ADDRESS: 2}


def test_many_at_once_lose_none(tool: Tool):
    views, day = PageViews(), date(2030, 1, 1)

    def come(_: int) -> None:
        for _each in range(200):
            views.count("a/b", day)
        views.write(tool.database)

    at_once(4, come)

    assert tool.rows(select(page_view.c.address, page_view.c.views)) == [("a/b", 800)]
