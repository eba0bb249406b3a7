"""Times of access: what is closed is listed, and not read (P-15)."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec import structs
from sqlalchemy import text, update

from content.model import Access
from tests.factories.databases import LIBRARY, sample_library
from tests.factories.tool import Tool
from tests.tracks.catalogue.publishing import (
    ADDRESS,
    RESOURCE,
    TEXT,
    open_between,
    publish,
    track_with,
)
from tracks.catalogue.actions import publish_track
from tracks.catalogue.finding import Free, Look, find
from tracks.catalogue.models import module_version, step_version, track_version
from tracks.catalogue.public.dates import Dates, dates_of
from tracks.catalogue.public.media import windows_of_file
from tracks.catalogue.queries import Shelf
from tracks.catalogue.windows import Standing, Window
from tracks.cli.content import publish_library
from tracks.i18n import local_day

DAY = timedelta(days=1)
LANGUAGES = ("nb", "nn", "sv", "en")


def today() -> date:
    return local_day(datetime.now(UTC))


def test_a_window_includes_both_its_days():
    first, last = date(2027, 1, 10), date(2027, 6, 30)
    window = Window(first, last)

    assert [window.standing(day) for day in (first - DAY, first, last, last + DAY)] == [
        Standing.NOT_YET,
        Standing.FREE_UNTIL,
        Standing.FREE_UNTIL,
        Standing.ENDED,
    ]
    assert Window(first, None).standing(last) is Standing.FREE
    assert Window(None, last).standing(date(2000, 1, 1)) is Standing.FREE_UNTIL
    assert Window().standing(first) is Standing.FREE


def test_what_is_free_says_until_when_and_is_read(tool: Tool):
    open_between(tool, None, today())

    page = tool.get(tool.client(), f"{RESOURCE}?lang=en").text

    assert re.search(r"Free until \w{3} \d", page)
    assert TEXT in page


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [(None, -1, "Was free until"), (1, None, "Free from")],
)
def test_what_is_closed_is_told_and_not_read(
    tool: Tool, first: int | None, last: int | None, said: str
):
    open_between(
        tool,
        None if first is None else today() + first * DAY,
        None if last is None else today() + last * DAY,
    )

    answer = tool.get(tool.client(), f"{RESOURCE}?lang=en")

    assert answer.status_code == 200
    assert said in answer.text
    assert "municipalities that use the track" in answer.text
    assert TEXT not in answer.text
    # Those who came from an LMS go on reading.
    assert TEXT in tool.get(tool.launch(), f"{RESOURCE}?lang=nb").text


def test_in_place_of_what_is_closed_stands_what_is_open(tool: Tool):
    open_between(tool, None, today() - DAY)

    page = tool.get(tool.client(), f"{RESOURCE}?lang=en").text

    assert "Open to all in the same track" in page
    assert 'href="/r/sample/maaling/feil/les"' in page
    assert f'row"><a class="ds-link" lang="nb" href="{RESOURCE}"' not in page


def looked(tool: Tool, look: Look) -> set[str]:
    with tool.database.reading() as session:
        found, _ = find(session, look, "nb", LANGUAGES, today(), skip=0, take=100)
    return {str(each.address) for each in found}


def test_the_search_finds_what_is_closed_and_shows_none_of_its_text(tool: Tool):
    open_between(tool, None, today() - DAY)

    page = tool.get(tool.client(), "/catalogue?q=enheten&lang=en").text

    assert ADDRESS in looked(tool, Look(typed="enheten"))
    assert "was free until" in page
    with tool.database.reading() as session:
        found, _ = find(session, Look("enheten"), "nb", LANGUAGES, today(), skip=0, take=100)
    excerpts = {str(each.address): each.excerpt for each in found}
    assert excerpts[ADDRESS] == []
    assert excerpts["sample/maaling/feil#les"] != []


def test_a_search_by_how_it_stands(tool: Tool):
    def stands() -> dict[str, bool]:
        looks = {
            "now": Look(free=Free.NOW),
            "ending": Look(free=Free.ENDING),
            "ended": Look(free=Free.ENDED),
            "until in 10 days": Look(free_until=today() + 10 * DAY),
            "until yesterday": Look(free_until=today() - DAY),
        }
        return {name: ADDRESS in looked(tool, look) for name, look in looks.items()}

    asked = list(stands())
    expected = {
        (None, None): [True, False, False, True, True],
        (None, 0): [True, True, False, False, True],
        (None, 30): [True, True, False, True, True],
        (None, 31): [True, False, False, True, True],
        (None, -1): [False, False, True, False, False],
        (1, None): [False, False, False, False, False],
    }
    for number, ((first, last), answers) in enumerate(expected.items()):
        open_between(
            tool,
            None if first is None else today() + first * DAY,
            None if last is None else today() + last * DAY,
            version=f"2.{number}.0",
        )
        assert stands() == dict(zip(asked, answers, strict=True)), (first, last)


@pytest.mark.parametrize("odd", ["2027-13-01", "x", "2027-1-1", "+2027-01-01", "²", "9" * 40])
def test_a_day_that_is_none_is_as_if_nothing_was_asked(tool: Tool, odd: str):
    answer = tool.client().get("/catalogue", query_string={"free_until": odd, "free": odd})

    assert answer.status_code == 200
    assert "found" not in answer.text


def test_filters_by_framework_and_device(tool: Tool):
    source = sample_library().tracks[0]
    second = structs.replace(source.modules[1], devices=("ipad",))
    publish(tool, source, version="2.0.0", modules=(source.modules[0], second))
    assert "sample/maaling" in looked(tool, Look(framework="pfdk-1"))
    assert looked(tool, Look(framework="pfdk-2")) == set()
    with_pc = looked(tool, Look(device="pc"))
    assert {"sample/maaling", "sample/maaling/enheter", ADDRESS} <= with_pc
    assert "sample/maaling/feil" not in with_pc


def test_what_earlier_releases_did_not_keep_is_filled_in_from_the_same_text(tool: Tool):
    open_between(tool, None, today() + DAY)
    before = _kept(tool)
    with tool.database.writing() as session:
        session.execute(update(track_version).values(frameworks=None, entry_level=None))
        session.execute(update(module_version).values(devices=None))
        session.execute(update(step_version).values(free_from=None, free_until=None))
        session.execute(text("UPDATE search_entry SET frameworks = '', free_until = NULL"))
    assert _kept(tool) != before

    open_between(tool, None, today() + DAY)

    assert _kept(tool) == before
    assert ADDRESS in looked(tool, Look(framework="pfdk-1", free=Free.ENDING))
    # The first version is still without; its own text fills it, and only that.
    published = publish_library(tool.database, LIBRARY, sample_library())
    assert set(published.values()) == {False}
    assert _kept(tool) == before


def _kept(tool: Tool):
    with tool.database.reading() as session:
        edition = Shelf().current(session, "sample", "maaling")
    assert edition is not None
    return (
        edition.frameworks,
        edition.entry_level,
        [module.devices for module in edition.modules],
        [step.window for step in edition.steps],
    )


WHOLE = "sample/maaling"
PICTURE = {"lys.png": b"\x89PNG\r\n\x1a\n", "gul.png": b"\x89PNG\r\n\x1a\n"}


def publish_with_picture(tool: Tool, version: str, **window: date | None) -> str:
    """The address of lys.png, which the resource of the first session shows; none shows gul.png."""
    access = Access(window.get("first"), window.get("last")) if window else None
    shown = {
        language: structs.replace(each, markdown=f"{TEXT}\n\n![Et lys](media/lys.png)")
        for language, each in track_with().modules[0].steps[0].texts.items()
    }
    with tool.database.writing() as session:
        source = structs.replace(track_with(access=access, texts=shown), version=version)
        done = publish_track(session, "sample", source, media=PICTURE, now=datetime.now(UTC))
    tool.app.extensions["tracks.shelf"] = Shelf()  # now, and not in two seconds
    return f"/media/{done.version_id}/lys.png"


@pytest.mark.parametrize(
    ("first", "last", "status"),
    [(None, -1, 404), (1, None, 404), (None, 0, 200), (0, None, 200), (-3, 3, 200)],
)
def test_the_pictures_of_what_is_closed_are_closed(
    tool: Tool, first: int | None, last: int | None, status: int
):
    window = {
        "first": None if first is None else today() + first * DAY,
        "last": None if last is None else today() + last * DAY,
    }
    url = publish_with_picture(tool, "2.0.0", **window)

    answer = tool.get(tool.client(), url)

    assert answer.status_code == status
    if status == 200:
        assert answer.headers["Cache-Control"] == "private, max-age=3600"
    # Those who came from an LMS go on seeing them, and no cache gives them to others.
    answer = tool.get(tool.launch(), url)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"].startswith("private, ")


def test_a_file_is_open_when_a_public_page_shows_it_now(tool: Tool):
    old = publish_with_picture(tool, "2.0.0")

    answer = tool.get(tool.client(), old)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert old in tool.get(tool.client(), RESOURCE).text
    assert tool.get(tool.client(), old.replace("lys", "gul")).status_code == 404
    assert tool.get(tool.launch(), old.replace("lys", "gul")).status_code == 200

    new = publish_with_picture(tool, "3.0.0", last=today() - DAY)
    for url in (old, new):
        assert tool.get(tool.client(), url).status_code == 404, url


def test_how_the_address_of_a_file_is_written_is_no_way_around(tool: Tool):
    edition = tool.edition
    texts = {"nb": {"title": "x", "html": '<a href="/media/7/en&amp;to%20tre.pdf#page=2">x</a>'}}
    shown = replace(edition, version_id=7, texts=texts)
    with tool.database.reading() as session:
        assert windows_of_file(session, shown, "en&to tre.pdf") == [Window()]
        assert windows_of_file(session, shown, "en&to") == []
        assert windows_of_file(session, replace(shown, version_id=8), "en&to tre.pdf") == []


def test_updated_is_when_that_page_last_changed(tool: Tool):
    days = [datetime(2030, month, 2, 12, tzinfo=UTC) for month in (4, 5, 6)]
    publish(tool, track_with(), days[0], id="dated")
    publish(tool, track_with(), days[1], id="dated", version="2.0.0", licence="CC0 1.0")
    publish(tool, track_with(minutes=9), days[2], id="dated", version="3.0.0")

    with tool.database.reading() as session:
        edition = Shelf().current(session, "sample", "dated")
        assert edition is not None
        dates = dates_of(session, edition)

    assert {
        address.removeprefix("sample/dated"): (each.published.month, each.updated.month)
        for address, each in dates.items()
    } == {
        "": (4, 6),
        "/enheter": (4, 6),
        "/enheter#les": (4, 6),
        "/feil": (4, 4),
        "/feil#les": (4, 4),
    }


def test_another_picture_by_the_same_name_is_a_change_of_what_shows_it(
    tool: Tool, monkeypatch: pytest.MonkeyPatch
):
    publish_with_picture(tool, "2.0.0")
    before = first_and_last(tool)
    publish_with_picture(tool, "3.0.0")
    after = first_and_last(tool)
    assert after.pop(WHOLE).updated > before.pop(WHOLE).updated
    assert after == before
    monkeypatch.setitem(PICTURE, "lys.png", b"\x89PNG\r\n\x1a\n another")
    publish_with_picture(tool, "4.0.0")
    after = first_and_last(tool)
    assert after[ADDRESS].updated > before[ADDRESS].updated
    assert after["sample/maaling/feil#les"] == before["sample/maaling/feil#les"]


def first_and_last(tool: Tool) -> dict[str, Dates]:
    with tool.database.reading() as session:
        edition = Shelf().current(session, "sample", "maaling")
        assert edition is not None
        return dates_of(session, edition)
