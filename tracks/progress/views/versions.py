"""Newer versions of a track: that there is one, what is different, and going over to it."""

from collections.abc import Iterable
from typing import NamedTuple, cast

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from msgspec import Struct

from content.history.words import Line, of_a_page
from tracks.catalogue.differences import Comparisons, lines_between
from tracks.catalogue.queries import Edition
from tracks.catalogue.rules import Outline, Told, ToldOfVersion
from tracks.db import Session
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.progress.actions import decline_version, take_version
from tracks.progress.queries import done_work
from tracks.progress.rules import DoneWork
from tracks.progress.views.places import edition_or_404, shelf, track_url
from tracks.web.requests import extension, language, now, see_other


class News(Struct, frozen=True):
    """A newer version than the one that is worked on."""

    newest: Edition
    notes: list[ToldOfVersion]  # what its author says is new, since theirs
    changes: int  # among the steps of the page that the reader has done
    url: str


class ChangedStep(NamedTuple):
    title: str
    module: str  # its title
    lines: tuple[Line, ...]
    is_done: bool


def add_to(pages: Blueprint) -> None:
    rule = "/t/<publisher>/<track>/-/changes"  # a place no session's id can have
    pages.add_url_rule(rule, "changes", changes, methods=["GET"])
    pages.add_url_rule(rule, "choose_version", choose, methods=["POST"])


def comparisons() -> Comparisons:
    return cast(Comparisons, extension("tracks.comparisons"))


def news_of(
    session: Session, own: Edition, newest: Edition, work: DoneWork, steps: Iterable[Outline]
) -> News | None:
    """None also for those who have said that they stay on their version. `steps`: of the page."""
    if work.version_id is None or newest.version_id in (own.version_id, work.declined_id):
        return None
    found = comparisons().between(session, own, newest, language())
    here = {step.step_id for step in steps}
    other = found.changed | found.gone
    return News(
        newest,
        newest.told(Told.CHANGES, language(), after=own.version),
        len(other & work.steps & here),
        f"{track_url(newest)}/-/changes",
    )


def _editions(
    session: Session, actor: Actor, publisher: str, track: str
) -> tuple[Edition, Edition, DoneWork]:
    """Theirs, and the newest."""
    newest = edition_or_404(session, publisher, track)
    work = done_work(session, actor.person_id, newest.track_id)
    own = newest if work.version_id is None else shelf().edition(session, work.version_id)
    return own, newest, work


@requires(Permission.OWN_WORK)
def changes(session: Session, actor: Actor, publisher: str, track: str) -> ResponseReturnValue:
    own, newest, work = _editions(session, actor, publisher, track)
    found = comparisons().between(session, own, newest, language())
    lang = newest.language(language())
    before = own.language(language())
    patience = of_a_page()
    changed = [
        ChangedStep(
            newest.titles[step.step_id, lang],
            newest.module_ids[step.module_id].texts[lang]["title"],
            lines_between(session, shelf(), own, newest, step.step_id, language(), patience),
            step.step_id in work.steps,
        )
        for step in newest.steps
        if step.step_id in found.changed
    ]
    return render_template(
        "progress/changes.html",
        edition=newest,
        own=own,
        notes=newest.told(Told.CHANGES, language(), after=own.version),
        said=newest.told(Told.YOU_SAID, language(), after=own.version),
        title=newest.texts[lang]["title"],
        content_lang=lang,
        changed=sorted(changed, key=lambda step: not step.is_done),
        new=[newest.titles[s.step_id, lang] for s in newest.steps if s.step_id in found.new],
        gone=[own.titles[s.step_id, before] for s in own.steps if s.step_id in found.gone],
        back=track_url(newest),
    )


@requires(Permission.OWN_WORK)
def choose(session: Session, actor: Actor, publisher: str, track: str) -> ResponseReturnValue:
    """`version`: the one that was compared with; a newer still is looked at first."""
    _, newest, _ = _editions(session, actor, publisher, track)
    if request.form.get("version") != newest.version:
        return see_other(f"{track_url(newest)}/-/changes")
    if request.form.get("go") == "take":
        take_version(session, actor.person_id, newest, now())
    else:
        decline_version(session, actor.person_id, newest)
    return see_other(track_url(newest))
