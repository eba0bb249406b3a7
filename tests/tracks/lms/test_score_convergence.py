"""A hundred changes through bad days of each kind of LMS (check 11, F4, F5).

The long run, 1,000 changes of 100 people: `python -m tests.convergence`.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine

from tests.convergence.run import ALWAYS_IN, Run
from tests.factories.tool import Tool
from tests.fakes.scripted_lms import MODES, Mode, ScriptedLms
from tests.tracks.lms.conftest import RealCourse
from tracks.lms.rules import ScorePolicy


@pytest.mark.parametrize(("mode", "seed"), [(mode, n) for n, mode in enumerate(MODES, 1)])
def test_the_gradebook_ends_where_we_are(database_url: str, tmp_path: Path, mode: Mode, seed: int):
    tool = Tool(database_url, tmp_path / "data", **ALWAYS_IN)
    with time_machine.travel(datetime.now(UTC), tick=False) as clock, ScriptedLms(mode) as lms:
        ended = Run(tool, lms, clock, seed).go(people=10, changes=100)
    tool.close()

    assert ended.problems == ()
    assert (ended.people, ended.changes, ended.notes) == (10, 100, 0)
    assert ended.changed > 30, "the faults left enough room for changes to arrive one by one"


@pytest.mark.parametrize(
    ("mode", "has_notes"), [("canvas", True), ("openedx", True), ("moodle", False)]
)
def test_progress_is_told_without_points_until_all_is_done(
    database_url: str, tmp_path: Path, mode: Mode, has_notes: bool
):
    tool = Tool(database_url, tmp_path / "data", **ALWAYS_IN)
    with time_machine.travel(datetime.now(UTC), tick=False) as clock, ScriptedLms(mode) as lms:
        ended = Run(tool, lms, clock, 7, ScorePolicy.COMPLETE_ONLY).go(people=6, changes=80)
        shown = set(lms.shows().values())
    tool.close()

    assert ended.problems == ()
    assert (ended.notes >= 6) is has_notes, "each began, and most got further"
    assert (shown, ended.changed >= 2) == ({100.0}, True), "some did all of it, some did not"


def test_an_lms_whose_name_is_lost_for_a_moment_gets_the_score_later(real_course: RealCourse):
    course = real_course
    course.lms.faults.append("nameless")
    browser = course.launch()
    course.do(browser, "les")

    course.later(seconds=1)
    assert course.lms.posted == []
    assert not course.lms.faults
    assert "Saved; not yet in the LMS." in course.says(browser)

    course.until_quiet()
    assert len(course.lms.taken) == 1
