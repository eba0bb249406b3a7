"""Events of a track: when and where they take place, and the same for a teacher's own calendar.

The newest version counts for everybody, also for those who work on an older one: who is not told
that an evening has been moved comes to an empty room."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue
from msgspec import Struct

from content.history.words import lines_of
from content.model import StepKind
from content.rendered import RenderedStep
from tracks.catalogue.public.telling import today
from tracks.catalogue.queries import Edition
from tracks.catalogue.rules import Outline
from tracks.db import Session
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.progress.views.places import (
    edition_or_404,
    resource_or_404,
    resource_url,
    step_here_or_404,
    step_url,
    text_of,
)
from tracks.web.requests import now, parts

_KIND: Final = "text/calendar; charset=utf-8"
# How long one lasts that does not say so: it is not over when it has just begun.
_UNSAID: Final = timedelta(hours=2)


class Dated(Struct, frozen=True):
    """An event on a page of the track."""

    edition: Edition
    outline: Outline
    url: str

    @property
    def starts_at(self) -> datetime:
        assert self.outline.starts_at is not None
        return self.outline.starts_at


class Event(Struct, frozen=True):
    """What a step's page says of the event."""

    html: str  # as the newest version has it
    has_begun: bool
    is_over: bool
    is_there: bool  # False: the newest version has it no more


def add_to(pages: Blueprint) -> None:
    place = "<publisher>/<track>/<module>/<step>/event.ics"
    pages.add_url_rule(f"/t/{place}", "step_event", of_step)
    pages.add_url_rule(f"/r/{place}", "resource_event", of_resource)


def coming(editions: Iterable[Edition], moment: datetime) -> list[Dated]:
    """Of tracks in their newest versions: what is not over, the first one first."""
    found = [
        Dated(edition, step, step_url(edition, step))
        for edition in editions
        for step in edition.steps
        if step.starts_at is not None and not is_over(step, moment)
    ]
    return sorted(found, key=lambda each: each.starts_at)


def is_over(step: Outline, moment: datetime) -> bool:
    if step.starts_at is None:
        return False
    return moment > (step.ends_at or step.starts_at + _UNSAID)


def event_of(
    session: Session, newest: Edition, outline: Outline, text: RenderedStep
) -> Event | None:
    """`text`: of the version that is worked on; None where the step is no event."""
    if text.kind is not StepKind.EVENT:
        return None
    now_in = newest.step_ids.get(outline.step_id)
    if now_in is None or now_in.starts_at is None:
        return _event(text.event_html, outline, is_there=False)
    return _event(text_of(session, newest, now_in).event_html, now_in, is_there=True)


def _event(html: str, outline: Outline, *, is_there: bool) -> Event:
    moment = now()
    assert outline.starts_at is not None
    has_begun = moment >= outline.starts_at
    return Event(html, has_begun, is_over(outline, moment), is_there)


@requires(Permission.OWN_WORK)
def of_step(
    session: Session, actor: Actor, publisher: str, track: str, module: str, step: str
) -> ResponseReturnValue:
    edition, outline = step_here_or_404(session, actor, publisher, track, module, step)
    return _file(session, edition, outline, step_url(edition, outline))


@requires(Permission.PUBLIC)
def of_resource(
    session: Session, actor: Actor | None, publisher: str, track: str, module: str, step: str
) -> ResponseReturnValue:
    edition = edition_or_404(session, publisher, track)
    outline = resource_or_404(edition, module, step)
    if actor is None and not outline.window.is_open(today()):
        abort(404)
    return _file(session, edition, outline, resource_url(edition, outline))


def _file(session: Session, edition: Edition, outline: Outline, path: str) -> Response:
    if outline.starts_at is None:
        abort(404)
    text = text_of(session, edition, outline)
    url = parts().settings.base_url + path
    return Response(
        _calendar(edition, outline, text, url),
        content_type=_KIND,
        headers={"Content-Disposition": f'attachment; filename="{outline.slug}.ics"'},
    )


def _calendar(edition: Edition, outline: Outline, text: RenderedStep, url: str) -> bytes:
    """RFC 5545. The same step is the same event in every version: a calendar that has it already
    takes the new time."""
    # 10 MB and 70 ms that only those pay who ask for it
    from icalendar import Calendar
    from icalendar import Event as Entry

    entry = Entry()
    entry.add("uid", f"{edition.address(outline.module_slug, outline.slug)}")
    entry.add("dtstamp", edition.published_at)
    assert outline.starts_at is not None
    entry.add("dtstart", outline.starts_at)
    entry.add("dtend", outline.ends_at or outline.starts_at + _UNSAID)
    entry.add("summary", text.title)
    entry.add("description", "\n".join([*lines_of(text.event_html), url]))
    entry.add("url", url)
    calendar = Calendar()
    calendar.add("prodid", "-//Learning Tracks//")
    calendar.add("version", "2.0")
    calendar.add_component(entry)
    made: bytes = calendar.to_ical()
    return made
