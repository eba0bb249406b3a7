"""What the pages of one request share: the app's parts, the language, who may frame the answer."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, cast

from flask import current_app, g, request

from tracks.db import Database, Session
from tracks.i18n import DEFAULT_LANGUAGE, LANGUAGES, language_of
from tracks.settings import Settings

EXTENSION = "tracks"


@dataclass(frozen=True, slots=True)
class Notice:
    """One line about a person's work in a track, from an area further up."""

    kind: Literal["done", "waiting", "failed"]
    text: str  # translated
    error_code: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """What app.py puts together once and views use."""

    settings: Settings
    database: Database
    secret: bytes
    # (session, person id, track id) -> what to tell the person beside that work.
    notices: tuple[Callable[[Session, int, int], Sequence[Notice]], ...] = ()


def parts() -> Parts:
    return cast(Parts, current_app.extensions[EXTENSION])


def now() -> datetime:
    return datetime.now(UTC)


def new_error_id() -> str:
    """Short enough to read out on the phone; also stands in our log."""
    return secrets.token_hex(4).upper()


def language() -> str:
    """Chosen on the page, else by the person, else by the LMS or browser, else bokmål."""
    chosen = g.get("language")
    if chosen is None:
        chosen = language_of(request.args.get("lang")) or _from_browser()
        g.language = chosen
    return cast(str, chosen)


def _from_browser() -> str:
    for tag, _quality in request.accept_languages:
        if ours := language_of(tag):
            return ours
    return DEFAULT_LANGUAGE


def use_language(tag: str | None) -> None:
    """The person's own choice. `?lang=` on the address still wins for that page."""
    if tag in LANGUAGES and not language_of(request.args.get("lang")):
        g.language = tag


def may_be_framed_by(origin: str) -> None:
    """Let this one answer be shown in a frame of `origin` ("*" only for pages without actions)."""
    g.frame_ancestors = origin
