"""Feide's groups API: at which units a person works, by organisation number.

Whoever signs a person in by Feide has an access token of theirs (scopes groups-org, groups-edu);
`units_of` takes it. An organisation is `fc:org:<realm>`, a unit of it
`fc:org:<realm>:unit:NO<organisation number>`, and a group of pupils (`fc:gogroup`) has the unit as
its parent.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import Struct
from sqlalchemy import select

from lti.errors import ServiceError
from lti.ports import Http
from lti.strict_json import StrictJsonError, parse_array
from lti.tool.answers import failure, is_success
from tracks.db import Session
from tracks.people.actions import choose_school
from tracks.people.events import SchoolChosen
from tracks.people.models import school
from tracks.rosters import values
from tracks.rosters.values import BadValue

GROUPS_URL: Final = "https://groups-api.dataporten.no/groups/me/groups"
MOST_BYTES: Final = 2 * 1024 * 1024
_WORKS: Final = frozenset({"employee", "faculty", "staff"})


class FeideUnits(Struct, frozen=True):
    """Where somebody works. Of pupils and guests: nothing."""

    realm: str | None  # of their employer, such as "kommune.no"
    codes: frozenset[str]  # organisation numbers
    main: str | None  # the one that Feide calls their primary school, or the only one


NOWHERE: Final = FeideUnits(None, frozenset(), None)


def units_of(http: Http, access_token: str, now: datetime, url: str = GROUPS_URL) -> FeideUnits:
    """Raises ServiceError. `url` may be another for tests."""
    headers = {"authorization": f"Bearer {access_token}", "accept": "application/json"}
    answer = http.request("GET", url, headers=headers, body=None, max_bytes=MOST_BYTES)
    if not is_success(answer):
        raise failure(answer, now)
    try:
        groups = parse_array(answer.body)
    except StrictJsonError as wrong:
        raise ServiceError("answer_not_json", wrong.why) from None
    return read_groups([group for group in groups if isinstance(group, dict)], now)


def read_groups(groups: list[dict[str, Any]], now: datetime) -> FeideUnits:
    """Only what they do as staff counts, and what holds now."""
    realm: str | None = None
    codes: set[str] = set()
    main: set[str] = set()
    for group in groups:
        kind, membership = group.get("type"), group.get("membership")
        if not isinstance(membership, dict):
            continue
        if kind == "fc:org" and _works(membership):
            place = _place(group.get("id"))
            if place is None:
                continue
            code = place[1]
            if code is None:
                realm = realm or place[0]
                continue
            codes.add(code)
            if membership.get("primarySchool") is True:
                main.add(code)
        elif kind == "fc:gogroup" and _teaches(membership) and _holds(group, now):
            place = _place(group.get("parent"))
            if place is not None and place[1] is not None:
                codes.add(place[1])
    only = main if len(main) == 1 else codes
    return FeideUnits(realm, frozenset(codes), next(iter(only)) if len(only) == 1 else None)


def _works(membership: Mapping[str, Any]) -> bool:
    said = membership.get("affiliation")
    told = said if isinstance(said, list) else [said, membership.get("primaryAffiliation")]
    return any(isinstance(each, str) and each in _WORKS for each in told)


def _teaches(membership: Mapping[str, Any]) -> bool:
    """Who teaches a group has `faculty` there; its pupils have `student`."""
    return _works(membership) or (
        membership.get("basic") == "admin" and membership.get("affiliation") is None
    )


def _place(group_id: object) -> tuple[str, str | None] | None:
    """(realm, organisation number of the unit); None for an id of another form."""
    parts = group_id.split(":") if isinstance(group_id, str) else []
    if parts[:2] != ["fc", "org"] or len(parts) < 3 or not parts[2]:
        return None
    if len(parts) == 3:
        return parts[2], None
    if len(parts) != 5 or parts[3] != "unit":
        return None
    try:
        return parts[2], values.unit_code(parts[4].upper().removeprefix("NO"), "NO")
    except BadValue:
        return None


def _holds(group: Mapping[str, Any], now: datetime) -> bool:
    """Times that cannot be read take nothing from anybody."""

    def moment(name: str) -> datetime | None:
        try:
            return datetime.fromisoformat(str(group.get(name)))
        except ValueError:
            return None

    begins, ends = moment("notBefore"), moment("notAfter")
    try:
        return (begins is None or begins <= now) and (ends is None or now <= ends)
    except TypeError:  # without a time zone
        return True


def place_person(
    session: Session, person_id: int, municipality_id: int, found: FeideUnits
) -> int | None:
    """The unit where their work counts from now on, if it is clear which, and they have none yet.

    Of several open units of this municipality the main one; else nobody decides but the person.
    """
    known = session.execute(
        select(school.c.id, school.c.code).where(
            school.c.municipality_id == municipality_id,
            school.c.code.in_(found.codes),
            school.c.closed_on.is_(None),
        )
    ).all()
    chosen = [row.id for row in known if len(known) == 1 or row.code == found.main]
    if len(chosen) != 1:
        return None
    unit: int = chosen[0]
    if not choose_school(session, person_id, municipality_id, unit):
        return None
    session.emit(SchoolChosen(person_id, municipality_id, unit))
    return unit
