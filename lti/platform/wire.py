"""AGS documents to values and back; what is wrong in one is said as a ServiceRefused."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from lti.platform.gradebook import LineItem, LineItemDraft, ReceivedScore, RecordedScore
from lti.platform.library import ServiceRefused

ACTIVITY = frozenset({"Initialized", "Started", "InProgress", "Submitted", "Completed"})
MAX_NUMBER = 1e9
GRADING = frozenset({"FullyGraded", "Pending", "PendingManual", "Failed", "NotReady"})


def read_score(document: Mapping[str, Any]) -> ReceivedScore:
    """AGS §3.4: the four required members, and a maximum with each score."""
    given, maximum = _number(document, "scoreGiven"), _number(document, "scoreMaximum")
    if given is not None and given < 0:
        raise ServiceRefused(400, "scoreGiven must not be negative")
    if given is not None and maximum is None:
        raise ServiceRefused(400, "scoreMaximum is required with scoreGiven")
    if maximum is not None and maximum <= 0:
        raise ServiceRefused(400, "scoreMaximum must be positive")
    activity, grading = _text(document, "activityProgress"), _text(document, "gradingProgress")
    if activity not in ACTIVITY:
        raise ServiceRefused(400, "activityProgress is not one of the five values")
    if grading not in GRADING:
        raise ServiceRefused(400, "gradingProgress is not one of the five values")
    comment = document.get("comment")
    if comment is not None and not isinstance(comment, str):
        raise ServiceRefused(400, "comment must be a string")
    user_id, timestamp = _text(document, "userId"), read_timestamp(_text(document, "timestamp"))
    return ReceivedScore(user_id, given, maximum, activity, grading, timestamp, comment)


def read_timestamp(text: str) -> datetime:
    try:
        timestamp = datetime.fromisoformat(text)
    except ValueError:
        raise ServiceRefused(400, "timestamp is not ISO 8601") from None
    if timestamp.tzinfo is None:
        raise ServiceRefused(400, "timestamp has no time zone")
    return timestamp


def read_line_item(document: Mapping[str, Any]) -> LineItemDraft:
    maximum = _number(document, "scoreMaximum")
    if maximum is None or maximum <= 0:
        raise ServiceRefused(400, "scoreMaximum must be a positive number")
    return LineItemDraft(
        label=_text(document, "label"),
        maximum=maximum,
        resource_id=_optional_text(document, "resourceId"),
        tag=_optional_text(document, "tag"),
        resource_link_id=_optional_text(document, "resourceLinkId"),
    )


def line_item_document(line_item: LineItem, url: str) -> dict[str, Any]:
    draft = line_item.draft
    document = {
        "id": url,
        "label": draft.label,
        "scoreMaximum": draft.maximum,
        "resourceId": draft.resource_id,
        "tag": draft.tag,
        "resourceLinkId": draft.resource_link_id,
    }
    return {name: value for name, value in document.items() if value is not None}


def result_document(recorded: RecordedScore, line_item: LineItem, url: str) -> dict[str, Any]:
    """The score on the line item's own scale (AGS §3.3): 4 of 5 on a maximum of 10 is 8."""
    score, maximum = recorded.score, line_item.draft.maximum
    document: dict[str, Any] = {
        "id": f"{url}/results/{quote(score.user_id, safe='')}",
        "userId": score.user_id,
        "scoreOf": url,
    }
    if score.is_grade and score.given is not None and score.maximum is not None:
        document["resultScore"] = score.given * maximum / score.maximum
        document["resultMaximum"] = maximum
    if score.comment is not None:
        document["comment"] = score.comment
    return document


def _number(document: Mapping[str, Any], name: str) -> float | None:
    value = document.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > MAX_NUMBER:
        raise ServiceRefused(400, f"{name} must be a number of a sensible size")
    return value


def _text(document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not value.strip():
        raise ServiceRefused(400, f"{name} must be a string that is not empty")
    return value


def _optional_text(document: Mapping[str, Any], name: str) -> str | None:
    return None if document.get(name) is None else _text(document, name)
