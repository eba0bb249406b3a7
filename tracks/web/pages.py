"""What every template can use: texts, dates, the person, the form token."""

from typing import Any

from flask import Flask, g, request
from markupsafe import Markup

from tracks import i18n
from tracks.web.cookies import form_token, sign_in_token
from tracks.web.requests import language, parts


def gettext(text: str, **values: object) -> str:
    """The text in the reader's language, with its `%(name)s` filled in."""
    found = i18n.translations(language()).gettext(text)
    return found % values if values else found


def _gettext(text: str) -> str:
    return i18n.translations(language()).gettext(text)


def _ngettext(one: str, many: str, count: int) -> str:
    return i18n.translations(language()).ngettext(one, many, count)


def token_field() -> Markup:
    """The hidden field of every form."""
    token = sign_in_token()
    value = form_token(parts().secret, token) if token else ""
    return Markup('<input type="hidden" name="form_token" value="{}">').format(value)


def _shared() -> dict[str, Any]:
    return {
        "lang": language(),
        "languages": i18n.LANGUAGES,
        "actor": g.get("actor"),
        "token_field": token_field,
        "path": request.path,
        # In an LMS's frame the LMS has the navigation; a second bar would be in the way.
        "in_frame": request.headers.get("Sec-Fetch-Dest") == "iframe",
    }


def install(app: Flask) -> None:
    env = app.jinja_env
    env.add_extension("jinja2.ext.i18n")
    env.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]  # added by the extension
    env.trim_blocks = env.lstrip_blocks = True
    env.filters["day"] = lambda value: i18n.day(value, language())
    env.filters["clock"] = lambda value: i18n.clock(value, language())
    env.filters["number"] = lambda value: i18n.number(value, language())
    app.context_processor(_shared)
