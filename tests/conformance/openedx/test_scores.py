"""Scores in the gradebook of Open edX: by a line item of its own, and by one that we made."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from tests.conformance.openedx.platform import Block
from tests.conformance.openedx.site import TRACK, Site, eventually
from tests.conformance.openedx.visitor import Visitor
from tracks.lms.actions import set_score_policy
from tracks.lms.models import resource_link, score
from tracks.lms.rules import ScorePolicy

pytestmark = pytest.mark.server

# The sample track has 14 steps, and the block 10 points.
DONE = {1: 0.7, 2: 1.4}
HOUR = 3600.0
QUIZ = {"go": "check", "choice": "1", "revision": "0"}


@pytest.fixture
def declared(site: Site) -> Block:
    """Open edX made the line item; the launch names it."""
    return site.block(
        "declared",
        custom_parameters=[f"resource={TRACK}"],
        lti_advantage_ags_mode="declarative",
    )


@pytest.fixture
def programmed(site: Site) -> Block:
    """There is no line item until the tool makes one."""
    return site.block(
        "programmed",
        custom_parameters=[f"resource={TRACK}"],
        lti_advantage_ags_mode="programmatic",
    )


def work(site: Site, visitor: Visitor, steps: int) -> None:
    """Do the first steps of the track."""
    done: list[tuple[str, dict[str, str]]] = [("les", {}), ("en-av-tre", QUIZ)]
    for step, fields in done[:steps]:
        visitor.do(site.step_url(step), **fields)


def lineitem(site: Site, block: Block) -> str | None:
    found = select(resource_link.c.lineitem_url).where(resource_link.c.link_id == block.location)
    return str(url) if (url := site.rows(found)[0][0]) else None


def test_launch_names_the_line_item_that_open_edx_made(site: Site, declared: Block):
    site.visitor("learner").launch(site.openedx, declared)

    assert (lineitem(site, declared) or "").startswith(f"{site.openedx.url}/api/lti_consumer/v1/")
    (item,) = site.openedx.line_items(declared)
    assert (item["maximum"], item["resource_link_id"]) == (10, declared.location)


def test_each_step_reaches_the_gradebook_of_the_right_person(site: Site, declared: Block):
    people = {name: site.visitor(name) for name in ("learner", "learner2")}
    for visitor in people.values():
        visitor.launch(site.openedx, declared)

    work(site, people["learner"], 1)
    work(site, people["learner2"], 2)

    wanted = {"learner": DONE[1], "learner2": DONE[2]}
    assert eventually(lambda: site.openedx.gradebook(declared), wanted) == wanted
    (item,) = site.openedx.line_items(declared)
    assert item["scores"] == {
        site.openedx.sub("learner"): [7.0, 100.0, "FullyGraded"],
        site.openedx.sub("learner2"): [14.0, 100.0, "FullyGraded"],
    }


def test_score_that_open_edx_calls_too_old_still_arrives(site: Site, declared: Block):
    visitor = site.visitor("learner3")
    visitor.launch(site.openedx, declared)
    work(site, visitor, 1)
    first = {"learner3": DONE[1]}
    assert eventually(lambda: _only(site.openedx.gradebook(declared), "learner3"), first) == first

    site.openedx.move_scores(declared, seconds=HOUR)
    visitor.do(site.step_url("en-av-tre"), **QUIZ)
    assert eventually(lambda: site.openedx.refused_scores() > 0, True)
    site.openedx.move_scores(declared, seconds=-HOUR)

    second = {"learner3": DONE[2]}
    assert eventually(lambda: _only(site.openedx.gradebook(declared), "learner3"), second) == second
    failed = select(score.c.failed).where(score.c.person_id == site.person_id(declared, "learner3"))
    assert site.rows(failed) == [(None,)]


def _only(grades: dict[str, float], who: str) -> dict[str, float]:
    return {name: value for name, value in grades.items() if name == who}


def test_line_item_that_we_make_is_the_gradebooks_own(site: Site, programmed: Block):
    people = [site.visitor(name) for name in ("learner", "learner2")]
    for visitor in people:
        visitor.launch(site.openedx, programmed)
        work(site, visitor, 1)

    wanted = {"learner": DONE[1], "learner2": DONE[1]}
    assert eventually(lambda: site.openedx.gradebook(programmed), wanted) == wanted
    (item,) = site.openedx.line_items(programmed)
    assert (item["maximum"], item["resource_link_id"]) == (100, programmed.location)
    assert set(item["scores"]) == {site.openedx.sub(name) for name in wanted}


def test_progress_told_before_the_end_is_kept_and_is_no_grade(site: Site):
    block = site.block(
        "complete-only",
        custom_parameters=[f"resource={TRACK}"],
        lti_advantage_ags_mode="declarative",
    )
    with site.database.writing() as session:
        number = site.registration_id(block)
        set_score_policy(session, number, ScorePolicy.COMPLETE_ONLY, datetime.now(UTC))
    learner = site.visitor("learner3")
    learner.launch(site.openedx, block)

    work(site, learner, 1)

    kept = {site.openedx.sub("learner3"): [None, None, "NotReady"]}
    assert eventually(lambda: site.openedx.line_items(block)[0]["scores"], kept) == kept
    assert site.openedx.gradebook(block) == {}
