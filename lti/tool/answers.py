"""What a platform's answer to a service call means when it is not a success."""

from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

from lti.errors import PermanentServiceError, ServiceError, TransientServiceError
from lti.ports import HttpAnswer

_TRY_AGAIN: Final = frozenset({408, 425, 429})
_LONGEST_WAIT: Final = 86_400.0


def is_success(answer: HttpAnswer) -> bool:
    return 200 <= answer.status < 300


def failure(answer: HttpAnswer, now: datetime) -> ServiceError:
    """To be raised. Only a status that the platform may take back is worth another try."""
    reason = f"status_{answer.status}"
    if answer.status >= 500 or answer.status in _TRY_AGAIN:
        return TransientServiceError(reason, retry_after=_retry_after(answer, now))
    if answer.status == 401:
        # a second one, with a new token: the platform may not yet have read our new key
        return TransientServiceError("token_not_accepted")
    return PermanentServiceError(reason)


def _retry_after(answer: HttpAnswer, now: datetime) -> float | None:
    """Seconds; the header has them, or a date."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return min(float(text), _LONGEST_WAIT)
    try:
        seconds = (parsedate_to_datetime(text) - now).total_seconds()
    except (ValueError, TypeError):
        return None
    return min(max(seconds, 0.0), _LONGEST_WAIT)
