import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from lti.errors import PermanentServiceError, ServiceError, TransientServiceError
from lti.ports import AccessToken, HttpAnswer, Registration, TokenKey
from lti.quirks import BY_FAMILY
from lti.tool.grade_json import as_json, with_query
from lti.tool.grades import (
    SCOPE_RESULT,
    SCOPE_SCORE,
    Score,
    StaleTimestamp,
    next_timestamp,
    scores_url,
)
from tests.conformance.world import REGISTRATION
from tests.fakes.lti_ports import FixedClock, Sent
from tests.lti.tool.gradebook import ITEM, Book

NOW = FixedClock().now()
SCORES = "https://platform.example/items/1/scores?type_id=1"
SCORE = Score("u1", 8.0, 10.0, "Completed", "FullyGraded", NOW, "Well done")
DONE = HttpAnswer(200, {}, b"")


def send(book: Book, score: Score = SCORE, registration: Registration = REGISTRATION) -> None:
    book.grades.send_score(registration, "1", ITEM, score)


def sent_score(score: Score, registration: Registration = REGISTRATION) -> dict:
    book = Book()
    book.http.answers[SCORES] = DONE
    send(book, score, registration)
    return json.loads(book.calls[0].body)


def failure(answer: HttpAnswer, registration: Registration = REGISTRATION) -> ServiceError:
    book = Book()
    book.http.answers[SCORES] = answer
    with pytest.raises(ServiceError) as caught:
        send(book, registration=registration)
    return caught.value


def test_score_as_it_is_sent():
    book = Book()
    book.http.answers[SCORES] = DONE
    send(book)

    (call,) = book.calls
    assert (call.method, call.url, call.headers) == (
        "POST",
        SCORES,
        {
            "authorization": "Bearer t1",
            "accept": "application/vnd.ims.lis.v1.score+json",
            "content-type": "application/vnd.ims.lis.v1.score+json",
        },
    )
    assert json.loads(call.body) == {
        "userId": "u1",
        "timestamp": "2026-11-21T12:00:00.000+00:00",
        "activityProgress": "Completed",
        "gradingProgress": "FullyGraded",
        "scoreGiven": 8,
        "scoreMaximum": 10,
        "comment": "Well done",
    }
    assert book.scopes == {(SCOPE_SCORE,)}


def test_open_edx_answers_with_201_and_a_body():
    book = Book()
    book.http.answers[SCORES] = HttpAnswer(201, {}, b'{"timestamp":"..."}')

    assert send(book) is None


def test_score_without_points_has_no_maximum_either():
    assert sent_score(replace(SCORE, given=None, comment=None, activity="Started")) == {
        "userId": "u1",
        "timestamp": "2026-11-21T12:00:00.000+00:00",
        "activityProgress": "Started",
        "gradingProgress": "FullyGraded",
    }


def test_score_of_no_points_is_sent():
    assert sent_score(replace(SCORE, given=0.0))["scoreGiven"] == 0


def test_canvas_is_told_that_this_is_no_new_submission_and_when_the_work_was_done():
    worked = replace(SCORE, submitted_at=NOW - timedelta(hours=3))

    sent = sent_score(worked, structs.replace(REGISTRATION, platform_family="canvas"))

    assert sent["https://canvas.instructure.com/lti/submission"] == {
        "new_submission": False,
        "prioritize_non_tool_grade": True,
    }
    assert sent["submission"] == {"submittedAt": "2026-11-21T09:00:00.000+00:00"}
    assert "submission" not in sent_score(worked)


def test_canvas_is_not_told_of_a_time_that_nobody_knows():
    canvas = structs.replace(REGISTRATION, platform_family="canvas")

    assert "submission" not in sent_score(SCORE, canvas)


def test_a_comment_goes_as_it_was_written():
    book = Book()
    book.http.answers[SCORES] = DONE
    send(book, replace(SCORE, comment="Bra løst – nesten \U0001f600"))

    assert "Bra løst – nesten \U0001f600".encode() in (book.calls[0].body or b"")


def test_numbers_that_json_does_not_have_are_never_sent():
    with pytest.raises(ValueError, match="not JSON compliant"):
        as_json({"scoreMaximum": float("nan")})


