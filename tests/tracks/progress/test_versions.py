"""Who has begun stays on that version until they take the newer one; what is done stays done."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories.editing import Edited
from tests.factories.tool import Tool
from tracks.catalogue.models import track_version
from tracks.lms.models import score
from tracks.progress.models import step_work, track_work

TRACK = "/t/sample/maaling"
LES = f"{TRACK}/enheter/les"
DEL = f"{TRACK}/enheter/del"
CHANGES = f"{TRACK}/-/changes"
OLD, NEW = "Et mål har alltid en enhet.", "Et mål har både tall og enhet."


@pytest.fixture
def edited(tmp_path: Path) -> Edited:
    return Edited(tmp_path)


@pytest.fixture
def begun(tool: Tool) -> FlaskClient:
    """A teacher who has read the first step on version 1.0.0."""
    teacher = tool.launch()
    tool.post(teacher, LES, go="done")
    return teacher


def works_on(tool: Tool) -> list[str]:
    rows = tool.rows(
        select(track_version.c.version)
        .join(track_work, track_work.c.version_id == track_version.c.id)
        .order_by(track_work.c.person_id)
    )
    return [row.version for row in rows]


def english(tool: Tool, browser: FlaskClient, path: str) -> str:
    answer = tool.get(browser, f"{path}?lang=en")
    assert answer.status_code == 200
    return answer.text


def test_who_has_begun_stays(tool: Tool, edited: Edited, begun: FlaskClient) -> None:
    edited.change("01-enheter", OLD, NEW)
    edited.publish(tool, "1.1.0")
    newcomer = tool.launch(sub="new")

    assert OLD in tool.get(begun, LES).text
    assert NEW in tool.get(newcomer, LES).text
    assert works_on(tool) == ["1.0.0"]
    tool.post(newcomer, LES, go="done")
    assert works_on(tool) == ["1.0.0", "1.1.0"]


def test_a_reader_is_told_what_changed_and_takes_it(
    tool: Tool, edited: Edited, begun: FlaskClient
) -> None:
    edited.change("01-enheter", OLD, NEW)
    edited.change("01-enheter", "Fortell kort.", "Fortell lenge.")
    edited.publish(tool, "1.1.0")

    assert "1 change since you read this" in english(tool, begun, LES)
    assert "1 change since you read this" in english(tool, begun, f"{TRACK}/enheter")
    assert "1 change since you read this" in english(tool, begun, TRACK)
    page = english(tool, begun, CHANGES)
    assert "You began on version 1.0.0. Now version 1.1.0 is here" in page
    assert "<del>" in page
    assert "<ins>" in page
    assert page.index("Les om måling") < page.index("Del erfaringer")  # what is done first

    taken = tool.post(begun, CHANGES, go="take", version="1.1.0")

    assert taken.headers["Location"] == TRACK
    assert works_on(tool) == ["1.1.0"]
    after = english(tool, begun, LES)
    assert NEW in after
    assert "since you read this" not in after
    assert "newest version, 1.1.0" in english(tool, begun, CHANGES)
    assert tool.count(step_work, step_work.c.done_at.is_not(None)) == 1


def test_staying_is_remembered_until_the_next(
    tool: Tool, edited: Edited, begun: FlaskClient
) -> None:
    edited.change("01-enheter", OLD, NEW)
    edited.publish(tool, "1.1.0")

    tool.post(begun, CHANGES, go="stay", version="1.1.0")

    assert works_on(tool) == ["1.0.0"]
    assert "See what is new" not in english(tool, begun, LES)
    assert "Take the new version" in english(tool, begun, CHANGES)
    edited.change("01-enheter", NEW, "Et tall er ikke et mål.")
    edited.publish(tool, "1.2.0")
    assert "See what is new" in english(tool, begun, LES)


def test_what_came_meanwhile_is_shown_before_it_is_taken(
    tool: Tool, edited: Edited, begun: FlaskClient
) -> None:
    for version, text in (("1.1.0", NEW), ("1.2.0", "Et tall er ikke et mål.")):
        edited.change("01-enheter", OLD if version == "1.1.0" else NEW, text)
        edited.publish(tool, version)

    answer = tool.post(begun, CHANGES, go="take", version="1.1.0")

    assert answer.headers["Location"] == CHANGES
    assert works_on(tool) == ["1.0.0"]


def test_spelling_is_followed_unasked(tool: Tool, edited: Edited, begun: FlaskClient) -> None:
    edited.change("01-enheter", OLD, NEW)
    edited.publish(tool, "1.0.1")

    page = english(tool, begun, LES)

    assert NEW in page
    assert "See what is new" not in page
    assert works_on(tool) == ["1.0.1"]


def test_a_changed_step_that_was_not_read_is_no_change_to_the_reader(
    tool: Tool, edited: Edited, begun: FlaskClient
) -> None:
    edited.change("01-enheter", "Fortell kort.", "Fortell lenge.")
    edited.publish(tool, "1.1.0")

    page = english(tool, begun, TRACK)

    assert "since you read this" not in page
    assert "Version 1.1.0 of this track is here." in page


def test_answers_follow_steps_that_are_renamed(
    tool: Tool, edited: Edited, begun: FlaskClient
) -> None:
    tool.post(begun, f"{TRACK}/enheter/tanker", go="save", text="Min tekst")
    edited.change("01-enheter", "{#tanker ", "{#ettertanke ")
    edited.head("01-enheter", "renamed: {tanker: ettertanke}")
    edited.publish(tool, "1.1.0")

    assert "Min tekst" in tool.get(begun, f"{TRACK}/enheter/ettertanke").text
    tool.post(begun, CHANGES, go="take", version="1.1.0")
    assert "Min tekst" in tool.get(begun, f"{TRACK}/enheter/ettertanke").text
    old = tool.get(begun, f"{TRACK}/enheter/tanker")
    assert old.headers["Location"] == f"{TRACK}/enheter/ettertanke"


def test_a_step_that_is_gone_stays_for_those_under_way(
    tool: Tool, edited: Edited, begun: FlaskClient
) -> None:
    edited.rename("02-feil", "02-kilder")
    edited.head("track", "retired: {feil: }")
    edited.publish(tool, "1.1.0")
    newcomer = tool.launch(sub="new")

    assert tool.get(begun, f"{TRACK}/feil/les").status_code == 200
    assert tool.get(begun, f"{TRACK}/feil").status_code == 200
    assert tool.get(newcomer, f"{TRACK}/feil/les").status_code == 404
    # what is new can be read before it is taken
    assert tool.get(begun, f"{TRACK}/kilder/les").status_code == 200
    assert tool.get(begun, f"{TRACK}/kilder").status_code == 200
    page = english(tool, begun, CHANGES)
    assert "Steps that are new" in page
    assert "Steps that were taken out" in page


def test_the_gradebook_measures_by_the_version_that_is_worked_on(
    tool: Tool, edited: Edited
) -> None:
    lms = {
        "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint": {
            "scope": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"],
            "lineitem": "https://lms.example/items/1",
        }
    }
    teacher = tool.launch(changes=lms)
    tool.post(teacher, LES, go="done")
    before = tool.rows(select(score.c.wanted))
    for number in range(12):
        edited.change("01-enheter", "## B ", f"### Mer {{#mer-{number}}}\n\nMer {number}.\n\n## B ")
    edited.publish(tool, "1.1.0")

    tool.launch(changes=lms)
    tool.post(teacher, f"{TRACK}/enheter/provd", go="save", text="Det gikk")

    done = 2 / tool.edition.units
    assert before == [(float(int(100 / tool.edition.units)),)]
    assert tool.rows(select(score.c.wanted)) == [(float(int(100 * done)),)]


def test_nobody_else_is_moved(tool: Tool, edited: Edited, begun: FlaskClient) -> None:
    other = tool.launch(sub="other")
    tool.post(other, LES, go="done")
    edited.change("01-enheter", OLD, NEW)
    edited.publish(tool, "1.1.0")

    tool.post(begun, CHANGES, go="take", version="1.1.0")

    assert works_on(tool) == ["1.1.0", "1.0.0"]
    assert tool.get(tool.client(), CHANGES).status_code == 401
    assert tool.get(begun, "/t/sample/nothing/-/changes").status_code == 404
