"""Assignment and Grade Services: line items, scores out, results back."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal
from urllib.parse import urlencode, urlsplit, urlunsplit

from lti.claims import text
from lti.errors import PermanentServiceError, TransientServiceError
from lti.ports import Clock, Http, HttpAnswer, Registration
from lti.quirks import Quirks, quirks_of
from lti.strict_json import StrictJsonError, parse_object
from lti.tool.access_tokens import AccessTokenSource
from lti.tool.answers import failure, is_success
from lti.tool.service_calls import Caller, ServiceCalls

SCOPE_SCORE: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/score"
SCOPE_RESULT: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/result.readonly"
SCOPE_LINEITEM: Final = "https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"
SCORE_TYPE: Final = "application/vnd.ims.lis.v1.score+json"
RESULTS_TYPE: Final = "application/vnd.ims.lis.v2.resultcontainer+json"
LINEITEM_TYPE: Final = "application/vnd.ims.lis.v2.lineitem+json"
LINEITEMS_TYPE: Final = "application/vnd.ims.lis.v2.lineitemcontainer+json"
# Moodle drops what is below the second, and two scores of one second are a conflict there
TIMESTAMP_STEP: Final = timedelta(seconds=1)

Activity = Literal["Initialized", "Started", "InProgress", "Submitted", "Completed"]
Grading = Literal["FullyGraded", "Pending", "PendingManual", "Failed", "NotReady"]


class StaleTimestamp(TransientServiceError):
    """The platform holds a score that is not older; read it back, or send a later timestamp."""


@dataclass(frozen=True)
class Score:
    """`given` None leaves the points open; Moodle then erases the grade it has."""

    user_id: str
    given: float | None
    maximum: float
    activity: Activity
    grading: Grading
    timestamp: datetime
    comment: str | None = None

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


@dataclass(frozen=True)
class LineItem:
    label: str
    maximum: float
    resource_id: str | None = None
    tag: str | None = None
    resource_link_id: str | None = None
    url: str | None = None  # its `id`; None until the platform has it


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
            body=_json(_score_fields(score, quirks)),
        )
        if is_success(answer):
            if answer.body.lstrip()[:1] == b"<":
                # a page, from a proxy or a login wall: whoever answered was not the gradebook
                raise TransientServiceError("answer_is_a_page")
            return
        said = answer.body[:4096].decode("utf-8", errors="replace").lower()
        # Moodle says 409; Open edX says 400 and names the field
        if answer.status == 409 or (answer.status == 400 and "timestamp" in said):
            raise StaleTimestamp("timestamp_not_later")
        if any(known in said for known in quirks.unknown_user_texts):
            raise PermanentServiceError("user_unknown")
        if answer.status in (404, 410):
            raise PermanentServiceError("line_item_gone")
        raise failure(answer, self._calls.now())

    def results(
        self, registration: Registration, deployment_id: str, lineitem_url: str, user_id: str
    ) -> Result | None:
        url = _with_query(_below(lineitem_url, "results"), {"user_id": user_id})
        caller = Caller(registration, deployment_id, SCOPE_RESULT)
        for item in self._calls.items(caller, url, media_type=RESULTS_TYPE):
            # some platforms answer with everybody's
            if item.get("userId") == user_id:
                return Result(
                    user_id,
                    _points(item.get("resultScore")),
                    _points(item.get("resultMaximum")),
                    text(item.get("comment")),
                )
        return None

    def find_or_create_line_item(
        self, registration: Registration, deployment_id: str, lineitems_url: str, wanted: LineItem
    ) -> LineItem:
        """Looked up first: a copied course has its own line item already (S12)."""
        caller = Caller(registration, deployment_id, SCOPE_LINEITEM)
        identity = _identity(wanted)
        if not identity:
            raise ValueError("a line item needs a resource_id, tag or resource_link_id")
        # one filter only, the rest compared here: platforms differ in how they combine them
        name, value = next(iter(identity.items()))
        url = _with_query(lineitems_url, {name: value})
        for item in self._calls.items(caller, url, media_type=LINEITEMS_TYPE):
            found = _line_item(item)
            if found is not None and identity.items() <= _identity(found).items():
                return found
        answer = self._calls.call(
            caller,
            "POST",
            lineitems_url,
            media_type=LINEITEM_TYPE,
            body=_json(_line_item_fields(wanted, quirks_of(registration))),
        )
        if not is_success(answer):
            raise failure(answer, self._calls.now())
        return replace(wanted, url=_created_url(answer))


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


def _with_query(url: str, query: Mapping[str, str]) -> str:
    return url + ("&" if "?" in url else "?") + urlencode(query)


def _json(fields: Mapping[str, Any]) -> bytes:
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _score_fields(score: Score, quirks: Quirks) -> dict[str, Any]:
    # userId as text always: Open edX answers a number with 500
    sent: dict[str, Any] = {
        "userId": str(score.user_id),
        "timestamp": score.timestamp.astimezone(UTC).isoformat(timespec="milliseconds"),
        "activityProgress": score.activity,
        "gradingProgress": score.grading,
    }
    if score.given is not None:
        sent |= {"scoreGiven": _number(score.given), "scoreMaximum": _number(score.maximum)}
    if score.comment:
        sent["comment"] = score.comment
    return sent | dict(quirks.score_extension)


def _identity(item: LineItem) -> dict[str, str]:
    named = {
        "resource_id": item.resource_id,
        "tag": item.tag,
        "resource_link_id": item.resource_link_id,
    }
    return {name: value for name, value in named.items() if value}


def _line_item_fields(item: LineItem, quirks: Quirks) -> dict[str, Any]:
    maximum = math.ceil(item.maximum) if quirks.whole_points else _number(item.maximum)
    named = {
        "resourceId": item.resource_id,
        "tag": item.tag,
        "resourceLinkId": item.resource_link_id,
    }
    return {"label": item.label, "scoreMaximum": maximum} | {
        name: value for name, value in named.items() if value
    }


def _line_item(fields: Mapping[str, Any]) -> LineItem | None:
    url, maximum = text(fields.get("id")), _points(fields.get("scoreMaximum"))
    if url is None or maximum is None:
        return None
    return LineItem(
        text(fields.get("label")) or "",
        maximum,
        text(fields.get("resourceId")),
        text(fields.get("tag")),
        text(fields.get("resourceLinkId")),
        url,
    )


def _created_url(answer: HttpAnswer) -> str:
    try:
        url = text(parse_object(answer.body).get("id"))
    except StrictJsonError:
        url = None
    if url is None:
        raise TransientServiceError("line_item_without_id")
    return url


def _number(value: float) -> float:
    return int(value) if float(value).is_integer() else value


def _points(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return None
