"""The catalogue for harvesters, by OAI-PMH 2.0: GET, and POST as a form, as the protocol asks."""

from datetime import UTC, datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from tracks.catalogue.harvest.answers import Answer, address_in, refusal
from tracks.catalogue.harvest.protocol import Refused, Wish, read_wish
from tracks.catalogue.harvest.records import Header, earliest, header_of, list_headers, sets
from tracks.catalogue.public.about import About, about
from tracks.catalogue.public.frameworks import framework_name
from tracks.catalogue.publishers import Publisher, publishers
from tracks.catalogue.rules import parse_address
from tracks.catalogue.shelves import shelf
from tracks.catalogue.subjects import named_subjects
from tracks.db import Database, Session
from tracks.people.guards import requires
from tracks.people.rules import Permission
from tracks.web.pages import gettext
from tracks.web.requests import language, now, parts

_NOTHING_YET = datetime(2026, 1, 1, tzinfo=UTC)  # of an empty catalogue: the protocol wants a date


def add_to(pages: Blueprint) -> None:
    pages.add_url_rule("/oai", "oai", harvest, methods=["GET", "POST"])


# A POST here changes nothing: no form token is asked for.
@requires(Permission.PUBLIC, own_transactions=True)
def harvest(database: Database, _actor: None) -> ResponseReturnValue:
    given = request.form if request.method == "POST" else request.args
    arguments = [(name, value) for name, values in given.lists() for value in values]
    url = f"{_base_url()}/oai"
    try:
        wish = read_wish(arguments)
        answer = Answer(url, _host(), wish, now())
        with database.reading() as session:
            _VERBS[wish.verb](session, wish, answer)
        body = answer.as_bytes()
    except Refused as refused:
        body = refusal(url, refused, arguments, now())
    return Response(body, content_type="text/xml; charset=utf-8")


def _base_url() -> str:
    return parts().settings.base_url.rstrip("/")


def _host() -> str:
    return urlsplit(_base_url()).hostname or ""


def _identify(session: Session, wish: Wish, answer: Answer) -> None:
    known = [each.contact for each in publishers(session).values() if "@" in each.contact]
    contact = parts().settings.contact or (known[0] if known else f"postmaster@{_host()}")
    first = earliest(session) or _NOTHING_YET
    answer.identify(gettext("Learning Tracks"), f"{_base_url()}/oai", contact, first)


def _formats(session: Session, wish: Wish, answer: Answer) -> None:
    if wish.identifier is not None:
        _known(session, wish.identifier)
    answer.format()


def _sets(session: Session, wish: Wish, answer: Answer) -> None:
    if wish.after is not None:
        raise Refused("badResumptionToken", "sets come all at once")
    answer.sets((spec, gettext(name)) for spec, name in sets(session))


def _headers(session: Session, wish: Wish, answer: Answer) -> None:
    found, place = list_headers(session, wish)
    if not found:
        raise Refused("noRecordsMatch", "there is nothing of that date and set")
    for header in found:
        answer.header(header)
    answer.go_on(wish, place)


def _records(session: Session, wish: Wish, answer: Answer) -> None:
    found, place = list_headers(session, wish)
    if not found:
        raise Refused("noRecordsMatch", "there is nothing of that date and set")
    known = publishers(session)
    for header in found:
        answer.record(header, _told(session, header, known), _base_url(), _names)
    answer.go_on(wish, place)


def _record(session: Session, wish: Wish, answer: Answer) -> None:
    header = _known(session, wish.identifier or "")
    answer.record(header, _told(session, header, publishers(session)), _base_url(), _names)


_VERBS = {
    "Identify": _identify,
    "ListMetadataFormats": _formats,
    "ListSets": _sets,
    "ListIdentifiers": _headers,
    "ListRecords": _records,
    "GetRecord": _record,
}


def _known(session: Session, identifier: str) -> Header:
    address = parse_address(address_in(identifier, _host()) or "")
    found = header_of(session, address) if address else None
    if found is None:
        raise Refused("idDoesNotExist", "there is no such identifier here")
    return found


def _told(session: Session, header: Header, known: dict[str, Publisher]) -> list[About]:
    if header.version_id is None:
        return []
    edition = shelf().edition(session, header.version_id)
    slug = header.address.publisher
    publisher = known.get(slug) or Publisher(slug, slug)
    told = (about(edition, header.address, code, publisher, {}) for code in edition.languages)
    return [each for each in told if each is not None]


def _names(told: About) -> list[str]:
    subjects = [name for _, name in named_subjects(told.subjects, language(), gettext)]
    return subjects + [framework_name(code, gettext) for code in told.frameworks]
