"""The way back to the platform, with a message (core 5.4.4): offered, never followed by itself."""

from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

LONGEST: Final = 2000


def with_messages(
    url: str,
    *,
    message: str | None = None,
    log: str | None = None,
    error: str | None = None,
    error_log: str | None = None,
) -> str:
    """`message` and `error` are for the person, the two logs for the platform's own log."""
    given = {"lti_msg": message, "lti_log": log, "lti_errormsg": error, "lti_errorlog": error_log}
    extra = urlencode({name: value for name, value in given.items() if value})
    scheme, host, path, query, _ = urlsplit(url)
    return urlunsplit((scheme, host, path, "&".join(filter(None, (query, extra))), ""))
