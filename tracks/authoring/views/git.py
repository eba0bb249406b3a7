"""git over HTTP: fetch the authors' library, and push to it. The password is a token."""

import zlib
from typing import NamedTuple

from flask import Response, abort, current_app, request
from flask.typing import ResponseReturnValue

from content.history.repository import MAIN, History, HistoryBroken, Writer
from content.history.signing import SigningKeyUnusable
from content.history.wire import NotGit, advertised, answered, fetched, read_push
from tracks.authoring.folder import CannotWrite
from tracks.authoring.receiving import Receiver, hidden_from
from tracks.authoring.syncing import sync
from tracks.authoring.views.desk import about_library, desk
from tracks.catalogue.histories import NotRecorded
from tracks.catalogue.tokens import use_token
from tracks.db import Database
from tracks.i18n import N_
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.web.errors import Lesson, PageError
from tracks.web.limits import Window
from tracks.web.requests import language, now, parts

LARGEST_PUSH = 33 * 1024 * 1024
LARGEST_FETCH = 1024 * 1024  # of what is asked for
PUSHES_A_MINUTE = 30
_EXTENSION = "tracks.git_window"
_FETCH, _PUSH = "git-upload-pack", "git-receive-pack"
UNUSABLE = Lesson(
    N_("The library cannot be reached by git just now"),
    N_("Nothing was changed."),
    N_("Ask whoever runs Learning Tracks here: the folder of the library is theirs."),
)


class Opened(NamedTuple):
    history: History
    who: Writer
    municipality_id: int | None  # None: the whole library


def _open(database: Database, publisher: str) -> Opened:
    """401 without a token of this publisher; then what git asks the person for one."""
    given = request.authorization
    token = given.password if given is not None and given.type == "basic" else None
    found = None
    if token:
        with database.writing() as session:
            found = use_token(session, token, publisher, now())
    if found is None:
        abort(
            Response(
                "A token is needed, in the password's place. Make one in the browser: "
                f"{parts().settings.base_url}/authoring/-/git\n",
                401,
                {"WWW-Authenticate": 'Basic realm="Learning Tracks"'},
                content_type="text/plain; charset=utf-8",
            )
        )
    window = current_app.extensions.setdefault(_EXTENSION, Window(PUSHES_A_MINUTE))
    if window.wait_of(str(found.token_id), int(now().timestamp())):
        abort(429)
    about = about_library()
    if about is None or about.id != publisher:
        abort(404)
    history = desk().histories.of(publisher, found.municipality_id)
    return Opened(history, Writer(about.name, about.contact), found.municipality_id)


def _brought_together(database: Database, opened: Opened) -> None:
    folder, history = desk().folder, opened.history
    try:
        with folder.locked(), history.writing():
            hidden = hidden_from(database, opened.municipality_id)
            sync(history, folder, opened.who, now(), hidden=hidden)
    except (CannotWrite, HistoryBroken, OSError) as failure:
        raise PageError(503, UNUSABLE) from failure


def _answer(body: bytes, kind: str) -> Response:
    return Response(
        body, content_type=f"application/x-{kind}", headers={"Cache-Control": "no-store"}
    )


def _body(most: int) -> bytes:
    """What was sent, unpacked if it is packed; 413 for more than there may be."""
    request.max_content_length = most
    sent = request.get_data()
    if request.headers.get("Content-Encoding") not in ("gzip", "x-gzip"):
        return sent
    reader = zlib.decompressobj(wbits=31)
    try:
        data = reader.decompress(sent, most + 1)
    except zlib.error:
        abort(400)
    return data if len(data) <= most and reader.eof else abort(413)


@requires(Permission.PUBLIC, own_transactions=True)
def refs(database: Database, actor: Actor | None, publisher: str) -> ResponseReturnValue:
    service = request.args.get("service")
    if service not in (_FETCH, _PUSH):
        abort(403)  # as git's own server answers those that cannot speak with it
    try:
        opened = _open(database, publisher)
        _brought_together(database, opened)
        history = opened.history
        if service == _FETCH:
            with history.opened() as repo:
                return _answer(fetched(repo, b"", advertise=True), f"{service}-advertisement")
        head = history.head()
        known = {bytes(MAIN): head.encode()} if head else {}
        return _answer(advertised(known), f"{service}-advertisement")
    except (HistoryBroken, SigningKeyUnusable) as failure:
        raise PageError(503, UNUSABLE) from failure


@requires(Permission.PUBLIC, own_transactions=True)
def fetch(database: Database, actor: Actor | None, publisher: str) -> ResponseReturnValue:
    history = _open(database, publisher).history
    try:
        with history.opened() as repo:
            return _answer(fetched(repo, _body(LARGEST_FETCH), advertise=False), f"{_FETCH}-result")
    except NotGit:
        abort(400)
    except HistoryBroken as failure:
        raise PageError(503, UNUSABLE) from failure


@requires(Permission.PUBLIC, own_transactions=True)
def push(database: Database, actor: Actor | None, publisher: str) -> ResponseReturnValue:
    history, who, municipality_id = _open(database, publisher)
    try:
        commands, able, pack = read_push(_body(LARGEST_PUSH))
    except NotGit:
        abort(400)
    if not commands:
        return _answer(b"", f"{_PUSH}-result")
    receiver = Receiver(
        history,
        desk().histories,
        desk().folder,
        database,
        publisher,
        municipality_id,
        who,
        language(),
        parts().settings.repository_mb,
    )
    results: dict[bytes, str] = {}
    said: list[str] = []
    try:
        for command in commands:
            answer = receiver.take(command, pack, now())
            results[command.ref] = answer.why_not
            said += answer.said
    except (CannotWrite, HistoryBroken, NotRecorded, OSError) as failure:
        raise PageError(503, UNUSABLE) from failure
    return _answer(answered(results, said, able), f"{_PUSH}-result")
