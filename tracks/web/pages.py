"""What every template can use: texts, dates, the person, the form token."""

from typing import Any

from flask import Flask, g
from markupsafe import Markup

from lti.tool.return_url import with_messages
from tracks import i18n
from tracks.web.cookies import form_token, sign_in_token
from tracks.web.requests import language, noted, parts, this_request
from tracks.web.translated import Templates


def gettext(text: str, **values: object) -> str:
    """The text in the reader's language, with its `%(name)s` filled in."""
    found = i18n.translations(language()).gettext(text)
    return found % values if values else found


def token_field() -> Markup:
    """The hidden field of every form; a page has several."""
    notes = noted()
    field: Markup | None = notes.get("token_field")
    if field is None:
        token = sign_in_token()
        value = form_token(parts().secret, token) if token else ""
        field = Markup('<input type="hidden" name="form_token" value="%s">') % value
        notes.token_field = field
    return field


def course_url(**messages: str) -> str | None:
    """Where the launch said the course is; `messages` as in lti.tool.return_url. None: it did not.

    From a signed launch only, on the LMS's own host (lti.tool.launch): no open redirect.
    """
    way_back: str | None = g.get("way_back")
    return None if way_back is None else with_messages(way_back, **messages)


def _shared() -> dict[str, Any]:
    asked = this_request()
    return {
        "actor": noted().get("actor"),
        "token_field": token_field,
        "course_url": course_url,
        "path": asked.path,
        # In an LMS's frame the LMS has the navigation; a second bar would be in the way.
        "in_frame": asked.headers.get("Sec-Fetch-Dest") == "iframe",
    }


def install(app: Flask) -> None:
    app.jinja_environment = Templates
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.newstyle_gettext = True  # type: ignore[attr-defined]  # added by the extension
    env.trim_blocks = env.lstrip_blocks = True
    env.filters["day"] = lambda value: i18n.day(value, language())
    env.filters["month"] = lambda value: i18n.month(value, language())
    env.filters["clock"] = lambda value: i18n.clock(value, language())
    env.filters["number"] = lambda value: i18n.number(value, language())
    app.context_processor(_shared)
