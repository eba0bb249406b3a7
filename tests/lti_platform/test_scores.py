from datetime import UTC, datetime
from typing import Any

import pytest

from lti.platform import LineItemDraft, ReceivedScore, TimestampRule
from tests.lti_platform.school import AGS, LMS, MemoryGradebook, School, said, with_rules

TYPE = "application/vnd.ims.lis.v1.score+json"
RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
NOON = "2026-11-03T12:00:00"
RIGHT = {
    "userId": "u-1",
    "timestamp": f"{NOON}.250+00:00",
    "activityProgress": "Completed",
    "gradingProgress": "FullyGraded",
    "scoreGiven": 4,
    "scoreMaximum": 5,
}


def sent(school: School, content: str | None = TYPE, **changes: Any) -> int:
    body = {name: value for name, value in {**RIGHT, **changes}.items() if value != "absent"}
    request = school.request("POST", f"{AGS}score", content=content, body=body)
    return school.grades.scores(request, "1").status


def results(school: School, *query: tuple[str, str]) -> tuple[Any, str | None]:
    request = school.request("GET", f"{AGS}result.readonly", accept=RESULTS, query=query)
    answer = school.grades.results(request, "1")
    status, rows = said(answer)
    assert (status, answer.headers["Content-Type"]) == (200, RESULTS)
    return rows, answer.headers.get("Link")


def test_a_score_is_kept_and_read_back_on_the_line_items_scale(school: School) -> None:
    assert sent(school, comment="bra") == 201
    assert school.gradebook.kept["1", "u-1"].score == ReceivedScore(
        "u-1",
        4,
        5,
        "Completed",
        "FullyGraded",
        datetime(2026, 11, 3, 12, 0, 0, 250_000, tzinfo=UTC),
        "bra",
    )
    assert results(school) == (
        [
            {
                "id": f"{LMS}/ags/1/1/results/u-1",
                "userId": "u-1",
                "scoreOf": f"{LMS}/ags/1/1",
                "resultScore": 8,
                "resultMaximum": 10,
                "comment": "bra",
            }
        ],
        None,
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"userId": "absent"},
        {"userId": ""},
        {"userId": 7},
        {"userId": "stranger"},
        {"userId": "t-1"},
        {"timestamp": "absent"},
        {"timestamp": "yesterday"},
        {"timestamp": NOON},
        {"timestamp": 1_800_000_000},
        {"activityProgress": "absent"},
        {"activityProgress": "Done"},
        {"activityProgress": ["Completed"]},
        {"gradingProgress": "absent"},
        {"gradingProgress": "fullygraded"},
        {"scoreGiven": -1},
        {"scoreGiven": "4"},
        {"scoreGiven": True},
        {"scoreMaximum": "absent"},
        {"scoreMaximum": 0},
        {"scoreMaximum": -5},
        {"comment": 5},
    ],
)
def test_a_score_that_is_none_is_400(school: School, changes: dict[str, Any]) -> None:
    assert sent(school, **changes) == 400
    assert school.gradebook.kept == {}


@pytest.mark.parametrize("content", [None, "application/json", f"{TYPE}, {TYPE}"])
def test_a_score_needs_its_media_type(school: School, content: str | None) -> None:
    assert sent(school, content=content) == 415


def test_a_media_type_may_have_parameters(school: School) -> None:
    assert sent(school, content=f"{TYPE}; charset=utf-8") == 201


@pytest.mark.parametrize(
    ("given", "maximum", "status"),
    [
        (0, 5, 201),
        (0.5, 1, 201),
        (1, 0.5, 201),
        (1e9, 1e9, 201),
        (1, 1e9 + 1, 400),
        (1e9 + 1, 1, 400),
    ],
)
def test_points_of_any_sensible_size(
    school: School, given: float, maximum: float, status: int
) -> None:
    assert sent(school, scoreGiven=given, scoreMaximum=maximum) == status


def test_a_note_of_progress_is_no_grade(school: School) -> None:
    assert sent(school, scoreGiven="absent", scoreMaximum="absent") == 201
    assert sent(school, userId="u-2", scoreGiven="absent") == 201
    (first, second), _ = results(school)
    assert {*first, *second} == {"id", "userId", "scoreOf"}
    assert not school.gradebook.kept["1", "u-1"].score.is_grade
    assert not school.gradebook.kept["1", "u-2"].score.is_grade


def test_a_score_may_be_more_than_the_maximum(school: School) -> None:
    assert sent(school, scoreGiven=6) == 201


@pytest.mark.parametrize(
    ("rule", "timestamp", "status"),
    [
        (TimestampRule.MOODLE, f"{NOON}.999+00:00", 409),  # later, in the same second
        (TimestampRule.MOODLE, f"{NOON}.250+00:00", 409),
        (TimestampRule.MOODLE, "2026-11-03T11:59:59.999+00:00", 409),
        (TimestampRule.MOODLE, "2026-11-03T12:00:01.000+00:00", 200),
        (TimestampRule.MOODLE, "2026-11-03T13:00:01.000+01:00", 200),  # the same in another zone
        (TimestampRule.EXACT, f"{NOON}.251+00:00", 200),
        (TimestampRule.EXACT, f"{NOON}.250+00:00", 409),
        (TimestampRule.OPEN_EDX, f"{NOON}.251+00:00", 200),
        (TimestampRule.OPEN_EDX, f"{NOON}.250+00:00", 400),
    ],
)
def test_timestamps_only_grow(rule: TimestampRule, timestamp: str, status: int) -> None:
    school = with_rules(timestamps=rule)
    assert sent(school) == 201
    assert sent(school, timestamp=timestamp, scoreGiven=1) == status
    given = school.gradebook.kept["1", "u-1"].score.given
    assert given == (1 if status == 200 else 4)


@pytest.mark.parametrize(
    "changes", [{"scoreGiven": "absent", "scoreMaximum": "absent"}, {"gradingProgress": "Pending"}]
)
def test_a_score_without_a_grade_takes_the_grade_away_as_in_moodle(
    school: School, changes: dict[str, Any]
) -> None:
    assert sent(school) == 201
    assert sent(school, timestamp="2026-11-03T12:00:05+00:00", **changes) == 200
    ((result,), _) = results(school)
    assert "resultScore" not in result


def test_results_of_one_person_and_page_by_page(school: School) -> None:
    for user_id in ("u-1", "u-2", "u-3"):
        assert sent(school, userId=user_id) == 201
    ((only,), _) = results(school, ("user_id", "u-2"))
    assert only["userId"] == "u-2"
    rows, link = results(school, ("limit", "2"))
    assert [row["userId"] for row in rows] == ["u-1", "u-2"]
    assert link == f'<{LMS}/ags/1/1/results?limit=2&page=2>; rel="next"'
    rows, link = results(school, ("limit", "2"), ("page", "2"))
    assert ([row["userId"] for row in rows], link) == (["u-3"], None)


def test_a_score_for_a_line_item_of_another_course_is_404() -> None:
    school = School(gradebook=MemoryGradebook())
    assert sent(school) == 404
    school.gradebook.add_line_item(LineItemDraft("L", 10))
    assert sent(school) == 201
