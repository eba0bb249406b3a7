"""Another municipality's id and the id of nothing look the same, on every route (check 14)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, select, update
from werkzeug.test import TestResponse

from tests.factories.tool import BASE_URL, Tool
from tests.whole.test_routes import NONE, PLACE, ROUTES, everybody, filled, is_of_an_lms
from tracks.authoring.models import track_owner
from tracks.catalogue.models import step, track
from tracks.lms.actions import register
from tracks.lms.models import (
    course,
    deep_link_selection,
    deployment,
    invitation,
    registration_request,
    resource_link,
)
from tracks.organisation.models import chain_note, role_invitation
from tracks.people.actions import add_municipality, add_school, grant_role
from tracks.people.models import account, municipality, person, role_grant, team
from tracks.people.rules import GIVES, Role, SchoolKind
from tracks.progress.models import attachment
from tracks.rosters.records import Source
from tracks.rosters.staging import begin_import

NOW = datetime.now(UTC)
# Parts of addresses that lead to a row of a municipality. The others name what is published, or
# hold a seal of the visit, or belong to the one library of the installation.
OF_A_TENANT = {
    "school_id",
    "team_id",
    "person_id",
    "grant_id",
    "invitation_id",
    "registration_id",
    "course_id",
    "request_id",
    "link_id",
    "file_id",
    "secret",
    "import_id",
    "note_id",
}
OF_NOBODY = {"track_id", "version_id", "change", "seal", "token", "publisher", "track", "module"}
OF_NOBODY |= {"code"}  # an open page that says the same of every code
OF_NOBODY |= {"service_id"}  # the doors of all municipalities stand on an open page
OF_NOBODY |= {"step", "letter", "name", "address", "file"}
NOTHING = {**dict.fromkeys(OF_A_TENANT, NONE), "file_id": "0" * 32, "secret": "nothing"}
# What a form of each route would hold, so that it would do something if the id were one's own.
FORMS: dict[str, dict[str, str]] = {
    "/chain/<id:note_id>/answer": {"answer": "Taken over"},
    "/chain/<id:note_id>/take-back": {},
    "/coverage/<id:school_id>/invite": {},
    "/invitations/<id:invitation_id>/end": {},
    "/lms/<id:registration_id>/deployments": {"go": "switch-off", "deployment": "1"},
    "/lms/<id:registration_id>/numbers": {"source": "list"},
    "/lms/requests/<id:request_id>": {"go": "approve"},
    "/people/<id:person_id>": {"role": "author"},
    "/people/<id:person_id>/door": {"go": "shut"},
    "/people/<id:person_id>/unit": {"unit": "1"},
    "/teams/<id:team_id>": {"go": "save", "name": "Taken over"},
    "/units/<id:school_id>": {"name": "Taken over", "kind": "1-7"},
    "/units/<id:school_id>/close": {"on": "2026-08-01"},
    "/units/<id:school_id>/open": {},
    "/units/<id:school_id>/split": {
        "on": "2026-08-01",
        "part1-code": "974760673",
        "part1-name": "One",
        "part1-kind": "1-7",
        "part2-code": "971035854",
        "part2-name": "Two",
        "part2-kind": "8-10",
    },
    "/schools/<id:school_id>/devices/edit": {
        "counted_on": "2026-10-01",
        "source": "Taken over",
        "pupils-8": "1",
    },
    "/schools/<id:school_id>/support/check": {"technical-known": "2"},
    "/schools/<id:school_id>/support/edit": {"technical-1-who": "Taken over"},
    "/gradebook/<id:track_id>": {},
    "/select/<secret>": {"go": "add"},
    "/courses/<id:course_id>/held": {"go": "use"},
    "/imports/<id:import_id>/apply": {"seen": "0"},
    "/imports/<id:import_id>/columns": {"key": "0", "unit_code": "1"},
}


@dataclass(frozen=True)
class Other:
    """A second municipality with one of everything."""

    municipality_id: int
    ids: dict[str, str]


def _one(session: Any, table: Any, **values: Any) -> Any:
    return session.execute(insert(table).values(**values).returning(table.c.id)).scalar_one()


@pytest.fixture
def other(tool: Tool) -> Other:
    with tool.database.writing() as session:
        home = add_municipality(session, "Other municipality", country="NO")
        school = add_school(session, home, code="x", name="Other school", kind=SchoolKind.PRIMARY)
        who = _one(
            session,
            person,
            municipality_id=home,
            school_id=school,
            name="Other one",
            created_at=NOW,
        )
        lms = register(
            session,
            municipality_id=home,
            issuer="https://other.example",
            client_id="other",
            auth_url="https://other.example/auth",
            token_url="https://other.example/token",
            jwks_url="https://other.example/jwks",
            deployment_ids=["1"],
            now=NOW,
        )
        session.execute(insert(account).values(registration_id=lms, sub="o", person_id=who))
        at = session.execute(
            select(deployment.c.id).where(deployment.c.registration_id == lms)
        ).scalar_one()
        grant = grant_role(
            session, person_id=who, municipality_id=home, role=Role.AUTHOR, school_id=None, now=NOW
        )
        invited = _one(
            session,
            invitation,
            municipality_id=home,
            token_hash="h",
            expires_at=NOW + timedelta(days=1),
            **_rest(invitation, {"municipality_id", "token_hash", "expires_at"}),
        )
        asked = _one(
            session,
            registration_request,
            municipality_id=home,
            invitation_id=invited,
            status="pending",
            **_rest(registration_request, {"municipality_id", "invitation_id", "status"}),
        )
        a_track = session.execute(select(track.c.id)).scalars().first()
        a_step = session.execute(select(step.c.id)).scalars().first()
        link = _one(
            session,
            resource_link,
            municipality_id=home,
            deployment_id=at,
            link_id="l",
            context_id="c",
            address="sample/maaling",
            track_id=a_track,
            scopes=[],
        )
        led = _one(
            session, course, municipality_id=home, deployment_id=at, context_id="c", title="Other"
        )
        session.execute(
            insert(attachment).values(
                id="f" * 32,
                municipality_id=home,
                person_id=who,
                step_id=a_step,
                name="other.pdf",
                body=b"%PDF-",
                added_at=NOW,
            )
        )
        session.execute(
            insert(deep_link_selection).values(
                id=sha256(b"of-the-other").hexdigest(),
                municipality_id=home,
                person_id=who,
                deployment_id=at,
                return_url="https://other.example/back",
                settings={},
                created_at=NOW,
                expires_at=NOW + timedelta(hours=1),
            )
        )
        ids = {
            "school_id": school,
            "team_id": _one(session, team, municipality_id=home, name="Other team"),
            "person_id": who,
            "grant_id": grant,
            "invitation_id": _one(
                session,
                role_invitation,
                municipality_id=home,
                school_id=school,
                role=Role.SPREADER,
                code_hash="h",
                made_at=NOW,
                expires_at=NOW + timedelta(days=1),
            ),
            "registration_id": lms,
            "course_id": led,
            "request_id": asked,
            "link_id": link,
            "file_id": "f" * 32,
            "secret": "of-the-other",
            "note_id": _one(
                session,
                chain_note,
                municipality_id=home,
                person_id=who,
                school_id=school,
                for_staff=False,
                text="Other",
                written_at=NOW,
                answer="",
                kept_until=NOW.date(),
            ),
            "import_id": begin_import(
                session,
                municipality_id=home,
                person_id=who,
                source=Source.LIST,
                file_name="other.csv",
                pieces=iter([b"a;b"]),
                list_kind="staff",
                headings=[["a", "b"], ["1", "2"]],
                now=NOW,
            ),
        }
    return Other(home, {name: str(value) for name, value in ids.items()})


def _rest(table: Any, given: set[str]) -> dict[str, Any]:
    """Something for every column that must have something."""
    found: dict[str, Any] = {}
    for column in table.columns:
        if column.nullable or column.server_default is not None or column.primary_key:
            continue
        if column.name not in given:
            kind = type(column.type).__name__
            found[column.name] = {"UtcDateTime": NOW, "Json": [], "Boolean": False}.get(kind, "x")
    return found


def with_ids(methods: str) -> Iterator[tuple[str, str]]:
    for path, allowed in ROUTES:
        names = set(re.findall(r"<(?:\w+:)?(\w+)>", path))
        assert names <= OF_A_TENANT | OF_NOBODY, f"whose is the id in {path}?"
        for method in methods.split():
            if method in allowed and names & OF_A_TENANT and not is_of_an_lms(path):
                yield path, method


def test_a_track_of_another_municipality_looks_like_none(tool: Tool, other: Other):
    """Its id stands in the one library's addresses, so it is asked for apart (ADR 0046)."""
    clients = everybody(tool)
    tool.get(clients["author"], "/authoring")
    made = min(p.name for p in tool.settings.authors_folder.iterdir() if p.is_dir())
    with tool.database.writing() as session:
        session.execute(
            insert(track_owner).values(track=made, municipality_id=other.municipality_id, since=NOW)
        )
    before = _rows(tool, other)
    tried = 0
    for path, methods in ROUTES:
        if not path.startswith("/authoring/<track>"):
            continue
        for who in ("author", "administrator", "teacher"):
            for method in methods.split():
                answers = []
                for name in (made, "none-such"):
                    place = {**PLACE, "track": name}
                    if method == "GET":
                        answer = tool.get(clients[who], filled(path, place))
                    else:
                        answer = _sent(tool, clients[who], path, place)
                    answers.append(said(answer, place))
                assert answers[0] == answers[1], (who, method, path)
                tried += 1
    assert tried > 60
    assert _rows(tool, other) == before


