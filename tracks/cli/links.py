"""`tracks content links`: which links out of a library are dead. Nothing else asks other sites."""

import json
import os
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urljoin

import click

from content.reading.outside import Answer, Link, is_plain, outside_links, protected, told
from content.workers.loading import load_library
from lti.errors import PermanentServiceError, TransientServiceError
from lti.http import GuardedHttp
from lti.ports import Http, HttpAnswer
from tracks.cli.told import in_terminal_language, language_option, tell, terminal_language
from tracks.settings import load_settings

AT_ONCE = 8
MOST_MOVES = 5
MOST_BYTES = 256 * 1024
_FOR_GOOD = frozenset({301, 308})
_MOVED = frozenset({301, 302, 303, 307, 308})
# Sites that answer nothing to HEAD, or not the truth.
_ASK_AGAIN = frozenset({400, 403, 404, 405, 406, 410, 429, 500, 501, 503})
_HEADERS = {"user-agent": "learning-tracks-links", "accept": "text/html,*/*"}


@click.command()
@click.argument(
    "library", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False
)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@language_option
def links(library: Path | None, as_json: bool, language: str | None) -> None:
    """Ask every address outside that a library links to. Exits 1 when one is dead."""
    settings = load_settings()
    root = library or settings.library
    unread = frozenset(
        problem.location.path
        for problem in load_library(root).problems
        if problem.code == "too-complex"
    )
    found = outside_links(root, unread)
    http = GuardedHttp(allow_loopback=settings.is_loopback)
    plain = GuardedHttp(allow_loopback=settings.is_loopback, allow_plain=True)
    answers = look_at(found, http, plain)
    http.close()
    plain.close()
    language = language or terminal_language(os.environ)
    problems = [in_terminal_language(problem, language) for problem in told(found, answers)]
    dead = sum(problem.is_error for problem in problems)
    if as_json:
        rows = [
            {
                "code": p.code,
                "path": p.location.path,
                "line": p.location.line,
                "level": p.level,
                "message": p.message,
                "hint": p.hint,
            }
            for p in problems
        ]
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
    else:
        for problem in problems:
            tell(problem)
        click.echo(f"{len(answers)} addresses asked, {dead} dead", err=True)
    sys.exit(1 if dead else 0)


def look_at(found: Iterable[Link], http: Http, plain: Http) -> dict[str, Answer]:
    """All by https; one that is written with http as it stands, too, if that does not answer."""
    addresses = dict.fromkeys(link.address for link in found)
    answers = look(dict.fromkeys(map(protected, addresses)), http)
    left = [a for a in addresses if is_plain(a) and not answers[protected(a)].is_there]
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
