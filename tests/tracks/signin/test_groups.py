"""Feide's groups, asked at a sign-in: where somebody works, and never what they may."""

import logging
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.factories.lists import organisation_number
from tests.factories.tool import Tool
from tests.fakes.login_service import LoginService
from tests.tracks.organisation.people import with_role
from tests.tracks.signin.people import (
    NOW_IS,
    begins,
    comes_back,
    is_signed_in,
    knows,
    sends,
    signs_in,
    visit,
)
from tests.tracks.signin.test_settings import HOME, administrator
from tracks.audit.models import audit_entry
from tracks.organisation.actions.linking import make_link_code
from tracks.organisation.actions.units import Doer, NewUnit, change_unit
from tracks.organisation.queries.units import by_number, units
from tracks.people.actions import add_municipality, add_school
from tracks.people.models import person, role_grant, school
from tracks.people.rules import Actor, Role, SchoolKind
from tracks.signin.models import identity, login_service

pytestmark = pytest.mark.server
UNIT, OTHER, FOREIGN = (organisation_number(n) for n in (1, 2, 3))


def works_at(*codes: str, main: str = "", affiliation: str = "employee") -> list[dict[str, Any]]:
    return [
        {
            "id": f"fc:org:kommune.example:unit:NO{code}",
            "type": "fc:org",
            "membership": {"affiliation": affiliation, "primarySchool": code == main},
        }
        for code in codes
    ]


@pytest.fixture
def asking(own: Tool) -> Tool:
    """The groups are asked; two units here, one of another municipality."""
    with own.database.writing() as session:
        other = add_municipality(session, "Other municipality", country="NO")
        for home, code, name in (
            (own.municipality_id, UNIT, "Sample school 1"),
            (own.municipality_id, OTHER, "Sample school 2"),
            (other, FOREIGN, "Foreign school"),
        ):
            add_school(session, home, code=code, name=name, kind=SchoolKind.COMBINED)
        session.execute(update(login_service).values(reads_groups=True))
    return own


def newcomer(own: Tool, sub: str = "sub-1") -> int:
    """Somebody with a login here and no unit."""
    with own.database.writing() as session:
        who: int = session.execute(
            person.insert()
            .values(municipality_id=own.municipality_id, created_at=NOW_IS())
            .returning(person.c.id)
        ).scalar_one()
    knows(own, sub, who)
    return who


def unit_of(own: Tool, who: int) -> str | None:
    rows = own.rows(
        select(school.c.code)
        .join(person, person.c.school_id == school.c.id)
        .where(person.c.id == who)
    )
    return rows[0].code if rows else None


def said(own: Tool) -> str | None:
    ((found,),) = own.rows(select(identity.c.groups_said))
    return found


def times_asked(service: LoginService) -> int:
    return len([path for _method, path, _body in service.asked if path == "/groups"])


def test_somebody_without_a_unit_gets_the_one_that_feide_names_and_no_role(
    asking: Tool, service: LoginService
):
    who = newcomer(asking)
    service.groups = works_at(UNIT, FOREIGN)
    client = asking.client()

    there = begins(asking, client)
    assert "scope=openid+groups-org+groups-edu" in there
    comes_back(asking, client, visit(there))

    assert (unit_of(asking, who), said(asking)) == (UNIT, "here")
    assert asking.count(role_grant) == 0
    page = asking.get(client, "/sign-ins?lang=en").text
    assert "The answer: Sample school 1, where your work counts." in page
    # Who has a unit is asked once a day.
    signs_in(asking, asking.client())
    assert times_asked(service) == 1


@pytest.mark.parametrize(
    ("groups", "unit", "what", "words"),
    [
        (works_at(UNIT, OTHER), None, "several", "Choose where your work counts"),
        (works_at(UNIT, OTHER, main=OTHER), OTHER, "here", "Sample school 2"),
        (works_at(FOREIGN), None, "nowhere", "names no unit of your municipality"),
        (works_at(UNIT, affiliation="student"), None, "nowhere", "names no unit"),
        ([], None, "nowhere", "names no unit"),
    ],
)
def test_what_feide_says_is_what_the_person_reads(
    asking: Tool,
    service: LoginService,
    groups: list[dict[str, Any]],
    unit: str | None,
    what: str,
    words: str,
):
    who = newcomer(asking)
    service.groups = groups
    client = asking.client()

    signs_in(asking, client)

    assert (unit_of(asking, who), said(asking)) == (unit, what)
    assert words in asking.get(client, "/sign-ins?lang=en").text


