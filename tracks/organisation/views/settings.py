"""/settings: what a municipality chooses for itself."""

from typing import Any

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue
from msgspec.structs import asdict

from tracks.db import Session
from tracks.organisation.actions.choices import choose
from tracks.organisation.actions.units import Doer
from tracks.organisation.forms import Typed, read_choices
from tracks.organisation.queries.choices import FRAMEWORKS, OWN_WORDS, choices
from tracks.organisation.queries.units import owner
from tracks.organisation.rules import OWNER_NAMES, ROLE_NAMES
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission, Role
from tracks.web.requests import now, parts, see_other


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/settings", "settings", settings_page)
    pages.add_url_rule("/settings", "change_settings", change, methods=["POST"])


@requires(Permission.ORGANISE)
def settings_page(session: Session, actor: Actor) -> ResponseReturnValue:
    chosen = choices(session, actor.municipality_id)
    values = {
        "small_number": "" if chosen.small_number is None else str(chosen.small_number),
        "framework": chosen.framework,
        "kind": owner(session, actor.municipality_id).kind.value,
    }
    values |= {f"support-{name}": said for name, said in asdict(chosen.support).items()}
    for lang, words in chosen.words.items():
        values |= {f"{thing}-{lang}": word for thing, word in words.items()}
    return _page(session, actor, Typed(values), is_saved="saved" in request.args)


@requires(Permission.ORGANISE)
def change(session: Session, actor: Actor) -> ResponseReturnValue:
    read, typed = read_choices(request.form, parts().settings.small_number)
    if read is None:
        return make_response(_page(session, actor, typed), 422)
    chosen, kind = read
    choose(session, actor.municipality_id, chosen, kind, Doer(actor.person_id, now()))
    return see_other("/settings?saved")


def _page(session: Session, actor: Actor, typed: Typed, *, is_saved: bool = False) -> str:
    said: dict[str, Any] = {"values": typed.values, "problems": typed.problems}
    return render_template(
        "organisation/settings.html",
        owner=owner(session, actor.municipality_id),
        owner_names=OWNER_NAMES,
        frameworks=FRAMEWORKS,
        least=parts().settings.small_number,
        is_saved=is_saved,
        own_words=[(thing, ROLE_NAMES[Role(thing)]) for thing in OWN_WORDS],
        **said,
    )
