"""/review/…: what a teacher has shared with the leader, opened from a gradebook (ADR 0013).

Nothing but what its writer chose to share is read here.
"""

from datetime import datetime
from typing import cast

from flask import Blueprint, abort, current_app, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from msgspec import Struct

from lti.errors import LtiRejected
from lti.tool.launch import Launch
from tracks.catalogue.queries import Edition, Shelf
from tracks.catalogue.rules import Address, parse_address
from tracks.db import Session
from tracks.events import Noted
from tracks.lms.queries import review, reviewed_link
from tracks.lms.rules import part_of
from tracks.people.actions import Person
from tracks.people.guards import requires
from tracks.people.queries import person_of_account
from tracks.people.rules import Actor, Permission
from tracks.progress.queries import SharedText, shared_texts
from tracks.progress.rules import may_be_shared
from tracks.web.cookies import is_sealed, sign_in_token
from tracks.web.requests import language, parts


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/review/<id:link_id>/<id:person_id>/<seal>", "review", review_page)


def check(message: Launch) -> None:
    leads = message.roles.is_instructor or message.roles.is_teaching_assistant
    if not leads and message.for_user != message.sub:
        raise LtiRejected("review_not_leader")


def arrive(session: Session, message: Launch, who: Person, moment: datetime) -> str:
    """An unknown person, a link they never came by and nothing shared all look the same."""
    found = person_of_account(session, message.registration.id, message.for_user or "")
    link = None if found is None else reviewed_link(session, message, found)
    if link is not None and found != who.id:
        code, said = "shared_text_seen", {"link": link}
        session.emit(Noted(code, who.municipality_id, moment, who.id, found, said))
    return f"/review/{link or 0}/{found or 0}"


class Opened(Struct, frozen=True):
    """One shared text with what was asked."""

    title: str
    question: Markup
    shared: SharedText


@requires(Permission.KNOWN)
def review_page(
    session: Session, actor: Actor, link_id: int, person_id: int, seal: str
) -> ResponseReturnValue:
    path = f"/review/{link_id}/{person_id}"
    if not is_sealed(parts().secret, sign_in_token(), path, seal):
        abort(404)
    found = review(session, actor.municipality_id, link_id, person_id)
    address = None if found is None else parse_address(found.address)
    edition = None if address is None else _edition(session, address)
    texts: list[Opened] = []
    if address is not None and edition is not None:
        texts = _texts(session, edition, address, person_id)
    return render_template(
        "lms/review.html",
        is_own=actor.person_id == person_id,
        name=found.name if found is not None and texts else None,
        edition=edition,
        content_lang=edition.language(language()) if edition is not None else "",
        texts=texts,
    )


def _shelf() -> Shelf:
    return cast(Shelf, current_app.extensions["tracks.shelf"])


def _edition(session: Session, address: Address) -> Edition | None:
    # A link to one resource leads to a page of its own, where nothing can be shared.
    if address.step is not None:
        return None
    return _shelf().current(session, address.publisher, address.track)


def _texts(session: Session, edition: Edition, address: Address, person_id: int) -> list[Opened]:
    shared = shared_texts(session, person_id, edition.track_id)
    lang = edition.language(language())
    opened = []
    for step in part_of(edition.steps, address):
        if step.step_id in shared and may_be_shared(step):
            text = _shelf().text(session, edition.version_id, step.step_id, lang)
            question = Markup(text.prompt_html)  # noqa: S704  # cleaned when it was published
            opened.append(Opened(text.title, question, shared[step.step_id]))
    return opened
