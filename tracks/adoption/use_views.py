"""How resources are used: in the programme and on their own, apart (F-13)."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from msgspec import Struct

from tracks.adoption.former import former_uses
from tracks.adoption.queries import Use, municipalities, uses_by_school, versions_with
from tracks.adoption.rules import together, uses_shown
from tracks.catalogue.public.page_views import views_since
from tracks.catalogue.public.telling import today
from tracks.catalogue.queries import published
from tracks.catalogue.rules import public_path
from tracks.catalogue.shelves import shelf
from tracks.db import Session
from tracks.organisation.queries.choices import choices
from tracks.people.guards import requires
from tracks.people.queries import School
from tracks.people.rules import Actor, Permission
from tracks.people.small_numbers import Shown
from tracks.progress.events import Way
from tracks.web.pages import gettext
from tracks.web.requests import Door, language, noted, parts

A_YEAR = timedelta(days=365)
NOTHING = Shown(None, None, None)  # hidden, as any other number under the least


class ResourceUse(Struct, frozen=True):
    title: str
    language: str  # of the title
    path: str
    programme: Shown
    independent: Shown
    views: int | None  # of the public page, by whomever; None: not told here


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/catalogue/uses", "uses", uses_page)


@requires(Permission.WRITE_TRACKS)
def uses_page(session: Session, actor: Actor) -> ResponseReturnValue:
    least = parts().settings.small_number
    return render_template("adoption/uses.html", uses=uses_of_all(session), least=least)


def door(session: Session) -> list[Door]:
    """On an author's own page."""
    actor: Actor | None = noted().get("actor")
    if actor is None or not actor.may(Permission.WRITE_TRACKS):
        return []
    return [Door(gettext("How the resources are used"), "/catalogue/uses")]


def least_of(session: Session, municipality_id: int) -> int:
    """What the municipality has chosen, if that hides more."""
    return choices(session, municipality_id).least(parts().settings.small_number)


def uses_at_school(session: Session, municipality_id: int, school: School) -> list[ResourceUse]:
    uses = [
        each for each in uses_by_school(session, municipality_id) if each.school_id == school.id
    ]
    least = least_of(session, municipality_id)
    by_step = {each.step_id: _shown_of(each, least=least) for each in uses}
    return _told(session, by_step, None)


def uses_of_municipality(session: Session, municipality_id: int) -> list[ResourceUse]:
    """Of its schools together, with the views of the public pages."""
    by_step = _together(session, [municipality_id], step=1)
    return _told(session, by_step, views_since(session, today() - A_YEAR))


def uses_of_all(session: Session) -> list[ResourceUse]:
    """Of all municipalities, also those that have left, for authors; also what was only viewed."""
    step = parts().settings.small_number
    by_step = _together(session, municipalities(session), step=step, others=former_uses(session))
    return _told(session, by_step, views_since(session, today() - A_YEAR), has_only_views=True)


def _together(
    session: Session,
    municipality_ids: list[int],
    *,
    step: int,
    others: Mapping[int, dict[Way, Shown]] = MappingProxyType({}),
) -> dict[int, dict[Way, Shown]]:
    parts_of: dict[int, list[dict[Way, Shown]]] = {
        step_id: [found] for step_id, found in others.items()
    }
    for municipality_id in municipality_ids:
        least = least_of(session, municipality_id)
        for each in uses_by_school(session, municipality_id):
            parts_of.setdefault(each.step_id, []).append(_shown_of(each, least=least))
    return {
        step_id: {way: together((one[way] for one in found), step=step) for way in Way}
        for step_id, found in parts_of.items()
    }


def _shown_of(use: Use, *, least: int) -> dict[Way, Shown]:
    return uses_shown(
        use.ways, use.teachers, use.teachers_as_of, use.started, least=least, today=today()
    )


def _told(
    session: Session,
    by_step: dict[int, dict[Way, Shown]],
    views: dict[str, int] | None,
    *,
    has_only_views: bool = False,
) -> list[ResourceUse]:
    """In the order of the tracks. What newcomers do not meet any more is left out."""
    found = []
    for version_id in published(session) if has_only_views else versions_with(session, by_step):
        edition = shelf().edition(session, version_id)
        spoken = edition.language(language())
        for step in edition.steps:
            address = edition.address(step.module_slug, step.slug)
            seen = None if views is None else views.get(str(address), 0)
            ways = by_step.get(step.step_id, {})
            if not step.is_resource or not (ways or (seen and has_only_views)):
                continue
            found.append(
                ResourceUse(
                    title=edition.titles[step.step_id, spoken],
                    language=spoken,
                    path=public_path(address),
                    programme=ways.get(Way.PROGRAMME, NOTHING),
                    independent=ways.get(Way.INDEPENDENT, NOTHING),
                    views=seen,
                )
            )
    return found
