"""From step to step: what is done stays done, and "continue" finds what is not."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text

from tests.factories.threads import at_once
from tests.factories.tool import BASE_URL, Tool
from tracks.adoption.models import school_track
from tracks.jobs.models import outbox
from tracks.lms.models import score
from tracks.progress.actions import Worker, complete_steps, open_track, reach
from tracks.progress.events import Stage
from tracks.progress.models import step_work, track_work

BASE = "/t/sample/maaling"
MODULE = f"{BASE}/enheter"
PREPARE = {
    "les": {"go": "done"},
    "en-av-tre": {"go": "check", "choice": "1", "revision": "0"},
    "flere": {"go": "check", "choice": ["0", "2"], "revision": "0"},
    "tanker": {"go": "save", "text": "Mer måling.", "revision": "0"},
}
LETTERS = select(school_track.c.started, school_track.c.together, school_track.c.tried)


def test_the_weeks_between_sessions_and_the_day_of_the_version_are_told(tool: Tool):
    browser = tool.launch()
    day = re.compile(r"Version 1\.0\.0, published \S")
    for page in (BASE, MODULE, f"{MODULE}/les"):
        assert day.search(tool.get(browser, f"{page}?lang=en").text), page
    # of two sessions there is one time between
    assert tool.get(browser, f"{BASE}?lang=en").text.count("About 4 weeks until the next") == 1


def do_module(tool: Tool, browser, module: str) -> None:
    for step, fields in PREPARE.items():
        assert tool.post(browser, f"{BASE}/{module}/{step}", **fields).status_code == 303
    tool.post(browser, f"{BASE}/{module}/together/B/me")
    tool.post(browser, f"{BASE}/{module}/provd", text="Bra.", revision="0", go="save")
    tool.post(browser, f"{BASE}/{module}/together/D/me")


def where(tool: Tool, browser) -> str:
    return tool.get(browser, f"{BASE}/continue").headers["Location"]


def test_continue_leads_to_the_first_thing_that_is_not_done(tool: Tool):
    browser = tool.launch()
    seen = [where(tool, browser)]
    for step, fields in PREPARE.items():
        tool.post(browser, f"{MODULE}/{step}", **fields)
        seen.append(where(tool, browser))
    tool.post(browser, f"{MODULE}/together/B/me")
    seen.append(where(tool, browser))

    assert seen == [
        *(f"{MODULE}/{step}" for step in PREPARE),
        MODULE,  # the meeting has no first step to click
        f"{MODULE}/provd",
    ]


def test_a_whole_track_is_all_of_it_and_a_hundred_per_cent(tool: Tool):
    browser = tool.launch()
    for module in ("enheter", "feil"):
        do_module(tool, browser, module)

    assert where(tool, browser) == BASE
    page = tool.get(browser, f"{BASE}?lang=en").text
    assert "14 of 14 done" in page
    assert "You have done all of this track." in page
    assert tool.rows(select(score.c.wanted)) == [(100.0,)]
    home = tool.get(browser, "/?lang=en").text
    assert "You have done all there is in your tracks." in home


def test_the_last_step_of_a_phase_leads_to_the_module_that_says_so(tool: Tool):
    browser = tool.launch()
    for step, fields in PREPARE.items():
        answer = tool.post(browser, f"{MODULE}/{step}", **fields)

    assert answer.headers["Location"] == f"{MODULE}?done=A"
    assert "Done with: Prepare." in tool.get(browser, f"{MODULE}?done=A&lang=en").text


def test_a_claim_in_the_address_is_not_believed(tool: Tool):
    browser = tool.launch()

    assert "Done with" not in tool.get(browser, f"{MODULE}?done=A&lang=en").text
    assert tool.get(browser, f"{MODULE}?done=Q").status_code == 200


def test_reading_pages_writes_nothing(tool: Tool):
    browser = tool.launch()
    before = tool.counts()

    for path in ("/", BASE, MODULE, f"{MODULE}/les", f"{MODULE}/tanker", "/r/sample/maaling"):
        tool.get(browser, path)

    assert tool.counts() == before


def test_the_way_back_leads_to_where_one_was(tool: Tool):
    tool.post(tool.launch(), f"{MODULE}/les", go="done")

    again = tool.launch()  # tomorrow, on another machine

    assert where(tool, again) == f"{MODULE}/en-av-tre"
    assert "1 of 14 done" in tool.get(again, "/?lang=en").text


@pytest.mark.parametrize(
    "path",
    [
        "/t/sample/nothing",
        "/t/nobody/maaling",
        f"{BASE}/nothing",
        f"{MODULE}/nothing",
        f"{BASE}/feil%00/les",
        "/t/%F0%28%8C%28/x",
    ],
)
def test_what_does_not_exist_is_404(tool: Tool, path: str):
    browser = tool.launch()

    assert tool.get(browser, path).status_code == 404
    assert tool.post(browser, path).status_code in (404, 405)


def test_fifty_clicks_at_once_are_one_done_step_one_count_and_one_job(tool: Tool):
    browser = tool.launch()
    token = tool.form_token(browser)
    cookie = f"__Host-tracks={browser.get_cookie('__Host-tracks', 'tracks.example').value}"

    def click(_: int) -> int:
        return (
            tool.app.test_client(use_cookies=False)
            .post(
                f"{MODULE}/les",
                data={"form_token": token, "go": "done"},
                base_url=BASE_URL,
                headers={"Cookie": cookie},
            )
            .status_code
        )

    assert at_once(50, click) == [303] * 50
    assert tool.rows(LETTERS) == [(1, 0, 0)]
    assert tool.rows(select(outbox.c.kind, outbox.c.edition)) == [("send_score", 1)]
    assert (tool.count(step_work), tool.count(track_work)) == (1, 1)


def test_a_leader_records_while_the_members_work_and_all_of_it_counts(tool: Tool):
    subs = [f"member-{n}" for n in range(12)]
    browsers = [tool.launch(sub=sub) for sub in subs]
    leader = tool.launch(sub="leader", leads=True)
    people = [str(tool.person_id(sub)) for sub in subs]
    tokens = [tool.form_token(browser) for browser in browsers]

    def act(number: int) -> int:
        if number == len(subs):
            return tool.post(leader, f"{MODULE}/together/B", present=people).status_code
        return (
            browsers[number]
            .post(
                f"{MODULE}/les",
                data={"form_token": tokens[number], "go": "done"},
                base_url=BASE_URL,
            )
            .status_code
        )

    assert at_once(len(subs) + 1, act) == [303] * (len(subs) + 1)
    assert tool.rows(LETTERS) == [(12, 12, 0)]


@pytest.mark.postgres
@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_leader_and_a_member_never_wait_for_each_other(tool: Tool):
    """The worst moment: the member has changed their own row and is about to be counted."""
    for sub in ("early", "late"):
        tool.launch(sub=sub)
    leader = tool.launch(sub="leader", leads=True)
    people = [tool.person_id(sub) for sub in ("early", "late")]
    late = Worker(people[1], tool.municipality_id, tool.school_id)
    track_id, now = tool.edition.track_id, datetime.now(UTC)
    with ThreadPoolExecutor(1) as pool:
        with tool.database.writing() as session:
            open_track(session, late, track_id, None, now)
            path = f"{MODULE}/together/B"
            recording = pool.submit(tool.post, leader, path, present=[str(p) for p in people])
            wait_until_somebody_waits(tool)
            for event in reach(session, late, track_id, Stage.STARTED, now):
                session.emit(event)
        assert recording.result(30).status_code == 303

    assert tool.rows(LETTERS) == [(2, 2, 0)]


def wait_until_somebody_waits(tool: Tool) -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    for _ in range(500):
        with tool.database.engine.connect() as connection:
            if connection.execute(waiting).scalar_one():
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")


def test_several_steps_at_once_are_each_done_once(tool: Tool):
    tool.launch()
    steps = [step for step in tool.edition.steps if not step.phase.is_joint]
    who = Worker(tool.person_id("teacher-1"), tool.municipality_id, tool.school_id)

    with tool.database.writing() as session:
        first = complete_steps(session, who, tool.edition, steps[:3], datetime.now(UTC))
    with tool.database.writing() as session:
        second = complete_steps(session, who, tool.edition, steps, datetime.now(UTC))

    ids = [step.step_id for step in steps]
    assert (first, second) == (frozenset(ids[:3]), frozenset(ids[3:]))
    columns = (school_track.c.started, school_track.c.tried)
    assert tool.rows(select(*columns)) == [(1, 1)]
    assert tool.rows(select(score.c.wanted)) == [(71.0,)]
