"""Events in a track: what is coming, in one's calendar, moved, called off, over (ask 10)."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar

from tests.factories.editing import Edited
from tests.factories.tool import Tool
from tracks.i18n import day, local_moment

TRACK = "/t/sample/maaling"
FIRST, SECOND = f"{TRACK}/enheter", f"{TRACK}/feil"
EVENT = f"{FIRST}/apning"
PUBLIC = "/r/sample/maaling/enheter/apning"
# by the clock in Oslo, to the minute
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0, tzinfo=None)
SOON, LATER, PAST = (NOON + timedelta(days=days) for days in (3, 9, -3))


def block(starts: datetime, *, place: str = "Rådhuset", step: str = "apning") -> str:
    ends = starts + timedelta(hours=1)
    return (
        f"::: event {{#{step} .resource title=Opening starts={starts:%Y-%m-%dT%H:%M} "
        f'ends={ends:%Y-%m-%dT%H:%M} place="{place}" link=https://example.org/live}}\n'
        "Kom, og still spørsmål.\n:::\n\n"
    )


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    """The sample track with an event at the end of its first session's first phase."""
    edited = Edited(tmp_path)
    edited.change("01-enheter", "## B ", f"{block(SOON)}## B ")
    return edited


def move(edited: Edited, before: datetime, after: datetime, place: str = "Rådhuset") -> None:
    edited.change("01-enheter", block(before), block(after, place=place))


def english(tool: Tool, browser: FlaskClient, path: str) -> str:
    answer = tool.get(browser, f"{path}?lang=en")
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def shown(starts: datetime) -> str:
    return day(local_moment(starts), "en")


def entry_of(body: bytes) -> dict[str, object]:
    (entry,) = Calendar.from_ical(body).walk("VEVENT")
    return {name: entry.decoded(name) for name in entry}


def test_what_is_coming_stands_on_the_pages_of_the_track_and_at_home(tool: Tool, edited: Edited):
    edited.publish(tool, "1.1.0")
    teacher = tool.launch()
    tool.post(teacher, f"{FIRST}/les", go="done")

    for page in (TRACK, "/"):
        text = english(tool, teacher, page)
        assert f'href="{EVENT}"' in text, page
        assert shown(SOON) in text, page
    assert shown(SOON) in english(tool, teacher, FIRST)
    assert shown(SOON) in english(tool, teacher, "/catalogue/sample/maaling/enheter")
    step = english(tool, teacher, EVENT)
    assert "Rådhuset" in step
    assert 'href="https://example.org/live"' in step
    assert "Kom, og still spørsmål." in step


def test_one_s_calendar_gets_it_with_its_time_and_its_address(tool: Tool, edited: Edited):
    edited.publish(tool, "1.1.0")
    teacher = tool.launch()

    answer = tool.get(teacher, f"{EVENT}/event.ics")

    assert answer.content_type == "text/calendar; charset=utf-8"
    assert "apning.ics" in answer.headers["Content-Disposition"]
    entry = entry_of(answer.data)
    assert entry["DTSTART"] == local_moment(SOON)
    assert entry["DTEND"] == local_moment(SOON + timedelta(hours=1))
    assert entry["SUMMARY"] == "Opening"
    assert "Rådhuset" in str(entry["DESCRIPTION"])
    assert str(entry["URL"]).endswith(EVENT)


def test_a_moved_event_is_the_same_entry_at_its_new_time(tool: Tool, edited: Edited):
    edited.publish(tool, "1.1.0")
    teacher = tool.launch()
    first = entry_of(tool.get(teacher, f"{EVENT}/event.ics").data)
    move(edited, SOON, LATER)
    edited.publish(tool, "1.2.0")

    second = entry_of(tool.get(teacher, f"{EVENT}/event.ics").data)

    assert second["UID"] == first["UID"]
    assert second["DTSTART"] == local_moment(LATER)