def person_page(own: Tool, who: int) -> str:
    return own.get(coordinator(own), f"/people/{who}?lang=en").text


def coordinator(own: Tool) -> FlaskClient:
    return with_role(own, Role.COORDINATOR)


@pytest.mark.parametrize(
    ("groups", "status", "words", "way_on"),
    [
        (works_at(UNIT), 200, "The answer: Sample school 1, where their work counts.", ""),
        (works_at(UNIT, OTHER), 200, "or a coordinator says on this page which it is", ""),
        ([], 200, "names no unit of your municipality", '<a class="ds-link" href="/units">'),
        ([], 500, "We ask again when they sign in next time", ""),
    ],
)
def test_whoever_gives_roles_reads_what_feide_said(
    asking: Tool,
    service: LoginService,
    groups: list[dict[str, Any]],
    status: int,
    words: str,
    way_on: str,
):
    who = newcomer(asking)
    service.groups, service.groups_status = groups, status
    client = asking.client()
    signs_in(asking, client)
    page = person_page(asking, who)
    assert "Sample login was asked on" in page
    assert words in page
    assert way_on in page
    # Whom it is about reads who else does.
    assert (
        "Whoever gives roles where you work sees this answer"
        in asking.get(client, "/sign-ins?lang=en").text
    )
    # Nothing is said of whom nobody asked about.
    with asking.database.writing() as session:
        session.execute(update(identity).values(groups_asked_at=None, groups_said=None))
    assert "was asked on" not in person_page(asking, who)


def test_a_coordinator_says_where_the_work_counts_from_now_on(asking: Tool, service: LoginService):
    who = newcomer(asking)
    service.groups = works_at(UNIT, OTHER)
    signs_in(asking, asking.client())
    browser = coordinator(asking)
    path = f"/people/{who}/unit"
    ids = {row.code: row.id for row in asking.rows(select(school))}

    for wrong in ("", "x", "99", str(ids[FOREIGN]), "9" * 30):
        answer = asking.post(browser, path, unit=wrong)
        assert answer.status_code == 422, wrong
        assert "unit-problem" in answer.text
    assert unit_of(asking, who) is None
    assert asking.post(browser, path, unit=str(ids[UNIT])).status_code == 303
    assert asking.post(browser, path, unit=str(ids[UNIT])).status_code == 303
    assert unit_of(asking, who) == UNIT
    assert asking.post(browser, path, unit=str(ids[OTHER])).status_code == 303
    assert unit_of(asking, who) == OTHER

    entries = asking.rows(select(audit_entry).where(audit_entry.c.code == "person_moved"))
    by = asking.person_id("coordinator")
    assert [(e.actor_id, e.person_id, e.parameters) for e in entries] == [
        (by, who, {"school_id": ids[UNIT]}),
        (by, who, {"school_id": ids[OTHER]}),
    ]
    # Whoever leads one school gives roles there, and moves nobody.
    head = with_role(asking, Role.SCHOOL_LEADER, school_id=ids[OTHER])
    assert asking.post(head, path, unit=str(ids[UNIT])).status_code == 403
    assert 'id="unit"' not in asking.get(head, f"/people/{who}").text


def test_a_unit_that_somebody_has_stays(asking: Tool, service: LoginService):
    who = newcomer(asking)
    service.groups = works_at(UNIT)
    signs_in(asking, asking.client())
    with asking.database.writing() as session:
        session.execute(update(identity).values(groups_asked_at=None))
    service.groups = works_at(OTHER)
    client = asking.client()

    signs_in(asking, client)

    assert (unit_of(asking, who), said(asking)) == (UNIT, "elsewhere")
    assert "another unit than Sample school 1" in asking.get(client, "/sign-ins?lang=en").text


