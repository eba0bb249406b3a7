"""A session for leaders is read by those who lead, and by nobody else in any way (F-22)."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import func, select

from tests.content.test_leader_modules import with_leader_module
from tests.factories.editing import Edited
from tests.factories.tool import Tool
from tests.whole.test_routes import everybody
from tracks.catalogue.models import search_entry, track_version
from tracks.catalogue.naming import IdsLost
from tracks.catalogue.queries import read_edition
from tracks.people.rules import Role

TRACK = "/t/sample/maaling"
PAGE = f"{TRACK}/for-ledere"


@pytest.fixture
def closed(tool: Tool, tmp_path: Path) -> Tool:
    edited = Edited(tmp_path)
    with_leader_module(edited)
    assert edited.publish(tool, "1.1.0") == {"sample/maaling@1.1.0": True}
    return tool


def test_who_leads_reads_it_whole(closed: Tool):
    leader = closed.launch(sub="leader", leads=True)

    assert PAGE in closed.get(leader, TRACK).text
    page = closed.get(leader, PAGE).text

    assert "SECRET-TITLE" in page
    assert "Ved siden av permen." in page
    for words in ("SECRET-WORDS", "SECRET-NOTE", "SECRET-ITEM"):
        assert page.count(words) == 1, words
    picture = re.findall(r'src="(/media/[^"]+closed\.png)"', page)
    assert closed.get(leader, picture[0]).status_code == 200


def test_a_teacher_is_told_whom_it_is_for(closed: Tool):
    teacher = closed.launch(sub="kim")

    answer = closed.get(teacher, f"{PAGE}?lang=en")

    assert answer.status_code == 403
    assert "This session is for those who lead" in answer.text
    assert f'href="{TRACK}"' in answer.text
    assert "SECRET" not in answer.text
    assert closed.get(closed.client(), PAGE).status_code == 401


def test_a_link_to_it_in_a_course_opens_it_for_leaders_only(closed: Tool):
    for sub, leads, status in (("kim", False, 403), ("leader", True, 200)):
        browser = closed.launch(sub=sub, leads=leads, resource="sample/maaling/for-ledere")
        assert closed.get(browser, PAGE).status_code == status


@pytest.mark.parametrize(
    ("address", "leads_nowhere"),
    [
        ("sample/maaling/for-ledere", False),
        ("sample/maaling/for-ledere#samtale", True),
        ("sample/maaling/for-alle", True),
    ],
)
def test_the_log_tells_of_links_that_lead_nowhere_only(
    closed: Tool, caplog: pytest.LogCaptureFixture, address: str, leads_nowhere: bool
):
    for sub, leads in (("kim", False), ("leader", True)):
        caplog.clear()

        closed.launch(sub=sub, leads=leads, resource=address)

        said = [r for r in caplog.records if r.getMessage().startswith("launch.leads_nowhere")]
        assert bool(said) is leads_nowhere, sub


def test_a_link_by_its_earlier_name_leads_there(
    closed: Tool, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    edited = Edited(tmp_path / "later")
    with_leader_module(edited)
    edited.rename("03-for-ledere", "03-til-ledere")
    edited.head("track", "renamed: {for-ledere: til-ledere}")
    edited.publish(closed, "1.2.0")

    leader = closed.launch(sub="leader", leads=True, resource="sample/maaling/for-ledere")

    assert [r for r in caplog.records if "leads_nowhere" in r.getMessage()] == []
    moved = closed.get(leader, PAGE)
    assert moved.headers["Location"].startswith(f"{TRACK}/til-ledere")
    assert closed.get(leader, moved.headers["Location"]).status_code == 200


def test_one_that_is_gone_is_told_as_any_other(closed: Tool, tmp_path: Path):
    edited = Edited(tmp_path / "later")

    with pytest.raises(IdsLost) as refused:
        edited.publish(closed, "1.2.0")

    assert [(p.code, p.message) for p in refused.value.problems] == [
        ("id-gone", "the session for-ledere was there in the last version")
    ]
    edited.head("track", "retired: {for-ledere: maaling/feil}")
    assert edited.publish(closed, "1.2.0") == {"sample/maaling@1.2.0": True}
    leader = closed.launch(sub="leader", leads=True)
    assert closed.get(leader, PAGE).headers["Location"] == f"{TRACK}/feil"


PLACES = (
    TRACK,
    f"{TRACK}/enheter",
    f"{TRACK}/for-ledere/samtale",
    f"{TRACK}/-/changes",
    "/r/sample/maaling/for-ledere/samtale",
    "/catalogue",
    "/catalogue?q=SECRET",
    "/catalogue/sample/maaling",
    "/catalogue/sample/maaling/for-ledere",
    "/catalogue/feed.atom",
    "/sitemap.xml",
    "/oai?verb=ListRecords&metadataPrefix=oai_dc",
    "/oai?verb=ListRecords&metadataPrefix=lom",
    "/",
)


def test_nothing_of_it_comes_out_anywhere_else(closed: Tool):
    teacher = closed.launch(sub="kim")
    closed.post(teacher, f"{TRACK}/enheter/les", go="done")
    version_id = max(closed.rows(select(track_version.c.id)))[0]
    closed_picture = f"/media/{version_id}/closed.png"
    for browser in (teacher, closed.client()):
        for place in PLACES:
            # The page says its own address again, where languages are chosen and searches shown.
            text = closed.get(browser, place).text
            text = text.replace(place, "").replace(quote(place, safe=""), "")
            assert "SECRET" not in text.replace('value="SECRET"', ""), place
            assert "for-ledere" not in text, place
        assert closed.get(browser, closed_picture).status_code == 404
    assert closed.rows(select(func.count()).where(search_entry.c.address.like("%for-ledere%"))) == [
        (0,)
    ]


def test_it_counts_for_nobody(closed: Tool):
    with closed.database.reading() as session:
        edition = read_edition(session, 2)
    (module,) = edition.leader_modules

    assert [m.slug for m in edition.modules] == ["enheter", "feil"]
    assert edition.units == closed.edition.units
    assert edition.minutes == closed.edition.minutes
    assert module.slug == "for-ledere"


def test_who_may_read_it(closed: Tool):
    reads = {
        Role.LEADER,
        Role.SCHOOL_LEADER,
        Role.SPREADER,
        Role.LEAD_SPREADER,
        Role.COORDINATOR,
        Role.AUTHOR,
        Role.ADMINISTRATOR,
    }

    opened = {
        who
        for who, browser in everybody(closed).items()
        if closed.get(browser, PAGE).status_code == 200
    }

    assert opened == {role.value for role in reads}
