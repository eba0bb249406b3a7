"""Ends of times of access: told 30, 7 and 0 days before, each once, and listed (P-15)."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from msgspec import structs
from sqlalchemy import select

from content.model import Access, Terms
from tests.factories.databases import sample_library
from tests.factories.tool import Tool
from tests.tracks.catalogue.publishing import (
    ADDRESS,
    RESOURCE,
    TEXT,
    open_between,
    publish,
    track_with,
)
from tracks.catalogue.expiry.actions import tell_of_endings
from tracks.catalogue.expiry.rules import due
from tracks.catalogue.models import expiry_notice
from tracks.catalogue.queries import Shelf
from tracks.cli import cli
from tracks.i18n import local_day
from tracks.people.actions import grant_role
from tracks.people.rules import Role

DAY = timedelta(days=1)
END = date(2030, 6, 30)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def tell(tool: Tool, day: date) -> int:
    with tool.database.writing() as session:
        return tell_of_endings(session, noon(day))


def told(tool: Tool) -> set[tuple[str, date, int]]:
    columns = (expiry_notice.c.address, expiry_notice.c.free_until, expiry_notice.c.days_before)
    return {tuple(row) for row in tool.rows(select(*columns))}


def author(tool: Tool) -> FlaskClient:
    browser = tool.launch(sub="author")
    with tool.database.writing() as session:
        grant_role(
            session,
            person_id=tool.person_id("author"),
            municipality_id=tool.municipality_id,
            role=Role.AUTHOR,
            school_id=None,
            now=datetime.now(UTC),
        )
    return browser


@pytest.mark.parametrize(
    ("left", "expected"),
    [(31, None), (30, 30), (29, 30), (8, 30), (7, 7), (1, 7), (0, 0), (-1, 0), (-7, 0), (-8, None)],
)
def test_which_telling_is_due(left: int, expected: int | None):
    assert due(END, END - left * DAY) == expected


def test_each_end_is_told_once_at_each_of_three_times(tool: Tool, caplog: pytest.LogCaptureFixture):
    open_between(tool, None, END)

    days = [END - n * DAY for n in range(40, -10, -1)]
    counts = {(END - day).days: tell(tool, day) + tell(tool, day) for day in days}

    assert {left: count for left, count in counts.items() if count} == {30: 1, 7: 1, 0: 1}
    assert told(tool) == {(ADDRESS, END, 30), (ADDRESS, END, 7), (ADDRESS, END, 0)}
    said = [r.getMessage() for r in caplog.records if "access_ends" in r.getMessage()]
    assert said == [
        f"catalogue.access_ends address={ADDRESS} until=2030-06-30 days_left={left}"
        for left in (30, 7, 0)
    ]


def test_a_day_on_which_nothing_ran_is_made_up_for(tool: Tool):
    open_between(tool, None, END)

    assert [tell(tool, END - n * DAY) for n in (28, 27, 3, 2, -2, -3)] == [1, 0, 1, 0, 1, 0]
    assert {days for _, _, days in told(tool)} == {30, 7, 0}


def test_more_time_begins_anew_and_an_end_long_gone_is_not_told(tool: Tool):
    open_between(tool, None, END)
    assert tell(tool, END) == 1
    open_between(tool, None, END + 30 * DAY, version="3.0.0")
    assert tell(tool, END) == 1
    assert told(tool) == {(ADDRESS, END, 0), (ADDRESS, END + 30 * DAY, 30)}
    open_between(tool, None, END - 100 * DAY, version="4.0.0")
    assert tell(tool, END) == 0


def test_an_author_sees_what_ends_and_what_has_ended(tool: Tool):
    today = local_day(datetime.now(UTC))
    open_between(tool, None, today + 7 * DAY)
    with tool.database.writing() as session:
        tell_of_endings(session, datetime.now(UTC))
    browser = author(tool)

    page = " ".join(tool.get(browser, "/catalogue/expiring?lang=en").text.split())
    soon, _, ended = page.partition("Ended in the last year")

    assert RESOURCE in soon
    assert "7 days left." in soon
    assert ADDRESS in soon
    assert "Sample publisher" in soon
    assert "sample@example.org" in soon
    assert "7 days before, on" in soon
    assert "30 days before" not in soon
    assert RESOURCE not in ended
    home = tool.get(browser, "/").text
    assert '<a class="ds-link" href="/catalogue/expiring">' in home
    assert "innen 30 dager: 1</a>" in home

    open_between(tool, None, today - DAY, version="3.0.0")
    page = " ".join(tool.get(browser, "/catalogue/expiring?lang=en").text.split())
    soon, _, ended = page.partition("Ended in the last year")
    assert RESOURCE not in soon
    assert RESOURCE in ended
    assert "Was free until" in ended
    assert "Told:" not in ended  # that was another end
    assert "innen 30 dager: 0</a>" in tool.get(browser, "/").text


def test_the_last_day_is_called_so(tool: Tool):
    open_between(tool, None, local_day(datetime.now(UTC)))

    page = tool.get(author(tool), "/catalogue/expiring?lang=en").text
    soon, _, ended = page.partition("Ended in the last year")
    assert "Today is the last day." in soon
    assert RESOURCE not in ended


def test_a_teacher_has_no_door_to_it(tool: Tool):
    browser = tool.launch()

    assert "/catalogue/expiring" not in tool.get(browser, "/").text
    assert tool.get(browser, "/catalogue/expiring").status_code == 403


@pytest.mark.parametrize(
    ("arguments", "days", "is_there"),
    [
        ((), 30, True),
        ((), 31, False),
        (("--days", "31"), 31, True),
        ((), -1, False),
        (("--ended",), -1, True),
        (("--ended",), 0, False),
        (("--ended", "--days", "5"), -6, False),
    ],
)
def test_the_command_lists_them(
    tool: Tool,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    days: int,
    is_there: bool,
):
    today = local_day(datetime.now(UTC))
    open_between(tool, None, today + days * DAY)
    monkeypatch.setenv("TRACKS_DATABASE_URL", tool.settings.database_url)
    monkeypatch.setenv("TRACKS_DATA_DIR", str(tool.settings.data_dir))
    plain = CliRunner().invoke(cli, ["content", "expiring", *arguments])
    as_json = CliRunner().invoke(cli, ["content", "expiring", "--json", *arguments])

    assert (plain.exit_code, as_json.exit_code) == (0, 0), plain.output
    rows = json.loads(as_json.output)["expiring"]
    if not is_there:
        assert (rows, plain.output) == ([], "No time of access ends in those days.\n")
        return
    (row,) = rows
    assert row.pop("title")
    assert row == {
        "address": ADDRESS,
        "free_until": (today + days * DAY).isoformat(),
        "days_left": days,
        "contact": "sample@example.org",
        "told": [],
    }
    assert ADDRESS in plain.output


def test_the_report_and_the_closed_page_say_on_which_terms_it_is_to_be_had(tool: Tool):
    """Who offers it, what it costs and the terms: an owner and a reader both need them (P-15)."""
    today = local_day(datetime.now(UTC))
    own = Terms("Sample <forlag>", "490 kr & moms", "Etterpå gjelder **kommunens** avtale.")
    (source,) = sample_library().tracks
    step = next(s for s in source.modules[0].steps if s.id == "les")
    texts = {lang: structs.replace(text, terms=own) for lang, text in step.texts.items()}
    changed = track_with(texts=texts, access=Access(None, today - DAY))
    publish(tool, changed, version="2.0.0")
    tool.app.extensions["tracks.shelf"] = Shelf()

    pages = {
        "report": tool.get(author(tool), "/catalogue/expiring?lang=en").text,
        "closed": tool.get(tool.client(), f"{RESOURCE}?lang=en").text,
    }

    for name, page in pages.items():
        assert "Sample &lt;forlag&gt;" in page, name
        assert "490 kr &amp; moms" in page, name
        assert "<strong>kommunens</strong>" in page, name
    assert '"provider": {"@type": "Organization", "name": "Sample \\u003cforlag' in pages["closed"]
    assert TEXT not in pages["closed"]


def test_the_report_says_where_nothing_is_said_of_terms(tool: Tool):
    open_between(tool, None, local_day(datetime.now(UTC)))

    page = tool.get(author(tool), "/catalogue/expiring?lang=en").text

    assert "Nothing says who offers it" in page
