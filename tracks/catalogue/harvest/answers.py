"""The answers of OAI-PMH 2.0 as XML, and what is told of each record in Dublin Core. Pure."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from tracks.catalogue.harvest.protocol import PREFIX, Place, Refused, Wish, token_of
from tracks.catalogue.harvest.records import Header
from tracks.catalogue.public.about import About
from tracks.catalogue.rules import Address, public_path

OAI = "http://www.openarchives.org/OAI/2.0/"
DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC_SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
# XML 1.0 has no way to say these.
_UNSAYABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def identifier_of(address: Address, host: str) -> str:
    """An identifier is a URI: its "#" is written %23."""
    return f"oai:{host}:{str(address).replace('#', '%23')}"


def address_in(identifier: str, host: str) -> str | None:
    prefix = f"oai:{host}:"
    if not identifier.startswith(prefix):
        return None
    return identifier.removeprefix(prefix).replace("%23", "#")


class Answer:
    """One answer; its parts are added in the order that the protocol wants."""

    def __init__(self, url: str, host: str, wish: Wish | None, now: datetime) -> None:
        self._host = host
        self._root = Element(
            "OAI-PMH",
            {
                "xmlns": OAI,
                "xmlns:xsi": _INSTANCE,
                "xsi:schemaLocation": f"{OAI} {OAI}OAI-PMH.xsd",
            },
        )
        _add(self._root, "responseDate", _moment(now))
        _add(self._root, "request", url, **dict(wish.given if wish else ()))
        self._verb = self._root if wish is None else SubElement(self._root, wish.verb)

    def as_bytes(self) -> bytes:
        written: bytes = tostring(self._root, encoding="utf-8", xml_declaration=True)
        return written

    def identify(self, name: str, url: str, contact: str, first: datetime) -> None:
        for tag, said in (
            ("repositoryName", name),
            ("baseURL", url),
            ("protocolVersion", "2.0"),
            ("adminEmail", contact),
            ("earliestDatestamp", _moment(first)),
            ("deletedRecord", "persistent"),
            ("granularity", "YYYY-MM-DDThh:mm:ssZ"),
        ):
            _add(self._verb, tag, said)

    def format(self) -> None:
        made = _add(self._verb, "metadataFormat")
        _add(made, "metadataPrefix", PREFIX)
        _add(made, "schema", DC_SCHEMA)
        _add(made, "metadataNamespace", DC)

    def sets(self, named: Iterable[tuple[str, str]]) -> None:
        for spec, name in named:
            made = _add(self._verb, "set")
            _add(made, "setSpec", spec)
            _add(made, "setName", name)

    def header(self, header: Header, parent: Element | None = None) -> None:
        made = _add(self._verb if parent is None else parent, "header")
        if header.version_id is None:
            made.set("status", "deleted")
        _add(made, "identifier", identifier_of(header.address, self._host))
        _add(made, "datestamp", _moment(header.stamp))
        for name in header.sets:
            _add(made, "setSpec", name)

    def record(self, header: Header, told: Sequence[About], base_url: str, names: "Names") -> None:
        """`told`: the same in each of its languages, the original first; () of what is gone."""
        made = _add(self._verb, "record")
        self.header(header, made)
        if told:
            metadata = _add(made, "metadata")
            metadata.append(_dublin_core(told, base_url, names))

    def go_on(self, wish: Wish, place: Place | None) -> None:
        """The token; an empty one at the end of a list that came in parts."""
        if place is None and wish.after is None:
            return
        cursor = str(wish.after.cursor if wish.after else 0)
        _add(self._verb, "resumptionToken", token_of(wish, place) if place else "", cursor=cursor)


def refusal(url: str, refused: Refused, given: Iterable[tuple[str, str]], now: datetime) -> bytes:
    root = Element(
        "OAI-PMH",
        {"xmlns": OAI, "xmlns:xsi": _INSTANCE, "xsi:schemaLocation": f"{OAI} {OAI}OAI-PMH.xsd"},
    )
    _add(root, "responseDate", _moment(now))
    _add(root, "request", url, **(dict(given) if refused.repeats_request else {}))
    _add(root, "error", refused.message, code=refused.code)
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written


Names = Callable[[About], list[str]]  # what its subjects and frameworks are called


def _dublin_core(told: Sequence[About], base_url: str, names: Names) -> Element:
    made = Element(
        "oai_dc:dc",
        {
            "xmlns:oai_dc": DC,
            "xmlns:dc": "http://purl.org/dc/elements/1.1/",
            "xmlns:xsi": _INSTANCE,
            "xsi:schemaLocation": f"{DC} {DC_SCHEMA}",
        },
    )
    it = told[0]
    for each in told:
        _add(made, "dc:title", each.title, **{"xml:lang": each.language})
    if it.title_en:
        _add(made, "dc:title", it.title_en, **{"xml:lang": "en"})
    for name in it.authors:
        _add(made, "dc:creator", name)
    for name in (*names(it), *it.subjects, *it.frameworks):
        _add(made, "dc:subject", name)
    for each in told:
        if each.summary:
            _add(made, "dc:description", each.summary, **{"xml:lang": each.language})
    _add(made, "dc:publisher", it.publisher.name)
    _add(made, "dc:date", it.updated.astimezone(UTC).date().isoformat())
    _add(made, "dc:type", "InteractiveResource")
    _add(made, "dc:format", "text/html")
    _add(made, "dc:identifier", base_url + public_path(it.address))
    for code in it.languages:
        _add(made, "dc:language", code)
    for whole in it.whole:
        _add(made, "dc:relation", base_url + public_path(whole.address))
    _add(made, "dc:rights", it.licence)
    # As dates: what is told today must hold when it is read.
    if it.window.free_from:
        _add(made, "dc:rights", f"Open to all from {it.window.free_from.isoformat()}")
    if it.window.free_until:
        _add(made, "dc:rights", f"Open to all until {it.window.free_until.isoformat()}")
    return made


def _add(parent: Element, name: str, said: str = "", **attributes: str) -> Element:
    clean = {key: _UNSAYABLE.sub("", value) for key, value in attributes.items()}
    made = SubElement(parent, name, clean)
    if said:
        made.text = _UNSAYABLE.sub("", said)
    return made


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
