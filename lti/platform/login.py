from urllib.parse import urlencode, urlsplit

from lti.platform.library import LibraryLogin, PlatformConf
from lti.platform.registration import Platform


def login_initiation_url(
    platform: Platform,
    *,
    login_hint: str,
    message_hint: str,
    target_link_uri: str,
    storage_target: str | None = None,
) -> str:
    """Where the browser is sent to start a launch (security framework §5.1.1.1).

    `storage_target`: "_parent", or the name of the frame that keeps values for tools (lti-cs-oidc).
    """
    if not (login_hint and message_hint and target_link_uri):
        raise ValueError("a login initiation needs both hints and a target")
    conf = PlatformConf(registration=platform.registration, key=platform.key)
    login = LibraryLogin(None, conf)
    login.set_launch_url(target_link_uri)
    login.set_lti_message_hint(hint=message_hint)
    url: str = login.initiate_login(login_hint)
    # The library puts a second "?" after a query that the tool's URL already has, so it got the
    # URL without one and the query is put back here.
    own_query = urlsplit(platform.registration.login_url).query
    url = url.replace("?", f"?{own_query}&", 1) if own_query else url
    return f"{url}&{urlencode({'lti_storage_target': storage_target})}" if storage_target else url
