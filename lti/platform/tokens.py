from collections.abc import Mapping, Sequence

from lti.platform.assertions import check_client_assertion
from lti.platform.errors import TokenRefused
from lti.platform.library import PlatformConf
from lti.platform.registration import Platform
from lti.platform.service_messages import ServiceAnswer, json_answer

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_FIELDS = frozenset({"grant_type", "client_assertion_type", "client_assertion", "scope"})
_MAX_ASSERTION = 16 * 1024


def answer_token_request(platform: Platform, form: Sequence[tuple[str, str]]) -> ServiceAnswer:
    """The token endpoint; `form` are the pairs of the body, duplicates included."""
    try:
        body = issue_access_token(platform, form)
    except TokenRefused as refused:
        error = {"error": refused.error, "error_description": refused.reason}
        return json_answer(refused.status, error, {"Cache-Control": "no-store"})
    return json_answer(200, body, {"Cache-Control": "no-store"})


def issue_access_token(
    platform: Platform, form: Sequence[tuple[str, str]]
) -> Mapping[str, str | int]:
    """The answer of RFC 6749 §4.4.3, or TokenRefused."""
    request = dict(form)
    if len(request) != len(form):
        raise TokenRefused("invalid_request", "parameter_repeated")
    missing = sorted(_FIELDS - {name for name, value in request.items() if value})
    if missing:
        raise TokenRefused("invalid_request", f"{missing[0]}_missing")
    if request["grant_type"] != "client_credentials":
        raise TokenRefused("unsupported_grant_type", "grant_type")
    if request["client_assertion_type"] != JWT_BEARER:
        raise TokenRefused("invalid_request", "client_assertion_type")
    if len(request["client_assertion"]) > _MAX_ASSERTION:
        raise TokenRefused("invalid_request", "client_assertion_too_long")
    # The library answers unknown scopes with 200 and an empty scope.
    granted = [s for s in request["scope"].split() if s in platform.registration.scopes]
    key = check_client_assertion(platform, request["client_assertion"])
    if not granted:
        raise TokenRefused("invalid_scope", "no_known_scope")
    conf = PlatformConf(registration=platform.registration, key=platform.key, tool_key=key.jwk)
    issued: Mapping[str, str | int] = conf.get_access_token(
        {**{name: request[name] for name in _FIELDS}, "scope": " ".join(granted)}
    )
    return issued
