"""What teachers say of a track's sessions, and what its authors answer (S-11, ADR 0050)."""

from typing import Final
from urllib.parse import urlencode

from flask import abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct

from tracks.authoring.views.desk import about_library, opens_track, track_or_404
from tracks.catalogue.queries import Edition
from tracks.catalogue.shelves import shelf
from tracks.db import Session
from tracks.feedback.actions import answer_remark, remove_remark
from tracks.feedback.forms import read_answer
from tracks.feedback.queries import Said, remarks, session_slugs
from tracks.feedback.rules import LONGEST_ANSWER, Show, State
from tracks.i18n import N_
from tracks.people.rules import Actor
from tracks.web.errors import MALFORMED, PageError
from tracks.web.requests import language, now, row_id, see_other

A_PAGE: Final = 20
SHOW_NAMES: Final = {Show.OPEN: N_("Not answered"), Show.ANSWERED: N_("Answered")}
SAID: Final = {
    "answered": N_("Your answer is saved. The teacher sees it now."),
    "removed": N_("The words are deleted, and the sender is told why."),
}
ANSWERED_MEANWHILE: Final = N_(
    "It cannot be answered any more: it was taken back, or a published version has it."
)


class Look(Struct, frozen=True):
    """What the address asks for."""

    show: Show
    session: str  # its short name, "" for all
    page: int

    def query(self, **changes: str | int) -> str:
        asked = {"show": self.show.value, "session": self.session, "page": self.page, **changes}
        return "?" + urlencode({name: value for name, value in asked.items() if value})


class Wrong(Struct, frozen=True):
    """An answer that was not taken."""

    remark_id: int
    answer: str
    problem: str


@opens_track()
def remarks_page(session: Session, actor: Actor, track: str) -> ResponseReturnValue:
    return _page(session, track_or_404(track), _look(), None)


@opens_track()
def answer(session: Session, actor: Actor, track: str) -> ResponseReturnValue:
    edition = edition_of(session, track_or_404(track))
    remark_id = request.form.get("remark", type=row_id)
    if edition is None or remark_id is None:
        abort(404)
    go = request.form.get("go")
    if go == "remove":
        if not remove_remark(session, actor, edition.track_id, remark_id, now()):
            abort(404)
        return _back(track, "removed")
    if go not in (State.DONE, State.NOT_NOW, State.OPEN):
        raise PageError(400, MALFORMED)
    state = State(go)
    words, problem = read_answer(request.form, state)
    if problem is None and answer_remark(session, edition.track_id, remark_id, state, words, now()):
        return _back(track, "answered")
    wrong = Wrong(remark_id, words, problem or ANSWERED_MEANWHILE)
    return make_response(_page(session, track, _look(), wrong), 422)


def _back(track: str, said: str) -> ResponseReturnValue:
    return see_other(f"/authoring/{track}/remarks{_look().query(said=said)}")


def _look() -> Look:
    """What it cannot mean is as if it were not said."""
    show, page = request.args.get("show", ""), request.args.get("page", type=row_id)
    return Look(
        Show(show) if show in set(Show) else Show.OPEN,
        request.args.get("session", "")[:80],
        min(page or 1, 10_000),
    )


def edition_of(session: Session, track: str) -> Edition | None:
    """What teachers meet now; None: nothing of it is published."""
    about = about_library()
    return None if about is None else shelf().current(session, about.id, track)


def _page(session: Session, track: str, look: Look, wrong: Wrong | None) -> str:
    edition = edition_of(session, track)
    slugs = session_slugs(session, edition.track_id) if edition else {}
    module_id = next((id_ for id_, slug in slugs.items() if slug == look.session), None)
    found: list[Said] = []
    count = 0
    if edition is not None:
        found, count = remarks(
            session,
            edition.track_id,
            look.show,
            module_id,
            skip=(look.page - 1) * A_PAGE,
            take=A_PAGE,
        )
    lang = edition.language(language()) if edition else ""
    return render_template(
        "authoring/remarks.html",
        track=track,
        edition=edition,
        content_lang=lang,
        titles={m.id: m.texts[lang]["title"] for m in edition.modules} if edition else {},
        slugs=slugs,
        found=found,
        count=count,
        pages=max(1, -(-count // A_PAGE)),
        look=look,
        show_names=SHOW_NAMES,
        said=SAID.get(request.args.get("said", "")),
        wrong=wrong,
        # Shown where it stands; where it is gone, above them.
        is_wrong_here=wrong is not None and wrong.remark_id in {each.id for each in found},
        longest=LONGEST_ANSWER,
    )
