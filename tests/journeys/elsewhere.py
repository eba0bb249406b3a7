"""Another municipality on the same product: lists taken in there change nobody else's numbers."""

from datetime import UTC, datetime
from itertools import count

from playwright.sync_api import Page
from sqlalchemy import insert, select

from tests.factories.lists import organisation_number
from tests.journeys.running import Running
from tracks.lms.models import deployment
from tracks.people.actions import Person, add_municipality, add_school, start_sign_in
from tracks.people.grants import grant_role
from tracks.people.models import person
from tracks.people.rules import Role, SchoolKind
from tracks.web.cookies import NAME, OWN

_numbers = count(1)
UNITS = tuple(organisation_number(number) for number in range(3))
STAFF = "Ansattnr;Navn;Orgnr;Stilling\n" + "".join(
    f"{100 + number};Sample person {number};{UNITS[number % 2]};Lærer\n" for number in range(12)
)
BAD_STAFF = STAFF.replace("Lærer", "Trollmann", 1) + f"200;Sample person 20;{UNITS[2]};Rektor\n"


def municipality_of_their_own(running: Running) -> tuple[int, int]:
    """(municipality, its coordinator): two schools, nobody else."""
    now = datetime.now(UTC)
    with running.database.writing() as session:
        made = add_municipality(session, f"Sample municipality {next(_numbers)}b", country="NO")
        for number, code in enumerate(UNITS[:2], 1):
            add_school(
                session, made, code=code, name=f"Sample unit {number}", kind=SchoolKind.COMBINED
            )
        who = session.execute(
            insert(person)
            .values(municipality_id=made, name="Sample coordinator", created_at=now)
            .returning(person.c.id)
        ).scalar_one()
        grant_role(
            session,
            person_id=who,
            municipality_id=made,
            role=Role.COORDINATOR,
            school_id=None,
            now=now,
        )
    return made, int(who)


def as_their_coordinator(page: Page, running: Running) -> int:
    """Signed in there, in this browser; the municipality's id."""
    made, who = municipality_of_their_own(running)
    with running.database.writing() as session:
        token = start_sign_in(
            session,
            Person(who, made, None, is_suspended=False, is_new=False),
            deployment_id=session.execute(select(deployment.c.id).limit(1)).scalar_one(),
            leads_here=False,
            lms_origin=running.lms.url,
            now=datetime.now(UTC),
        )
    # A __Host- cookie is set from a secure address; Chromium takes loopback for one when it sends.
    url = running.tool_url.replace("http:", "https:", 1)
    for name in (NAME, OWN):  # of whoever was here before, by an LMS or a login of their own
        page.context.clear_cookies(name=name)
    page.context.add_cookies([{"name": NAME, "value": token, "url": url, "secure": True}])
    return made