def test_who_works_on_an_older_version_is_told_the_new_time_and_place(tool: Tool, edited: Edited):
    edited.publish(tool, "1.1.0")
    teacher = tool.launch()
    tool.post(teacher, f"{FIRST}/les", go="done")
    move(edited, SOON, LATER, place="Biblioteket")
    edited.publish(tool, "1.2.0")

    for page in (TRACK, FIRST, "/"):
        text = english(tool, teacher, page)
        assert shown(LATER) in text, page
        assert shown(SOON) not in text, page
    step = english(tool, teacher, EVENT)
    assert "Biblioteket" in step
    assert "Rådhuset" not in step
    entry = entry_of(tool.get(teacher, f"{EVENT}/event.ics").data)
    assert entry["DTSTART"] == local_moment(LATER)


def test_who_works_on_an_older_version_is_told_that_it_is_called_off(tool: Tool, edited: Edited):
    edited.publish(tool, "1.1.0")
    teacher = tool.launch()
    tool.post(teacher, f"{FIRST}/les", go="done")
    edited.change("01-enheter", block(SOON), "")
    edited.head("01-enheter", 'retired: {apning: ""}')
    edited.publish(tool, "1.2.0")

    step = english(tool, teacher, EVENT)

    assert "may be called off" in step
    assert "event.ics" not in step
    assert f'href="{EVENT}"' not in english(tool, teacher, TRACK)


def test_it_is_ticked_off_when_it_has_begun(tool: Tool, edited: Edited):
    edited.publish(tool, "1.1.0")
    teacher = tool.launch()
    ahead = english(tool, teacher, EVENT)
    assert "I took part" not in ahead
    move(edited, SOON, PAST)
    edited.publish(tool, "1.2.0")

    over = english(tool, teacher, EVENT)

    assert "This has taken place." in over
    assert "I took part, or have caught up" in over
    assert "event.ics" not in over
    assert f'href="{EVENT}"' not in english(tool, teacher, TRACK)
    assert "✓" not in english(tool, teacher, FIRST).partition("Opening")[2].partition("</li>")[0]
    tool.post(teacher, EVENT, go="done")
    assert "✓" in english(tool, teacher, FIRST).partition("Opening")[2].partition("</li>")[0]


def test_it_is_the_next_step_only_when_nothing_else_is_left(tool: Tool, tmp_path: Path):
    edited = Edited(tmp_path)
    edited.change("01-enheter", "### ", f"{block(SOON)}### ")
    edited.publish(tool, "1.1.0")
    teacher = tool.launch()

    assert tool.get(teacher, f"{TRACK}/continue").headers["Location"].endswith("/les")


def test_it_is_open_where_sessions_are_taken_in_order_and_holds_nobody_back(
    tool: Tool, edited: Edited
):
    edited.change("track", "order: recommended", "order: enforced")
    edited.change("02-feil", "## B ", f"{block(LATER, step='kveld')}## B ")
    edited.publish(tool, "1.1.0")
    teacher = tool.launch(sub="kim")

    assert tool.get(teacher, f"{SECOND}/les").status_code == 303  # closed
    assert tool.get(teacher, f"{SECOND}/kveld").status_code == 200
    assert f'href="{SECOND}/kveld"' in english(tool, teacher, SECOND)
    fields = {
        "les": {},
        "en-av-tre": {"choice": "1", "revision": "0"},
        "flere": {"choice": ["0", "2"], "revision": "0"},
        "tanker": {"text": "Tanker"},
        "provd": {"text": "Prøvd"},
    }
    for step, given in fields.items():
        tool.post(teacher, f"{FIRST}/{step}", go="done", **given)
    assert tool.get(teacher, f"{SECOND}/les").status_code == 200  # the event is not done


def test_anybody_reads_one_that_lives_alone(tool: Tool, edited: Edited):
    edited.publish(tool, "1.1.0")
    visitor = tool.app.test_client()

    page = english(tool, visitor, PUBLIC)

    assert "Rådhuset" in page
    entry = entry_of(tool.get(visitor, f"{PUBLIC}/event.ics").data)
    assert entry["DTSTART"] == local_moment(SOON)
    assert tool.get(visitor, f"{EVENT}/event.ics").status_code in (302, 303, 401, 403)


def test_no_other_step_has_a_calendar(tool: Tool):
    teacher = tool.launch()

    assert tool.get(teacher, f"{FIRST}/les/event.ics").status_code == 404
    assert tool.get(teacher, "/r/sample/maaling/enheter/les/event.ics").status_code == 404
