"""The pages of authors. They are loaded when the first author comes: what reads Markdown is large,
and most processes never need it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING

from flask import Blueprint
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from tracks.people.rules import Permission
from tracks.web.requests import language

if TYPE_CHECKING:
    from content.problems import Problem

pages = Blueprint("authoring", __name__)


def _view(
    name: str, permission: Permission = Permission.WRITE_TRACKS
) -> Callable[..., ResponseReturnValue]:
    """`module.function` of this folder, which is guarded itself."""
    module, _, function = name.partition(".")

    def opened(**address: str | int) -> ResponseReturnValue:
        found = getattr(import_module(f"{__name__}.{module}"), function)
        answer: ResponseReturnValue = found(**address)
        return answer

    opened.requires = permission  # type: ignore[attr-defined]  # as all in this folder
    return opened


@pages.app_template_filter("told")
def _told(problem: Problem) -> Problem:
    """In the language of whoever reads it."""
    from content.problems import translated

    return translated(problem, language())


@pages.app_template_filter("track_called")
def _track_called(track: str) -> Markup:
    """Its title in the language nearest to the reader's, for a link that leads to it."""
    from tracks.authoring.views.home import track_title

    title, lang = track_title(track)
    return Markup('<span lang="{}">{}</span>').format(lang, title)


_FILE = "/authoring/<track>/<file>"
for rule, method, name in (
    ("/authoring", "GET", "home.home"),
    ("/authoring", "POST", "structure.add_track"),
    ("/authoring/<track>", "GET", "home.track_page"),
    ("/authoring/<track>", "POST", "structure.change_track"),
    (_FILE, "GET", "editor.editor"),
    (_FILE, "POST", "editor.write"),
    (f"{_FILE}/about", "GET", "front.front"),
    (f"{_FILE}/about", "POST", "front.write_front"),
    (f"{_FILE}/changes", "GET", "history.own_changes"),
    (f"{_FILE}/history", "GET", "history.history"),
    (f"{_FILE}/history/<id:change>", "GET", "history.state"),
    (f"{_FILE}/history/<id:change>", "POST", "history.restore"),
    (f"{_FILE}/merge", "GET", "merging.merge"),
    (f"{_FILE}/merge", "POST", "merging.put_together"),
    (f"{_FILE}/preview", "GET", "preview.preview"),
    (f"{_FILE}/published", "GET", "published.since_published"),
    (f"{_FILE}/steps", "GET", "steps.steps"),
    (f"{_FILE}/steps", "POST", "steps.change_steps"),
    (f"{_FILE}/translation", "GET", "translating.translation"),
    (f"{_FILE}/translation", "POST", "translating.write_translation"),
    (f"{_FILE}/translate", "POST", "translating.begin"),
    ("/authoring/import", "POST", "zips.in_again"),
    ("/authoring/-/git", "GET", "git_access.git_access"),
    ("/authoring/-/git", "POST", "git_access.change_git_access"),
    ("/authoring/-/join", "GET", "coauthors.join_page"),
    ("/authoring/-/join", "POST", "coauthors.join"),
    ("/authoring/<track>/people", "GET", "coauthors.people"),
    ("/authoring/<track>/people", "POST", "coauthors.change_people"),
    ("/authoring/<track>/zip", "GET", "zips.out"),
    ("/authoring/<track>/export", "GET", "exports.export_page"),
    ("/authoring/<track>/export", "POST", "exports.export"),
    ("/authoring/<track>/media", "GET", "media.media"),
    ("/authoring/<track>/media", "POST", "media.add_file"),
    ("/authoring/<track>/media/<name>", "GET", "media.file"),
    ("/authoring/<track>/remarks", "GET", "remarks.remarks_page"),
    ("/authoring/<track>/remarks", "POST", "remarks.answer"),
    ("/authoring/<track>/links", "GET", "links.links_page"),
    ("/authoring/<track>/links", "POST", "links.ask"),
    ("/authoring/<track>/publish", "GET", "publishing.publishing"),
    ("/authoring/<track>/publish", "POST", "publishing.publish"),
):
    pages.add_url_rule(rule, name.replace(".", "_"), _view(name), methods=[method])

_GIT = "/git/<publisher>.git"
for rule, method, name in (
    (f"{_GIT}/info/refs", "GET", "git.refs"),
    (f"{_GIT}/git-upload-pack", "POST", "git.fetch"),
    (f"{_GIT}/git-receive-pack", "POST", "git.push"),
):
    # Open to all as pages go: each asks for a token.
    view = _view(name, Permission.PUBLIC)
    pages.add_url_rule(rule, name.replace(".", "_"), view, methods=[method])
