"""Notes down the spreader chain, and what schools need, up (O-07)."""

import html
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories.tool import Tool
from tests.tracks.organisation.people import NOW, a_team, schools, with_role
from tracks.app import DATA_MAP
from tracks.organisation.actions.teams import end_team
from tracks.organisation.actions.units import Doer
from tracks.organisation.models import chain_note
from tracks.organisation.views.notes import LONGEST, MOST_A_DAY
from tracks.people.rules import Role
from tracks.privacy.actions.retention import keep_no_longer

NEED = "Elevene har ikke fått nettbrettene sine."


def shown(tool: Tool, browser: FlaskClient, path: str = "/chain?lang=en") -> str:
    page = tool.get(browser, path)
    assert page.status_code == 200
    return html.unescape(page.text)


def told(tool: Tool, browser: FlaskClient, text: str = NEED, **form: str) -> int:
    return tool.post(browser, "/chain/needs", need=text, **form).status_code


def sent(tool: Tool, browser: FlaskClient, text: str, team: str, **form: str) -> int:
    return tool.post(browser, "/chain/notes", note=text, team=team, **form).status_code


def only(tool: Tool) -> int:
    return int(tool.rows(select(chain_note.c.id))[0][0])


def test_a_need_goes_up_and_its_answer_comes_down(tool: Tool):
    spreader = with_role(tool, Role.SPREADER, school_id=tool.school_id)
    lead = with_role(tool, Role.LEAD_SPREADER, team_id=a_team(tool, tool.school_id))
    office = with_role(tool, Role.COORDINATOR)

    assert told(tool, spreader, school=str(tool.school_id)) == 303
    for reader in (lead, office):
        assert NEED in shown(tool, reader)
        assert "Not answered yet." in shown(tool, reader)
    assert (
        tool.post(lead, f"/chain/{only(tool)}/answer", answer="De kommer fredag.").status_code
        == 303
    )

    assert "De kommer fredag." in shown(tool, spreader)
    assert "Not answered yet." not in shown(tool, spreader)


def test_each_reads_the_own_branch_only(tool: Tool):
    second, third = schools(tool, "Sample school 2", "Sample school 3")
    first = with_role(tool, Role.SPREADER, school_id=tool.school_id, sub="first")
    other = with_role(tool, Role.SPREADER, school_id=second, sub="other")
    ours, theirs = a_team(tool, tool.school_id), a_team(tool, second, third, name="Another")
    lead = with_role(tool, Role.LEAD_SPREADER, team_id=ours)
    office = with_role(tool, Role.COORDINATOR)

    assert told(tool, first, school=str(tool.school_id)) == 303
    assert sent(tool, office, "For the others.", str(theirs)) == 303
    assert sent(tool, office, "For everybody.", "all") == 303
    assert sent(tool, lead, "For ours.", str(ours)) == 303

    seen = {
        name: [t for t in (NEED, "For the others.", "For everybody.", "For ours.") if t in page]
        for name, page in (
            (n, shown(tool, b))
            for n, b in (("first", first), ("other", other), ("lead", lead), ("office", office))
        )
    }
    assert seen == {
        "first": [NEED, "For everybody.", "For ours."],
        "other": ["For the others.", "For everybody."],
        "lead": [NEED, "For everybody.", "For ours."],
        "office": [NEED, "For the others.", "For everybody.", "For ours."],
    }  # fmt: skip
    assert tool.get(tool.launch(sub="plain"), "/chain").status_code == 403


def test_nobody_writes_or_answers_beyond_their_part(tool: Tool):
    (second,) = schools(tool, "Sample school 2")
    spreader = with_role(tool, Role.SPREADER, school_id=tool.school_id)
    other_lead = with_role(tool, Role.LEAD_SPREADER, team_id=a_team(tool, second))
    ours = a_team(tool, tool.school_id, name="Ours")
    told(tool, spreader, school=str(tool.school_id))
    need = only(tool)

    assert told(tool, spreader, school=str(second)) == 422
    assert sent(tool, spreader, "To all", "all") == 422
    assert sent(tool, other_lead, "To all", "all") == 422
    assert sent(tool, other_lead, "To ours", str(ours)) == 422
    for browser in (spreader, other_lead):
        assert tool.post(browser, f"/chain/{need}/answer", answer="x").status_code == 404
    assert tool.post(other_lead, f"/chain/{need}/take-back").status_code == 404
    assert tool.count(chain_note) == 1


def test_the_staff_reads_what_is_for_them_under_their_spreader(tool: Tool):
    (second,) = schools(tool, "Sample school 2")
    office = with_role(tool, Role.COORDINATOR)
    teacher = tool.launch(sub="t")
    ours, theirs = a_team(tool, tool.school_id), a_team(tool, second, name="Another")
    sent(tool, office, "A day for all on 3 March.", "all", for_staff="1")
    sent(tool, office, "Only between us.", str(ours))
    sent(tool, office, "Not for here.", str(theirs), for_staff="1")

    page = shown(tool, teacher, "/spreaders?lang=en")
    assert "A day for all on 3 March." in page
    assert "Only between us." not in page
    assert "Not for here." not in page


@pytest.mark.parametrize("text", ["", "   ", "x" * (LONGEST + 1)])
def test_what_is_typed_comes_back_with_what_is_wrong(tool: Tool, text: str):
    spreader = with_role(tool, Role.SPREADER, school_id=tool.school_id)
    answer = tool.post(spreader, "/chain/needs?lang=en", need=text, school=str(tool.school_id))
    assert answer.status_code == 422
    assert 'id="need-problem"' in answer.text
    assert text.strip() in answer.text
    assert tool.count(chain_note) == 0


def test_an_answer_that_is_too_long_comes_back(tool: Tool):
    spreader = with_role(tool, Role.SPREADER, school_id=tool.school_id)
    office = with_role(tool, Role.COORDINATOR)
    told(tool, spreader, school=str(tool.school_id))
    for text in ("", "x" * 301):
        page = tool.post(office, f"/chain/{only(tool)}/answer", answer=text)
        assert page.status_code == 422
        assert f'value="{text}"' in page.text
        assert re.search(r'id="answer-\d+-problem"', page.text)


def test_ones_own_is_taken_back_and_all_is_gone_after_a_year(tool: Tool):
    spreader = with_role(tool, Role.SPREADER, school_id=tool.school_id)
    told(tool, spreader, school=str(tool.school_id))
    assert tool.post(spreader, f"/chain/{only(tool)}/take-back").status_code == 303
    assert tool.count(chain_note) == 0

    told(tool, spreader, school=str(tool.school_id))
    for days, left in ((364, 1), (367, 0)):
        with tool.database.writing() as session:
            keep_no_longer(session, DATA_MAP, NOW + timedelta(days=days))
        assert tool.count(chain_note) == left


def test_one_person_cannot_flood_the_others(tool: Tool):
    office = with_role(tool, Role.COORDINATOR)
    codes = [sent(tool, office, f"Nr. {n}", "all") for n in range(MOST_A_DAY + 1)]
    assert codes == [303] * MOST_A_DAY + [422]


def test_a_team_with_notes_can_be_ended(tool: Tool):
    office = with_role(tool, Role.COORDINATOR)
    team = a_team(tool, tool.school_id)
    sent(tool, office, "To the team", str(team))
    with tool.database.writing() as session:
        doer = Doer(tool.person_id(Role.COORDINATOR.value), NOW)
        end_team(session, tool.municipality_id, team, doer)
    other = with_role(tool, Role.COORDINATOR, sub="other")
    for browser in (office, other):
        assert "To the team" in shown(tool, browser)
