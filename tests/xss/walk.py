"""Every page, by the route table and by the links on each, as everybody who may open it."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.factories.tool import BASE_URL, Tool
from tests.whole.test_routes import BY_TOKEN, PLACE, ROUTES, SIGNED_BY_THE_LMS, opens
from tests.xss.product import Product
from tracks.db import metadata

# A part of an address, and the rows that it names.
ROWS = {
    "school_id": "school.id",
    "person_id": "person.id",
    "team_id": "team.id",
    "grant_id": "role_grant.id",
    "invitation_id": "role_invitation.id",
    "import_id": "roster_import.id",
    "note_id": "chain_note.id",
    "registration_id": "registration.id",
    "request_id": "registration_request.id",
    "course_id": "course.id",
    "service_id": "login_service.id",
    "change": "library_change.id",
    "link_id": "resource_link.id",
    "track_id": "track.id",
    "version_id": "track_version.id",
    "file_id": "attachment.id",
}
WORDS = {
    "file": ["track.nb.md", "01-enheter.nb.md"],
    "step": ["les", "tanker", "en-av-tre", "provd"],
    "address": ["sample/maaling", "sample/maaling/enheter#les"],
}
# What no link and no route leads to as it is.
ASKED = (
    "/catalogue?q=enhet",
    "/oai?verb=Identify",
    "/oai?verb=ListSets",
    "/oai?verb=ListMetadataFormats",
    "/oai?verb=ListIdentifiers&metadataPrefix=lom",
    "/oai?verb=ListRecords&metadataPrefix=lom",
    "/oai?verb=ListRecords&metadataPrefix=oai_dc",
)
# Of a role that these clients have besides.
AS = {"chooser": "teacher", "reviewer": "leader"}
MOST_ROWS = 6
MOST_ALIKE = 3  # links that differ in a number or a value only
_LINK = re.compile(r'<(?:a|link|iframe|img)\b[^>]*?\s(?:href|src)="([^"]*)"')


def places(tool: Tool) -> dict[str, list[str]]:
    found = {name: WORDS.get(name, [value]) for name, value in PLACE.items()}
    for name, column in ROWS.items():
        table, key = column.split(".")
        numbers = [str(row[0]) for row in tool.rows(select(metadata.tables[table].c[key]))]
        found[name] = numbers[:MOST_ROWS] or [PLACE[name]]
    return found


def filled_in(path: str, values: dict[str, list[str]]) -> Iterator[str]:
    """With the first value of each place; then with the others of one place at a time."""
    names = re.findall(r"<(?:\w+:)?(\w+)>", path)
    usual = {name: values[name][0] for name in names}
    seen = set()
    for name in names or [""]:
        for value in values.get(name, [""]):
            here = {**usual, name: value}
            made = re.sub(r"<(?:\w+:)?(\w+)>", lambda part: here[part[1]], path)  # noqa: B023
            if made not in seen:
                seen.add(made)
                yield made


def addresses(product: Product, who: str) -> list[str]:
    found: list[str] = []
    values = places(product.tool)
    for (path, methods), permission in ROUTES.items():
        shut = path in SIGNED_BY_THE_LMS or path.startswith(BY_TOKEN)
        if "GET" in methods and not shut and permission in opens(AS.get(who, who)):
            found += filled_in(path, values)
    found += ASKED
    return found + {"chooser": [product.selection], "reviewer": [product.reviewed]}.get(who, [])


def walk(
    product: Product, who: str, see: Callable[[str, TestResponse], Any], *, follow: bool = True
) -> int:
    """What `see` is given: each address, and the answer. How many there were."""
    client = product.clients[who]
    waiting = deque(addresses(product, who))
    known = set(waiting)
    alike: dict[str, int] = {}
    count = 0
    while waiting:
        path = waiting.popleft()
        answer = product.tool.get(client, path)
        count += 1
        see(path, answer)
        if answer.status_code != 200 or answer.mimetype != "text/html" or not follow:
            answer.close()
            continue
        for link in _LINK.findall(answer.text):
            parts = urlsplit(unescape(link).replace(BASE_URL, "", 1))
            if parts.scheme or parts.netloc or not parts.path.startswith("/"):
                continue
            if parts.path.startswith("/static/"):
                continue
            address = parts.path + (f"?{parts.query}" if parts.query else "")
            names = " ".join(sorted({name for name, _ in parse_qsl(parts.query)}))
            kind = re.sub(r"\d+", "0", parts.path) + " " + names
            if address not in known and alike.get(kind, 0) < MOST_ALIKE:
                alike[kind] = alike.get(kind, 0) + 1
                known.add(address)
                waiting.append(address)
    return count