@pytest.mark.parametrize(
    ("url", "whole"),
    [("https://a/b", "https://a/b?x=1+2"), ("https://a/b?t=1", "https://a/b?t=1&x=1+2")],
)
def test_a_query_is_added(url: str, whole: str):
    assert with_query(url, {"x": "1 2"}) == whole


def test_a_score_of_less_than_a_point_at_most():
    sent = sent_score(replace(SCORE, given=0.25, maximum=0.5))

    assert (sent["scoreGiven"], sent["scoreMaximum"]) == (0.25, 0.5)


def test_timestamp_is_in_milliseconds_and_utc():
    summer = timezone(timedelta(hours=2))
    score = replace(SCORE, timestamp=datetime(2026, 7, 1, 14, 0, 0, 123456, tzinfo=summer))

    assert sent_score(score)["timestamp"] == "2026-07-01T12:00:00.123+00:00"


@pytest.mark.parametrize(
    "changes",
    [
        {"timestamp": datetime(2026, 1, 1)},
        {"maximum": 0},
        {"maximum": -1},
        {"maximum": float("inf")},
        {"given": -0.5},
        {"given": float("nan")},
        {"given": float("inf")},
    ],
)
def test_score_that_makes_no_sense(changes: dict):
    with pytest.raises(ValueError, match="score's"):
        replace(SCORE, **changes)


@pytest.mark.parametrize(
    ("answer", "reason", "kind"),
    [
        (HttpAnswer(409, {}, b""), "timestamp_not_later", StaleTimestamp),
        (
            HttpAnswer(400, {}, b'{"timestamp":["Score already exists"]}'),
            "timestamp_not_later",
            StaleTimestamp,
        ),
        (HttpAnswer(400, {}, b"\xff Timestamp"), "timestamp_not_later", StaleTimestamp),
        (HttpAnswer(403, {}, b"timestamp"), "status_403", PermanentServiceError),
        (HttpAnswer(400, {}, b'{"detail":"x"}'), "status_400", PermanentServiceError),
        (HttpAnswer(403, {}, b""), "status_403", PermanentServiceError),
        (HttpAnswer(404, {}, b""), "line_item_gone", PermanentServiceError),
        (HttpAnswer(410, {}, b""), "line_item_gone", PermanentServiceError),
        (HttpAnswer(302, {"location": ITEM}, b""), "status_302", PermanentServiceError),
        (HttpAnswer(401, {}, b""), "token_not_accepted", TransientServiceError),
        (HttpAnswer(500, {}, b""), "status_500", TransientServiceError),
        (HttpAnswer(408, {}, b""), "status_408", TransientServiceError),
        (HttpAnswer(200, {}, b"\n<!doctype html>"), "answer_is_a_page", TransientServiceError),
    ],
)
def test_score_refused(answer: HttpAnswer, reason: str, kind: type):
    failed = failure(answer)

    assert (failed.reason, type(failed)) == (reason, kind)


# What an LMS writes where it refuses a score, and what that means there.
REFUSALS = [
    ("blackboard", 400, "User could not be found: 7", "user_unknown"),
    ("brightspace", 404, "User in requested score is not enrolled in the course.", "user_unknown"),
    ("brightspace", 400, "User in requested score does not exist.", "user_unknown"),
    ("canvas", 422, "User not found in course or is not a student", "user_unknown"),
    (
        "canvas",
        422,
        "The maximum number of allowed attempts has been reached for this submission",
        "attempts_used_up",
    ),
]


@pytest.mark.parametrize(("family", "status", "said", "reason"), REFUSALS)
def test_the_words_of_a_refusal_are_understood(family: str, status: int, said: str, reason: str):
    answer = HttpAnswer(status, {}, json.dumps({"errors": {"message": said}}).encode())
    theirs = structs.replace(REGISTRATION, platform_family=family)

    failed = failure(answer, registration=theirs)

    assert (failed.reason, type(failed)) == (reason, PermanentServiceError)
    # from anybody else they are words, and the status counts
    assert failure(answer).reason == {404: "line_item_gone"}.get(status, f"status_{status}")


