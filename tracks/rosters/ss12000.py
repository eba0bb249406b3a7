"""SS 12000:2020: what a Swedish school system says of organisations, persons and duties.

The subset that Skolverket's own client uses. JSON in, rows out; who fetches it is `Fetch`.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final, Protocol

from tracks.people.rules import SchoolKind
from tracks.rosters import values
from tracks.rosters.faults import BadFile
from tracks.rosters.records import Fault, Leaver, Reading, Row, StaffRow, Task, UnitRow
from tracks.rosters.values import BadValue

PAGE: Final = 500
MOST_PAGES: Final = 2_000
_TASKS: Final = {
    "Lärare": Task.TEACHER,
    "Förstelärare": Task.TEACHER,
    "Förskollärare": Task.TEACHER,
    "Speciallärare/specialpedagog": Task.SPECIAL_EDUCATOR,
    "Rektor": Task.SCHOOL_LEADER,
    "Förskolechef": Task.SCHOOL_LEADER,
    "Lärarassistent": Task.ASSISTANT,
    "Barnskötare": Task.ASSISTANT,
    "Fritidspedagog": Task.ASSISTANT,
}
# Of schoolTypes; a unit of several kinds is told by the first that stands here.
_KINDS: Final = {
    "GR": SchoolKind.COMBINED,
    "GRS": SchoolKind.SPECIAL,
    "GY": SchoolKind.UPPER_SECONDARY,
    "GYS": SchoolKind.SPECIAL,
    "VUX": SchoolKind.ADULT,
    "VUXGR": SchoolKind.ADULT,
    "VUXGY": SchoolKind.ADULT,
    "SFI": SchoolKind.ADULT,
    "FS": SchoolKind.PRESCHOOL,
    "SP": SchoolKind.SPECIAL,
}
_OPEN_IDENTITY: Final = (None, "", "Ingen")


class Fetch(Protocol):
    """One page of a resource. Raises BadFile when the other side refuses or fails."""

    def __call__(self, resource: str, query: Mapping[str, str]) -> Mapping[str, Any]: ...


def read(fetch: Fetch, today: date, changed_after: datetime | None = None) -> Reading:
    """All of it; with `changed_after` what is gone since then, too, and who is not named stays."""
    return Reading(_rows(fetch, today, changed_after), changed_after is None)


def _pages(fetch: Fetch, resource: str, query: Mapping[str, str]) -> Iterator[Any]:
    """Entities of all pages. Raises BadFile for an answer that is none."""
    asked = {"limit": str(PAGE), **query}
    for _ in range(MOST_PAGES):
        page = fetch(resource, asked)
        data = page.get("data")
        if not isinstance(data, list):
            raise BadFile("service-failed", resource)
        yield from (entity for entity in data if isinstance(entity, dict))
        token = page.get("pageToken")
        if not token:
            return
        # A page's token stands for the whole question: nothing else goes with it.
        asked = {"pageToken": str(token)}
    raise BadFile("too-large", resource)


def _rows(fetch: Fetch, today: date, changed_after: datetime | None) -> Iterator[Row | Fault]:
    codes: dict[str, str] = {}
    for count, unit in enumerate(_pages(fetch, "organisations", {"type": "Skolenhet"}), 1):
        if not _holds(unit, today):
            continue
        row = _unit(count, unit)
        if isinstance(row, UnitRow):
            codes[_text(unit, "id")] = row.code
        yield row
    people: dict[str, Mapping[str, Any]] = {
        _text(person, "id"): _kept_of(person) for person in _pages(fetch, "persons", {})
    }
    for count, duty in enumerate(_pages(fetch, "duties", {}), 1):
        if _holds(duty, today):
            yield from _duty(count, duty, people, codes)
    if changed_after is not None:
        yield from _deleted(fetch, changed_after)


def _text(entity: Mapping[str, Any], name: str) -> str:
    value = entity.get(name)
    return value if isinstance(value, str) else ""


def _reference(entity: Mapping[str, Any], name: str) -> str:
    value = entity.get(name)
    return _text(value, "id") if isinstance(value, dict) else ""


def _holds(entity: Mapping[str, Any], today: date) -> bool:
    try:
        begins = values.day(_text(entity, "startDate"))
        ends = values.day(_text(entity, "endDate"))
    except BadValue:
        return True
    return (begins is None or begins <= today) and (ends is None or today <= ends)


def _unit(count: int, unit: Mapping[str, Any]) -> UnitRow | Fault:
    try:
        code = values.unit_code(_text(unit, "schoolUnitCode"), "SE")
    except BadValue as bad:
        said = _text(unit, "schoolUnitCode")[:60]
        return Fault(count, bad.code, "organisations: schoolUnitCode", said)
    types = unit.get("schoolTypes")
    told = [t for t in types if isinstance(t, str)] if isinstance(types, list) else []
    kind = next((_KINDS[name] for name in _KINDS if name in told), None)
    try:
        return UnitRow(count, code, values.text(_text(unit, "displayName")), kind)
    except BadValue as bad:
        return Fault(count, bad.code, "organisations: displayName")


def _kept_of(person: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of everything a system knows of a person: never the identity number, the address, the rest.
    Of a protected person not even the name."""
    is_protected = person.get("securityMarking") not in _OPEN_IDENTITY
    kept = {"id": _text(person, "id"), "protected": is_protected}
    if not is_protected:
        kept["name"] = f"{_text(person, 'givenName')} {_text(person, 'familyName')}".strip()
    return kept


def _duty(
    count: int,
    duty: Mapping[str, Any],
    people: Mapping[str, Mapping[str, Any]],
    codes: Mapping[str, str],
) -> Iterator[Row | Fault]:
    code = codes.get(_reference(duty, "dutyAt"))
    if code is None:
        return  # at an office, or a unit that was told of above
    person = people.get(_reference(duty, "person"))
    if person is None:
        yield Fault(count, "unknown-person", "duties: person")
        return
    try:
        name = values.text(person["name"]) if person.get("name") else None
        key = values.key(person["id"])
    except BadValue as bad:
        yield Fault(count, bad.code, "persons")
        return
    task = _TASKS.get(_text(duty, "dutyRole"), Task.OTHER)
    yield StaffRow(count, key, name, code, task, is_protected=person["protected"])


def _deleted(fetch: Fetch, after: datetime) -> Iterator[Leaver]:
    query = {"after": after.isoformat(), "entities": "persons"}
    for _ in range(MOST_PAGES):
        page = fetch("deletedEntities", query)
        data = page.get("data")
        gone = data.get("persons") if isinstance(data, dict) else None
        if not isinstance(gone, list):
            raise BadFile("service-failed", "deletedEntities")
        yield from (Leaver(n, each) for n, each in enumerate(gone, 1) if isinstance(each, str))
        token = page.get("pageToken")
        if not token:
            return
        query = {"pageToken": str(token)}
    raise BadFile("too-large", "deletedEntities")
