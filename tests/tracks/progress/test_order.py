"""Sessions in order, and side by side: what is closed says what opens it (ask 10)."""

from pathlib import Path

import pytest
from sqlalchemy import select

from content.model import Order
from tests.factories.editing import Edited
from tests.factories.tool import Tool
from tracks.audit.models import audit_entry
from tracks.progress.models import opened_module

TRACK = "/t/sample/maaling"
FIRST, SECOND = f"{TRACK}/enheter", f"{TRACK}/feil"
OPEN = f"{SECOND}/-/open"
OWN = ("les", "en-av-tre", "flere", "tanker", "provd")


def published(tool: Tool, folder: Path, order: str, *, begins: str = "after") -> Tool:
    edited = Edited(folder)
    edited.change("track", "order: recommended", f"order: {order}")
    edited.head("02-feil", f"begins: {begins}")
    edited.publish(tool, "1.1.0")
    return tool


@pytest.fixture
def kept(tool: Tool, tmp_path: Path) -> Tool:
    return published(tool, tmp_path, "enforced")


def do(tool: Tool, browser: object, *steps: str) -> None:
    fields = {
        "en-av-tre": {"choice": "1", "revision": "0"},
        "flere": {"choice": ["0", "2"], "revision": "0"},
        "tanker": {"text": "Tanker"},
        "provd": {"text": "Prøvd"},
    }
    for step in steps:
        answer = tool.post(browser, f"{FIRST}/{step}", go="done", **fields.get(step, {}))
        assert answer.status_code == 303, (step, answer.text)


def is_open(tool: Tool, browser: object) -> bool:
    page = tool.get(browser, f"{SECOND}?lang=en").text
    step = tool.get(browser, f"{SECOND}/les")
    assert step.status_code in (200, 303)
    closed = "This session is not open yet" in page
    assert closed == (step.status_code == 303)
    assert closed != (f'href="{SECOND}/les"' in page)
    return not closed


def test_a_closed_session_says_what_opens_it_and_leads_there(kept: Tool):
    teacher = kept.launch(sub="kim")
    do(kept, teacher, "les")

    page = kept.get(teacher, f"{SECOND}?lang=en").text

    assert "opens when you have done your own part of" in page
    assert f'href="{FIRST}/en-av-tre"' in page
    assert kept.get(teacher, f"{SECOND}/les").headers["Location"] == SECOND
    assert "Opens when you have done your own part of" in kept.get(teacher, f"{TRACK}?lang=en").text


def test_one_s_own_part_opens_the_next_and_a_missed_meeting_holds_nobody_back(kept: Tool):
    teacher = kept.launch(sub="kim")
    do(kept, teacher, *OWN[:-1])
    assert not is_open(kept, teacher)

    do(kept, teacher, OWN[-1])

    assert is_open(kept, teacher)


def test_a_link_to_one_session_lands_where_it_is_said(kept: Tool):
    teacher = kept.launch(sub="kim", resource="sample/maaling/feil")

    assert kept.landed == SECOND
    assert not is_open(kept, teacher)


def test_what_is_typed_in_a_closed_session_is_shown_and_not_kept(kept: Tool):
    teacher = kept.launch(sub="kim")
    before = kept.counts()

    answer = kept.post(teacher, f"{SECOND}/tanker?lang=en", text="Mine <tanker>", go="done")

    assert answer.status_code == 409
    assert "Mine &lt;tanker&gt;" in answer.text
    assert f'href="{SECOND}"' in answer.text
    assert kept.post(teacher, f"{SECOND}/together/B/me").status_code == 409
    assert kept.counts() == before


def test_a_resource_of_a_closed_session_is_open_on_its_own(kept: Tool):
    teacher = kept.launch(sub="kim")

    assert kept.get(teacher, "/r/sample/maaling/feil/les").status_code == 200


def test_a_leader_reads_all_and_opens_it_for_the_school(kept: Tool):
    teacher = kept.launch(sub="kim")
    leader = kept.launch(sub="leader", leads=True)
    assert is_open(kept, leader)
    assert "Open it for everybody at your school" in kept.get(leader, f"{SECOND}?lang=en").text
    assert "Open it for everybody" not in kept.get(leader, f"{FIRST}?lang=en").text

    for _ in range(2):
        assert kept.post(leader, OPEN, go="open").status_code == 303

    assert is_open(kept, teacher)
    assert kept.count(opened_module) == 1
    kept.post(leader, OPEN, go="close")
    kept.post(leader, OPEN, go="close")
    assert not is_open(kept, teacher)
    codes = [code for (code,) in kept.rows(select(audit_entry.c.code)) if code[:7] == "module_"]
    assert codes == ["module_opened", "module_closed"]


def test_what_has_been_begun_stays_open(kept: Tool):
    teacher = kept.launch(sub="kim")
    leader = kept.launch(sub="leader", leads=True)
    kept.post(leader, OPEN, go="open")
    kept.post(teacher, f"{SECOND}/les", go="done")
    kept.post(leader, OPEN, go="close")

    assert is_open(kept, teacher)


def test_opened_at_one_school_is_closed_at_another(kept: Tool):
    leader = kept.launch(sub="leader", leads=True)
    kept.post(leader, OPEN, go="open")
    with kept.database.writing() as session:
        other = kept.add_school(session, "Sample school 2")
    teacher = kept.launch(sub="kim", school=False)
    kept.post(teacher, "/school", school=str(other), then=TRACK)

    assert not is_open(kept, teacher)


def test_only_who_leads_at_the_school_opens(kept: Tool):
    teacher = kept.launch(sub="kim")
    lost = kept.launch(sub="lost", leads=True, school=False)

    for browser in (teacher, lost):
        assert kept.post(browser, OPEN, go="open").status_code == 403
    leader = kept.launch(sub="leader", leads=True)
    assert kept.post(leader, f"{TRACK}/none/-/open", go="open").status_code == 404
    assert kept.count(opened_module) == 0


@pytest.mark.parametrize("order", [Order.RECOMMENDED, Order.FREE])
def test_only_an_order_that_is_kept_closes(tool: Tool, tmp_path: Path, order: Order):
    said = {
        Order.RECOMMENDED: "The order is a suggestion",
        Order.FREE: "Take the sessions in the order you like",
    }
    published(tool, tmp_path, order.value)
    teacher = tool.launch(sub="kim")
    leader = tool.launch(sub="leader", leads=True)

    assert is_open(tool, teacher)
    assert "Open it for everybody" not in tool.get(leader, f"{SECOND}?lang=en").text
    for path in (TRACK, "/catalogue/sample/maaling"):
        assert said[order] in tool.get(teacher, f"{path}?lang=en").text


def test_side_by_side_nothing_waits(tool: Tool, tmp_path: Path):
    published(tool, tmp_path, "enforced", begins="with")
    teacher = tool.launch(sub="kim")

    assert is_open(tool, teacher)
    for path in (TRACK, "/catalogue/sample/maaling"):
        assert "at the same time as the session before" in tool.get(teacher, f"{path}?lang=en").text


def test_what_the_author_relaxes_is_open_to_those_on_the_older_version(kept: Tool, tmp_path: Path):
    teacher = kept.launch(sub="kim")
    do(kept, teacher, "les")
    assert not is_open(kept, teacher)
    edited = Edited(tmp_path / "again")
    edited.publish(kept, "1.2.0")

    assert is_open(kept, teacher)