def said(answer: TestResponse, place: dict[str, str]) -> tuple[int, str]:
    """Without the error id, and without the ids that were asked for and came back in it."""
    # The way to the page of sign-ins holds the way back.
    page = answer.get_data(as_text=True).replace("%2F", "/")
    text = re.sub(r"\b[0-9A-F]{8}\b", "ERROR", page)
    for value in sorted(place.values(), key=len, reverse=True):
        text = text.replace(f"/{value}", "/ID")
    return answer.status_code, text


def test_nobody_reads_what_is_another_municipalitys(tool: Tool, other: Other):
    clients = everybody(tool)
    differing = {}
    opened = {}
    for path, _ in with_ids("GET"):
        theirs, nothing = {**PLACE, **other.ids}, {**PLACE, **NOTHING}
        for who, client in clients.items():
            one = said(tool.get(client, filled(path, theirs)), theirs)
            none = said(tool.get(client, filled(path, nothing)), nothing)
            if one != none:
                differing[who, path] = (one[0], none[0])
            if one[0] == 200:
                opened[who, path] = one
    assert differing == {}
    assert opened == {}


def test_nobody_changes_what_is_another_municipalitys(tool: Tool, other: Other):
    clients = everybody(tool)
    with tool.database.writing() as session:
        # The one who may most: all roles in one.
        for role in (Role.ADMINISTRATOR, Role.AUTHOR, Role.LEADER):
            grant_role(
                session,
                person_id=tool.person_id("administrator"),
                municipality_id=tool.municipality_id,
                role=role,
                school_id=None,
                now=NOW,
            )
    before = _rows(tool, other)
    for path, _ in with_ids("POST"):
        theirs, nothing = {**PLACE, **other.ids}, {**PLACE, **NOTHING}
        for who in ("administrator", "teacher", "lead_spreader"):
            one = said(_sent(tool, clients[who], path, theirs), theirs)
            none = said(_sent(tool, clients[who], path, nothing), nothing)
            assert one == none, (who, path)
            # Removing a file that is not there is no error; nothing of theirs is touched (below).
            assert one[0] in ((303,) if path == "/files/<file_id>/remove" else (403, 404)), path
    assert _rows(tool, other) == before


