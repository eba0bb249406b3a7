"""The public page of a track and of a session: readable by anybody, and the same for everybody."""

from flask import Blueprint, Response, abort, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from content.model import Phase
from tracks.catalogue.public.sitemap import places, robots, sitemap
from tracks.catalogue.public.telling import telling, today
from tracks.catalogue.queries import Edition
from tracks.catalogue.rules import ORDER_SAID, PHASE_NAMES, Told
from tracks.catalogue.shelves import shelf
from tracks.catalogue.subjects import named_subjects
from tracks.db import Session
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.web.pages import gettext
from tracks.web.requests import language, parts


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/catalogue/<publisher>/<track>", "public_track", public_track)
    pages.add_url_rule("/catalogue/<publisher>/<track>/<module>", "public_module", public_module)
    pages.add_url_rule("/sitemap.xml", "sitemap", sitemap_file)
    pages.add_url_rule("/robots.txt", "robots", robots_file)


def _edition(session: Session, publisher: str, track: str) -> Edition:
    return shelf().current(session, publisher, track) or abort(404)


@requires(Permission.PUBLIC)
def public_track(
    session: Session, actor: Actor | None, publisher: str, track: str
) -> ResponseReturnValue:
    edition = _edition(session, publisher, track)
    told = telling(session, actor, edition, edition.address())
    text = edition.texts[told.about.language]
    return render_template(
        "catalogue/track.html",
        edition=edition,
        told=told,
        content_lang=told.about.language,
        changes=edition.told(Told.CHANGES, told.about.language),
        said=edition.told(Told.YOU_SAID, told.about.language),
        # Cleaned by content.rendering when it was published.
        intro=Markup(text["html"]),  # noqa: S704
        subject_names={
            each.slug: [name for _, name in named_subjects(each.subjects, language(), gettext)]
            for each in edition.modules
        },
        phases=Phase,
        phase_names=PHASE_NAMES,
        order_said=ORDER_SAID[edition.order] if len(edition.modules) > 1 else "",
    )


@requires(Permission.PUBLIC)
def public_module(
    session: Session, actor: Actor | None, publisher: str, track: str, module: str
) -> ResponseReturnValue:
    edition = _edition(session, publisher, track)
    told = telling(session, actor, edition, edition.address(module))
    found = edition.by_module[module]
    return render_template(
        "catalogue/module.html",
        edition=edition,
        told=told,
        content_lang=told.about.language,
        module=found,
        steps=[(phase, edition.by_phase.get((found.id, phase), ())) for phase in Phase],
        phase_names=PHASE_NAMES,
        today=today(),
    )


@requires(Permission.PUBLIC)
def sitemap_file(session: Session, actor: Actor | None) -> ResponseReturnValue:
    body = sitemap(places(session), parts().settings.base_url.rstrip("/"))
    return Response(body, content_type="application/xml; charset=utf-8")


@requires(Permission.PUBLIC)
def robots_file(session: Session, actor: Actor | None) -> ResponseReturnValue:
    body = robots(parts().settings.base_url.rstrip("/"))
    return Response(body, content_type="text/plain; charset=utf-8")
