"""/authors: who has made the tracks, in which role; following one of them (S-24)."""

from typing import Final, NamedTuple
from urllib.parse import quote

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from tracks.catalogue.feed import ATOM, IN_FEED, atom
from tracks.catalogue.queries import Edition, first_published, published
from tracks.db import Session
from tracks.people.guards import requires
from tracks.people.rules import Actor, Permission
from tracks.people.views import local_path
from tracks.progress.actions.following import (
    follow_author,
    note_authors_seen,
    stop_following_author,
)
from tracks.progress.queries import followed_authors
from tracks.progress.views.places import shelf
from tracks.web.errors import MALFORMED, PageError
from tracks.web.pages import gettext
from tracks.web.requests import language, now, parts, see_other

LONGEST: Final = 200


class Author(NamedTuple):
    name: str
    roles: tuple[str, ...]
    editions: tuple[Edition, ...]  # the newest first
    is_followed: bool


class News(NamedTuple):
    """Something published by an author whom the reader follows."""

    edition: Edition
    author: str
    is_first: bool  # a new track, not a new version of one


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/authors", "authors", authors_page)
    pages.add_url_rule("/authors", "follow_author", change, methods=["POST"])
    pages.add_url_rule("/authors/feed.atom", "author_feed", feed)


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _authors(editions: list[Edition], followed: set[str]) -> list[Author]:
    """In the order of their names."""
    spelled: dict[str, str] = {}
    roles: dict[str, dict[str, None]] = {}
    made: dict[str, list[Edition]] = {}
    for edition in sorted(editions, key=lambda each: each.published_at, reverse=True):
        for line in edition.bylines:
            spelled.setdefault(line.key, line.name)
            if line.role:
                roles.setdefault(line.key, {})[line.role] = None
            listed = made.setdefault(line.key, [])
            if edition not in listed:
                listed.append(edition)
    return [
        Author(spelled[key], tuple(roles.get(key, ())), tuple(made[key]), key in followed)
        for key in sorted(made)
    ]


def _published(session: Session) -> list[Edition]:
    return [shelf().edition(session, version_id) for version_id in published(session)]


@requires(Permission.PUBLIC)
def authors_page(session: Session, actor: Actor | None) -> ResponseReturnValue:
    followed = {_key(name) for name in followed_authors(session, actor)} if actor else set()
    found = _authors(_published(session), followed)
    name = request.args.get("name")
    if name is not None:
        found = [_named(found, name)]
    return render_template(
        "progress/authors.html",
        authors=found,
        one=found[0] if name is not None else None,
        back=_page(found[0]) if name is not None else "/authors",
        # Somebody who has no track here any more can still be let go.
        gone=_gone(session, actor, found) if actor and name is None else [],
    )


def _named(authors: list[Author], name: str) -> Author:
    return next((each for each in authors if _key(each.name) == _key(name)), None) or abort(404)


def _page(author: Author) -> str:
    return f"/authors?name={quote(author.name, safe='')}"


@requires(Permission.PUBLIC)
def feed(session: Session, _actor: Actor | None) -> ResponseReturnValue:
    """The same to everybody: who reads it is nobody that we know."""
    author = _named(_authors(_published(session), set()), request.args.get("name", ""))
    body = atom(
        author.editions[:IN_FEED],
        first_published(session),
        base_url=parts().settings.base_url,
        title=gettext("New from %(author)s", author=author.name),
        language=language(),
        page=_page(author),
        address=f"/authors/feed.atom?name={quote(author.name, safe='')}",
    )
    return Response(body, content_type=ATOM)


def _gone(session: Session, actor: Actor, found: list[Author]) -> list[str]:
    here = {_key(each.name) for each in found}
    return [name for name in followed_authors(session, actor) if _key(name) not in here]


@requires(Permission.OWN_WORK)
def change(session: Session, actor: Actor) -> ResponseReturnValue:
    name = request.form.get("name", "")
    match request.form.get("go"):
        case "follow":
            for each in _authors(_published(session), set()):
                if _key(each.name) == _key(name) and len(each.name) <= LONGEST:
                    _stop(session, actor, name)
                    follow_author(session, actor, each.name, now())
                    break
            else:
                abort(404)
        case "stop":
            _stop(session, actor, name)
        case "seen":
            note_authors_seen(session, actor, now())
        case _:
            raise PageError(400, MALFORMED)
    return see_other(local_path(request.form.get("then"), "/authors"))


def _stop(session: Session, actor: Actor, name: str) -> None:
    """However it was spelled when they began."""
    for known in followed_authors(session, actor):
        if _key(known) == _key(name):
            stop_following_author(session, actor, known)


def news_by_authors(session: Session, actor: Actor, editions: list[Edition]) -> list[News]:
    """What those whom the reader follows have published since they looked, the newest first."""
    followed = {_key(name): at for name, at in followed_authors(session, actor).items()}
    if not followed:
        return []
    first = first_published(session)
    found = []
    for edition in sorted(editions, key=lambda each: each.published_at, reverse=True):
        for line in edition.bylines:
            seen_at = followed.get(line.key)
            if seen_at is not None and edition.published_at > seen_at:
                is_first = first[edition.track_id] > seen_at
                found.append(News(edition, line.name, is_first))
                break
    return found
