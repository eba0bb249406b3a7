"""A session that is for leaders: read as one page, by those who lead, and counted for nobody."""

from flask import render_template

from content.model import Phase
from tracks.catalogue.queries import Edition, LeaderModule
from tracks.catalogue.rules import PHASE_NAMES
from tracks.i18n import N_
from tracks.people.rules import Actor, Permission
from tracks.progress.views.places import safe, track_url
from tracks.web.errors import SIGN_IN, SIGN_IN_FIRST, Lesson, PageError
from tracks.web.requests import language

FOR_LEADERS = Lesson(
    N_("This session is for those who lead"),
    N_("It holds what leaders need for the work, and is no part of what you do in the track."),
    N_("Go on with the track itself."),
    N_(
        "If you lead a change group, a school or its spreaders, ask the coordinator of your "
        "municipality for that role."
    ),
)


def leader_modules_for(actor: Actor | None, edition: Edition) -> tuple[LeaderModule, ...]:
    """Those that this reader may read: all or none."""
    may_read = actor is not None and actor.may(Permission.READ_LEADERS)
    return edition.leader_modules if may_read else ()


def leader_module(slug: str, *editions: Edition) -> tuple[Edition, LeaderModule] | None:
    """The first of the editions that has such a one."""
    for edition in editions:
        for each in edition.leader_modules:
            if each.slug == slug:
                return edition, each
    return None


def draw(actor: Actor | None, edition: Edition, module: LeaderModule) -> str:
    """Raises PageError for everybody else."""
    if actor is None:
        raise PageError(401, SIGN_IN_FIRST, way_on=SIGN_IN)
    if module not in leader_modules_for(actor, edition):
        raise PageError(403, FOR_LEADERS, way_on=(track_url(edition), N_("Go to the track")))
    spoken = edition.language(language())
    text = module.texts[spoken]
    return render_template(
        "progress/leader_module.html",
        edition=edition,
        module=module,
        text=text,
        content_lang=spoken,
        leader_html=safe(text["leader_html"]),
        phases=[
            (phase, PHASE_NAMES[phase], module.minutes.get(phase, 0), safe(part["leader_html"]))
            for phase in Phase
            for part in [text["phases"].get(phase.value)]
            if part is not None
        ],
    )
