from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct

from lti import claims as names
from lti.platform.deep_linking import deep_linking_claims
from lti.platform.errors import AuthenticationRefused
from lti.platform.hints import HintSigner, MessageHint
from lti.platform.library import LibraryLaunch, ParsedRequest, PlatformConf
from lti.platform.messages import ContentRequest, LaunchMessage
from lti.platform.registration import Platform

COURSE_OFFERING = "http://purl.imsglobal.org/vocab/lis/v2/course#CourseOffering"
_PRESENTATION = "https://purl.imsglobal.org/spec/lti/claim/launch_presentation"
_MAX_NONCE = 255


class AutoPost(Struct, frozen=True):
    """A form that the browser sends to the tool by itself: an id_token, or an error."""

    action: str
    fields: Mapping[str, str]


class _ErrorForTool(Exception):
    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description


def answer_authentication(
    platform: Platform,
    params: Sequence[tuple[str, str]],
    *,
    signed_in: str | None,
    hints: HintSigner,
    message_for: Callable[[MessageHint], LaunchMessage | ContentRequest | None],
) -> AutoPost:
    """The authorization endpoint. `params` are all pairs of query and form, duplicates included;
    `message_for` answers None when that person may not open that link.

    Raises AuthenticationRefused while the redirect_uri is not trusted; afterwards every refusal
    is a form for the tool with `error` and `state` (OpenID Connect Core §3.1.2.6)."""
    request = _trusted(platform, params)
    action, state = request["redirect_uri"], request.get("state", "")
    try:
        hint = _checked(platform, request, signed_in, hints)
        message = message_for(hint)
        if message is None:
            raise _ErrorForTool("access_denied", "this person may not open this link")
    except _ErrorForTool as refused:
        fields = {"error": refused.error, "error_description": refused.description}
        return AutoPost(action, {**fields, "state": state} if state else fields)
    form = _launch(platform, request, message)
    return AutoPost(action, {"id_token": form["id_token"], "state": form["state"]})


def _trusted(platform: Platform, params: Sequence[tuple[str, str]]) -> dict[str, str]:
    request = dict(params)
    if len(request) != len(params):
        raise AuthenticationRefused("parameter_repeated")
    if request.get("client_id") != platform.registration.client_id:
        raise AuthenticationRefused("client_id_unknown")
    # The library would post the signed id_token to any address at all.
    if request.get("redirect_uri") not in platform.registration.redirect_uris:
        raise AuthenticationRefused("redirect_uri_not_registered")
    return request


def _checked(
    platform: Platform, request: Mapping[str, str], signed_in: str | None, hints: HintSigner
) -> MessageHint:
    if request.get("response_type") != "id_token":
        raise _ErrorForTool("unsupported_response_type", "response_type must be id_token")
    if request.get("response_mode") != "form_post":
        raise _ErrorForTool("invalid_request", "response_mode must be form_post")
    if request.get("scope") != "openid":
        raise _ErrorForTool("invalid_scope", "scope must be openid")
    if request.get("prompt") != "none":
        raise _ErrorForTool("invalid_request", "prompt must be none")
    if not 0 < len(request.get("nonce", "")) <= _MAX_NONCE:
        raise _ErrorForTool("invalid_request", "nonce is missing or too long")
    if not request.get("state"):
        raise _ErrorForTool("invalid_request", "state is missing")
    hint = hints.read(request.get("lti_message_hint", ""), now=platform.clock.now())
    if hint is None:
        raise _ErrorForTool("invalid_request", "lti_message_hint is not ours or too old")
    if request.get("login_hint") != hint.sub:
        raise _ErrorForTool("invalid_request", "login_hint does not belong to the message hint")
    if signed_in != hint.sub:
        raise _ErrorForTool("login_required", "another person, or nobody, is signed in")
    return hint


def _launch(
    platform: Platform, request: Mapping[str, str], message: LaunchMessage | ContentRequest
) -> dict[str, str]:
    conf = PlatformConf(registration=platform.registration, key=platform.key)
    launch = LibraryLaunch(ParsedRequest({"get_data": dict(request)}), conf)
    launch.set_id_token_expiration(platform.rules.id_token_seconds)
    launch.set_launch_url(message.target_link_uri)
    launch.set_user_data(
        user_id=message.sub,
        lis_roles=list(message.roles),
        full_name=message.name,
        email_address=message.email,
    )
    launch.set_launch_context_claim(
        context_id=message.context.id,
        context_types=[COURSE_OFFERING],
        context_title=message.context.title,
        context_label=message.context.label,
    )
    if isinstance(message, LaunchMessage):
        _add_resource_link(launch, message)
    else:
        launch.set_extra_claims(deep_linking_claims(platform, message))
    # The library's own setters know neither the person's locale nor a third presentation field.
    launch.set_extra_claims(
        {
            "locale": message.locale,
            _PRESENTATION: {
                "document_target": message.document_target,
                "return_url": message.return_url,
                "locale": message.locale,
            },
        }
    )
    form: dict[str, str] = launch.lti_launch()
    return form


def _add_resource_link(launch: LibraryLaunch, message: LaunchMessage) -> None:
    launch.set_resource_link_claim(resource_link_id=message.link_id, title=message.link_title)
    launch.set_custom_parameters_claim(dict(message.custom))
    launch.set_ags(lineitems_url=message.line_items_url, lineitem_url=message.line_item_url)
    launch.set_nrps(context_memberships_url=message.memberships_url)
    if message.for_user is not None:
        launch.set_extra_claims(
            {
                names.MESSAGE_TYPE: names.SUBMISSION_REVIEW_REQUEST,
                names.FOR_USER: {"user_id": message.for_user},
            }
        )