def test_each_refusal_that_is_known_has_its_case():
    cases = [(family, said.lower()) for family, _, said, _ in REFUSALS]
    known = [(family, words) for family, q in BY_FAMILY.items() for words in q.refusals]

    assert len(cases) == len(known)
    assert [k for k in known if not any(k[0] == f and k[1] in said for f, said in cases)] == []


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        (" 30 ", 30.0),
        ("999999", 86_400.0),
        ("Sat, 21 Nov 2026 12:02:00 GMT", 120.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("Sat, 21 Nov 2026 12:02:00 -0000", None),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_wait_that_the_platform_asks_for(header: str, seconds: float | None):
    failed = failure(HttpAnswer(429, {"retry-after": header}, b""))

    assert isinstance(failed, TransientServiceError)
    assert failed.retry_after == seconds


def test_token_that_has_run_out_early_is_replaced_once():
    book = Book()

    def only_the_second(sent: Sent) -> HttpAnswer:
        return DONE if sent.headers["authorization"] == "Bearer t2" else HttpAnswer(401, {}, b"")

    book.http.answers[SCORES] = only_the_second
    send(book)

    assert [call.headers["authorization"] for call in book.calls] == ["Bearer t1", "Bearer t2"]


def test_token_refused_twice_is_not_tried_for_ever():
    book = Book()
    book.http.answers[SCORES] = HttpAnswer(401, {}, b"")
    with pytest.raises(TransientServiceError, match="token_not_accepted"):
        send(book)

    assert len(book.calls) == 2


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/items/1",
        "https://platform.example.evil.example/items/1",
        "http://platform.example/items/1",
        "https://platform.example@evil.example/items/1",
        "javascript:alert(1)",
        "",
    ],
)
def test_nothing_is_sent_to_a_host_that_is_not_the_registrations(url: str):
    book = Book()
    with pytest.raises(PermanentServiceError, match="host_not_allowed"):
        book.grades.send_score(REGISTRATION, "1", url, SCORE)

    assert book.http.sent == []


def test_host_that_an_admin_has_approved():
    book = Book()
    book.http.answers["https://tenant.lms.example/items/1/scores"] = DONE
    canvas = structs.replace(REGISTRATION, service_hosts=("Tenant.LMS.example",))
    book.grades.send_score(canvas, "1", "https://tenant.lms.example/items/1", SCORE)

    assert len(book.calls) == 1


# --- the URL and the time


@pytest.mark.parametrize(
    ("item", "scores"),
    [
        (ITEM, SCORES),
        ("https://a.example/i/1", "https://a.example/i/1/scores"),
        ("https://a.example/i/1/", "https://a.example/i/1/scores"),
        ("https://a.example?id=1&x=%2F", "https://a.example/scores?id=1&x=%2F"),
        ("https://a.example/i/a%20b#top", "https://a.example/i/a%20b/scores"),
    ],
)
def test_scores_url(item: str, scores: str):
    assert scores_url(item) == scores


_MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(_MOMENTS, st.none() | _MOMENTS)
def test_next_timestamp_is_later_by_a_second_even_in_whole_seconds(now, last):
    moment = next_timestamp(now, last)

    assert moment >= now
    assert moment.microsecond % 1000 == 0
    if last is None or last + timedelta(seconds=1) <= now:
        assert moment - now < timedelta(milliseconds=1)
    else:
        assert moment - last >= timedelta(seconds=1)
        assert int(moment.timestamp()) > int(last.timestamp())


def test_two_scores_in_one_second():
    first = next_timestamp(NOW, None)
    second = next_timestamp(NOW + timedelta(milliseconds=1), first)
    third = next_timestamp(NOW + timedelta(milliseconds=2), second)

    assert [first, second, third] == [NOW, NOW + timedelta(seconds=1), NOW + timedelta(seconds=2)]


def test_cached_token_of_another_scope_is_not_used():
    book = Book()
    book.store.put(
        TokenKey(7, "1", (SCOPE_RESULT,)), AccessToken("wrong", NOW + timedelta(hours=1))
    )
    book.http.answers[SCORES] = DONE
    send(book)

    assert book.calls[0].headers["authorization"] == "Bearer t1"
