"""SS 12000:2020: what a Swedish school system says of organisations, persons and duties.

The subset that Skolverket's own client uses, as far as it is about staff: no groups, as those are
of pupils. JSON in, rows out; who fetches it is `Fetch`.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple, Protocol

from tracks.people.rules import SchoolKind
from tracks.rosters import values
from tracks.rosters.faults import BadFile
from tracks.rosters.records import Fault, Reading, Row, StaffRow, Task, UnitRow
from tracks.rosters.values import BadValue

PAGE: Final = 500
MOST_PAGES: Final = 2_000
MOST_PASSED_OVER: Final = 200
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


class Calendar:
    """The next day on which what was read changes by itself: something begins, or has ended."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.turns_on: date | None = None

    def holds(self, entity: Mapping[str, Any]) -> bool:
        """Dates that cannot be read do not take a task from anybody."""
        try:
            begins = values.day(_text(entity, "startDate"))
            ends = values.day(_text(entity, "endDate"))
        except BadValue:
            return True
        if begins is not None:
            self._note(begins)
        if ends is not None and ends < date.max:
            self._note(ends + timedelta(days=1))
        return (begins is None or begins <= self.today) and (ends is None or self.today <= ends)

    def _note(self, day: date) -> None:
        if day > self.today and (self.turns_on is None or day < self.turns_on):
            self.turns_on = day


class PassedOver:
    """School units without a school unit code, of which the standard says that they may have none.

    Nothing ties them to a unit of ours, so neither they nor their staff come in.
    """

    def __init__(self) -> None:
        self._units: dict[str, tuple[str, int]] = {}

    def note(self, unit: Mapping[str, Any]) -> None:
        if len(self._units) < MOST_PASSED_OVER:
            self._units[_text(unit, "id")] = (_text(unit, "displayName").strip()[:200], 0)

    def note_duty(self, place: str) -> None:
        if place in self._units:
            name, duties = self._units[place]
            self._units[place] = (name, duties + 1)

    @property
    def units(self) -> list[tuple[str, int]]:
        """Name, and tasks of staff at it; by name."""
        return sorted(self._units.values())


def read(fetch: Fetch, calendar: Calendar, passed_over: PassedOver | None = None) -> Reading:
    """All of it: who is not in it has left. `passed_over` is told while it is read."""
    return Reading(_rows(fetch, calendar, passed_over or PassedOver()), is_complete=True)


def has_changed(fetch: Fetch, since: datetime) -> bool:
    """Whether reading it all again can say anything new. Cheap: one entity of each at most."""
    moment = since.isoformat()
    for resource in ("organisations", "persons", "duties"):
        page = fetch(resource, {"meta.modified.after": moment, "limit": "1"})
        if _entities(page, resource):
            return True
    page = fetch("deletedEntities", {"after": moment, "entities": "Person,Duty,Organisation"})
    data = page.get("data")
    if not isinstance(data, dict):
        raise BadFile("service-failed", "deletedEntities")
    # Kinds of which nothing is deleted may be left out.
    return bool(page.get("pageToken")) or any(data.values())


def _entities(page: Mapping[str, Any], resource: str) -> list[Any]:
    data = page.get("data")
    if not isinstance(data, list):
        raise BadFile("service-failed", resource)
    return data


def _pages(fetch: Fetch, resource: str, query: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """Entities of all pages. Raises BadFile for an answer that is none, and for a list that has no
    end or goes round in a circle."""
    asked = {"limit": str(PAGE), **query}
    seen: set[str] = set()
    for _ in range(MOST_PAGES):
        page = fetch(resource, asked)
        yield from (entity for entity in _entities(page, resource) if isinstance(entity, dict))
        token = page.get("pageToken")
        if not token:
            return
        if str(token) in seen:
            raise BadFile("service-failed", f"{resource}: pageToken")
        seen.add(str(token))
        # A page's token stands for the whole question: nothing else goes with it.
        asked = {"pageToken": str(token)}
    raise BadFile("too-large", resource)


def _rows(fetch: Fetch, calendar: Calendar, passed_over: PassedOver) -> Iterator[Row | Fault]:
    codes: dict[str, str] = {}
    for count, unit in enumerate(_pages(fetch, "organisations", {"type": "Skolenhet"}), 1):
        if not _is_unit(unit) or not calendar.holds(unit):
            continue
        if not _text(unit, "schoolUnitCode").strip():
            passed_over.note(unit)
            continue
        row = _unit(count, unit)
        if isinstance(row, UnitRow):
            codes[_text(unit, "id")] = row.code
        yield row
    # Duties first: of the persons, most are pupils, and nothing of them is kept, not even here.
    duties: dict[str, list[_Duty]] = {}
    for count, duty in enumerate(_pages(fetch, "duties", {}), 1):
        place = _reference(duty, "dutyAt")
        code = codes.get(place)
        if not calendar.holds(duty):
            continue
        passed_over.note_duty(place)
        # Else at an office, or a unit that was told of above.
        if code is not None:
            task = _TASKS.get(_text(duty, "dutyRole"), Task.OTHER)
            duties.setdefault(_reference(duty, "person"), []).append(_Duty(count, code, task))
    # A service that does not know the filter ignores it.
    for person in _pages(fetch, "persons", {"relationship.entity.type": "duty"}):
        for each in duties.pop(_text(person, "id"), ()):
            yield _staff(each, _kept_of(person))
    for nobodys in duties.values():
        for each in nobodys:
            yield Fault(each.line, "unknown-person", "duties: person")


class _Duty(NamedTuple):
    line: int
    code: str
    task: Task


def _is_unit(organisation: Mapping[str, Any]) -> bool:
    return bool(organisation.get("organisationType", "Skolenhet") == "Skolenhet")


def _text(entity: Mapping[str, Any], name: str) -> str:
    value = entity.get(name)
    return value if isinstance(value, str) else ""


def _reference(entity: Mapping[str, Any], name: str) -> str:
    value = entity.get(name)
    return _text(value, "id") if isinstance(value, dict) else ""


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


def _staff(duty: _Duty, person: Mapping[str, Any]) -> StaffRow | Fault:
    try:
        name = values.text(person["name"]) if person.get("name") else None
        key = values.key(person["id"])
    except BadValue as bad:
        return Fault(duty.line, bad.code, "persons")
    return StaffRow(duty.line, key, name, duty.code, duty.task, is_protected=person["protected"])
