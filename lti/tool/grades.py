"""Assignment and Grade Services: line items, scores out, results back."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import urlsplit, urlunsplit

from lti.claims import text
from lti.errors import PermanentServiceError, ServiceError, TransientServiceError
from lti.ports import Clock, Http, HttpAnswer, Registration
from lti.quirks import Quirks, quirks_of
from lti.tool.access_tokens import AccessTokenSource
from lti.tool.answers import failure, is_success
from lti.tool.grade_json import as_json, number, points, with_query
from lti.tool.line_items import LineItem, find_or_create
from lti.tool.service_calls import Caller, ServiceCalls

SCOPE_SCORE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
SCOPE_RESULT: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
SCOPE_LINEITEM: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
SCORE_TYPE: Final = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE: Final = "application/vnd.ims.lis.v2.resultcontainer+json"
# Moodle drops what is below the second, and two scores of one second are a conflict there
TIMESTAMP_STEP: Final = timedelta(seconds=1)

Activity = Literal["Initialized", "Started", "InProgress", "Submitted", "Completed"]
Grading = Literal["FullyGraded", "Pending", "Failed", "NotReady"]


class StaleTimestamp(TransientServiceError):
    """The platform holds a score that is not older; read it back, or send a later timestamp."""


@dataclass(frozen=True)
class Score:
    """`given` None is a note of progress; only where Quirks.progress_note says that it may be."""

    user_id: str
    given: float | None
    maximum: float
    activity: Activity
    grading: Grading
    timestamp: datetime
    comment: str | None = None
    submitted_at: datetime | None = None  # when the work was done; sent where it is understood

    def __post_init__(self) -> None:
        if self.timestamp.tzinfo is None:
            raise ValueError("a score's timestamp needs a zone")
        if not (math.isfinite(self.maximum) and self.maximum > 0):
            raise ValueError("a score's maximum must be above 0")
        if self.given is not None and not (math.isfinite(self.given) and self.given >= 0):
            raise ValueError("a score's points must not be below 0")


@dataclass(frozen=True)
class Result:
    user_id: str
    given: float | None
    maximum: float | None
    comment: str | None


class Grades:
    def __init__(self, http: Http, tokens: AccessTokenSource, clock: Clock) -> None:
        self._calls = ServiceCalls(http, tokens, clock)

    def send_score(
        self, registration: Registration, deployment_id: str, lineitem_url: str, score: Score
    ) -> None:
        """Raises StaleTimestamp, TransientServiceError or PermanentServiceError (S13)."""
        quirks = quirks_of(registration)
        answer = self._calls.call(
            Caller(registration, deployment_id, SCOPE_SCORE),
            "POST",
            scores_url(lineitem_url),
            media_type=SCORE_TYPE,
            body=as_json(_score_fields(score, quirks)),
        )
        if not is_success(answer):
            raise self._refusal(answer, quirks)
        if answer.body.lstrip()[:1] == b"<":
            # a page, from a proxy or a login wall: whoever answered was not the gradebook
            raise TransientServiceError("answer_is_a_page")

    def _refusal(self, answer: HttpAnswer, quirks: Quirks) -> ServiceError:
        said = answer.body[:4096].decode("utf-8", errors="replace").lower()
        # Moodle says 409; Open edX and Canvas say 400 and name the field
        if answer.status == 409 or (answer.status == 400 and "timestamp" in said):
            return StaleTimestamp("timestamp_not_later")
        for known, reason in quirks.refusals.items():
            if known in said:
                return PermanentServiceError(reason)
        if answer.status in (404, 410):
            return PermanentServiceError("line_item_gone")
        return failure(answer, self._calls.now())

    def results(
        self, registration: Registration, deployment_id: str, lineitem_url: str, user_id: str
    ) -> Result | None:
        url = with_query(_below(lineitem_url, "results"), {"user_id": user_id})
        caller = Caller(registration, deployment_id, SCOPE_RESULT)
        for item in self._calls.items(caller, url, media_type=RESULTS_TYPE):
            # some platforms answer with everybody's
            if item.get("userId") == user_id:
                return Result(
                    user_id,
                    points(item.get("resultScore")),
                    points(item.get("resultMaximum")),
                    text(item.get("comment")),
                )
        return None

    def find_or_create_line_item(
        self,
        registration: Registration,
        deployment_id: str,
        lineitems_url: str,
        wanted: LineItem,
        *,
        copied_from: Collection[str] = (),
    ) -> LineItem:
        """Looked for first: a copied course has its own already (S12).

        `copied_from`: ids of links elsewhere that this one may be a copy of.
        """
        caller = Caller(registration, deployment_id, SCOPE_LINEITEM)
        return find_or_create(self._calls, caller, lineitems_url, wanted, copied_from)


def scores_url(lineitem_url: str) -> str:
    """Moodle's line items carry a query, which stays behind the path (S7)."""
    return _below(lineitem_url, "scores")


def next_timestamp(now: datetime, last: datetime | None) -> datetime:
    """For the next score of one person in one line item: whole milliseconds, UTC, a step later."""
    moment = now if last is None else max(now, last + TIMESTAMP_STEP)
    moment = moment.astimezone(UTC)
    beyond = moment.microsecond % 1000
    return moment + timedelta(microseconds=1000 - beyond if beyond else 0)


def _below(url: str, name: str) -> str:
    parts = urlsplit(url)
    path = f"{parts.path.rstrip('/')}/{name}"
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def _score_fields(score: Score, quirks: Quirks) -> dict[str, Any]:
    # userId as text always: Open edX answers a number with 500
    sent: dict[str, Any] = {
        "userId": str(score.user_id),
        "timestamp": _moment(score.timestamp),
        "activityProgress": score.activity,
        "gradingProgress": score.grading,
    }
    if score.given is not None:
        sent |= {"scoreGiven": number(score.given), "scoreMaximum": number(score.maximum)}
    if score.comment:
        sent["comment"] = score.comment
    if score.submitted_at is not None and quirks.says_submitted_at:
        sent["submission"] = {"submittedAt": _moment(score.submitted_at)}
    note = quirks.progress_note
    extension = note.extension if note and score.given is None else quirks.score_extension
    return sent | dict(extension)


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")
