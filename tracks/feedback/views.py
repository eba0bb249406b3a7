"""What a teacher says of a session. The box stands on the session's page; what could not be sent
comes back on a page of its own, with all that was typed."""

from typing import Final

from flask import Blueprint, abort, make_response, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct

from tracks.catalogue.queries import Edition, Module
from tracks.catalogue.shelves import shelf
from tracks.db import Session
from tracks.feedback.actions import say, take_back
from tracks.feedback.forms import Typed, read_remark
from tracks.feedback.queries import box_of, sent_since, version_of
from tracks.feedback.rules import A_DAY, MOST_A_DAY
from tracks.i18n import N_
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.web.requests import language, now, row_id, see_other

pages = Blueprint("feedback", __name__)
_RULE = "/t/<publisher>/<track>/<module>/-/remarks"  # a place no step's id can have
TOO_MANY: Final = N_("That is all we take from one person in a day. Send the rest tomorrow.")


class Place(Struct, frozen=True):
    edition: Edition
    module: Module

    @property
    def url(self) -> str:
        return f"/t/{self.edition.publisher}/{self.edition.slug}/{self.module.slug}"


def _place_or_404(session: Session, publisher: str, track: str, module: str) -> Place:
    """In the version the reader has in front of them: what the newest has no more can be answered
    from an older one. Without a word about it the newest."""
    edition = shelf().current(session, publisher, track) or abort(404)
    said = request.values.get("version", type=row_id)
    if said is not None and version_of(session, edition.track_id, said) is not None:
        edition = shelf().edition(session, said)
    return Place(edition, edition.by_module.get(module) or abort(404))


@pages.get(_RULE)
@requires(Permission.OWN_WORK)
def box_page(
    session: Session, actor: Actor, publisher: str, track: str, module: str
) -> ResponseReturnValue:
    place = _place_or_404(session, publisher, track, module)
    return _page(session, actor, place, Typed({}))


@pages.post(_RULE)
@requires(Permission.OWN_WORK)
def send(
    session: Session, actor: Actor, publisher: str, track: str, module: str
) -> ResponseReturnValue:
    place = _place_or_404(session, publisher, track, module)
    if "take-back" in request.form:
        remark_id = request.form.get("take-back", type=row_id)
        if remark_id is None or not take_back(session, actor, remark_id):
            abort(404)
        return see_other(f"{place.url}?said=back#remarks")
    kind, typed = read_remark(request.form)
    if not typed.problems and sent_since(session, actor.person_id, now() - A_DAY) >= MOST_A_DAY:
        typed.problems["text"] = TOO_MANY
        answer = make_response(_page(session, actor, place, typed), 429)
        answer.headers["Retry-After"] = str(int(A_DAY.total_seconds()))
        return answer
    if typed.problems:
        return make_response(_page(session, actor, place, typed), 422)
    text = typed.values["text"]
    say(session, actor, place.module.id, place.edition.version_id, text, kind, now())
    return see_other(f"{place.url}?said=sent#remarks")


def _page(session: Session, actor: Actor, place: Place, typed: Typed) -> str:
    spoken = place.edition.language(language())
    return render_template(
        "feedback/remarks.html",
        box=box_of(session, actor.person_id, place.edition, place.module),
        title=place.module.texts[spoken]["title"],
        content_lang=spoken,
        url=place.url,
        values=typed.values,
        problems=typed.problems,
    )
