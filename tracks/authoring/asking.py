"""What other sites answer to who asks for an address: authors, and the command line."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import urljoin

from content.outgoing import Answer, is_plain, protected
from lti.errors import PermanentServiceError, TransientServiceError
from lti.ports import Http, HttpAnswer

AT_ONCE: Final = 8
MOST_MOVES: Final = 5
MOST_BYTES: Final = 256 * 1024
_FOR_GOOD: Final = frozenset({301, 308})
_MOVED: Final = frozenset({301, 302, 303, 307, 308})
# Sites that answer nothing to HEAD, or not the truth.
_ASK_AGAIN: Final = frozenset({400, 403, 404, 405, 406, 410, 429, 500, 501, 503})
_HEADERS: Final = {"user-agent": "learning-tracks-links", "accept": "text/html,*/*"}


def look_at(addresses: Iterable[str], http: Http, plain: Http) -> dict[str, Answer]:
    """All by https; one that is written with http as it stands, too, if that does not answer."""
    wanted = dict.fromkeys(addresses)
    answers = look(dict.fromkeys(map(protected, wanted)), http)
    left = [a for a in wanted if is_plain(a) and not answers[protected(a)].is_there]
    return answers | look(left, plain)


def look(addresses: Iterable[str], http: Http) -> dict[str, Answer]:
    """Each asked once, a few at the same time."""
    asked = list(addresses)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(asked, pool.map(lambda each: _answer(each, http), asked), strict=True))


def _answer(address: str, http: Http) -> Answer:
    at, moved_to, is_for_good = address, "", True
    status: int | None = None
    for _ in range(MOST_MOVES + 1):
        try:
            answer = _asked(at, http)
        except TransientServiceError as failed:
            # What is too long to be read here is there.
            status = 200 if failed.reason == "answer_too_big" else None
            return Answer(status, moved_to, is_unknown=failed.reason == "name_not_found")
        except PermanentServiceError:
            return Answer(None, moved_to)
        status = answer.status
        to = urljoin(at, answer.headers.get("location", ""))
        if status not in _MOVED or to == at:
            return Answer(status, moved_to)
        # What is moved for a while only may come back.
        is_for_good = is_for_good and status in _FOR_GOOD
        at, moved_to = to, to if is_for_good else moved_to
    return Answer(None)


def _asked(address: str, http: Http) -> HttpAnswer:
    try:
        answer = http.request("HEAD", address, headers=_HEADERS, body=None, max_bytes=MOST_BYTES)
    except TransientServiceError as failed:
        if failed.reason == "name_not_found":
            raise
        answer = None
    if answer is not None and answer.status not in _ASK_AGAIN:
        return answer
    return http.request("GET", address, headers=_HEADERS, body=None, max_bytes=MOST_BYTES)
