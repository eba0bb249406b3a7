"""The main job: a click in the LMS, a step done, a score on its way, counters moved."""

from sqlalchemy import select

from tests.factories.tool import Tool
from tracks.adoption.models import school_track
from tracks.jobs.models import outbox
from tracks.lms.models import score
from tracks.progress.models import step_work


def test_a_launch_leads_to_the_first_step_and_a_done_step_to_score_and_counters(
    tool: Tool,
) -> None:
    browser = tool.launch()
    assert tool.landed == "/t/sample/maaling/continue"
    first = tool.get(browser, tool.landed)
    assert first.headers["Location"] == "/t/sample/maaling/enheter/les"
    page = tool.get(browser, "/t/sample/maaling/enheter/les")
    assert page.status_code == 200
    assert "Les om måling" in page.text

    answer = tool.post(browser, "/t/sample/maaling/enheter/les", go="done")

    assert answer.headers["Location"] == "/t/sample/maaling/enheter/en-av-tre"
    assert tool.count(step_work, step_work.c.done_at.is_not(None)) == 1
    assert tool.rows(select(score.c.wanted, score.c.sent)) == [(7.0, None)]
    assert tool.rows(select(outbox.c.kind, outbox.c.edition)) == [("send_score", 1)]
    columns = (school_track.c.started, school_track.c.together, school_track.c.tried)
    assert tool.rows(select(*columns)) == [(1, 0, 0)]
