"""What every service endpoint does before and after the library: method, token, scope, media
types, body and query in; paging link and errors out."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from lti.platform.bearer import checked_bearer
from lti.platform.library import Response, ServiceRefused
from lti.platform.registration import Platform
from lti.platform.service_messages import ServiceAnswer, ServiceRequest, json_answer
from lti.strict_json import StrictJsonError, parse_object

MAX_BODY = 64 * 1024
MAX_LIMIT = 1000


class Method(Struct, frozen=True):
    """One HTTP method of one endpoint."""

    handler: str  # of the library's service class
    scopes: frozenset[str]
    accept: str | None = None  # a GET's one media type
    content: str | None = None  # the body's one media type
    filters: frozenset[str] = frozenset()  # query parameters; page and limit come with `accept`


class Checked(Struct, frozen=True):
    method: Method
    token: str
    for_library: Mapping[str, Any]


def check_request(
    platform: Platform, request: ServiceRequest, methods: Mapping[str, Method]
) -> Checked:
    """Raises ServiceRefused."""
    method = methods.get(request.method)
    if method is None:
        allowed = {"Allow": ", ".join(sorted(methods))}
        raise ServiceRefused(405, f"method {request.method} is not allowed", allowed)
    token = checked_bearer(platform, request, method.scopes)
    accepted = request.media_types("accept")
    if method.accept and platform.rules.exact_accept and method.accept not in accepted:
        raise ServiceRefused(406, f"Accept must be {method.accept}")
    document = _document(request, method.content) if method.content else None
    return Checked(
        method,
        token,
        {
            "method": request.method,
            "get_data": _query(request.query, method),
            "headers": {"Authorization": f"Bearer {token}"},
            "json": document,
        },
    )


def _document(request: ServiceRequest, media_type: str) -> dict[str, Any]:
    if request.media_types("content-type") != [media_type]:
        raise ServiceRefused(415, f"Content-Type must be {media_type}")
    if len(request.body) > MAX_BODY:
        raise ServiceRefused(413, "body is too large")
    try:
        return parse_object(request.body)
    except StrictJsonError as refused:
        raise ServiceRefused(400, f"body is not an acceptable JSON object: {refused.why}") from None


def _query(pairs: Sequence[tuple[str, str]], method: Method) -> dict[str, Any]:
    """Only what the library's keyword arguments know, with page and limit as numbers."""
    if method.accept is None:
        return {}
    known: dict[str, Any] = {}
    for name, value in pairs:
        if name in ("page", "limit"):
            known[name] = _positive(name, value)
        elif name in method.filters:
            known[name] = value
    return known


def _positive(name: str, value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) <= 6 and int(value) > 0):
        raise ServiceRefused(400, f"{name} must be a positive number")
    return min(int(value), MAX_LIMIT) if name == "limit" else int(value)


def page_of(rows: Sequence[Any], page: int, limit: int | None) -> dict[str, Any]:
    """The shape the library wants back from its hooks."""
    if limit is None:
        return {"content": list(rows), "has_next": False}
    start = (page - 1) * limit
    return {"content": list(rows[start : start + limit]), "has_next": start + limit < len(rows)}


def answer_of(response: Response) -> ServiceAnswer:
    if not 200 <= response.code < 300:
        return json_answer(response.code, {"error": response.message})
    result = response.result
    if result is None:
        return ServiceAnswer(response.code)
    # The library writes rel=next without quotes, which some tools cannot read.
    following = result.pop("next", None)
    link = {"Link": f'<{following}>; rel="next"'} if following else {}
    document = result["content"] if "has_next" in result else result
    return json_answer(response.code, document, link, media_type=response.media_type)


def refusal(refused: ServiceRefused) -> ServiceAnswer:
    return json_answer(refused.status, {"error": refused.text}, refused.headers)