FAULTS: dict[str, dict[str, Any]] = {
    "refused": {"groups_status": 403},
    "down": {"groups_status": 503},
    "a page": {"groups_body": b"<html>"},
    "an object": {"groups_body": b"{}"},
    "far too much": {"groups_body": b"[" + b" " * (3 * 1024 * 1024) + b"]"},
    "too slow": {"groups_wait": 2.5},
    "no access token": {"access_token": "two words\r\n"},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_groups_service_that_fails_keeps_nobody_out(
    asking: Tool, service: LoginService, fault: str, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.INFO)
    who = newcomer(asking)
    service.groups = works_at(UNIT)
    for name, value in FAULTS[fault].items():
        setattr(service, name, value)
    client = asking.client()

    assert signs_in(asking, client).status_code == 200

    assert is_signed_in(asking, client)
    assert (unit_of(asking, who), said(asking)) == (None, "failed")
    assert "sign_in.groups service=1 reason=" in caplog.text
    assert "canary-access" not in caplog.text
    # And the next time it answers.
    service.__dict__.update(
        LoginService(keys=service.keys, url=service.url, groups=works_at(UNIT)).__dict__
    )
    signs_in(asking, asking.client())
    assert (unit_of(asking, who), said(asking)) == (UNIT, "here")


def test_whoever_types_a_code_is_placed_by_what_was_said_before_it(
    asking: Tool, service: LoginService
):
    service.groups = works_at(OTHER)
    with asking.database.writing() as session:
        who: int = session.execute(
            person.insert()
            .values(municipality_id=asking.municipality_id, created_at=NOW_IS())
            .returning(person.c.id)
        ).scalar_one()
        actor = Actor(who, asking.municipality_id, None, frozenset())
        code = make_link_code(session, actor, NOW_IS())
    client = asking.client()
    signs_in(asking, client)

    assert sends(client, "/sign-in/join", code=code).status_code == 303

    assert (unit_of(asking, who), said(asking)) == (OTHER, "here")
    assert times_asked(service) == 1


def test_nothing_is_asked_where_nobody_has_switched_it_on(own: Tool, service: LoginService):
    newcomer(own)
    service.groups = works_at(UNIT)

    assert "groups" not in begins(own, own.client())
    signs_in(own, own.client())

    assert times_asked(service) == 0
    assert said(own) is None


def test_the_administrator_switches_it_and_reads_how_it_goes(own: Tool, service: LoginService):
    client = administrator(own)
    assert "Ask Feide where people work" in own.get(client, f"{HOME}?lang=en").text
    assert own.post(client, HOME, go="groups-on", service="1").status_code == 303
    newcomer(own)
    service.groups_status = 503
    signs_in(own, own.client())

    page = own.get(client, f"{HOME}?lang=en").text
    assert "There was no answer that could be used." in page
    assert "Ask Feide no more" in page
    assert own.post(client, HOME, go="groups-off", service="1").status_code == 303
    assert own.rows(select(login_service.c.reads_groups)) == [(False,)]
    noted = own.rows(
        select(audit_entry.c.parameters).where(audit_entry.c.code == "login_service_changed")
    )
    assert [row.parameters.get("reads_groups") for row in noted][-2:] == [True, False]


def test_only_feide_has_such_groups(own: Tool, service: LoginService):
    client = administrator(own)
    with own.database.writing() as session:
        session.execute(update(login_service).values(issuer="https://login.example"))

    assert own.post(client, HOME, go="groups-on", service="1").status_code == 404
    assert "Ask Feide" not in own.get(client, f"{HOME}?lang=en").text
    assert own.post(client, HOME, go="groups-on", service="77").status_code == 404
    assert own.rows(select(login_service.c.reads_groups)) == [(False,)]


def test_a_unit_that_feide_calls_by_its_earlier_number_is_that_unit(
    asking: Tool, service: LoginService
):
    who, new = newcomer(asking), organisation_number(9)
    with asking.database.writing() as session:
        found = by_number(units(session, asking.municipality_id))[UNIT]
        now_called = NewUnit(new, found.name, found.kind)
        doer = Doer(None, NOW_IS())
        change_unit(session, asking.municipality_id, found, now_called, doer)
    service.groups = works_at(UNIT)

    signs_in(asking, asking.client())

    assert (unit_of(asking, who), said(asking)) == (new, "here")