def _sent(tool: Tool, client: FlaskClient, path: str, place: dict[str, str]) -> TestResponse:
    data = {"form_token": tool.form_token(client), **FORMS.get(path, {})}
    return client.post(
        filled(path, place), data=data, base_url=BASE_URL, headers={"Origin": BASE_URL}
    )


def _rows(tool: Tool, other: Other) -> dict[str, list[Any]]:
    """Everything that is the other municipality's."""
    found = {}
    for table in municipality.metadata.sorted_tables:
        if "municipality_id" in table.c:
            statement = select(table).where(table.c.municipality_id == other.municipality_id)
            found[table.name] = sorted(map(repr, tool.rows(statement)))
    return found


def test_a_grant_of_a_person_of_ones_own_is_found_by_nobody_elses_number(tool: Tool, other: Other):
    clients = everybody(tool)
    mine = str(tool.person_id("teacher"))
    path = "/people/<id:person_id>/roles/<id:grant_id>"
    answers = [
        said(
            _sent(tool, clients["administrator"], path, {"person_id": mine, "grant_id": g}),
            {"g": g},
        )
        for g in (other.ids["grant_id"], NONE)
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


def test_ids_inside_forms_of_ones_own_lead_nowhere_else(tool: Tool, other: Other):
    """Units to merge, schools of a team, where a role holds, which school is mine."""
    clients = everybody(tool)
    admin = clients["administrator"]
    with tool.database.writing() as session:
        second = tool.add_school(session, "Sample school 2")
    own = str(tool.school_id)
    team_id = tool.rows(select(team.c.id).where(team.c.municipality_id == tool.municipality_id))[0][
        0
    ]
    who = f"/people/{tool.person_id('teacher')}"
    before = _rows(tool, other)
    for path, form in (
        ("/units/merge", {"unit": [own, "ID:school_id"], "into": own, "on": "2026-08-01"}),
        ("/units/merge", {"unit": [own, str(second)], "into": "ID:school_id", "on": "2026-08-01"}),
        (who, {"role": "spreader", "school": "ID:school_id"}),
        (who, {"role": "lead_spreader", "team": "ID:team_id"}),
        ("/school", {"school": "ID:school_id"}),
        (f"/teams/{team_id}", {"go": "save", "name": "Sample team", "unit": ["ID:school_id", own]}),
    ):
        answers = []
        for ids in (other.ids, NOTHING):
            data = {"form_token": tool.form_token(admin)}
            for name, value in form.items():
                given = [value] if isinstance(value, str) else value
                data[name] = [ids[v[3:]] if v.startswith("ID:") else v for v in given]  # type: ignore[assignment]  # several of a name
            sent = admin.post(path, data=data, base_url=BASE_URL, headers={"Origin": BASE_URL})
            answers.append(said(sent, {}))
        assert answers[0][0] == answers[1][0], path
        assert answers[0][0] in (303, 400, 422), (path, answers[0][0])
    assert _rows(tool, other) == before


def test_every_role_that_has_ended_ends_on_every_route_at_the_next_click(tool: Tool):
    """Check 16, for roles: sessions that are open lose what the role gave, forms included."""
    place = {**PLACE, "school_id": str(tool.school_id)}
    found = everybody(tool)
    given = {
        role: GIVES[role] - GIVES[Role.NEWCOMER]
        for role in Role
        if role not in (Role.TEACHER, Role.LEADER)  # these come with the launch
    }
    asked = [
        (found[role.value], method, filled(path, place))
        for role, permissions in given.items()
        for (path, methods), permission in ROUTES.items()
        if permission in permissions
        for method in methods.split()
    ]
    gets = [(client, path) for client, method, path in asked if method == "GET"]
    assert [path for client, path in gets if tool.get(client, path).status_code == 403] == []
    with tool.database.writing() as session:
        session.execute(update(role_grant).values(until=NOW))

    tokens = {id(found[role.value]): tool.form_token(found[role.value]) for role in given}
    still = [
        (method, path)
        for client, method, path in asked
        if client.open(
            path,
            method=method,
            data={"form_token": tokens[id(client)]} if method == "POST" else None,
            base_url=BASE_URL,
            headers={"Origin": BASE_URL},
        ).status_code
        != 403
    ]
    assert still == []
    assert {method for _, method, _ in asked} == {"GET", "POST"}
    assert len(asked) > 250
