"""Error pages that teach: what happened, what to do, who can help, an id to quote."""

import logging
from typing import Final

from flask import Flask, Response, g, make_response, render_template, request
from msgspec import Struct
from werkzeug.exceptions import HTTPException, NotFound

from tracks.db import DatabaseBusy
from tracks.i18n import N_
from tracks.web.requests import may_be_framed_by, new_error_id

log = logging.getLogger(__name__)
TOO_MANY_WAIT_S = "60"  # limits are counted by the minute
# Fields of our forms that nobody types into.
_NOT_TYPED = frozenset({"form_token", "revision", "go", "then"})


class Lesson(Struct, frozen=True):
    """The three sentences of an error page, as message ids."""

    title: str
    what: str
    do: str
    who: str = N_("If it happens again, give the error id to whoever looks after the LMS.")


class PageError(Exception):
    """Raised by a view to end the request with an error page."""

    def __init__(
        self,
        status: int,
        lesson: Lesson,
        *,
        kept: str = "",
        way_on: tuple[str, str] | None = None,
        reason: str = "",
        error_id: str = "",
    ) -> None:
        super().__init__(lesson.title)
        self.error_id = error_id or new_error_id()  # given where our log tells more by it
        self.reason = reason  # a code that docs/operators/lti-reasons.md explains
        self.way_on = way_on  # a page where something can be done about it, and its name
        self.status = status
        self.lesson = lesson
        self.kept = kept  # what the person had typed, shown so that it can be copied


NOT_FOUND = Lesson(
    N_("This page does not exist"),
    N_("The address may be mistyped, or the page has been moved."),
    N_("Go back to your course and open the link from there."),
)
NOT_ALLOWED = Lesson(
    N_("This page is not open to you"),
    N_("Your role here does not give access to it."),
    N_("If you need it, ask the change-group leader or the coordinator of your municipality."),
)
SIGN_IN_FIRST = Lesson(
    N_("Open this from your LMS"),
    N_("We do not know who you are: this page belongs to a person, and nobody is signed in."),
    N_("Open the link in your course again. You do not need a password here."),
)
SIGN_IN = ("/sign-in", N_("Sign in without an LMS"))
OWN_LOGIN_FIRST = Lesson(
    N_("This page needs a login of your own"),
    N_("You came by an LMS. Whoever runs an LMS could come as you, so this page asks for more."),
    N_("Sign in with the login of your municipality, a passkey or a one-time code."),
    N_("If you have none of these, ask whoever runs Learning Tracks for a link to set one up."),
)
AGAIN_FIRST = Lesson(
    N_("Show once more that it is you"),
    N_("Much can be changed here, and it is a while since you signed in. Nothing was changed."),
    N_("Sign in again, then do it once more."),
    N_("Nobody else can do this for you."),
)
FORM_TOO_OLD = Lesson(
    N_("This form is from an earlier visit"),
    N_("Nothing was saved: you have been signed in again since the page was opened."),
    N_("Copy what you wrote below, open the step from your course again and paste it there."),
)
BUSY = Lesson(
    N_("We could not save just now"),
    N_("The database is not answering. Nothing was saved this time."),
    N_("Wait a minute, then try again. What you wrote is below."),
)
TOO_LARGE = Lesson(
    N_("That was too large"),
    N_("Nothing was saved: what was sent is larger than we take."),
    N_("Make it smaller, and send it again."),
)
MALFORMED = Lesson(
    N_("We could not read that"),
    N_("The request was not complete, or it was garbled on the way."),
    N_("Go back, open the page again and try once more."),
)
TOO_MANY = Lesson(
    N_("Too many attempts at once"),
    N_("We pause for a moment so that everybody gets through."),
    N_("Wait a minute, then try again."),
)
BROKEN = Lesson(
    N_("Something broke on our side"),
    N_("It is our fault, not yours. What you had saved before is still saved."),
    N_("Try once more."),
)


class NotPublished(NotFound):
    """What an address, most often a link in a course, leads to is not offered here (any more)."""

    reason = "not_published"


# Codes of what ends a request on its way in, whatever it asked for.
REASON_OF_STATUS: Final = {405: "method_not_allowed", 413: "too_large", 429: "too_many_requests"}
_BY_STATUS = {404: NOT_FOUND, 403: NOT_ALLOWED, 401: SIGN_IN_FIRST, 413: TOO_LARGE, 429: TOO_MANY}


def error_page(
    status: int,
    lesson: Lesson,
    *,
    error_id: str,
    kept: str = "",
    way_on: tuple[str, str] | None = None,
    reason: str = "",
) -> Response:
    if "frame_ancestors" not in g:
        # Nobody is signed in, so nothing on the page acts. In the frame of an LMS a page that may
        # not be framed is a blank one, and what was typed would be lost with it.
        may_be_framed_by("*")
    page = render_template(
        "error.html", lesson=lesson, error_id=error_id, kept=kept, way_on=way_on, reason=reason
    )
    return make_response(page, status)


def typed_text() -> str:
    """The longest text field of the form: what a person would be sorry to lose."""
    try:
        return max((str(v) for k, v in request.form.items() if k not in _NOT_TYPED), key=len)
    except (ValueError, HTTPException):
        return ""


def _on_page_error(exc: PageError) -> Response:
    log.info(
        "page.refused status=%d reason=%s error_id=%s", exc.status, exc.reason or "-", exc.error_id
    )
    return error_page(
        exc.status,
        exc.lesson,
        error_id=exc.error_id,
        kept=exc.kept,
        way_on=exc.way_on,
        reason=exc.reason,
    )


def on_http_error(exc: HTTPException) -> Response:
    status = exc.code or 500
    error_id = new_error_id()
    reason = exc.reason if isinstance(exc, NotPublished) else REASON_OF_STATUS.get(status, "")
    log.info("http.error status=%d reason=%s error_id=%s", status, reason or "-", error_id)
    lesson = _BY_STATUS.get(status, MALFORMED if status < 500 else BROKEN)
    response = error_page(status, lesson, error_id=error_id, reason=reason)
    for name, value in exc.get_headers():
        if name in {"Allow", "Retry-After"}:
            response.headers[name] = value
    if status == 429:
        response.headers.setdefault("Retry-After", TOO_MANY_WAIT_S)
    return response


def _on_busy(exc: DatabaseBusy) -> Response:
    error_id = new_error_id()
    log.error("database.busy error_id=%s cause=%s", error_id, exc)
    response = error_page(503, BUSY, error_id=error_id, kept=typed_text())
    response.headers["Retry-After"] = "30"
    return response


def _on_bug(exc: Exception) -> Response:
    error_id = new_error_id()
    # The type and the place only: messages and locals of an exception may hold personal data.
    trace = exc.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    log.error("bug error_id=%s type=%s at=%s", error_id, type(exc).__name__, place)
    return error_page(500, BROKEN, error_id=error_id, kept=typed_text())


def install(app: Flask) -> None:
    app.register_error_handler(PageError, _on_page_error)
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(DatabaseBusy, _on_busy)
    app.register_error_handler(Exception, _on_bug)
